use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::ids::{Lid, Phone};

const GROUP: &str = "120363000000000001@g.us";
const OTHER_GROUP: &str = "120363000000000002@g.us";

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn person(id: &str) -> Identity {
    Lid::parse(id)
        .map(Identity::from)
        .or_else(|_not_hidden| Phone::parse(id).map(Identity::from))
        .unwrap()
}

fn both(lid: &str, phone: &str) -> Identity {
    let mut both = person(lid);
    both.merge(&person(phone));
    both
}

/// Written as `agent`, `agent@account`, `agent=peer` or `agent@account=peer`.
fn bindings(texts: &[&str]) -> Vec<Binding> {
    let read = |(index, text): (usize, &&str)| {
        let (text, peer) = match text.split_once('=') {
            Some((text, peer)) => (text, Some(peer)),
            None => (*text, None),
        };
        let (agent, of) = match text.split_once('@') {
            Some((agent, of)) => (agent, Some(of)),
            None => (text, None),
        };
        Binding {
            index,
            agent: agent.to_owned(),
            account: of.map(account),
            peer: peer.map(|peer| match GroupId::parse(peer) {
                Ok(group) => Peer::Group(group),
                Err(_a_person) => Peer::Person(person(peer)),
            }),
        }
    };
    texts.iter().enumerate().map(read).collect()
}

fn groups(entries: &[(&str, Option<&str>)]) -> Groups {
    let mut groups = Groups::default();
    for (id, agent) in entries {
        let rules = GroupRules {
            agent: agent.map(str::to_owned),
            ..GroupRules::default()
        };
        match GroupId::parse(id) {
            Ok(id) => {
                groups.listed.insert(id, rules);
            }
            Err(_all_others) => groups.any = Some(rules),
        }
    }
    groups
}

fn answers(list: &[Binding], groups: &Groups, chat: &ChatId, sender: &Identity) -> (String, By) {
    let work = account("work");
    let place = Place {
        account: &work,
        chat,
        sender,
    };
    let rules = Rules {
        broadcasts: &[],
        bindings: list,
        groups,
        default: "main",
    };
    let Route { agent, by } = route(&place, &rules);
    (agent.to_owned(), by)
}

#[rstest]
#[case::nothing_is_said(&[], &[], "main", By::Default)]
#[case::the_channel(&["c"], &[], "c", By::ChannelBinding(0))]
#[case::the_account_before_the_channel(&["c", "a@work"], &[], "a", By::AccountBinding(1))]
#[case::another_account(&["a@home"], &[], "main", By::Default)]
#[case::the_group_before_the_account(&["a@work"], &[(GROUP, Some("g"))], "g", By::Group)]
#[case::what_the_group_leaves_open(&["a@work"], &[(GROUP, None), ("*", Some("any"))], "any", By::AnyGroup)]
#[case::another_group(&["a@work"], &[(OTHER_GROUP, Some("g"))], "a", By::AccountBinding(0))]
#[case::this_chat_before_all(&["c", "a@work", "p=120363000000000001@g.us"], &[(GROUP, Some("g"))], "p", By::PeerBinding(2))]
#[case::another_chat(&["p=120363000000000002@g.us"], &[], "main", By::Default)]
#[case::with_the_account_before_without(&["p=120363000000000001@g.us", "q@work=120363000000000001@g.us"], &[], "q", By::PeerBinding(1))]
#[case::this_chat_of_another_account(&["p@home=120363000000000001@g.us"], &[], "main", By::Default)]
fn in_a_group(
    #[case] list: &[&str],
    #[case] entries: &[(&str, Option<&str>)],
    #[case] agent: &str,
    #[case] by: By,
) {
    let chat = ChatId::Group(GroupId::parse(GROUP).unwrap());
    let found = answers(&bindings(list), &groups(entries), &chat, &person("+15550100001"));
    assert_eq!(found, (agent.to_owned(), by));
}

#[rstest]
#[case::by_number("p=+15550100001", person("+15550100001"), true)]
#[case::by_hidden_id("p=100000000000001@lid", person("100000000000001@lid"), true)]
#[case::by_the_number_behind_a_hidden_id("p=+15550100001", both("100000000000001@lid", "+15550100001"), true)]
#[case::digits_of_a_number_as_a_hidden_id("p=+15550100001", person("15550100001@lid"), false)]
#[case::digits_of_a_hidden_id_as_a_number("p=15550100001@lid", person("+15550100001"), false)]
#[case::somebody_else("p=+15550100002", person("+15550100001"), false)]
fn in_direct_messages(#[case] binding: &str, #[case] sender: Identity, #[case] bound: bool) {
    let named = groups(&[("*", Some("g"))]);
    let chat = ChatId::Direct(sender.clone());
    let found = answers(&bindings(&[binding]), &named, &chat, &sender);
    let expected = if bound {
        ("p".to_owned(), By::PeerBinding(0))
    } else {
        ("main".to_owned(), By::Default)
    };
    assert_eq!(found, expected);
}

