//! Whether a question has got as far as WhatsApp: only then can somebody answer it.

use std::time::Duration;

use fased_policy::delivery::SendState;

use crate::clock;
use crate::store::Store;

/// Between two looks at how far a message came.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Waits until WhatsApp has taken all of these messages, but no longer than until this moment, Unix milliseconds.
///
/// # Errors
/// Why they will not get there, in words.
pub(super) async fn taken(store: &Store, account: &str, ids: &[String], until_ms: i64) -> Result<(), String> {
    for id in ids {
        while !is_taken(store, account, id).await? {
            if clock::now_ms() >= until_ms {
                return Err("WhatsApp did not take it in time".to_owned());
            }
            clock::pause(LOOK_EVERY).await;
        }
    }
    Ok(())
}

async fn is_taken(store: &Store, account: &str, id: &str) -> Result<bool, String> {
    let message = match store.own_message(account, id).await {
        Ok(message) => message.ok_or("its message is gone")?,
        Err(error) => return Err(format!("how far it came cannot be read: {error:#}")),
    };
    match SendState::parse(&message.state) {
        Some(state) if state.is_confirmed() => Ok(true),
        Some(state) if !state.is_settled() => Ok(false),
        Some(_) | None => Err(format!("its message is {}", message.state)),
    }
}
