use rstest::rstest;

use super::*;

const BO: &str = "15550100002@s.whatsapp.net";
const BO_LID: &str = "200300400500600@lid";

fn people() -> Vec<Identity> {
    vec![Identity::from_jids(BO, Some(BO_LID))]
}

#[rstest]
#[case::nobody("hello", false, "hello", &[])]
#[case::by_number("hello @+15550100002!", false, "hello @15550100002!", &[BO])]
#[case::by_hidden_id("@+15550100002 and @+15550100002", true, "@200300400500600 and @200300400500600", &[BO_LID])]
#[case::unknown_by_number("@+15550100009", false, "@15550100009", &["15550100009@s.whatsapp.net"])]
#[case::unknown_by_hidden_id("see @+15550100009", true, "see @+15550100009", &[])]
#[case::an_address("mail@+15550100002", false, "mail@+15550100002", &[])]
#[case::too_short("@+12", false, "@+12", &[])]
#[case::two("(@+15550100002,@+15550100009)", true, "(@200300400500600,@+15550100009)", &[BO_LID])]
fn rewritten(#[case] text: &str, #[case] by_lid: bool, #[case] expected: &str, #[case] mentions: &[&str]) {
    let addressed = addressed(text, by_lid, &people());
    assert_eq!(addressed.text, expected);
    assert_eq!(addressed.mentions, mentions);
}

#[rstest]
#[case::some("@+15550100002 and @+15550100003 ")]
#[case::nothing_else("@+1555010 ")]
#[case::none("nobody is meant here. ")]
fn no_message_outgrows_the_limit_by_its_mentions(#[case] sentence: &str) {
    const LIMIT: usize = 200;
    let text = sentence.repeat(60);
    let raw = |limit| crate::chunk::chunks_raw(&text, limit, crate::chunk::Mode::Length);
    let chunks = fitting(LIMIT, raw);
    let most = |chunks: &[String]| chunks.iter().map(|chunk| chunk.len() + growth(chunk)).max();
    assert!(most(&chunks) <= Some(LIMIT), "{chunks:?}");
    assert_eq!(chunks.concat().replace(' ', ""), text.replace(' ', ""));
    let grows = growth(&text) > 0;
    assert_eq!(
        most(&raw(LIMIT)) > Some(LIMIT),
        grows,
        "it would be too long otherwise"
    );
    assert_eq!(chunks == raw(LIMIT), !grows);
}

#[test]
fn what_cannot_be_cut_stays_as_it_is() {
    let text = "@+15550100002 ".repeat(30);
    let kept = vec![text];
    assert_eq!(fitting(200, |_| kept.clone()), kept);
}