/// The chat's address may be the hidden id alone, while the number of its only other member is known.
#[test]
fn what_is_known_of_the_sender_counts_for_their_chat() {
    let chat = ChatId::Direct(person("100000000000001@lid"));
    let sender = both("100000000000001@lid", "+15550100001");
    let list = bindings(&["p=+15550100001"]);
    let by = |chat: &ChatId| answers(&list, &Groups::default(), chat, &sender).1;
    assert_eq!(by(&chat), By::PeerBinding(0));
    assert_eq!(by(&ChatId::SelfChat), By::PeerBinding(0));
    let group = ChatId::Group(GroupId::parse(GROUP).unwrap());
    assert_eq!(
        by(&group),
        By::Default,
        "a person's binding is for direct messages"
    );
}

#[test]
fn of_two_names_of_one_person_the_first_in_the_list_wins() {
    let sender = both("100000000000001@lid", "+15550100001");
    let chat = ChatId::Direct(sender.clone());
    for (list, agent) in [
        (["p=+15550100001", "q=100000000000001@lid"], "p"),
        (["q=100000000000001@lid", "p=+15550100001"], "q"),
    ] {
        let found = answers(&bindings(&list), &Groups::default(), &chat, &sender);
        assert_eq!(found, (agent.to_owned(), By::PeerBinding(0)));
    }
}

/// Written as `first+second=peer`, each with a name that is a pattern.
fn broadcasts(texts: &[&str]) -> Vec<Broadcast> {
    let read = |text: &&str| {
        let (agents, peer) = text.split_once('=').unwrap();
        let bound = bindings(&[&format!("x={peer}")]).remove(0);
        let agents: Vec<String> = agents.split('+').map(str::to_owned).collect();
        Broadcast {
            key: peer.to_owned(),
            peer: bound.peer.unwrap(),
            in_turn: false,
            patterns: Patterns::new(&agents).unwrap(),
            agents,
        }
    };
    texts.iter().map(read).collect()
}

#[rstest]
#[case::none(&[], false, "+15550100001", "p")]
#[case::the_group(&["a+b=120363000000000001@g.us"], true, "+15550100001", "a b")]
#[case::whoever_writes_there(&["a+b=120363000000000001@g.us"], true, "100000000000009@lid", "a b")]
#[case::another_group(&["a+b=120363000000000002@g.us"], true, "+15550100001", "g")]
#[case::a_person_in_a_group(&["a+b=+15550100001"], true, "+15550100001", "g")]
#[case::a_person(&["a+b=+15550100001"], false, "+15550100001", "a b")]
#[case::another_person(&["a+b=+15550100002"], false, "+15550100001", "p")]
#[case::a_hidden_id(&["a=100000000000001@lid"], false, "100000000000001@lid", "a")]
#[case::digits_of_a_hidden_id(&["a=15550100001@lid"], false, "+15550100001", "p")]
#[case::the_first_of_one_chat(&["a=120363000000000001@g.us", "b=120363000000000001@g.us"], true, "+15550100001", "a")]
fn a_broadcast_of_this_chat_is_nearer_than_all_else(
    #[case] list: &[&str],
    #[case] in_group: bool,
    #[case] sender: &str,
    #[case] expected: &str,
) {
    let sender = person(sender);
    let chat = match in_group {
        true => ChatId::Group(GroupId::parse(GROUP).unwrap()),
        false => ChatId::Direct(sender.clone()),
    };
    let (work, named, bound) = (
        account("work"),
        groups(&[(GROUP, Some("g"))]),
        bindings(&["p@work=+15550100001"]),
    );
    let place = Place {
        account: &work,
        chat: &chat,
        sender: &sender,
    };
    let several = broadcasts(list);
    let rules = Rules {
        broadcasts: &several,
        bindings: &bound,
        groups: &named,
        default: "main",
    };
    let found = match answering(&place, &rules) {
        Answering::One(route) => route.agent.to_owned(),
        Answering::All(broadcast) => broadcast.agents.join(" "),
    };
    assert_eq!(found, expected);
    // Where one agent is meant, as of a Task, broadcasts are not asked.
    let one = if in_group { "g" } else { "p" };
    let expected = if sender.phone.is_some() || in_group {
        one
    } else {
        "main"
    };
    assert_eq!(route(&place, &rules).agent, expected);
}

