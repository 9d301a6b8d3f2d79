use rstest::rstest;

use super::*;
use crate::ids::Identity;

const GROUP: &str = "120363000000000001@g.us";
const BO: &str = "15550100002@s.whatsapp.net";

#[rstest]
#[case::direct(BO, true, Groups::Never, false, true)]
#[case::direct_switched_off(BO, false, Groups::Always, true, false)]
#[case::always(GROUP, false, Groups::Always, false, true)]
#[case::mentioned(GROUP, true, Groups::Mentions, true, true)]
#[case::not_mentioned(GROUP, true, Groups::Mentions, false, false)]
#[case::never(GROUP, true, Groups::Never, true, false)]
#[case::no_conversation("status@broadcast", true, Groups::Always, true, false)]
fn shown(
    #[case] chat: &str,
    #[case] direct: bool,
    #[case] groups: Groups,
    #[case] mentions_us: bool,
    #[case] expected: bool,
) {
    let rules = AckRules {
        emoji: "👀".to_owned(),
        direct,
        groups,
    };
    let chat = ChatId::from_jids(chat, None, &Identity::default());
    assert_eq!(applies(&rules, &chat, mentions_us), expected);
}

#[test]
fn a_reaction_is_one_emoji_or_none() {
    for one in ["", "👍", "❤️", "👍🏽", "👨‍👩‍👧", "🇩🇪", "1️⃣", "❤"] {
        assert!(is_reaction(one), "{one}");
    }
    for other in ["ok", "👍👍", "👍 ", "a", "great work", "🇩🇪🇫🇷"] {
        assert!(!is_reaction(other), "{other}");
    }
}
