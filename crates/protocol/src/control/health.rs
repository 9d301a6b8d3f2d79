//! Whether all is well, and if not, what is to be done.

use serde::{Deserialize, Serialize};

/// The one answer that every surface gives to "is it well?".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// A gateway runs, and every account that is switched on is `ready`.
    pub ok: bool,
    /// What is wrong, and remarks that leave `ok` as it is; those of the gateway first, then account by account.
    pub problems: Vec<Problem>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Account id; absent where it is about the gateway.
    pub account: Option<String>,
    /// For scripts: the state of the account, or `no_gateway`, `no_answer`, `starting`, `login`, `config`,
    /// `store`.
    pub code: String,
    /// What that means, for people.
    pub sentence: String,
    /// The next command, if one helps.
    pub next: Option<String>,
    /// It is worth knowing, and messages flow all the same.
    #[serde(default)]
    pub warning: bool,
}
