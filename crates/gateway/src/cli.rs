//! The command line: one verb a file, named as its control request is.
//!
//! A verb asks the running gateway and prints the answer. Read verbs fall back to the store when
//! no gateway runs; the others say so. Errors have one shape, on stderr: a sentence and the next
//! command, or with `--json` an object with both and a code.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, Parser, Subcommand};
use fased_protocol::control::{ControlError, ErrorCode};

use crate::exit::Exit;

mod agents;
mod agents_list;
mod agents_test;
mod alerts;
mod alerts_test;
mod ask;
mod channels_add;
mod channels_list;
mod channels_login;
mod channels_logout;
mod channels_pause;
mod channels_remove;
mod channels_restart;
mod channels_resume;
mod channels_status;
mod chats;
mod completions;
mod config;
mod config_edit;
mod config_get;
mod config_path;
mod config_reload;
mod config_schema;
mod config_set;
mod config_unset;
mod config_validate;
mod dashboard;
mod directory;
mod directory_groups;
mod directory_self;
mod doctor;
mod explain;
mod explain_event;
mod explain_sender;
mod gateway_restart;
mod gateway_run;
mod gateway_status;
mod gateway_stop;
mod groups;
mod groups_activation;
mod groups_allow;
mod groups_block;
mod groups_change;
mod groups_list;
mod health;
mod logs;
mod man;
mod mcp;
mod message;
mod message_delete;
mod message_edit;
mod message_poll;
mod message_preview;
mod message_queue;
mod message_react;
mod message_send;
mod message_status;
mod message_where;
mod messages;
mod one_account;
mod out;
mod outbox;
mod outbox_cancel;
mod outbox_list;
mod outbox_retry;
mod pairing_approve;
mod pairing_deny;
mod pairing_list;
mod pairing_revoke;
mod pairing_who;
mod qr;
mod runtime;
mod simulate;
mod span;
mod status;
mod table;
mod tasks;
mod tasks_cancel;
mod tasks_cancel_run;
mod tasks_edit;
mod tasks_last;
mod tasks_list;
mod tasks_new;
mod tasks_pause;
mod tasks_resume;
mod tasks_run;
mod tasks_runs;
mod tasks_show;
mod tasks_shown;
mod verdicts;
mod warden;

const AFTER_HELP: &str = "\
Exit codes: 0 ok · 1 refused or not found · 2 usage or config · 3 no gateway runs · 4 another gateway holds the \
state dir · 5 not linked or not ready · 6 timed out
Environment: FASED_STATE_DIR, FASED_CONFIG_PATH, FASED_LOG (error, warn, info, debug), FASED_HOME, FASED_NODE, \
FASED_CAGE (off: sidecars run without a cage)";

