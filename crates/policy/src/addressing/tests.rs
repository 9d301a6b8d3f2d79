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
