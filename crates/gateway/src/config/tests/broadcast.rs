//! `broadcast`: what is taken, what is wrong and how that is told.

use fased_policy::ids::{ChatId, GroupId, Identity, Phone};
use fased_policy::mention::Patterns;
use rstest::rstest;

use super::{problems, valid};
use crate::config::{Agents, Config, KeyPath, schema};

const GROUP: &str = "120363000000000001@g.us";

fn config(broadcast: &str) -> String {
    format!(
        "{{ agents: {{ list: [ {{ id: 'main' }}, {{ id: 'ops', name: 'Operations', mentionPatterns: ['operator'] }}, {{ id: 'law' }} ] }},
            messages: {{ groupChat: {{ mentionPatterns: ['helper'] }} }},
            broadcast: {broadcast} }}"
    )
}

fn agents(config: &Config) -> &Agents {
    &config.accounts["default"].agents
}

#[test]
fn every_form_of_a_chat_is_taken_with_its_agents_in_their_order() {
    let config = valid(&config(
        "{ strategy: 'sequential', '120363000000000001@g.us': ['ops', 'main'],
           '+1 (555) 010-0001': ['main'], '100000000000001@lid': ['main', 'ops', 'law'] }",
    ));
    let listed = &agents(&config).broadcasts;
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|broadcast| broadcast.in_turn));
    let account = &config.accounts["default"];
    let anna = Identity::from(Phone::parse("+15550100001").expect("a number"));
    let group = ChatId::Group(GroupId::parse(GROUP).expect("a group"));
    let of_group = account.broadcast(&group, &anna).expect("there");
    assert_eq!(of_group.agents, ["ops", "main"]);
    assert!(of_group.patterns.match_text("operator!") && of_group.patterns.match_text("helper!"));
    let direct = ChatId::Direct(anna.clone());
    assert_eq!(account.broadcast(&direct, &anna).expect("there").agents, ["main"]);
    let bert = Identity::from(Phone::parse("+15550100002").expect("a number"));
    assert!(account.broadcast(&ChatId::Direct(bert.clone()), &bert).is_none());
    assert!(account.phones().any(|phone| anna.phone.as_ref() == Some(phone)));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn they_answer_at_the_same_time_unless_the_config_says_otherwise() {
    for text in [
        "{ '+15550100001': ['main', 'ops'] }",
        "{ strategy: 'parallel', '+15550100001': ['main', 'ops'] }",
    ] {
        let config = valid(&config(text));
        assert!(!agents(&config).broadcasts[0].in_turn, "{text}");
    }
    assert!(agents(&valid(&config("{}"))).broadcasts.is_empty());
}

