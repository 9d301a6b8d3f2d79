//! The way to the control page.

use serde::{Deserialize, Serialize};

use crate::private::Private;

/// A link to the control page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardInfo {
    /// Opens the page, once. Whoever has it may do everything that the page can.
    pub url: Private,
    /// Until when it may be used, Unix milliseconds.
    pub expires_ms: i64,
    /// Where the gateway listens, as `address:port`.
    pub address: String,
}
