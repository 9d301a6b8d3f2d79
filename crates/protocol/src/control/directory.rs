//! Who the accounts are, and which groups they are in.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// An account as others know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnInfo {
    /// Account id.
    pub account: String,
    /// What the config calls it.
    pub name: Option<String>,
    /// Its number, once linked.
    pub phone: Option<String>,
    /// Its hidden id, once known.
    pub lid: Option<String>,
    /// State of its link: `ready`, `backing_off`, `unlinked`, …
    pub state: String,
}

/// A group that an account is in, as WhatsApp tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOf {
    /// Account id.
    pub account: String,
    /// The group's address.
    pub group: String,
    /// What it is called.
    pub subject: Option<Private>,
    /// How many are in it.
    pub members: u64,
    /// Only admins may write.
    pub announce: bool,
    /// Its members are addressed by hidden ids.
    pub by_lid: bool,
    /// This account may change the group, and write where only admins may.
    pub admin: bool,
}
