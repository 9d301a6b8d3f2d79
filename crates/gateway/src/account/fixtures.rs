//! What the tests of an account's tasks begin with.

use fased_policy::ids::Identity;

use super::*;

impl Shared {
    /// Without a link, and without tasks.
    pub(crate) async fn for_tests(config: AccountConfig, engine: Arc<Engine>, store: Store) -> Arc<Self> {
        let conversations = Conversations::load(&store, config.id.as_str())
            .await
            .expect("read");
        engine.apply(&config.agents);
        Arc::new(Self {
            own: RwLock::new(Identity::from_jids("15550100001@s.whatsapp.net", None)),
            id: config.id.clone(),
            config: watch::Sender::new(Arc::new(config)),
            store,
            watchers: Watchers::default(),
            media_dir: PathBuf::from("/media"),
            link: watch::Sender::new(None),
            ending: CancellationToken::new(),
            storage: watch::Sender::new(None),
            auth_trouble: watch::Sender::new(None),
            tasks: TaskTracker::new(),
            verdicts: tokio::sync::Mutex::new(()),
            undecided: Notify::new(),
            runs: Notify::new(),
            files: Notify::new(),
            outbox: Notify::new(),
            reading: reading::Queue::default(),
            listed: Notify::new(),
            engine,
            conversations,
            heard: heard::Heard::default(),
            asked: lids::Asked::new(Vec::new()),
        })
    }
}