/// A self-hosted WhatsApp gateway.
#[derive(Debug, Parser)]
#[command(name = "fased", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
struct Global {
    /// Where everything is kept [default: ~/.fased]
    #[arg(long, global = true, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// The config file [default: fased.json in the state dir]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON; errors too, on stderr
    #[arg(long, global = true)]
    json: bool,
    /// Log more to stderr (twice: still more)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the gateway, ask after it, end it
    #[command(subcommand)]
    Gateway(GatewayVerb),
    /// Link WhatsApp accounts and see how they are
    #[command(subcommand)]
    Channels(ChannelsVerb),
    /// Let senders in who have asked, or refuse them
    #[command(subcommand)]
    Pairing(PairingVerb),
    /// See the groups, and choose what is answered there
    #[command(subcommand)]
    Groups(groups::Verb),
    /// See who answers, and try an agent without WhatsApp
    #[command(subcommand)]
    Agents(agents::Verb),
    /// Write messages, and see how an answer would look
    #[command(subcommand)]
    Message(message::Verb),
    /// The chats, newest first, and which of them agents may reach
    Chats(chats::Options),
    /// What was said in a chat
    Messages(messages::Options),
    /// See what goes out, take it back, send it once more
    #[command(subcommand)]
    Outbox(outbox::Verb),
    /// Work that agents do at set times, or when told to
    #[command(subcommand)]
    Tasks(tasks::Verb),
    /// Who the accounts are, and which groups they are in
    #[command(subcommand)]
    Directory(directory::Verb),
    /// Look at the config, check it, change it
    #[command(subcommand)]
    Config(config::Verb),
    /// Try whether alerts arrive
    #[command(subcommand)]
    Alerts(alerts::Verb),
    /// Open the control page in a browser, by a link that works once
    #[command(after_help = dashboard::AFTER_HELP)]
    Dashboard(dashboard::Options),
    /// The overview: gateway, accounts, what needs attention
    Status(status::Options),
    /// Is all well? Exit code 0 if so, 5 if not, 3 without a gateway; for health checks
    Health,
    /// What was decided about the messages that came, newest first
    #[command(after_help = verdicts::AFTER_HELP)]
    Verdicts(verdicts::Options),
    /// What the gateway logged to its files
    Logs(logs::Options),
    /// What is wrong, why, and the command that mends it
    #[command(after_help = doctor::AFTER_HELP)]
    Doctor(doctor::Options),
    /// What became of a message, and why; or what would become of one
    #[command(override_usage = explain::USAGE, after_help = explain::AFTER_HELP)]
    Explain(explain::Options),
    /// Try the gateway with no phone and no network, on a WhatsApp of its own: by hand or by script
    #[command(after_help = simulate::AFTER_HELP)]
    Simulate(simulate::Options),
    /// Give coding agents tools for WhatsApp, by the Model Context Protocol
    #[command(after_help = mcp::AFTER_HELP)]
    Mcp(mcp::Options),
    /// What a shell needs to complete commands: for bash, zsh or fish
    #[command(after_help = completions::AFTER_HELP)]
    Completions(completions::Options),
    /// The manual page; or with --to one for each command
    Man(man::Options),
    /// Kill what a gateway has started, should that be killed; a gateway starts it
    #[command(hide = true)]
    Warden,
}

#[derive(Debug, Subcommand)]
enum GatewayVerb {
    /// Run the gateway until it is told to stop
    Run(gateway_run::Options),
    /// Is a gateway running? Exit code 3 if not
    Status,
    /// Finish what is going on and end
    Stop,
    /// Finish what is going on and start again under the same process id
    Restart,
}

#[derive(Debug, Subcommand)]
enum ChannelsVerb {
    /// Link an account: scan a QR code with the phone, or type a code into it
    Login(channels_login::Options),
    /// How the accounts are
    Status(ChannelOptions),
    /// Which accounts there are
    List(ChannelOptions),
    /// Add an account to the config
    Add(channels_add::Options),
    /// Take an account out of the config; its files stay
    Remove(channels_remove::Options),
    /// Close an account's link until it is resumed; what arrives meanwhile waits at WhatsApp
    Pause(one_account::Options),
    /// Open the link of an account that was paused, replaced or given up
    Resume(one_account::Options),
    /// Close an account's link and open it again, with a new process; what is to be sent waits meanwhile
    Restart(channels_restart::Options),
    /// Unlink an account, also on the phone's list of linked devices
    Logout(one_account::Options),
}

#[derive(Debug, Subcommand)]
enum PairingVerb {
    /// Who waits for approval, or has it
    List(pairing_list::Options),
    /// Let a sender in, by code or by number
    #[command(
        override_usage = "fased pairing approve [whatsapp] CODE\n       fased pairing approve --sender NUMBER|LID"
    )]
    Approve(pairing_approve::Options),
    /// Refuse a sender, by code or by number
    #[command(
        override_usage = "fased pairing deny [whatsapp] CODE\n       fased pairing deny --sender NUMBER|LID"
    )]
    Deny(pairing_who::Options),
    /// Take an approval back, by number or hidden id
    Revoke(pairing_revoke::Options),
}

/// Which account.
#[derive(Debug, Args)]
struct ChannelOptions {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// Only this account [default: all of them]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

/// Why a verb did not succeed.
#[derive(Debug)]
enum Failure {
    /// Still to be told, on stderr.
    Error(ControlError),
    /// The output tells it already; only the exit code is left.
    Shown(Exit),
    /// Nobody reads the output any more.
    PipeClosed,
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        Self::Error(error)
    }
}

/// What a verb comes to.
type Outcome = Result<(), Failure>;

