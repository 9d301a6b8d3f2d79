use proptest::prelude::*;
use rstest::rstest;

use super::SendState::{
    Cancelled, Delivered, Expired, Failed, Played, Queued, Read, Sending, ServerAck, Unknown, Written,
};
use super::*;

#[rstest]
#[case::claimed(Queued, Sending, Sending)]
#[case::taken_back(Queued, Cancelled, Cancelled)]
#[case::too_old(Queued, Expired, Expired)]
#[case::never_reached_the_socket(Sending, Queued, Queued)]
#[case::written(Sending, Written, Written)]
#[case::process_gone_while_sending(Sending, Unknown, Unknown)]
#[case::too_late_to_take_back(Sending, Cancelled, Sending)]
#[case::written_is_not_queued_again(Written, Queued, Written)]
#[case::no_ack(Written, Unknown, Unknown)]
#[case::ack(Written, ServerAck, ServerAck)]
#[case::receipt_before_ack(Written, Delivered, Delivered)]
#[case::ack_after_receipt(Delivered, ServerAck, Delivered)]
#[case::ack_twice(ServerAck, ServerAck, ServerAck)]
#[case::late_ack_wins_over_unknown(Unknown, ServerAck, ServerAck)]
#[case::late_receipt_wins_over_unknown(Unknown, Read, Read)]
#[case::same_id_again(Unknown, Sending, Sending)]
#[case::unknown_refused(Unknown, Failed, Failed)]
#[case::unknown_too_old(Unknown, Expired, Expired)]
#[case::unknown_is_not_queued_under_a_new_attempt(Unknown, Queued, Unknown)]
#[case::refusal_after_ack(ServerAck, Failed, ServerAck)]
#[case::read(Delivered, Read, Read)]
#[case::played(Read, Played, Played)]
#[case::read_after_played(Played, Read, Played)]
#[case::failed_is_final(Failed, ServerAck, Failed)]
#[case::expired_is_final(Expired, Sending, Expired)]
#[case::cancelled_is_final(Cancelled, Queued, Cancelled)]
fn news(#[case] from: SendState, #[case] to: SendState, #[case] expected: SendState) {
    assert_eq!(from.advance(to), expected);
}

#[test]
fn words_are_read_back() {
    for state in SendState::ALL {
        assert_eq!(SendState::parse(state.as_str()), Some(state));
    }
    assert_eq!(SendState::parse("sent"), None);
}

fn any_state() -> impl Strategy<Value = SendState> {
    proptest::sample::select(SendState::ALL.to_vec())
}

proptest! {
    #[test]
    fn the_same_news_twice_changes_nothing(from in any_state(), to in any_state()) {
        let once = from.advance(to);
        prop_assert_eq!(once.advance(to), once);
    }

    #[test]
    fn what_whatsapp_confirmed_stays_confirmed(news in proptest::collection::vec(any_state(), 0..30)) {
        let mut state = Queued;
        for to in news {
            let next = state.advance(to);
            prop_assert!(!state.is_confirmed() || next.is_confirmed());
            prop_assert!(!state.is_settled() || next.is_settled());
            state = next;
        }
    }

    #[test]
    fn confirmations_may_come_in_any_order(mut news in proptest::sample::subsequence(vec![ServerAck, Delivered, Read, Played], 1..=4).prop_shuffle()) {
        let arrived = news.iter().fold(Written, |state, to| state.advance(*to));
        news.sort_by_key(|state| state.confirmed_rank());
        prop_assert_eq!(Some(&arrived), news.last());
    }
}
