//! Accounts without links over one store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fased_agents::{CommandSettings, Settings};
use fased_policy::delivery::SendState;
use fased_policy::ids::{GroupId, Phone};
use fased_policy::mention::Patterns;
use fased_policy::route::{Broadcast, Peer};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::fake::{Act, Fake};
use crate::account::Shared;
use crate::clock;
use crate::config::{Agent, Agents, Config, QueueMode};
use crate::run::questions::Questions;
use crate::run::{Engine, answer_forever};
use crate::store::fixtures::{RunRow, SentRow};
use crate::store::{Fate, Journaled, Store};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Accounts over one store, whose agent `main` is a fake.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) engine: Arc<Engine>,
    pub(super) fake: Arc<Fake>,
    pub(super) accounts: Vec<Arc<Shared>>,
    tasks: Vec<JoinHandle<()>>,
    /// Until it is dropped WhatsApp takes what is sent, if it does so at all.
    takes: DropGuard,
    _dir: tempfile::TempDir,
}

/// What is to be otherwise than by default.
pub(super) struct Set {
    pub(super) accounts: &'static [&'static str],
    pub(super) acts: Vec<(&'static str, Act)>,
    pub(super) queue: QueueMode,
    pub(super) most: usize,
    pub(super) stream: bool,
    /// Of the agent. The fake stands in for one that is not this by default.
    pub(super) backend: Settings,
    pub(super) timeout: Duration,
    pub(super) failure_text: &'static str,
    /// The owner, whose direct messages share one session.
    pub(super) owner: Option<&'static str>,
    /// How long an owner has to answer what the agent asks; as usual if none.
    pub(super) patience: Option<Duration>,
    /// WhatsApp takes what is sent.
    pub(super) takes: bool,
    /// Who answers, besides `main` elsewhere, what [`SHARED`] writes and what is said in [`GROUP`].
    pub(super) several: &'static [&'static str],
    /// One after another.
    pub(super) in_turn: bool,
}

/// Whose direct messages several agents answer.
pub(super) const SHARED: &str = "15550100005";
/// The group that several agents answer, by the name `you`.
pub(super) const GROUP: &str = "120363000000000001@g.us";

impl Default for Set {
    fn default() -> Self {
        Self {
            accounts: &["default"],
            acts: Vec::new(),
            queue: QueueMode::Collect,
            most: 64,
            stream: false,
            backend: settings(),
            timeout: Duration::from_secs(60),
            failure_text: "Sorry.",
            owner: None,
            patience: None,
            takes: false,
            several: &[],
            in_turn: false,
        }
    }
}

pub(super) fn settings() -> Settings {
    Settings::Command(CommandSettings {
        argv: vec!["answer".to_owned()],
        folder: "/".into(),
        environment: std::collections::BTreeMap::new(),
        output: fased_agents::CommandOutput::Text,
    })
}

