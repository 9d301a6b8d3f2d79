//! Codes, and who gets one.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const NOW: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A live message of a stranger to a dedicated number, unless a row says otherwise.
#[derive(Debug, Clone, Copy)]
struct Case {
    existing: Option<PendingFacts>,
    pending: usize,
    texts: usize,
    live: bool,
    observe_only: bool,
    personal: bool,
    silent: bool,
}

const STRANGER: Case = Case {
    existing: None,
    pending: 0,
    texts: 0,
    live: true,
    observe_only: false,
    personal: false,
    silent: false,
};
const TOLD: PendingFacts = PendingFacts {
    created_ms: NOW - 1,
    expires_ms: NOW - 1 + DAY_MS,
    text_sent: true,
};
const UNTOLD: PendingFacts = PendingFacts {
    text_sent: false,
    ..TOLD
};
const ENDED: PendingFacts = PendingFacts {
    created_ms: NOW - DAY_MS,
    expires_ms: NOW,
    text_sent: true,
};

#[rstest]
#[case::code_for_a_first_message(STRANGER, Ask::NewCode { send_text: true })]
#[case::live_backlog_gets_a_code_and_no_text(Case { live: false, ..STRANGER }, Ask::NewCode { send_text: false })]
#[case::code_second_message_changes_nothing(Case { existing: Some(TOLD), ..STRANGER }, Ask::KeepCode { send_text: false })]
#[case::reply_first_live_message_after_backlog(Case { existing: Some(UNTOLD), ..STRANGER }, Ask::KeepCode { send_text: true })]
#[case::live_backlog_after_backlog(Case { existing: Some(UNTOLD), live: false, ..STRANGER }, Ask::KeepCode { send_text: false })]
#[case::code_that_ended_is_replaced_and_told(Case { existing: Some(ENDED), ..STRANGER }, Ask::NewCode { send_text: true })]
#[case::cap_ended_code_and_no_room(Case { existing: Some(ENDED), pending: 3, ..STRANGER }, Ask::Full)]
#[case::cap_third_code(Case { pending: 2, ..STRANGER }, Ask::NewCode { send_text: true })]
#[case::cap_fourth_code(Case { pending: 3, ..STRANGER }, Ask::Full)]
#[case::cap_own_code_stands_when_full(Case { existing: Some(TOLD), pending: 3, ..STRANGER }, Ask::KeepCode { send_text: false })]
#[case::reply_tenth_text_of_the_hour(Case { texts: 9, ..STRANGER }, Ask::NewCode { send_text: true })]
#[case::reply_eleventh_text_of_the_hour(Case { texts: 10, ..STRANGER }, Ask::NewCode { send_text: false })]
#[case::reply_eleventh_text_of_a_kept_code(Case { existing: Some(UNTOLD), texts: 10, ..STRANGER }, Ask::KeepCode { send_text: false })]
#[case::reply_never_while_observing(Case { observe_only: true, ..STRANGER }, Ask::NewCode { send_text: false })]
#[case::reply_never_while_silent(Case { silent: true, ..STRANGER }, Ask::NewCode { send_text: false })]
#[case::personal_number_never_texts(Case { personal: true, ..STRANGER }, Ask::NewCode { send_text: false })]
#[case::personal_number_never_texts_for_a_kept_code(Case { existing: Some(UNTOLD), personal: true, ..STRANGER }, Ask::KeepCode { send_text: false })]
fn requests(#[case] case: Case, #[case] expected: Ask) {
    assert_eq!(ask(case), expected);
}

fn ask(case: Case) -> Ask {
    let rules = PairingRules {
        silent: case.silent,
        ..PairingRules::default()
    };
    let Case {
        existing,
        pending,
        texts,
        live,
        observe_only,
        personal,
        silent: _,
    } = case;
    on_request(
        existing.as_ref(),
        pending,
        texts,
        live,
        observe_only,
        personal,
        NOW,
        &rules,
    )
}

#[rstest]
#[case::after_the_link_opened(1_000, 900_000, true)]
#[case::thirty_seconds_before(970, 1_000_000, true)]
#[case::a_little_earlier(969, 1_000_000, false)]
#[case::hours_earlier(1_000, 40_000_000, false)]
#[case::clock_of_the_sender_ahead(2_000, 1_000_000, true)]
#[case::no_timestamp(0, 1_000_000, false)]
#[case::extreme(i64::MIN, i64::MIN, true)]
fn live_messages(#[case] timestamp_s: i64, #[case] opened_at_ms: i64, #[case] live: bool) {
    assert_eq!(is_live(timestamp_s, opened_at_ms), live);
}

