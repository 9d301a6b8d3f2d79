//! Who the accounts are on WhatsApp.

use fased_protocol::control::{AccountInfo, ControlResponse, OwnInfo};

/// `name` is what the config calls an account.
pub(crate) fn answer(accounts: Vec<AccountInfo>, name: impl Fn(&str) -> Option<String>) -> ControlResponse {
    let own = |info: AccountInfo| OwnInfo {
        name: name(&info.account),
        account: info.account,
        phone: info.phone,
        lid: info.lid,
        state: info.state,
    };
    ControlResponse::DirectorySelf {
        accounts: accounts.into_iter().map(own).collect(),
    }
}
