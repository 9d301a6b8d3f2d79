//! The sealed votes were made as WhatsApp's clients make them and read back with the library's own
//! `decryptPollVote` (baileys, lib/Utils/process-message.js): key from `hmacSign` over id, creator, voter, purpose and
//! 1, sealed with `aesEncryptGCM` under the nonce given here and `id\0voter` as associated data.

use rstest::rstest;

use super::*;

const ID: &str = "3EB0POLL";
const CREATOR: (&str, &str) = ("15550100001@s.whatsapp.net", "100000000000001@lid");
const VOTER: (&str, &str) = ("15550100002@s.whatsapp.net", "100000000000002@lid");
const OPTIONS: [&str; 3] = ["Pizza", "Pasta", "Salad"];

const PIZZA: (&str, &str) = (
    "101112131415161718191a1b",
    "160249a1a98edc4cb7c441f694f1f62e7f726db51c22dbe55d992eed6bd1f09abe48fc06583f62b4b754ef70c7c77783f7c5",
);
const PIZZA_AND_PASTA: (&str, &str) = (
    "202122232425262728292a2b",
    "fd21def347e9d3ff5f42a3b9a8c9efc18dcc2a9976839efe782344b97780cd778889b8e73b381053fa8a86408359ee53befe9b77932022514892f61794f6aeb635a0c231dc737091a2bc4c061bcdb57d1d574196",
);
const TAKEN_BACK: (&str, &str) = ("303132333435363738393a3b", "0cb160a3213f2f53a343bc69bf153a12");
const PASTA_AND_SUSHI: (&str, &str) = (
    "404142434445464748494a4b",
    "0237f58a1974b6ce9024ec43ac9fa9a3a586d99d52101ab24f7dd206baee1d1584f35d4515d4be0b676627733576fc02c2079a96dd3e46905c95a21bd951549d4fdbdd826478750b53b36e7dcb0c0e01f02b55f0",
);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect()
}

fn person(addresses: (&str, &str)) -> Identity {
    Identity::from_jids(addresses.0, Some(addresses.1))
}

fn read(creator: &Identity, voter: &Identity, id: &str, sealed: (&str, &str)) -> Result<Choice, Unreadable> {
    let secret: Vec<u8> = (1..=32).collect();
    let poll = Poll {
        id,
        creator,
        secret: &secret,
        options: &OPTIONS,
    };
    let (iv, payload) = (bytes(sealed.0), bytes(sealed.1));
    open(
        &poll,
        &Sealed {
            voter,
            payload: &payload,
            iv: &iv,
        },
    )
}

#[rstest]
#[case::under_both_numbers(PIZZA, &[0], 0)]
#[case::under_both_hidden_ids(PIZZA_AND_PASTA, &[0, 1], 0)]
#[case::taken_back_under_hidden_id_and_number(TAKEN_BACK, &[], 0)]
#[case::an_option_that_the_poll_does_not_have(PASTA_AND_SUSHI, &[1], 1)]
fn a_vote_is_read(#[case] sealed: (&str, &str), #[case] chosen: &[usize], #[case] unknown: usize) {
    let choice = read(&person(CREATOR), &person(VOTER), ID, sealed).expect("it can be read");
    assert_eq!((choice.chosen.as_slice(), choice.unknown), (chosen, unknown));
}

#[test]
fn a_vote_for_another_poll_of_another_voter_or_changed_on_the_way_is_not_read() {
    let (creator, voter) = (person(CREATOR), person(VOTER));
    let wrong = Err(Unreadable::WrongKey);
    assert_eq!(read(&creator, &voter, "3EB0OTHER", PIZZA), wrong);
    assert_eq!(read(&creator, &creator, ID, PIZZA), wrong, "somebody else's vote");
    assert_eq!(
        read(&person((CREATOR.1, CREATOR.1)), &voter, ID, PIZZA),
        wrong,
        "the number of the creator is not known"
    );
    let changed = PIZZA.1.replacen("16", "17", 1);
    assert_eq!(read(&creator, &voter, ID, (PIZZA.0, &changed)), wrong);
    assert_eq!(read(&creator, &voter, ID, (PIZZA.0, "")), wrong);
}

#[test]
fn what_is_no_vote_is_told_from_a_wrong_key() {
    let (creator, voter) = (person(CREATOR), person(VOTER));
    assert_eq!(
        read(&creator, &voter, ID, ("10", PIZZA.1)),
        Err(Unreadable::Malformed)
    );
    let long = "00".repeat(MAX_VOTE_BYTES + 1);
    assert_eq!(
        read(&creator, &voter, ID, (PIZZA.0, &long)),
        Err(Unreadable::Malformed)
    );
    let poll = Poll {
        id: ID,
        creator: &creator,
        secret: &[1; 31],
        options: &OPTIONS,
    };
    let vote = Sealed {
        voter: &voter,
        payload: &[],
        iv: &[0; 12],
    };
    assert_eq!(open(&poll, &vote), Err(Unreadable::NoSecret));
}

#[rstest]
#[case::nothing(&[], Some(0))]
#[case::other_fields_are_passed_over(&[0x10, 0x80, 0x01, 0x1a, 1, 7, 0x0a, 1, 9, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8], Some(1))]
#[case::longer_than_it_is(&[0x0a, 5, 1], None)]
#[case::a_length_beyond_all_bounds(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], None)]
#[case::a_number_without_end(&[0x10, 0xff], None)]
#[case::a_group(&[0x0b], None)]
fn protobuf_is_read_with_care(#[case] message: &[u8], #[case] found: Option<usize>) {
    assert_eq!(hashes(message).map(|hashes| hashes.len()), found);
}
