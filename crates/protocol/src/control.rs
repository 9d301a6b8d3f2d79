//! The control socket: what the CLI (and later the page) asks of a running gateway.
//!
//! One connection, one request line. The gateway answers with one line, or, for
//! `channels_login` and `watch`, with one line per event until it closes the connection.

mod agent;
mod bounds;
mod chat;
mod config;
mod dashboard;
mod directory;
mod doctor;
mod error;
mod explain;
mod follow;
mod groups;
mod health;
mod info;
mod message;
mod outbox;
mod response;
mod task;
mod verdict;

use serde::{Deserialize, Serialize};

pub use agent::{AgentInfo, AnswersIn, KeyPlace};
pub use bounds::{
    MAX_CHATS, MAX_EDITS, MAX_LOG_BYTES, MAX_LOG_LINES, MAX_MESSAGE_BYTES, MAX_MESSAGES, MAX_VERDICTS,
};
pub use chat::{ChatInfo, ChatsRequest, ForAgent, MessagesRequest, SaidInfo};
pub use config::{AddRequest, ConfigEdit, ConfigValue};
pub use dashboard::DashboardInfo;
pub use directory::{MemberOf, OwnInfo};
pub use doctor::{DoctorInfo, FilesProbe, HostProbe, LinkProbe, NodeProbe};
pub use error::{ControlError, ErrorCode};
pub use explain::{Explanation, HearingInfo, JudgementInfo, PersonInfo, RouteInfo, SourceInfo, TriedInfo};
pub use follow::{LoginEvent, WatchEvent, Watched};
pub use groups::{ActivationChoice, GroupInfo, ModeSource};
pub use health::{Health, Problem};
pub use info::{
    AccountInfo, AlertsInfo, ApprovedInfo, CageInfo, ConfigInfo, ConfigProblem, Count, GatewayInfo, HttpInfo,
    Notice, PendingInfo, RunInfo, SentInfo, SidecarVersions, StatusInfo,
};
pub use message::{Destination, PartInfo, Place, SendInfo, SendRequest};
pub use outbox::{ChangedInfo, OutboxInfo};
pub use response::ControlResponse;
pub use task::{TaskEdit, TaskInfo, TaskRequest, TaskRunInfo};
pub use verdict::{VerdictInfo, VerdictsRequest};

use crate::private::{Jid, Private};
use crate::sidecar::LoginMethod;