/// Runs the verb that the arguments name.
pub(crate) fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error),
    };
    let json = cli.global.json;
    match run(cli) {
        Ok(()) | Err(Failure::PipeClosed) => Exit::Ok,
        Err(Failure::Shown(exit)) => exit,
        Err(Failure::Error(error)) => {
            out::error(&error, json);
            error.code.into()
        }
    }
}

fn run(cli: Cli) -> Outcome {
    warden::name();
    let global = &cli.global;
    out::address(global.state_dir.as_deref(), global.config.as_deref());
    runtime::clock()?;
    match cli.verb {
        Verb::Gateway(GatewayVerb::Run(options)) => gateway_run::run(global, &options),
        Verb::Gateway(GatewayVerb::Status) => gateway_status::run(global),
        Verb::Gateway(GatewayVerb::Stop) => gateway_stop::run(global),
        Verb::Gateway(GatewayVerb::Restart) => gateway_restart::run(global),
        Verb::Channels(ChannelsVerb::Login(options)) => channels_login::run(global, &options),
        Verb::Channels(ChannelsVerb::Status(options)) => channels_status::run(global, options),
        Verb::Channels(ChannelsVerb::List(options)) => channels_list::run(global, &options),
        Verb::Channels(ChannelsVerb::Add(options)) => channels_add::run(global, &options),
        Verb::Channels(ChannelsVerb::Remove(options)) => channels_remove::run(global, &options),
        Verb::Channels(ChannelsVerb::Pause(options)) => channels_pause::run(global, options),
        Verb::Channels(ChannelsVerb::Resume(options)) => channels_resume::run(global, options),
        Verb::Channels(ChannelsVerb::Restart(options)) => channels_restart::run(global, options),
        Verb::Channels(ChannelsVerb::Logout(options)) => channels_logout::run(global, options),
        Verb::Pairing(PairingVerb::List(options)) => pairing_list::run(global, options),
        Verb::Pairing(PairingVerb::Approve(options)) => pairing_approve::run(global, options),
        Verb::Pairing(PairingVerb::Deny(options)) => pairing_deny::run(global, options),
        Verb::Pairing(PairingVerb::Revoke(options)) => pairing_revoke::run(global, options),
        Verb::Groups(verb) => groups::run(global, verb),
        Verb::Agents(verb) => agents::run(global, verb),
        Verb::Message(verb) => message::run(global, verb),
        Verb::Chats(options) => chats::run(global, options),
        Verb::Messages(options) => messages::run(global, options),
        Verb::Mcp(options) => mcp::run(global, options),
        Verb::Outbox(verb) => outbox::run(global, verb),
        Verb::Tasks(verb) => tasks::run(global, verb),
        Verb::Directory(verb) => directory::run(global, verb),
        Verb::Config(verb) => config::run(global, verb),
        Verb::Dashboard(options) => dashboard::run(global, &options),
        Verb::Status(options) => status::run(global, &options),
        Verb::Health => health::run(global),
        Verb::Verdicts(options) => verdicts::run(global, &options),
        Verb::Logs(options) => logs::run(global, &options),
        Verb::Alerts(verb) => alerts::run(global, &verb),
        Verb::Doctor(options) => doctor::run(global, &options),
        Verb::Explain(options) => explain::run(global, options),
        Verb::Simulate(options) => simulate::run(global, &options),
        Verb::Completions(options) => completions::run(&options),
        Verb::Man(options) => man::run(&options),
        Verb::Warden => warden::run(),
    }
}

/// Help, version, or arguments that make no sense. With `--json` among them the caller is a
/// program, so it gets the error in the shape of all others.
fn not_parsed(error: &clap::Error) -> Exit {
    let wanted = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && !wanted {
        let rendered = error.render().to_string();
        let message = if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            "a verb is missing"
        } else {
            rendered
                .trim_start_matches("error: ")
                .split("\n\n")
                .next()
                .unwrap_or_default()
                .trim()
        };
        out::error(&usage(message.to_owned()), true);
    } else if error.print().is_err() {
        // Nobody reads; the exit code still tells.
    }
    if wanted { Exit::Ok } else { Exit::Usage }
}

fn usage(message: String) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: "see: fased --help".to_owned(),
    }
}

#[cfg(test)]
mod tests;