#[rstest]
#[case::no_object("[]", "broadcast", "an object", "")]
#[case::another_strategy(
    "{ strategy: 'random' }",
    "broadcast.strategy",
    "\"parallel\", \"sequential\"",
    ""
)]
#[case::a_slip(
    "{ stratgy: 'parallel' }",
    "broadcast.stratgy",
    "the address of a group",
    "did you mean strategy?"
)]
#[case::a_name(
    "{ Family: ['main'] }",
    "broadcast.Family",
    "found \"Family\"",
    "names are not known"
)]
#[case::half_an_address(
    "{ '120363000000000001': ['main'] }",
    "broadcast[\"120363000000000001\"]",
    "the address of a group",
    "write \"120363000000000001@g.us\""
)]
#[case::everybody(
    "{ '*': ['main'] }",
    "broadcast[\"*\"]",
    "the address of a group",
    "there is no wildcard; name each chat"
)]
#[case::all_groups(
    "{ groups: ['main'] }",
    "broadcast.groups",
    "the address of a group",
    "there is no wildcard; name each chat"
)]
#[case::a_national_number(
    "{ '0155501000': ['main'] }",
    "broadcast[\"0155501000\"]",
    "the address of a group",
    "a leading 0"
)]
#[case::no_list(
    "{ '+15550100001': 'main' }",
    "broadcast[\"+15550100001\"]",
    "a list of texts",
    "put it in brackets"
)]
#[case::nobody(
    "{ '+15550100001': [] }",
    "broadcast[\"+15550100001\"]",
    "found 0 agents; allowed are 1 to 8",
    "take the entry out"
)]
#[case::an_empty_name(
    "{ '+15550100001': ['main', ''] }",
    "broadcast[\"+15550100001\"][1]",
    "an empty text",
    ""
)]
#[case::no_such_agent(
    "{ '+15550100001': ['main', 'opps'] }",
    "broadcast[\"+15550100001\"][1]",
    "there is no agent \"opps\"",
    "did you mean \"ops\"?"
)]
#[case::a_name_for_an_id(
    "{ '+15550100001': ['main', 'Operations'] }",
    "broadcast[\"+15550100001\"][1]",
    "there is no agent \"Operations\"",
    "that is its name; write its id: \"ops\""
)]
#[case::twice(
    "{ '+15550100001': ['main', 'ops', 'main'] }",
    "broadcast[\"+15550100001\"][2]",
    "\"main\" is named twice",
    "keep one"
)]
#[case::one_chat_twice(
    "{ '+15550100001': ['main'], '+1 555 010 0001': ['ops'] }",
    "broadcast[\"+1 555 010 0001\"]",
    "\"+15550100001\" is the same chat",
    "keep one"
)]
#[case::a_number_for_a_name("{ '+15550100001': [1] }", "broadcast[\"+15550100001\"][0]", "a text", "")]
fn what_is_wrong_is_named_with_its_place(
    #[case] broadcast: &str,
    #[case] path: &str,
    #[case] message: &str,
    #[case] hint: &str,
) {
    let found = problems(&config(broadcast));
    assert_eq!(found.len(), 1, "{found:?}");
    let problem = &found[0];
    assert_eq!((problem.path.as_str(), problem.line), (path, 3), "{problem:?}");
    assert!(problem.message.contains(message), "{problem:?}");
    assert!(
        problem.hint.as_deref().unwrap_or_default().contains(hint),
        "{problem:?}"
    );
}

#[test]
fn nine_are_too_many() {
    let ids: Vec<String> = (0..9).map(|number| format!("a{number}")).collect();
    let list: Vec<String> = ids.iter().map(|id| format!("{{ id: '{id}' }}")).collect();
    let text = |count: usize| {
        let (list, named) = (list.join(", "), ids[..count].join("', '"));
        format!("{{ agents: {{ list: [{list}] }}, broadcast: {{ '+15550100001': ['{named}'] }} }}")
    };
    valid(&text(8));
    let found = problems(&text(9));
    assert_eq!(found[0].message, "found 9 agents; allowed are 1 to 8");
}

#[test]
fn the_schema_takes_chats_and_nothing_else() {
    let schema = schema();
    let broadcast = &schema["properties"]["broadcast"];
    assert_eq!(broadcast["additionalProperties"], false);
    let (pattern, agents) = broadcast["patternProperties"]
        .as_object()
        .and_then(|patterns| patterns.iter().next())
        .expect("one");
    let chat = Patterns::new(&[pattern]).expect("a pattern");
    for fits in [GROUP, "+1 (555) 010-0001", "15550100001", "100000000000001@lid"] {
        assert!(chat.match_text(fits), "{fits}");
    }
    for not in ["*", "Family", "+0123456789", "status@broadcast", "strategy"] {
        assert!(!chat.match_text(not), "{not}");
    }
    assert_eq!((&agents["minItems"], &agents["maxItems"]), (&1.into(), &8.into()));
}

#[test]
fn a_key_that_somebody_types_is_known() {
    let kind = |path: &str| {
        let path = KeyPath::parse(path).expect("a path");
        super::super::keys::kind_at(&path.steps).map(|kind| format!("{kind:?}"))
    };
    assert_eq!(
        kind("broadcast.120363000000000001@g.us"),
        Ok("Some(Texts)".to_owned())
    );
    assert_eq!(
        kind("broadcast[\"+15550100001\"][0]"),
        Ok("Some(Text)".to_owned())
    );
    assert!(kind("broadcast.strategy").is_ok_and(|kind| kind.contains("Words")));
    let wrong = kind("broadcast.Family").expect_err("no chat");
    assert!(wrong.contains("the address of a group"), "{wrong}");
}
