//! A fake WhatsApp, a state dir and, most of the time, a gateway between them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::PATIENCE;
use crate::fake::Fake;
use crate::gateway::Gateway;
use crate::login::Login;
use crate::state_dir::StateDir;
use crate::wait::wait_for;

/// The linked phone of most tests.
pub const OWNER: &str = "+15550100001";
/// People who write to it.
pub const ANNA: &str = "+15550100002";
/// Another one.
pub const BERT: &str = "+15550100003";
/// And another.
pub const CARA: &str = "+15550100004";

/// Everything one test needs; ends in this order.
pub struct World {
    gateway: Option<Gateway>,
    /// WhatsApp.
    pub fake: Fake,
    /// The gateway's files.
    pub state: StateDir,
}

impl World {
    /// A fake and an empty state dir.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "starting processes is no default")]
    pub fn new() -> Self {
        let fake = Fake::start();
        let state = StateDir::with_media(&fake);
        Self {
            gateway: None,
            fake,
            state,
        }
    }

    /// A gateway with this under `channels.whatsapp`, linked to [`OWNER`] and ready.
    #[must_use]
    pub fn linked(whatsapp: &str) -> Self {
        let mut world = Self::new();
        world.configure(whatsapp);
        world.start();
        world.link("default", OWNER);
        world
    }

    /// A gateway with this config, linked to [`OWNER`] and ready. Programs that the config names are written first.
    #[must_use]
    pub fn answering(config: &str, programs: &[(&str, &str)]) -> Self {
        let mut world = Self::new();
        for (name, text) in programs {
            world.state.program(name, text);
        }
        world.state.configure(config);
        world.start();
        world.link("default", OWNER);
        world
    }

    /// Writes the config: this under `channels.whatsapp`.
    pub fn configure(&mut self, whatsapp: &str) {
        self.state
            .configure(&format!("{{ channels: {{ whatsapp: {whatsapp} }} }}"));
    }

    /// Starts the gateway.
    ///
    /// # Panics
    /// When one runs already.
    pub fn start(&mut self) {
        assert!(self.gateway.is_none(), "the gateway runs already");
        self.gateway = Some(Gateway::start(&self.state));
    }

    /// The running gateway.
    ///
    /// # Panics
    /// When none runs.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().expect("a running gateway")
    }

    /// The running gateway, no longer kept by this world.
    ///
    /// # Panics
    /// When none runs.
    #[must_use]
    pub fn take_gateway(&mut self) -> Gateway {
        self.gateway.take().expect("a running gateway")
    }

    /// Kills the gateway and starts another.
    pub fn kill_and_start(&mut self) {
        self.take_gateway().kill();
        self.start();
    }

    /// Links a new phone to an account of the running gateway, which is ready then.
    ///
    /// # Panics
    /// When the login takes another course.
    pub fn link(&self, account: &str, phone: &str) {
        let _lid = self.fake.phone(phone);
        let login = Login::start(&self.state, account, &[]);
        self.fake.scan(phone, &login.qr());
        for step in ["scanned", "restarting", "linked"] {
            login.expect(step);
        }
        assert_eq!(login.end(), 0, "a login that succeeds exits with 0");
        self.until(account, "ready");
    }

    /// An account as `channels status` shows it.
    #[must_use]
    pub fn account(&self, account: &str) -> Value {
        let mut answer = self.state.json(&["channels", "status", "--account", account]);
        answer["accounts"][0].take()
    }

    /// Waits until an account is in a state; what `channels status` shows then.
    pub fn until(&self, account: &str, state: &str) -> Value {
        self.until_within(account, state, PATIENCE)
    }

    /// The same with a deadline of its own.
    pub fn until_within(&self, account: &str, state: &str, deadline: Duration) -> Value {
        wait_for(&format!("account {account} is {state}"), deadline, || {
            Some(self.account(account)).filter(|shown| shown["state"] == state)
        })
    }

    /// Waits until a contact got exactly these texts from an account, in this order.
    pub fn until_inbox(&self, account: &str, contact: &str, texts: &[&str]) {
        let mut last = Vec::new();
        let what = format!("{contact} has {texts:?} from {account}");
        let end = crate::wait::now() + PATIENCE;
        wait_for(&what, PATIENCE + Duration::from_secs(1), || {
            last = self.fake.inbox(account, contact);
            assert!(crate::wait::now() < end, "{what}, but it is {last:?}");
            (last == texts).then_some(())
        });
    }

    /// Has the owner's account answer Anna, who is let in, with what she wrote.
    ///
    /// # Panics
    /// When it does not come.
    pub fn answers(&self, text: &str) {
        let _id = self.fake.send(OWNER, ANNA, text);
        wait_for("an answer", PATIENCE, || {
            let inbox = self.fake.inbox(OWNER, ANNA);
            inbox.contains(&text.to_owned()).then_some(())
        });
    }

    /// What the owner was told of, newest first.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        let status = self.state.json(&["status"]);
        let notices = status["notices"].as_array().expect("a list of notices");
        notices
            .iter()
            .map(|notice| notice["text"].as_str().expect("a text").to_owned())
            .collect()
    }

    /// Waits until the fake sees no link of the owner any more.
    pub fn until_offline(&self) {
        wait_for("the fake sees the link end", PATIENCE, || {
            (self.fake.state()["accounts"][OWNER]["online"] == false).then_some(())
        });
    }

    /// What became of a message, once there is a verdict.
    pub fn verdict(&self, id: &str) -> Value {
        wait_for(&format!("a verdict on {id}"), PATIENCE, || {
            let answer = self.state.verb(&["explain", id, "--json"]);
            if answer.code != 0 {
                return None;
            }
            let message = answer.json()["messages"][0].take();
            message["verdict"].is_string().then_some(message)
        })
    }

    /// How many connections the fake has seen.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.fake.records("connection_open").len()
    }

    /// Each connection ended before the next was opened. For worlds of one account.
    ///
    /// # Panics
    /// When two were open at once.
    pub fn one_connection_at_a_time(&self) {
        let mut open = BTreeSet::new();
        for record in self.fake.records("connection_open,connection_closed") {
            let conn = record["conn"].as_u64().expect("a connection has a number");
            if record["type"] == "connection_open" {
                open.insert(conn);
            } else {
                open.remove(&conn);
            }
            assert!(open.len() <= 1, "two connections at once: {record}");
        }
    }

    /// How often a login (not a registration) reached the fake.
    #[must_use]
    pub fn logins(&self, account: &str) -> usize {
        self.fake
            .records("login")
            .iter()
            .filter(|record| record["account"] == account)
            .count()
    }
}
