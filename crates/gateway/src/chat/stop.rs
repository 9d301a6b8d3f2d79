//! `/stop`: ends what is under way in this conversation, and drops what waits in it; where several agents answer, of all.

use anyhow::Result;

use super::{Answer, Asked};

/// Ended twice it is ended, so this need not be one with its answer.
pub(super) async fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let several = asked.several();
    let sessions = match &several {
        Some(several) => several.sessions(),
        None => vec![place.session.as_str()],
    };
    let stopped = asked.shared.engine.stop(asked.store(), &sessions).await?;
    Ok(Answer::says(match (stopped.was_running, stopped.waiting) {
        (true, 0) => "Stopped.".to_owned(),
        (true, 1) => "Stopped, and one that waited was dropped.".to_owned(),
        (true, waiting) => format!("Stopped, and {waiting} that waited were dropped."),
        (false, 0) => "Nothing is under way here.".to_owned(),
        (false, 1) => "One that waited was dropped; nothing was under way.".to_owned(),
        (false, waiting) => format!("{waiting} that waited were dropped; nothing was under way."),
    }))
}
