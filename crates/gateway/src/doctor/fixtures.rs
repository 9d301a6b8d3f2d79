//! Made-up facts: a machine on which all is well and nothing was ever done.

use std::path::Path;

use fased_protocol::control::{AccountInfo, GatewayInfo, GroupInfo, ModeSource, NodeProbe};

use super::facts::{ConfigFacts, Facts, GatewayFacts, History, ServiceFacts, StoreFacts};
use crate::account::info_without_store;
use crate::config::Config;
use crate::paths::Paths;
use crate::store::{AccountEvent, TaskRow};

pub(super) const NOW: i64 = 1_700_000_000_000;

pub(super) fn facts() -> Facts {
    let state_dir = Path::new("/s");
    Facts {
        now_ms: NOW,
        paths: Paths {
            state_dir: state_dir.to_owned(),
            config: state_dir.join("fased.json"),
            store: state_dir.join("fased.db"),
            socket: state_dir.join("run/v1/gateway.sock"),
            lease: state_dir.join("gateway.lock"),
        },
        uid: 1000,
        config: ConfigFacts::default(),
        gateway: GatewayFacts::default(),
        files: Vec::new(),
        auth: Vec::new(),
        store: StoreFacts::default(),
        disks: Vec::new(),
        node: NodeProbe::default(),
        built_ms: None,
        host: None,
        accounts: Vec::new(),
        history: History::default(),
        agents: Vec::new(),
        service: ServiceFacts::default(),
        messages: Vec::new(),
        terminal: None,
        unread: Vec::new(),
    }
}

/// With a gateway that answers.
pub(super) fn running() -> Facts {
    let mut facts = facts();
    facts.gateway.info = Some(GatewayInfo {
        http: None,
        alerts: None,
        pid: 4711,
        instance: "0".repeat(16),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_ms: NOW - 3_600_000,
        state_dir: "/s".to_owned(),
        config: "/s/fased.json".to_owned(),
        rss_bytes: Some(20 << 20),
        woke_ms: None,
        clock_ahead_ms: None,
    });
    facts
}

pub(super) fn with_config(text: &str) -> Facts {
    let mut facts = running();
    let config = Config::parse(text, &facts.paths.config, |account| {
        Path::new("/s/credentials/whatsapp").join(account)
    });
    facts.config.config = Some(config.expect("a config that is right"));
    facts.config.exists = true;
    facts
}

/// A linked account in a state, as the gateway shows it.
pub(super) fn account(id: &str, state: &str) -> AccountInfo {
    AccountInfo {
        account: id.to_owned(),
        enabled: state != "disabled",
        state: state.to_owned(),
        sentence: "This is what it means.".to_owned(),
        next: None,
        since_ms: NOW - 30_000,
        phone: Some("+15550100001".to_owned()),
        last_ready_ms: Some(NOW),
        ..info_without_store(crate::account::View::at_rest(
            true,
            crate::store::StoredAccount::default(),
        ))
    }
}

pub(super) fn event(at_ms: i64, state: &str) -> AccountEvent {
    AccountEvent {
        at_ms,
        account: "default".to_owned(),
        state: state.to_owned(),
        sentence: "This is what it meant.".to_owned(),
    }
}

pub(super) fn group(id: &str, last_ms: Option<i64>) -> GroupInfo {
    GroupInfo {
        account: "default".to_owned(),
        group: id.to_owned(),
        subject: None,
        messages: u64::from(last_ms.is_some()),
        last_ms,
        listed: true,
        enabled: true,
        heard: "all".to_owned(),
        require_mention: true,
        activation: None,
        mode: "mention".to_owned(),
        agent: "main".to_owned(),
        agents: Vec::new(),
        agent_chosen: false,
        pending_context: 0,
        source: ModeSource {
            level: "default".to_owned(),
            path: "channels.whatsapp.groups.*.requireMention".to_owned(),
            line: None,
        },
    }
}

pub(super) fn task(id: &str, failures: i64) -> TaskRow {
    TaskRow {
        id: id.to_owned(),
        account: "default".to_owned(),
        agent: "main".to_owned(),
        session: "session".to_owned(),
        chat: "15550100002@s.whatsapp.net".to_owned(),
        name: None,
        prompt: "weather".to_owned(),
        schedule: None,
        zone: "UTC".to_owned(),
        state: "active".to_owned(),
        why: None,
        next_ms: None,
        runs: failures,
        successes: 0,
        failures,
        max_runs: None,
        max_successes: None,
        created_by: None,
        created_run: None,
        created_ms: NOW,
        updated_ms: NOW,
    }
}
