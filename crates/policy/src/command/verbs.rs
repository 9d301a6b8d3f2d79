//! What the commands with words of their own ask for. Names and ids are as they were typed.

use crate::access::Activation;

/// `/activation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activating {
    /// Say what it is.
    Show,
    /// Choose for this group.
    Set(Activation),
    /// As the config says.
    Default,
}

/// `/agent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentVerb {
    /// All agents.
    List,
    /// Who answers here.
    Current,
    /// Let this one answer.
    Switch(String),
}

/// `/session`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionVerb {
    /// The sessions of this chat.
    List,
    /// The one in use.
    Current,
    /// Begin one, perhaps with a name.
    New(Option<String>),
    /// Go on with this one.
    Switch(String),
    /// Leave the one in use.
    Close,
}

/// `/pairing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairingVerb {
    /// Who waits.
    List,
    /// Let the holder of this code in.
    Approve(String),
    /// Refuse them.
    Deny(String),
}

/// `/task`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskVerb {
    /// Make one; for [`crate::task::parse_new`].
    New(String),
    /// Those of this chat, or all.
    List {
        /// Those that are done, and of other chats, too.
        all: bool,
    },
    /// One of them.
    Show(String),
    /// Start it now.
    Run(String),
    /// Its last runs.
    Runs {
        /// Which Task.
        id: String,
        /// How many; 1 to 50.
        count: Option<u32>,
    },
    /// Its last result.
    Last(String),
    /// Hold it.
    Pause(String),
    /// Let it go on.
    Resume(String),
    /// Change it.
    Edit {
        /// Which Task.
        id: String,
        /// What is to change.
        edit: Edit,
    },
    /// Delete it.
    Cancel(String),
    /// End a run.
    CancelRun(i64),
}

/// A change of a Task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// What it is called; `None` takes the name away.
    Name(Option<String>),
    /// What the agent is asked.
    Prompt(String),
    /// When it runs; for [`crate::schedule::parse`].
    Schedule(String),
}
