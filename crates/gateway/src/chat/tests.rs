//! Commands through a real store and the real verdicts and runs, without a link: what is said is written into the journal,
//! and answers are read from the outbox.

mod agents;
mod order;
mod people;
mod several;
mod tasks;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::account::Account;
use crate::clock;
use crate::config::Config;
use crate::run::Engine;
use crate::store::{Journaled, OutboxFilter, Store, StoredAccount};
use crate::watch::Watchers;

const OWNER: &str = "15550100001@s.whatsapp.net";
const ANNA: &str = "15550100002@s.whatsapp.net";
const BERT: &str = "15550100003@s.whatsapp.net";
const GROUP: &str = "120363000000000001@g.us";

/// Everybody may write, one person owns, Anna may command, and there are three agents.
const CONFIG: &str = r#"{
    channels: { whatsapp: {
        dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open", owners: ["+15550100001"],
    } },
    commands: { allowFrom: ["+15550100002"] },
    agents: { list: [
        { id: "main" },
        { id: "ops", name: "Operations" },
        { id: "slow", backend: "command", command: { argv: ["sleep", "60"] } },
    ] },
}"#;

/// One account at work.
struct World {
    account: Account,
    store: Store,
    shutdown: CancellationToken,
    said: AtomicI64,
    dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        Self::with(CONFIG).await
    }

    async fn with(config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        Self::over(dir, config).await
    }

    /// With what an earlier one left in its folder.
    async fn over(dir: tempfile::TempDir, config: &str) -> Self {
        let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
        let linked = StoredAccount {
            account: "default".to_owned(),
            phone: Some("+15550100009".to_owned()),
            sentence: "Messages flow both ways.".to_owned(),
            ..StoredAccount::default()
        };
        store.record_account(&linked).await.expect("kept");
        let folder = dir.path().to_owned();
        let mut config = Config::parse(config, Path::new("/etc/fased.json"), |id| folder.join(id))
            .expect("a valid config");
        let config = config.accounts.remove("default").expect("an account");
        let shutdown = CancellationToken::new();
        let account = Account::start(
            config,
            Arc::new(Engine::default()),
            store.clone(),
            Watchers::default(),
            dir.path().join("media"),
            &shutdown,
            false,
        )
        .await
        .expect("an account");
        let said = store.tally_inbound("default").await.expect("counted").0;
        Self {
            account,
            store,
            shutdown,
            said: AtomicI64::new(i64::try_from(said).expect("a count")),
            dir,
        }
    }

    /// Somebody writes; the place in the journal.
    async fn write(&self, chat: &str, sender: &str, text: &str) -> i64 {
        self.write_as(chat, sender, text, |_| ()).await
    }

    /// The same of a message that is not as most are.
    async fn write_as(
        &self,
        chat: &str,
        sender: &str,
        text: &str,
        change: impl FnOnce(&mut Journaled),
    ) -> i64 {
        let seq = self.said.fetch_add(1, Ordering::Relaxed) + 1;
        let mut message = Journaled {
            chat: chat.to_owned(),
            sender: sender.to_owned(),
            message_id: format!("3EB0{seq:08}"),
            chat_alt: None,
            sender_alt: None,
            from_me: false,
            push_name: None,
            timestamp_s: clock::now_ms() / 1000,
            content: "text".to_owned(),
            raw_kind: "conversation".to_owned(),
            text: Some(text.to_owned()),
            mentions: "[]".to_owned(),
            quoted_id: None,
            quoted_sender: None,
            quoted_text: None,
            detail: None,
            media: None,
            learned: None,
        };
        change(&mut message);
        let now = clock::now_ms();
        self.store
            .journal("default", &[message], now)
            .await
            .expect("journaled");
        self.account.shared().undecided.notify_one();
        seq
    }

    /// Waits for a state of the run of a message.
    async fn until_run(&self, seq: i64, states: &[&str]) -> String {
        for _ in 0..3_000 {
            let run = self.store.run_of(seq).await.expect("read");
            if let Some(run) = run.filter(|run| states.contains(&run.state.as_str())) {
                return run.state;
            }
            clock::pause(Duration::from_millis(10)).await;
        }
        panic!("the run of message {seq} is not {states:?} in time");
    }

    /// Texts of the outbox to a chat, oldest first.
    async fn sent(&self, chat: &str) -> Vec<String> {
        let filter = OutboxFilter {
            chats: vec![chat.to_owned()],
            limit: 1_000,
            ..OutboxFilter::default()
        };
        let mut entries = self.store.list_outbox(&filter).await.expect("read");
        entries.reverse();
        entries.into_iter().map(|entry| entry.text).collect()
    }

    /// What comes back when somebody writes in a chat of their own.
    async fn told(&self, sender: &str, text: &str) -> String {
        self.told_in(sender, sender, text).await
    }

    async fn told_in(&self, chat: &str, sender: &str, text: &str) -> String {
        let before = self.sent(chat).await.len();
        let seq = self.write(chat, sender, text).await;
        assert_eq!(
            self.until_run(seq, &["ok", "error", "cancelled"]).await,
            "ok",
            "{text}"
        );
        let after = self.sent(chat).await;
        after[before..].join("\n---\n")
    }

    async fn end(self) -> tempfile::TempDir {
        self.shutdown.cancel();
        self.account.ended().await;
        self.store.close().await;
        self.dir
    }
}

/// Every line of a table: who writes what, and what the answer holds.
async fn expect(world: &World, table: &[(&str, &str, &str)]) {
    for (sender, text, expected) in table {
        let told = world.told(sender, text).await;
        assert!(
            told.contains(expected),
            "{text}: {told:?} does not hold {expected:?}"
        );
        assert!(
            told.chars().count() <= 1_000,
            "{text}: too long for a phone: {told}"
        );
    }
}