/// The number of a person may be known while the chat goes by the hidden id, and the other way round.
#[test]
fn a_broadcast_of_a_person_is_found_by_all_that_is_known_of_them() {
    let chat = ChatId::Direct(person("100000000000001@lid"));
    let sender = both("100000000000001@lid", "+15550100001");
    let work = account("work");
    for (chat, list) in [
        (&chat, "a=+15550100001"),
        (&chat, "a=100000000000001@lid"),
        (&ChatId::SelfChat, "a=+15550100001"),
    ] {
        let place = Place {
            account: &work,
            chat,
            sender: &sender,
        };
        assert!(broadcast(&place, &broadcasts(&[list])).is_some(), "{list}");
    }
}

#[test]
fn the_names_of_all_count_each_once() {
    let lists = [&["ada", "bob"][..], &["bob", "cara"]].map(|list| Patterns::new(list).unwrap());
    let all = Patterns::of_all(&lists);
    for name in ["ada", "bob", "cara"] {
        assert!(all.match_text(&format!("hello {name}")));
    }
    assert!(!all.match_text("hello dora"));
    assert_eq!(format!("{all:?}").matches("bob").count(), 1);
}

/// What bindings may match, without two that match the same.
const MATCHES: [&str; 10] = [
    "",
    "@work",
    "@home",
    "=120363000000000001@g.us",
    "=120363000000000002@g.us",
    "@work=120363000000000001@g.us",
    "=+15550100001",
    "=+15550100002",
    "@work=+15550100001",
    "@home=+15550100002",
];

/// Some of them, each with an agent of its own.
fn a_list() -> impl Strategy<Value = Vec<String>> {
    let numbered: Vec<(usize, &str)> = MATCHES.into_iter().enumerate().collect();
    proptest::sample::subsequence(numbered, 0..=MATCHES.len()).prop_map(|list| {
        list.iter()
            .map(|(number, at)| format!("agent{number}{at}"))
            .collect()
    })
}

fn a_chat() -> impl Strategy<Value = (ChatId, Identity)> {
    let group = |id| (ChatId::Group(GroupId::parse(id).unwrap()), person("+15550100002"));
    let direct = |id| (ChatId::Direct(person(id)), person(id));
    prop_oneof![
        Just(group(GROUP)),
        Just(group(OTHER_GROUP)),
        Just(direct("+15550100001")),
        Just(direct("+15550100003")),
        Just((ChatId::SelfChat, person("+15550100002"))),
    ]
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

proptest! {
    /// Whatever the order of bindings that match different things, the same agent answers by the same rule.
    #[test]
    fn the_order_of_different_bindings_does_not_matter(
        (list, turned) in a_list().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        (chat, sender) in a_chat(),
        of_group in prop::option::of(Just("g")),
    ) {
        let entries = groups(&[(GROUP, of_group)]);
        let one = answers(&bindings(&texts(&list)), &entries, &chat, &sender);
        let other = answers(&bindings(&texts(&turned)), &entries, &chat, &sender);
        prop_assert_eq!(one.0, other.0);
        prop_assert_eq!(one.1.as_str(), other.1.as_str());
    }

    /// A binding of another chat or another account changes nothing.
    #[test]
    fn what_does_not_match_changes_nothing(
        list in a_list(),
        at in any::<prop::sample::Index>(),
        (chat, sender) in a_chat(),
    ) {
        let none = Groups::default();
        let before = answers(&bindings(&texts(&list)), &none, &chat, &sender);
        for unrelated in ["x@elsewhere", "x=+15550100099", "x=120363000000000099@g.us", "x=100000000000099@lid"] {
            let mut more = texts(&list);
            more.insert(at.index(more.len() + 1), unrelated);
            let after = answers(&bindings(&more), &none, &chat, &sender);
            prop_assert_eq!(&before.0, &after.0);
            prop_assert_eq!(before.1.as_str(), after.1.as_str());
        }
    }

    /// Who is told to answer was named, and by the rule that is told.
    #[test]
    fn the_rule_that_is_told_names_the_agent(list in a_list(), (chat, sender) in a_chat()) {
        let list = bindings(&texts(&list));
        let (agent, by) = answers(&list, &Groups::default(), &chat, &sender);
        match by {
            By::PeerBinding(index) | By::AccountBinding(index) | By::ChannelBinding(index) => {
                prop_assert_eq!(&agent, &list[index].agent);
            }
            By::Default => prop_assert_eq!(agent, "main"),
            By::Group | By::AnyGroup => prop_assert!(false, "no group names anybody"),
        }
    }
}