/// A request; each has a CLI verb and a handler of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum ControlRequest {
    /// Who runs here, since when. Answered by `gateway`.
    GatewayStatus,
    /// Drain and end. Answered by `done` when the drain has begun; the lease goes at the end.
    GatewayStop,
    /// Drain and execute the same program again under the same pid. Answered by `done` likewise.
    GatewayRestart,
    /// Open the control page and make a link to it. Answered by `dashboard`; or close it, answered by `done`.
    Dashboard {
        /// Close it, and end all its sessions.
        #[serde(default)]
        off: bool,
    },
    /// Look at the config file now instead of within a second. Answered by `done`, or by an error `config` when the
    /// last good one stays in force.
    ConfigReload,
    /// What holds, and where it comes from. Answered by `config_values`.
    ConfigGet {
        /// This key, or those below it; everything if there is none.
        key: Option<String>,
    },
    /// Change the config: all of it or nothing, in force before the answer. Answered by `done`, or by an error `config`
    /// when the result would be wrong.
    ConfigSet {
        /// In this order; at most [`MAX_EDITS`].
        edits: Vec<ConfigEdit>,
    },
    /// Who may answer, and where. Answered by `agents`.
    AgentsList,
    /// One more account in the config. Answered by `done`.
    ChannelsAdd(AddRequest),
    /// Link an account. Answered by `login` events until `linked` or `error`.
    ChannelsLogin {
        /// Account id.
        account: String,
        /// How.
        method: LoginMethod,
    },
    /// The states of all accounts or of one. Answered by `accounts`.
    ChannelsStatus {
        /// Only this one.
        account: Option<String>,
    },
    /// The configured accounts. Answered by `accounts`.
    ChannelsList,
    /// Close an account's link and keep it closed, also over restarts. Answered by `done`.
    ChannelsPause {
        /// Account id.
        account: String,
    },
    /// Open a paused, replaced or failed account's link again. Answered by `done`.
    ChannelsResume {
        /// Account id.
        account: String,
    },
    /// Close an account's link and open it again at once, with a new process. Answered by `done` when it is being opened.
    ChannelsRestart {
        /// Account id.
        account: String,
    },
    /// Unlink an account on WhatsApp's side and set its auth files aside. Answered by `done`.
    ChannelsLogout {
        /// Account id.
        account: String,
    },
    /// Senders that wait for approval, or that have it. Answered by `pending`, or by `approved`.
    PairingList {
        /// Only this account's.
        account: Option<String>,
        /// Those that have it.
        #[serde(default)]
        approved: bool,
    },
    /// Let a sender in. Answered by `done`.
    PairingApprove {
        /// Only among those who wrote to this account.
        account: Option<String>,
        /// Which one.
        who: PairingWho,
        /// Tell them.
        #[serde(default)]
        notify: bool,
    },
    /// Refuse a sender's request. Answered by `done`.
    PairingDeny {
        /// Only among this account's requests.
        account: Option<String>,
        /// Which one.
        who: PairingWho,
    },
    /// Take an approval back. Answered by `done`.
    PairingRevoke {
        /// Only this account's.
        account: Option<String>,
        /// The sender's number or hidden id.
        sender: String,
    },
    /// Groups that were seen, listed or chosen for. Answered by `groups`.
    GroupsList {
        /// Only this account's.
        account: Option<String>,
    },
    /// Choose what a group's messages need to be answered. Answered by `done`.
    GroupsActivation {
        /// The account; needed where more than one knows the group.
        account: Option<String>,
        /// The group's address.
        group: String,
        /// What it is to be.
        activation: ActivationChoice,
    },
    /// Let a group in, in the config. Answered by `done`, with who is heard there then.
    GroupsAllow {
        /// The account; needed where more than one knows the group.
        account: Option<String>,
        /// The group's address.
        group: String,
        /// Must a message mention the account? As it is if this is absent.
        require_mention: Option<bool>,
    },
    /// Switch a group off, in the config. Answered by `done`.
    GroupsBlock {
        /// The account; needed where more than one knows the group.
        account: Option<String>,
        /// The group's address.
        group: String,
    },
    /// What was decided, newest first. Answered by `verdicts`.
    VerdictsList(VerdictsRequest),
    /// The chats, newest first. Answered by `chats`.
    ChatsList(ChatsRequest),
    /// What was said in a chat, oldest first. Answered by `messages`.
    MessagesList(Box<MessagesRequest>),
    /// The last lines of the log's files. Answered by `log`.
    LogsTail {
        /// So many at most; never more than [`MAX_LOG_LINES`].
        lines: u32,
        /// Only those that matter as much as this, or more: `error`, `warn`, `info`, `debug` or `trace`.
        level: Option<String>,
    },
    /// The overview. Answered by `status`.
    Status,
    /// Whether all is well; needs neither the store nor any account. Answered by `health`.
    Health,
    /// What only the gateway can see of itself: does WhatsApp answer on each open link, and is its host to be reached from
    /// here. Answered by `doctor`, within fifteen seconds.
    Doctor,
    /// What became of a message, in or out. Answered by `explanation`.
    Explain {
        /// Its id on WhatsApp.
        message_id: String,
    },
    /// Would this person be heard? Answered by `hearing`.
    ExplainSender {
        /// Their number or hidden id.
        sender: String,
        /// In this group; in a direct chat if there is none.
        group: Option<String>,
        /// By this account; if none is named, by `default` or the only one.
        account: Option<String>,
    },
    /// Send a text, files, a place or contacts. Answered by `queued`.
    MessageSend(Box<SendRequest>),
    /// React to a message. Answered by `queued`.
    MessageReact {
        /// Where.
        to: Destination,
        /// Id of the message.
        message_id: String,
        /// The emoji; empty takes the reaction back.
        emoji: Private,
        /// Only if this agent may reach the chat.
        #[serde(default)]
        for_agent: Option<ForAgent>,
    },
    /// Ask a question with answers to choose from. Answered by `queued`.
    MessagePoll {
        /// Where.
        to: Destination,
        /// The question.
        question: Private,
        /// The answers.
        options: Vec<Private>,
        /// How many may be chosen; 0 means any number.
        selectable: u32,
    },
    /// Give a message of ours another text. Answered by `queued`.
    MessageEdit {
        /// Where.
        to: Destination,
        /// Id of the message.
        message_id: String,
        /// The new text.
        text: Private,
        /// It is no Markdown.
        #[serde(default)]
        raw: bool,
    },
    /// Take a message of ours back, for everybody. Answered by `queued`.
    MessageDelete {
        /// Where.
        to: Destination,
        /// Id of the message.
        message_id: String,
    },
    /// How far messages came. Answered by `outbox`, in the order of the ids.
    MessageStatus {
        /// Their ids.
        message_ids: Vec<String>,
    },
    /// Who the accounts are on WhatsApp. Answered by `directory_self`.
    DirectorySelf {
        /// Only this one.
        account: Option<String>,
    },
    /// The groups that the accounts are in, as WhatsApp tells them. Answered by `directory_groups`.
    DirectoryGroups {
        /// Only this account's.
        account: Option<String>,
    },
    /// Messages of the outbox, newest first. Answered by `outbox`.
    OutboxList {
        /// Only this account's.
        account: Option<String>,
        /// Only those in this state.
        state: Option<String>,
        /// Only those to this number, hidden id or group.
        chat: Option<Jid>,
        /// So many at most.
        limit: u32,
        /// Tell what they say, too.
        #[serde(default)]
        text: bool,
    },
    /// Take messages back that have not left. Answered by `changed`.
    OutboxCancel {
        /// Only among this account's.
        account: Option<String>,
        /// Their ids.
        message_ids: Vec<String>,
    },
    /// Send messages once more that failed, expired or were taken back. Answered by `changed`.
    OutboxRetry {
        /// Only among this account's.
        account: Option<String>,
        /// Their ids.
        message_ids: Vec<String>,
    },
    /// Tasks, those that run next first. Answered by `tasks`.
    TasksList {
        /// Only this account's.
        account: Option<String>,
        /// Only those whose results go to this number, hidden id or group.
        chat: Option<Jid>,
        /// Those that are done, too.
        #[serde(default)]
        all: bool,
        /// So many at most.
        limit: u32,
        /// Only those of this agent.
        #[serde(default)]
        for_agent: Option<ForAgent>,
    },
    /// One Task. Answered by `task`.
    TasksShow {
        /// Its id.
        id: String,
    },
    /// Make a Task. Answered by `task`.
    TasksNew(Box<TaskRequest>),
    /// Run a Task now, also one that is paused or done. Answered by `task_run`.
    TasksRun {
        /// Its id.
        id: String,
    },
    /// The runs of a Task, newest first; also of one that is gone. Answered by `task_runs`.
    TasksRuns {
        /// Its id.
        id: String,
        /// So many at most.
        limit: u32,
    },
    /// The last run of a Task that took place and ended. Answered by `task_run`.
    TasksLast {
        /// Its id.
        id: String,
    },
    /// Let a Task wait until it is resumed. Answered by `task`.
    TasksPause {
        /// Its id.
        id: String,
    },
    /// Let a Task run again, from now on. Answered by `task`.
    TasksResume {
        /// Its id.
        id: String,
    },
    /// Change a Task. Answered by `task`.
    TasksEdit {
        /// Its id.
        id: String,
        /// What is to be different.
        edit: Box<TaskEdit>,
    },
    /// Delete a Task, and end what runs of it. Answered by `done`.
    TasksCancel {
        /// Its id.
        id: String,
    },
    /// End one run of a Task. Answered by `done`.
    TasksCancelRun {
        /// Its number.
        run: i64,
    },
    /// Move the wall clock of a simulation on, so that what is due later is due now. Answered by `done`; by `refused`
    /// where the clock is real. For `fased simulate` alone, so no verb of the command line asks for it.
    ClockAdvance {
        /// By so many milliseconds.
        ms: u64,
    },
    /// Everything that happens from now on. Answered by `watched` events without end.
    Watch,
}

/// A pairing request, named by its code or by its sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingWho {
    /// The eight-character code, any case.
    Code(String),
    /// The sender's number or hidden id.
    Sender(String),
}