impl World {
    pub(super) async fn new(set: Set) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
        let mut agents = Agents {
            queue: set.queue,
            max_concurrent: set.most,
            failure_text: set.failure_text.to_owned(),
            owners_share_session: set.owner.is_some(),
            ..Agents::default()
        };
        let main = agents.list.get_mut("main").expect("there");
        main.backend = set.backend;
        main.stream = set.stream;
        main.timeout = set.timeout;
        for (index, id) in set.several.iter().enumerate() {
            let agent = Agent {
                index: index + 1,
                name: (*id == "bob").then(|| "Bob *the* builder".to_owned()),
                ..agents.list["main"].clone()
            };
            agents.list.insert((*id).to_owned(), agent);
        }
        if !set.several.is_empty() {
            agents.broadcasts = [
                Peer::Group(GroupId::parse(GROUP).expect("a group")),
                Peer::Person(Phone::parse(SHARED).expect("a number").into()),
            ]
            .map(|peer| Broadcast {
                key: String::new(),
                peer,
                agents: set.several.iter().map(|id| (*id).to_owned()).collect(),
                in_turn: set.in_turn,
                patterns: Patterns::new(&["you"]).expect("a pattern"),
            })
            .to_vec();
        }
        let agents = Arc::new(agents);
        let named: Vec<String> = set.accounts.iter().map(|id| format!("{id}: {{}}")).collect();
        let owners = set
            .owner
            .map(|owner| format!("owners: ['{owner}'],"))
            .unwrap_or_default();
        let text = format!(
            "{{ channels: {{ whatsapp: {{ {owners} dmPolicy: 'open', allowFrom: ['*'], groupPolicy: 'open', accounts: {{ {} }} }} }} }}",
            named.join(", ")
        );
        let config = Config::parse(&text, Path::new("/etc/fased.json"), |id| id.into()).expect("valid");
        let mut engine = Engine::default();
        if let Some(patience) = set.patience {
            engine.questions = Arc::new(Questions::with_patience(patience));
        }
        let engine = Arc::new(engine);
        let fake = Arc::new(Fake::new(set.acts));
        let mut accounts = Vec::new();
        for (_, mut account) in config.accounts {
            account.agents = Arc::clone(&agents);
            accounts.push(Shared::for_tests(account, Arc::clone(&engine), store.clone()).await);
        }
        let mut world = Self {
            store,
            engine,
            fake,
            accounts,
            tasks: Vec::new(),
            takes: CancellationToken::new().drop_guard(),
            _dir: dir,
        };
        if set.takes {
            world.take_what_is_sent();
        }
        world.start();
        world
    }

    /// From now on WhatsApp takes what is sent on the first account.
    pub(super) fn take_what_is_sent(&mut self) {
        let end = CancellationToken::new();
        self.takes = end.clone().drop_guard();
        let (store, account) = (self.store.clone(), self.accounts[0].id().to_owned());
        tokio::spawn(end.run_until_cancelled_owned(async move {
            loop {
                let now = clock::now_ms();
                let open = store.open_outbox(&account, &[], now, 100).await.expect("read");
                let ids: Vec<i64> = open.heads.iter().map(|row| row.id).collect();
                store.start_sending(&ids, now).await.expect("committed");
                let fates: Vec<Fate> = open
                    .heads
                    .into_iter()
                    .map(|row| Fate::new(row.message_id, SendState::ServerAck))
                    .collect();
                store.settle(&account, &fates, now).await.expect("committed");
                clock::pause(LOOK_EVERY).await;
            }
        }));
    }

    /// Starts the tasks of all accounts.
    pub(super) fn start(&mut self) {
        for agent in self.accounts[0].config().agents.list.keys() {
            self.engine
                .put_backend(agent, settings(), Arc::clone(&self.fake) as Arc<_>);
        }
        for account in &self.accounts {
            let token = CancellationToken::new();
            let decide = crate::inbound::decide_forever(Arc::clone(account), token.clone());
            self.tasks.push(tokio::spawn(decide));
            self.tasks
                .push(tokio::spawn(answer_forever(Arc::clone(account), token)));
        }
    }

    /// Ends all at once, in the middle of whatever they do.
    pub(super) async fn kill(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        self.until("nothing goes on", async |world| world.fake.under_way() == 0)
            .await;
    }

    /// Somebody writes to an account.
    pub(super) async fn writes(&self, account: usize, from: &str, text: &str) {
        self.says(account, &format!("{from}@s.whatsapp.net"), from, text)
            .await;
    }

    /// Somebody says something in a chat.
    pub(super) async fn says(&self, account: usize, chat: &str, from: &str, text: &str) {
        let shared = &self.accounts[account];
        let message = Journaled {
            chat: chat.to_owned(),
            sender: format!("{from}@s.whatsapp.net"),
            message_id: format!("{from}-{text}"),
            timestamp_s: clock::now_ms() / 1000,
            ..message(text)
        };
        let now = clock::now_ms();
        self.store
            .journal(shared.id(), &[message], now)
            .await
            .expect("committed");
        shared.undecided.notify_one();
    }

    /// Waits for something.
    pub(super) async fn until(&self, what: &str, mut is: impl AsyncFnMut(&Self) -> bool) {
        let deadline = clock::monotonic() + PATIENCE;
        while !is(self).await {
            if clock::monotonic() >= deadline {
                let mut runs = self.runs().await;
                let count = runs.len();
                runs.retain(|run| run.state != "ok");
                panic!("not within {PATIENCE:?}: {what}; of {count} runs are not ok: {runs:?}");
            }
            clock::pause(LOOK_EVERY).await;
        }
    }

    /// Waits until so many runs have ended, and all that there are.
    pub(super) async fn until_ended(&self, count: usize) {
        let open = ["queued", "running"];
        self.until("runs have ended", async |world| {
            let runs = world.runs().await;
            runs.len() >= count && runs.iter().all(|run| !open.contains(&run.state.as_str()))
        })
        .await;
    }

    pub(super) async fn until_under_way(&self, count: usize) {
        self.until("they are under way", async |world| {
            world.fake.under_way() == count
        })
        .await;
    }

    /// Waits until so many messages have their verdicts and runs.
    pub(super) async fn until_decided(&self) {
        self.until("all are decided", async |world| {
            for account in &world.accounts {
                let open = world.store.undecided(account.id(), &[], 1).await.expect("read");
                if !open.is_empty() {
                    return false;
                }
            }
            true
        })
        .await;
    }

    pub(super) async fn runs(&self) -> Vec<RunRow> {
        self.store.runs_for_tests().await
    }

    pub(super) async fn sent(&self) -> Vec<SentRow> {
        self.store.sent_for_tests().await
    }

    /// What was said, in order.
    pub(super) async fn texts(&self) -> Vec<String> {
        self.sent().await.into_iter().map(|sent| sent.text).collect()
    }
}

fn message(text: &str) -> Journaled {
    Journaled {
        chat: String::new(),
        sender: String::new(),
        message_id: String::new(),
        chat_alt: None,
        sender_alt: None,
        from_me: false,
        push_name: Some("Anna".to_owned()),
        timestamp_s: 0,
        content: "text".into(),
        raw_kind: "conversation".into(),
        text: Some(text.to_owned()),
        mentions: "[]".into(),
        quoted_id: None,
        quoted_sender: None,
        quoted_text: None,
        detail: None,
        media: None,
        learned: None,
    }
}
