//! What a request is answered with.

use serde::{Deserialize, Serialize};

use super::*;
use crate::private::PrivateValue;

/// An answer, or one event of a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ControlResponse {
    /// It was done.
    Done {
        /// What was done, for people.
        message: String,
    },
    /// It was not done.
    Error(ControlError),
    /// The gateway itself.
    Gateway(GatewayInfo),
    /// Accounts.
    Accounts {
        /// In the order of their ids.
        accounts: Vec<AccountInfo>,
        /// The running gateway's config; absent when the store was asked.
        #[serde(default)]
        config: Option<ConfigInfo>,
    },
    /// Pairing requests.
    Pending {
        /// Oldest first.
        pending: Vec<PendingInfo>,
    },
    /// Approved senders.
    Approved {
        /// Oldest first.
        approved: Vec<ApprovedInfo>,
    },
    /// Groups.
    Groups {
        /// By account, then by address.
        groups: Vec<GroupInfo>,
    },
    /// Who may answer.
    Agents {
        /// In the order of the config.
        agents: Vec<AgentInfo>,
    },
    /// What holds.
    ConfigValues {
        /// In the order of the table of keys.
        values: Vec<ConfigValue>,
    },
    /// What was decided.
    Verdicts {
        /// Newest first.
        verdicts: Vec<VerdictInfo>,
        /// There are older ones.
        more: bool,
    },
    /// Chats.
    Chats {
        /// Those first in which something was said last.
        chats: Vec<ChatInfo>,
        /// How many there are beyond these.
        more: u64,
        /// How many an agent is not told of, because it may not reach them.
        withheld: u64,
    },
    /// What was said in a chat.
    Messages {
        /// Account id.
        account: String,
        /// Number, hidden id or group.
        chat: String,
        /// Oldest first.
        messages: Vec<SaidInfo>,
        /// There are older ones.
        more: bool,
    },
    /// Lines of the log.
    Log {
        /// Oldest first, each as it was written.
        lines: Vec<PrivateValue>,
        /// Where the log goes when it is not in files, or why there is less here than was asked for.
        note: Option<String>,
    },
    /// What only the gateway can see of itself.
    Doctor(DoctorInfo),
    /// A link to the control page.
    Dashboard(DashboardInfo),
    /// The overview.
    Status(StatusInfo),
    /// Whether all is well.
    Health(Health),
    /// What became of a message.
    Explanation {
        /// One for each account and chat that saw the id.
        messages: Vec<Explanation>,
    },
    /// Whether a person would be heard.
    Hearing(Box<HearingInfo>),
    /// What was queued.
    Queued(Box<SendInfo>),
    /// Messages of the outbox.
    Outbox {
        /// As the request says.
        messages: Vec<OutboxInfo>,
    },
    /// What became of each wish.
    Changed {
        /// In the order in which they were named.
        changed: Vec<ChangedInfo>,
    },
    /// Who the accounts are.
    DirectorySelf {
        /// In the order of their ids.
        accounts: Vec<OwnInfo>,
    },
    /// Groups that accounts are in.
    DirectoryGroups {
        /// By account, then by address.
        groups: Vec<MemberOf>,
        /// Groups beyond what one account tells at once.
        unlisted: u64,
    },
    /// Tasks.
    Tasks {
        /// Those that run next first.
        tasks: Vec<TaskInfo>,
        /// How many there are beyond these.
        more: u64,
        /// How many of them an agent is not told of, because it may not reach their chats.
        #[serde(default)]
        withheld: u64,
    },
    /// One Task.
    Task(Box<TaskInfo>),
    /// Runs of a Task.
    TaskRuns {
        /// Newest first.
        runs: Vec<TaskRunInfo>,
    },
    /// One run of a Task.
    TaskRun(Box<TaskRunInfo>),
    /// One step of a login.
    Login(LoginEvent),
    /// Something that happened.
    Watched(WatchEvent),
}
