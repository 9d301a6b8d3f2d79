//! The prompt: a person is any contact, any member of a group, and the owner, one line at a time.
//!
//! The same lines work from a file or a pipe; then each is shown, and what follows from it is waited
//! for, so that the output reads like a conversation.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use fased::client;
use fased::clock::now_ms;
use fased_protocol::control::{AccountInfo, ControlRequest, ControlResponse, Explanation, PendingInfo};
use tokio::sync::mpsc::Receiver;

use self::command::{Command, Which};
use super::log::Entry;
use super::play::{OWN_PHONE, Player};
use super::script::Step;

mod command;

/// Where a simulation shows what it has to say.
pub(crate) trait Screen {
    /// Where the gateway lives whose commands are shown.
    fn lives_in(&self, state_dir: &Path);
    /// Something happened.
    fn entry(&self, entry: &Entry);
    /// An answer to a line.
    fn text(&self, text: &str);
    /// What became of a message.
    fn explained(&self, messages: &[Explanation]);
    /// How the accounts are.
    fn accounts(&self, accounts: &[AccountInfo]);
    /// Who waits for approval.
    fn pending(&self, pending: Vec<PendingInfo>);
    /// The lines that are typed from now on.
    fn lines(&self) -> Receiver<String>;
    /// A line is waited for.
    fn prompt(&self);
    /// A line has come and was, or was not, shown when it was typed.
    fn typed(&self, line: &str);
    /// Is it typed by a person?
    fn is_terminal(&self) -> bool;
}

const HELP: &str = "\
people   as +15550100002 TEXT            a contact writes to the gateway
         in GROUP as +15550100002 TEXT   in a group, which is made if need be; @bot mentions the gateway's number
         me TEXT                         the owner's phone writes into the last chat (me to self …, me to +1555… …)
         group NAME +1555… +1555…        makes a group            burst 20 from +1555…,+1555… TEXT
owner    approve CODE|+1555…             lets a sender in         deny CODE|+1555…
         pause · resume                  closes and opens the link          link  scans a new code after a logout
trouble  drop · fault half_open · fault KIND NAME=VALUE … · kill sidecar · kill gateway
         stop gateway · start gateway    clock +1m  moves the time on: what is due then is due now
ask      status · pending · groups · explain [ID|+1555…] (the last message, one by its id, the last of a sender)
         fased COMMAND                   any command, carried out on this gateway
check    expect reply to +1555… containing \"TEXT\" · expect reply in GROUP containing \"TEXT\" · expect silence for +1555… 2s · expect all answered · wait 2s
end      quit";

/// Nothing more follows from a line when nothing has happened for so long.
const QUIET_MS: i64 = 800;

/// The same after the last line.
const QUIET_AT_END_MS: i64 = 2_000;

/// But it is not waited for longer.
const QUIET_DEADLINE: Duration = Duration::from_secs(10);

/// What became of the lines.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) expected: usize,
    pub(super) held: usize,
    pub(super) failures: Vec<String>,
}

/// Takes lines until `quit` or their end.
pub(super) async fn open(player: &mut Player, screen: &impl Screen, is_new: bool) -> Typed {
    let mut typed = Typed::default();
    let mut lines = screen.lines();
    screen.lives_in(&player.world.paths.state_dir);
    until_open(player).await;
    quiet(player, QUIET_MS).await;
    screen.text(&if is_new {
        first_screen()
    } else {
        NEXT_SCREEN.to_owned()
    });
    loop {
        screen.prompt();
        let Some(line) = lines.recv().await else {
            // A person has left with Ctrl-D; a pipe's last line is still to be answered.
            if !screen.is_terminal() {
                quiet(player, QUIET_AT_END_MS).await;
            }
            break;
        };
        screen.typed(&line);
        let command = match command::parse(&player.filled(&line)) {
            Ok(Command::Quit) => break,
            Ok(command) => command,
            Err(what) => {
                screen.text(&what);
                typed.failures.push(format!("{line}: {what}"));
                continue;
            }
        };
        let is_expected = matches!(&command, Command::Step(step) if step.is_expected());
        typed.expected += usize::from(is_expected);
        match obey(player, screen, command).await {
            Ok(Ok(())) if is_expected => {
                player.log.note("ok", line.trim());
                typed.held += 1;
            }
            Ok(Ok(())) => {}
            Ok(Err(instead)) => {
                player.log.note("FAILED", format!("{}: {instead}", line.trim()));
                typed.failures.push(format!("{}: {instead}", line.trim()));
            }
            Err(error) => {
                screen.text(&format!("{error:#}"));
                typed.failures.push(format!("{}: {error:#}", line.trim()));
            }
        }
        if !screen.is_terminal() {
            quiet(player, QUIET_MS).await;
        }
    }
    typed
}

