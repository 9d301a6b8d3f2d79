//! `/stop`: ends what is under way in this conversation, and drops what waits in it; where several agents answer, of all. So is what
//! still works on messages of this chat for anybody who answers here no more.

use anyhow::Result;

use super::{Answer, Asked};

/// Ended twice it is ended, so this need not be one with its answer.
pub(super) async fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let several = asked.several();
    let mut sessions = match &several {
        Some(several) => several.sessions(),
        None => vec![place.session.as_str()],
    };
    // Who answered here before the config was changed may still be at it.
    let store = asked.store();
    let answered = store.answered_in(asked.account(), &asked.addresses).await?;
    sessions.extend(answered.iter().map(String::as_str));
    sessions.sort_unstable();
    sessions.dedup();
    let stopped = asked.shared.engine.stop(store, &sessions).await?;
    Ok(Answer::says(match (stopped.was_running, stopped.waiting) {
        (true, 0) => "Stopped.".to_owned(),
        (true, 1) => "Stopped, and one that waited was dropped.".to_owned(),
        (true, waiting) => format!("Stopped, and {waiting} that waited were dropped."),
        (false, 0) => "Nothing is under way here.".to_owned(),
        (false, 1) => "One that waited was dropped; nothing was under way.".to_owned(),
        (false, waiting) => format!("{waiting} that waited were dropped; nothing was under way."),
    }))
}
