//! How many verdicts fall in a second, on one thread. Prints one line of JSON for the bench.
//!
//! The mix is what a busy number sees: people who are listed, strangers, hidden ids, and groups with and without
//! a mention, in which ten patterns are tried, one of them without a fixed beginning; half of the texts hold letters
//! outside ASCII, which is what patterns of whole words find hardest. Ten thousand people
//! are listed. The facts stand ready, as they do when the gateway asks.
#![expect(clippy::print_stdout, reason = "its output is the figure")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use fased_policy::access::{DmPolicy, Facts, GroupPolicy, GroupRules, Groups, Nature, Rules, judge};
use fased_policy::ids::{AllowEntry, AllowList, ChatId, GroupId, Identity};
use fased_policy::mention::{Patterns, Said};

const LISTED: usize = 10_000;
const WARM_UP: Duration = Duration::from_millis(300);
const MEASURED: Duration = Duration::from_secs(1);

const PATTERNS: [&str; 10] = [
    r"\bgatey\b",
    r"@gatey",
    r"\bhey assistant\b",
    r"\bassistant[,:]",
    r"\b\w+bot\b",
    r"\brosa\s+bot\b",
    r"\bстраж\b",
    r"\basistente\b",
    r"\bassistente\b",
    r"🤖",
];

const TEXTS: [&str; 4] = [
    "Has anybody seen the keys of the van? I left them on the table in the kitchen, I think.",
    "Mañana llegamos a las nueve; ¿puede alguien traer café y algo de desayuno para todos?",
    "see you at 8 tonight, call me at +1 555 010 0042 if the train is late again",
    "Genau, das machen wir so: erst die Kühlung prüfen und dann später noch einmal messen.",
];

/// What [`Facts`] borrows, for one event of the mix.
struct Event {
    chat: ChatId,
    sender: Identity,
    text: String,
    mentions: Vec<Identity>,
}

fn main() {
    let own = Identity::from_jids("15550100009@s.whatsapp.net", Some("100000000000009@lid"));
    let patterns = Patterns::new(&PATTERNS).expect("the patterns are valid");
    let rules = rules();
    let events: Vec<Event> = (0..1_000).map(|number| event(number, &own)).collect();
    let facts: Vec<Facts<'_>> = events.iter().map(|event| facts(event, &own, &patterns)).collect();
    per_second(&facts, &rules, WARM_UP);
    let all = per_second(&facts, &rules, MEASURED);
    let (groups, direct): (Vec<Facts<'_>>, Vec<Facts<'_>>) = facts
        .iter()
        .copied()
        .partition(|facts| matches!(facts.chat, ChatId::Group(_)));
    println!(
        "{{\"decisions_per_second\":{all:.0},\"direct_per_second\":{:.0},\"group_per_second\":{:.0},\"listed\":{LISTED}}}",
        per_second(&direct, &rules, MEASURED / 4),
        per_second(&groups, &rules, MEASURED / 4),
    );
}

/// By the time that this thread had a processor, where the system tells, so that a busy machine changes little.
fn per_second(facts: &[Facts<'_>], rules: &Rules, at_least: Duration) -> f64 {
    let (began, before) = (Instant::now(), processor_time());
    let mut decided = 0_u32;
    while began.elapsed() < at_least {
        for facts in facts {
            black_box(judge(black_box(facts), rules));
            decided += 1;
        }
    }
    let took = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        (None, _) | (_, None) => began.elapsed(),
    };
    f64::from(decided) / took.as_secs_f64()
}

fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn rules() -> Rules {
    let listed: AllowList = (0..LISTED)
        .filter_map(|number| AllowEntry::parse(&format!("+1555{number:07}")).ok())
        .collect();
    let mut groups = Groups {
        any: Some(GroupRules::default()),
        ..Groups::default()
    };
    for number in 0..50 {
        if let Ok(group) = GroupId::parse(&group_jid(number)) {
            groups.listed.insert(group, GroupRules::default());
        }
    }
    Rules {
        dm_policy: DmPolicy::Allowlist,
        allow_from: listed,
        group_policy: GroupPolicy::Allowlist,
        groups,
        ..Rules::default()
    }
}

fn group_jid(number: usize) -> String {
    format!("1203630000000{number:05}@g.us")
}

/// Of ten events: three of listed people, two of strangers, one hidden; three in groups of listed people, one
/// of them a mention; and one in a group of a stranger.
fn event(number: usize, own: &Identity) -> Event {
    let listed = format!("1555{:07}:{}@s.whatsapp.net", number * 7 % LISTED, number % 9);
    let stranger = format!("1556{number:07}@s.whatsapp.net");
    let hidden = format!("10000000{number:07}@lid");
    let (chat, sender) = match number % 10 {
        0..=2 => (listed.clone(), listed),
        3 | 4 => (stranger.clone(), stranger),
        5 => (hidden.clone(), hidden),
        6..=8 => (group_jid(number % 70), listed),
        _ => (group_jid(number % 70), stranger),
    };
    let text = TEXTS[number / 10 % TEXTS.len()];
    Event {
        chat: ChatId::from_jids(&chat, None, own),
        sender: Identity::from_jids(&sender, None),
        text: match number % 10 {
            8 => format!("{text} What do you say, Gatey?"),
            _ => text.to_owned(),
        },
        mentions: match number % 20 {
            7 => vec![Identity::from_jids("15550000001@s.whatsapp.net", None)],
            _ => Vec::new(),
        },
    }
}

fn facts<'a>(event: &'a Event, own: &'a Identity, patterns: &'a Patterns) -> Facts<'a> {
    Facts {
        chat: &event.chat,
        sender: &event.sender,
        own,
        from_me: false,
        age_s: 1,
        own_echo: false,
        paired: false,
        identity_pending: false,
        nature: Nature::Said,
        said: Said {
            text: Some(&event.text),
            mentions: &event.mentions,
            quotes_gateway: false,
            patterns,
        },
        typed: true,
        activation: None,
        question: None,
    }
}
