//! By which account, and to whom: what every verb that sends finds out first.

use fased_policy::ids::Target;
use fased_policy::lifecycle::Status;
use fased_protocol::control::{ControlError, Destination, ErrorCode};

use super::{Live, internal, outbox_list};
use crate::account::{Account, Shared, next_action};

/// States in which nothing can ever leave, until a person does something.
const DEAD: [Status; 4] = [
    Status::Disabled,
    Status::Unlinked,
    Status::LoggedOut,
    Status::Forbidden,
];

/// The account that sends, and to whom.
pub(super) async fn find(live: &Live, to: &Destination) -> Result<(Account, Target), ControlError> {
    let account = account(live, to.account.as_deref()).await?;
    let config = account.shared().config();
    let target = match (&to.target, &config.default_to) {
        (Some(written), _) => target(&written.0)?,
        (None, Some(default)) => default.clone(),
        (None, None) => {
            return Err(usage(
                "nobody is named to send this to".to_owned(),
                "add --target with a number, a hidden id or a group, or name one for good: fased config set channels.whatsapp.defaultTo +15551234567",
            ));
        }
    };
    Ok((account, target))
}

/// The named account, else the only one that is linked; it must be able to send sooner or later.
pub(super) async fn account(live: &Live, named: Option<&str>) -> Result<Account, ControlError> {
    if let Some(id) = named {
        let account = live.account(id).await?;
        return match dead(&account) {
            Some(status) => Err(not_ready(&account, status)),
            None => Ok(account),
        };
    }
    let accounts = live.accounts().await?;
    let linked: Vec<&Account> = accounts
        .values()
        .filter(|account| dead(account).is_none())
        .collect();
    match linked.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let Some(first) = accounts.values().next() else {
                return Err(usage(
                    "there is no account in the config".to_owned(),
                    "fased channels add",
                ));
            };
            Err(not_ready(first, dead(first).unwrap_or(Status::Unlinked)))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|account| account.shared().id()).collect();
            Err(usage(
                format!("more than one account is linked: {}", ids.join(", ")),
                "name one of them: --account ID",
            ))
        }
    }
}

fn dead(account: &Account) -> Option<Status> {
    // Who it is on WhatsApp is known from its first link on.
    if account.shared().config().enabled && account.shared().own().is_empty() {
        return Some(Status::Unlinked);
    }
    let state = account.view().stored.state;
    DEAD.into_iter().find(|status| status.as_str() == state)
}

fn not_ready(account: &Account, status: Status) -> ControlError {
    let id = account.shared().id();
    ControlError {
        code: ErrorCode::NotReady,
        message: format!("account {id} cannot send: {}", status.sentence()),
        next: next_action(status, id),
    }
}

/// Why a message waits, if the account cannot send at this moment.
pub(super) fn waits_for(account: &Account) -> Option<String> {
    if account.shared().link.borrow().is_some() {
        return None;
    }
    let view = account.view();
    let next = view
        .stored
        .next
        .map(|next| format!(" Next: {next}"))
        .unwrap_or_default();
    Some(format!("{}{next}", view.stored.sentence))
}

/// Reads an address.
pub(super) fn target(text: &str) -> Result<Target, ControlError> {
    Target::parse(text).map_err(|error| {
        usage(
            format!("{text:?} cannot be written to: {error}"),
            "give a number as +15551234567, a hidden id as …@lid, or a group as …@g.us (see: fased directory groups)",
        )
    })
}

/// Every address under which a chat may be recorded.
pub(super) async fn addresses(shared: &Shared, target: &Target) -> Result<Vec<String>, ControlError> {
    outbox_list::addresses(&shared.store, target)
        .await
        .map_err(|error| internal(&error))
}

pub(super) fn usage(message: String, next: &str) -> ControlError {
    ControlError {
        code: ErrorCode::Usage,
        message,
        next: next.to_owned(),
    }
}
