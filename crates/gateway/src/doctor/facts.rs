//! What the checks judge. Gathered once, so that all of them see the same moment.

use std::path::PathBuf;

use fased_protocol::control::{
    AccountInfo, ConfigInfo, DoctorInfo, Explanation, GatewayInfo, GroupInfo, HostProbe, NodeProbe,
    PendingInfo, Problem,
};

use crate::config::{AccountConfig, Config};
use crate::paths::Paths;
use crate::store::{AccountEvent, FailedRuns, OutboxSum, Refused, Repeated, TaskRow};

/// How far back counts go, milliseconds.
pub(super) const WEEK_MS: i64 = 7 * 86_400_000;
/// A day, milliseconds.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Everything that is known.
pub struct Facts {
    /// Wall clock, Unix milliseconds.
    pub now_ms: i64,
    /// Where everything lives.
    pub paths: Paths,
    /// The user who asks.
    pub uid: u32,
    pub(super) config: ConfigFacts,
    pub(super) gateway: GatewayFacts,
    pub(super) files: Vec<FileFact>,
    pub(super) auth: Vec<AuthFacts>,
    pub(super) store: StoreFacts,
    pub(super) disks: Vec<DiskFact>,
    pub(super) node: NodeProbe,
    /// When this program was built, as its file says, Unix milliseconds.
    pub(super) built_ms: Option<i64>,
    /// Where no gateway runs: WhatsApp's host, as seen from here.
    pub(super) host: Option<HostProbe>,
    pub(super) accounts: Vec<AccountInfo>,
    pub(super) history: History,
    pub(super) agents: Vec<AgentFact>,
    pub(super) service: ServiceFacts,
    /// Of a symptom: the last messages that it is about, newest first.
    pub(super) messages: Vec<Explanation>,
    /// How wide and high the terminal is, in characters; none where there is no terminal.
    pub(super) terminal: Option<(u16, u16)>,
    /// What could not be looked at, and why.
    pub(super) unread: Vec<(String, String)>,
}

impl Facts {
    /// The settings of an account, if the config can be read and has it.
    pub(super) fn settings(&self, account: &str) -> Option<&AccountConfig> {
        self.config.config.as_ref()?.accounts.get(account)
    }

    pub(super) fn runs(&self) -> bool {
        self.gateway.info.is_some()
    }

    /// A login of this account lies on the disk, whatever the store says.
    pub(super) fn has_login(&self, account: &str) -> bool {
        let own = self.auth.iter().find(|auth| auth.account == account);
        own.is_some_and(|auth| auth.creds != Copy::Absent || auth.last_good != Copy::Absent)
    }
}

/// The config file.
#[derive(Default)]
pub(super) struct ConfigFacts {
    /// It is there.
    pub(super) exists: bool,
    /// As it would be read now.
    pub(super) config: Option<Config>,
    /// Why it cannot be; several lines, of which the first stands for itself.
    pub(super) problem: Option<String>,
    /// Listed numbers that WhatsApp does not know.
    pub(super) unknown_numbers: Vec<String>,
}

/// The gateway of this state dir, and others.
#[derive(Default)]
pub(super) struct GatewayFacts {
    pub(super) info: Option<GatewayInfo>,
    pub(super) config: Option<ConfigInfo>,
    /// Somebody listens, and this is why there was no answer.
    pub(super) silent: Option<String>,
    /// It answers, and cannot show its accounts: why, and what is wrong as far as it knows without the store.
    pub(super) hampered: Option<(String, Vec<Problem>)>,
    /// Processes that have the lease's file open.
    pub(super) holders: Vec<u32>,
    /// Gateways of other state dirs: process id and folder.
    pub(super) others: Vec<(u32, PathBuf)>,
    /// Sockets that are there, and whether somebody listens.
    pub(super) sockets: Vec<SocketFact>,
    /// What it said of its links and its way to WhatsApp.
    pub(super) probe: Option<DoctorInfo>,
    /// Most files that it (or, where none runs, this process) may have open.
    pub(super) most_files: Option<u64>,
}

/// A control socket.
#[derive(Debug, Clone)]
pub(super) struct SocketFact {
    pub(super) path: PathBuf,
    /// It is the one that this version uses.
    pub(super) ours: bool,
    pub(super) listening: bool,
}

