//! `/new`: the conversation begins anew. What was asked before it belongs to the conversation before, also what still waits
//! for its turn; what is said after it belongs to the new one.

use super::{Answer, Asked};
use crate::store::Change;

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
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
