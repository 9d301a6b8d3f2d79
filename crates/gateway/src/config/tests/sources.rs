//! Where everything is written.

use fased_policy::access::Setting;
use fased_policy::ids::GroupId;

use super::super::{KeyPath, Level, Step, join};
use super::valid;

const TEXT: &str = r#"{
  messages: { groupChat: { mentionPatterns: ["@all"] } },
  agents: { list: [
    { id: "a",
      mentionPatterns: ["@a"] },
    { id: "b" },
  ] },
  channels: {
    whatsapp: {
      dmPolicy: "pairing",
      pairing: {
        maxPending: 5 },
      groups: {
        "120363000000000001@g.us": {
          requireMention: false },
        "*": { enabled: true },
      },
      accounts: {
        work: {
          dmPolicy: "disabled" },
        "2nd": {
          mode: "personal" },
      },
    },
  },
}
"#;

#[test]
fn each_setting_knows_its_line() {
    let config = valid(TEXT);
    let work = &config.accounts["work"].sources;
    let second = &config.accounts["2nd"].sources;
    let group = GroupId::parse("120363000000000001@g.us").expect("a group");
    let of = |setting, agent| {
        let source = work.of_setting(setting, Some(&group), agent);
        (source.level, source.line)
    };
    assert_eq!(of(Setting::DmPolicy, "a"), (Level::Account, Some(20)));
    assert_eq!(of(Setting::MaxPending, "a"), (Level::Root, Some(12)));
    assert_eq!(of(Setting::RequireMention, "a"), (Level::Root, Some(15)));
    assert_eq!(of(Setting::AnyGroupEnabled, "a"), (Level::Root, Some(16)));
    assert_eq!(of(Setting::Groups, "a"), (Level::Root, Some(13)));
    assert_eq!(of(Setting::GroupPolicy, "a"), (Level::Default, None));
    assert_eq!(of(Setting::MentionPatterns, "a"), (Level::Global, Some(5)));
    assert_eq!(of(Setting::MentionPatterns, "b"), (Level::Global, Some(2)));
    assert_eq!(second.of("mode").line, Some(22));
    assert_eq!(second.of("mode").path, "channels.whatsapp.accounts[\"2nd\"].mode");
    assert_eq!(second.of("dmPolicy").line, Some(10));
    assert_eq!(work.line("channels.whatsapp.accounts.work"), Some(19));
}

#[test]
fn key_paths_are_read_back() {
    for path in [
        "a.b",
        "channels.whatsapp.groups[\"120363000000000001@g.us\"].requireMention",
        "channels.whatsapp.groups[\"*\"]",
        "agents.list[0].id",
    ] {
        assert_eq!(KeyPath::parse(path).expect("a path").to_string(), path);
    }
    let group = Step::Name("120363000000000001@g.us".to_owned());
    for sloppy in [
        "channels.whatsapp.groups.120363000000000001@g.us.enabled",
        "channels.whatsapp.groups[120363000000000001@g.us].enabled",
        "channels.whatsapp.groups['120363000000000001@g.us'].enabled",
    ] {
        assert_eq!(
            KeyPath::parse(sloppy).expect("a path").steps[3],
            group,
            "{sloppy}"
        );
    }
    assert!(KeyPath::parse("a.b[+]").expect("a path").append);
    for wrong in ["", ".", "a.", ".a", "a..b", "a[", "a[\"b]", "a[+].b", "a[\"b\"x"] {
        assert!(KeyPath::parse(wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(join("a", "b c"), "a[\"b c\"]");
}