/// A file or folder of the state dir.
#[derive(Debug, Clone)]
pub(super) struct FileFact {
    pub(super) path: PathBuf,
    pub(super) is_dir: bool,
    /// Permission bits and owner; none where it is not there.
    pub(super) found: Option<(u32, u32)>,
    /// Why it could not be looked at.
    pub(super) error: Option<String>,
    /// It ought to be there.
    pub(super) needed: bool,
}

/// An account's auth dir.
#[derive(Debug, Clone, Default)]
pub(super) struct AuthFacts {
    pub(super) account: String,
    pub(super) dir: PathBuf,
    pub(super) creds: Copy,
    pub(super) last_good: Copy,
    /// Files with keys, besides the credentials.
    pub(super) keys: usize,
    /// What a kill in the middle of a write left.
    pub(super) temps: Vec<PathBuf>,
    /// Damaged files that were set aside, besides the credentials.
    pub(super) damaged: usize,
    /// Damaged credentials were.
    pub(super) damaged_creds: bool,
    /// Folders beside it with the files of earlier logins.
    pub(super) set_aside: Vec<PathBuf>,
    /// Files that others can read or change, and their modes.
    pub(super) open_files: Vec<(PathBuf, u32)>,
    /// Processes that hold its lock.
    pub(super) holders: Vec<u32>,
    pub(super) error: Option<String>,
}

/// How a copy of the credentials is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Copy {
    #[default]
    Absent,
    Good,
    Damaged,
}

/// The store's file.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreFacts {
    pub(super) exists: bool,
    pub(super) bytes: u64,
    pub(super) wal_bytes: u64,
    /// Why it cannot be read, and what to do.
    pub(super) unreadable: Option<(String, String)>,
    /// What SQLite's quick check complained of; none where it was not done or not finished.
    pub(super) complaints: Option<Vec<String>>,
    /// The newest migration that it has had, and the newest that this program knows.
    pub(super) schema: Option<(i64, i64)>,
    /// When its newest row was written, Unix milliseconds.
    pub(super) newest_ms: i64,
}

/// A file system.
#[derive(Debug, Clone)]
pub(super) struct DiskFact {
    /// A folder on it.
    pub(super) path: PathBuf,
    pub(super) free_bytes: u64,
    /// Absent where the file system does not count them.
    pub(super) free_inodes: Option<u64>,
}

/// What the store remembers.
#[derive(Default)]
pub(super) struct History {
    /// Of a week, newest first.
    pub(super) events: Vec<AccountEvent>,
    /// What was not answered within a week, by account and reason.
    pub(super) refused: Vec<(Refused, Option<String>)>,
    pub(super) pending: Vec<PendingInfo>,
    pub(super) groups: Vec<GroupInfo>,
    pub(super) outbox: Vec<OutboxSum>,
    pub(super) failed_runs: Vec<FailedRuns>,
    /// Those that failed more than once in a row.
    pub(super) tasks: Vec<TaskRow>,
    pub(super) repeated: Vec<Repeated>,
}

/// Whether an agent can be asked.
#[derive(Debug, Clone)]
pub(super) struct AgentFact {
    pub(super) agent: String,
    /// The one that answers unless another is named.
    pub(super) is_default: bool,
    /// What it is, in a few words.
    pub(super) backend: String,
    /// Why it cannot be asked.
    pub(super) error: Option<String>,
}

/// The service manager.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceFacts {
    /// This machine is run by systemd.
    pub(super) systemd: bool,
    pub(super) units: Vec<UnitFact>,
    pub(super) user: String,
    /// The user's services run without a login.
    pub(super) lingers: bool,
    /// This program.
    pub(super) executable: PathBuf,
}

/// A unit that starts the gateway.
#[derive(Debug, Clone, Default)]
pub(super) struct UnitFact {
    pub(super) path: PathBuf,
    /// It belongs to a user.
    pub(super) of_user: bool,
    pub(super) program: PathBuf,
    pub(super) program_exists: bool,
    pub(super) watchdog: bool,
    pub(super) restart: bool,
}