/// Where a simulation goes on.
const NEXT_SCREEN: &str = "
Everything is there from the last time: `status`, `groups` and `pending` show it.
`help` lists everything, `quit` ends it.
";

fn first_screen() -> String {
    format!(
        "\nA WhatsApp of your own, with the gateway linked to {OWN_PHONE}; nobody outside hears of it. Try:\n\
         \n  as +15550100020 hello     somebody unknown writes, and is told to wait\
         \n  approve +15550100020      the owner lets them in, and they are answered\
         \n  kill gateway              then write again: nothing is lost\
         \n\n`help` lists everything, `quit` ends it.\n"
    )
}

async fn obey(
    player: &mut Player,
    screen: &impl Screen,
    command: Command,
) -> Result<Result<(), super::play::Instead>> {
    match command {
        Command::Step(step) => {
            let writes = matches!(
                step,
                Step::Message { .. } | Step::InGroup { .. } | Step::Burst { .. }
            );
            let done = player.step(&step).await?;
            if writes && !player.is_online().await? {
                screen.text("the link is not open; WhatsApp keeps this until it is");
            }
            return Ok(done);
        }
        Command::Groups => {
            let groups = player.groups().await?;
            let lines: Vec<String> = groups
                .iter()
                .map(|group| format!("{}  {}  {}", group.name, group.address, group.members.join(" ")))
                .collect();
            screen.text(&if lines.is_empty() {
                "no groups yet; make one: group family +15550100002 +15550100003".to_owned()
            } else {
                lines.join("\n")
            });
        }
        Command::Pending => {
            let request = ControlRequest::PairingList {
                account: None,
                approved: false,
            };
            let answer = player
                .until_answered(async |paths| client::ask(paths, &request).await)
                .await?;
            if let ControlResponse::Pending { pending } = answer {
                screen.pending(pending);
            }
        }
        Command::Status => {
            let request = ControlRequest::ChannelsStatus { account: None };
            let answer = player
                .until_answered(async |paths| client::ask(paths, &request).await)
                .await?;
            if let ControlResponse::Accounts { accounts, .. } = answer {
                screen.accounts(&accounts);
            }
        }
        Command::Explain(which) => explain(player, screen, which).await?,
        Command::Help => screen.text(HELP),
        Command::Quit | Command::Nothing => {}
    }
    Ok(Ok(()))
}

async fn explain(player: &mut Player, screen: &impl Screen, which: Which) -> Result<()> {
    let id = match which {
        Which::Id(id) => Some(id),
        Which::LastOf(sender) => player.last_of(&sender).1.pop(),
        Which::Last => player.latest.clone().map(|(_, id)| id),
    };
    let Some(message_id) = id else {
        screen.text("there is no such message; write one: as +15550100020 hello");
        return Ok(());
    };
    let request = ControlRequest::Explain { message_id };
    let answer = player
        .until_answered(async |paths| client::ask(paths, &request).await)
        .await?;
    if let ControlResponse::Explanation { messages } = answer {
        screen.explained(&messages);
    }
    Ok(())
}

/// Waits until the link is open, or is not going to be.
async fn until_open(player: &mut Player) {
    let open = async |player: &mut Player| {
        let accounts = player.accounts().await;
        let under_way = |state: &str| matches!(state, "connecting" | "linking" | "backing_off");
        let settled = !accounts.is_empty() && !accounts.iter().any(|account| under_way(&account.state));
        settled.then_some(())
    };
    player.look(QUIET_DEADLINE, open).await.ok();
}

/// Waits until nothing happens any more.
async fn quiet(player: &mut Player, for_ms: i64) {
    let started = now_ms();
    let quiet =
        async |player: &mut Player| (now_ms() - player.log.last_ms().max(started) >= for_ms).then_some(());
    // Whatever goes wrong meanwhile is found by the next line.
    player.look(QUIET_DEADLINE, quiet).await.ok();
}
