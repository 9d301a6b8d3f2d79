//! `/new`: the conversation begins anew. What was asked before it belongs to the conversation before, also what still waits
//! for its turn; what is said after it belongs to the new one.

use super::{Answer, Asked};
use crate::session::several::Several;
use crate::store::Change;

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    if let Some(several) = asked.several() {
        return of_all(asked, &several);
    }
    let place = asked.place();
    // Words of a run belong to the conversation that it began in, however late they come.
    let but = if asked.shared.engine.running.is_running(&place.session) {
        " The answer that is being made still belongs to the one before; /stop ends it."
    } else {
        ""
    };
    Answer {
        text: format!(
            "A new conversation begins: {} is not told any more what was said before.{but}",
            asked.agent_name(&place.agent)
        ),
        changes: vec![Change::BeginAnew {
            session: place.session,
        }],
    }
}

/// What waits to be shared out was asked before as well, so that is done first.
fn of_all(asked: &Asked<'_>, several: &Several) -> Answer {
    let running = &asked.shared.engine.running;
    let is_running = several
        .places
        .iter()
        .any(|place| running.is_running(&place.session));
    let but = if is_running {
        " Answers that are being made still belong to the one before; /stop ends them."
    } else {
        ""
    };
    let is_told = match several.places.len() {
        1 => "is not told",
        _several => "are not told",
    };
    let gathered = std::iter::once(Change::ShareOut {
        session: several.gathers_in.clone(),
    });
    let anew = several.places.iter().map(|place| Change::BeginAnew {
        session: place.session.clone(),
    });
    Answer {
        text: format!(
            "A new conversation begins: {} {is_told} any more what was said before.{but}",
            asked.names_of(several)
        ),
        changes: gathered.chain(anew).collect(),
    }
}
