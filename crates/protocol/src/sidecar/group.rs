//! Groups, as WhatsApp describes them.

use serde::{Deserialize, Serialize};

use crate::private::{Jid, Private};

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Group {
    /// `…@g.us`.
    pub jid: Jid,
    /// What it is called.
    pub subject: Option<Private>,
    /// Its members are addressed by hidden ids, not by numbers.
    pub by_lid: bool,
    /// Only admins may write.
    pub announce: bool,
    /// Who is in it.
    pub members: Vec<Member>,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Member {
    /// `…@s.whatsapp.net`, if WhatsApp tells it.
    pub phone: Option<Jid>,
    /// `…@lid`, if WhatsApp tells it.
    pub lid: Option<Jid>,
    /// May change the group.
    pub admin: bool,
}
