//! What is not run again.

use super::super::fixtures::{ACCOUNT, NOW, admit, draft, message, store};
use crate::store::{Draft, Purpose, Taken, Wish};

#[tokio::test]
async fn what_an_agent_had_sent_by_itself_is_not_sent_again_by_running_it_again() {
    for (agent, at_ms, became) in [
        ("main", NOW, "interrupted"),
        ("main", NOW - 1, "queued"),
        ("coder", NOW, "queued"),
    ] {
        let (_dir, store) = store().await;
        let asked = message("M1", "hi");
        store.journal(ACCOUNT, &[asked], NOW).await.expect("journaled");
        store.decide(ACCOUNT, &[admit(1)], NOW).await.expect("decided");
        store.start_runs(&[1], &[1], NOW).await.expect("started");
        let by = Wish {
            agent: Some(agent.to_owned()),
            asked: None,
        };
        let sent = Draft {
            purpose: Purpose::Message,
            ..draft("OUT")
        };
        let taken = store.queue_messages(ACCOUNT, &[sent], &by, 9, at_ms).await;
        assert_eq!(taken.expect("committed"), Taken::Queued);
        let requeued = store.requeue_interrupted(ACCOUNT, NOW + 1, |_| None).await;
        let again = became == "queued";
        assert_eq!(
            requeued.expect("committed"),
            (u64::from(again), u64::from(!again))
        );
        assert_eq!(store.runs_for_tests().await[0].state, became, "{agent} {at_ms}");
    }
}