#[rstest]
#[case::as_shown("ABCD2345", Some("ABCD2345"))]
#[case::lower_case("abcd2345", Some("ABCD2345"))]
#[case::spaces_around("  AbCd2345\n", Some("ABCD2345"))]
#[case::too_short("ABCD234", None)]
#[case::too_long("ABCD23456", None)]
#[case::letter_o("ABCDO345", None)]
#[case::digit_one("ABCD1345", None)]
#[case::space_inside("ABCD 345", None)]
#[case::eight_bytes_of_four_letters("éééé", None)]
#[case::empty("", None)]
fn typed_codes(#[case] text: &str, #[case] expected: Option<&str>) {
    assert_eq!(
        Code::parse(text).ok().map(|code| code.to_string()).as_deref(),
        expected
    );
}

#[test]
fn the_alphabet_holds_nothing_that_is_mistaken() {
    let mut letters = CODE_ALPHABET.to_vec();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), 32);
    assert!(!letters.iter().any(|letter| b"IO01".contains(letter)));
}

#[test]
fn the_text_names_number_code_and_command() {
    let code = Code::parse("ABCD2345").unwrap();
    let text = request_text("+15550100001", &code);
    assert!(text.contains("+15550100001"), "{text}");
    assert!(text.contains("fased pairing approve whatsapp ABCD2345"), "{text}");
}

#[test]
fn cap_follows_the_setting() {
    let rules = PairingRules {
        max_pending: 50,
        ..PairingRules::default()
    };
    let ask = |pending| on_request(None, pending, 0, true, false, false, NOW, &rules);
    assert_eq!(ask(49), Ask::NewCode { send_text: true });
    assert_eq!(ask(50), Ask::Full);
}

#[test]
fn a_log_gets_no_code() {
    assert_eq!(format!("{:?}", Code::parse("ABCD2345").unwrap()), "Code(…)");
}

#[test]
fn a_code_lives_for_its_time_from_its_creation() {
    assert_eq!(PairingRules::default().expires_ms(NOW), NOW + DAY_MS);
    let last_moment = PendingFacts {
        expires_ms: NOW + 1,
        ..TOLD
    };
    assert_eq!(
        ask(Case {
            existing: Some(last_moment),
            ..STRANGER
        }),
        Ask::KeepCode { send_text: false }
    );
}

/// One sender writes again and again while the account is restarted in between: what is stored decides.
#[test]
fn one_text_in_the_life_of_a_code() {
    let mut request = None;
    let mut texts = 0;
    for minute in 0..2_000_i64 {
        let now = NOW + minute * 60_000;
        let live = minute % 3 != 0;
        let rules = PairingRules::default();
        match on_request(request.as_ref(), 0, 0, live, false, false, now, &rules) {
            Ask::NewCode { send_text } => {
                request = Some(PendingFacts {
                    created_ms: now,
                    expires_ms: rules.expires_ms(now),
                    text_sent: send_text,
                });
                texts += i32::from(send_text);
            }
            Ask::KeepCode { send_text } => {
                if send_text {
                    request.as_mut().unwrap().text_sent = true;
                    texts += 1;
                }
            }
            Ask::Full => panic!("there is room"),
        }
    }
    assert_eq!(texts, 2, "2,000 minutes are two lives of a code");
}

proptest! {
    #[test]
    fn codes_survive_display(bytes in any::<[u8; 8]>()) {
        let code = code_from(bytes);
        let shown = code.to_string();
        prop_assert_eq!(shown.len(), CODE_LEN);
        prop_assert_eq!(Code::parse(&shown), Ok(code));
        prop_assert_eq!(Code::parse(&shown.to_lowercase()), Ok(code));
    }

    #[test]
    fn every_five_bits_count(bytes in any::<[u8; 8]>(), place in 0_usize..8, flip in 1_u8..32) {
        let mut other = bytes;
        other[place] ^= flip;
        prop_assert_ne!(code_from(bytes), code_from(other));
    }

    #[test]
    fn nothing_is_ever_sent_for_backlog_or_from_a_personal_number(
        existing in proptest::option::of(prop_oneof![Just(TOLD), Just(UNTOLD), Just(ENDED)]),
        pending in 0_usize..6,
        texts in 0_usize..20,
        (live, observe_only, personal, silent) in any::<(bool, bool, bool, bool)>(),
    ) {
        let sends = match ask(Case { existing, pending, texts, live, observe_only, personal, silent }) {
            Ask::KeepCode { send_text } | Ask::NewCode { send_text } => send_text,
            Ask::Full => false,
        };
        prop_assert!(!sends || (live && !observe_only && !personal && !silent && texts < 10));
    }
}
