//! Values of another kind than what belongs there: the hint is what was meant, to be copied.

use rstest::rstest;

use super::problems;

const AGENT: &str = "id: 'a', backend: 'command'";

/// The key that is told, and what is said to write.
#[rstest]
#[case::a_command_line(
    &format!("agents: {{ list: [{{ {AGENT}, command: 'python3 \"my answer.py\"' }}] }}"),
    "agents.list[0].command",
    r#"write command: { argv: ["python3", "my answer.py"] }"#
)]
#[case::a_list_for_the_command(
    &format!("agents: {{ list: [{{ {AGENT}, command: ['sh', 'a.sh'] }}] }}"),
    "agents.list[0].command",
    "write command: { argv: [ … ] }"
)]
#[case::words_in_one(
    &format!("agents: {{ list: [{{ {AGENT}, command: {{ argv: 'python3 answer.py' }} }}] }}"),
    "agents.list[0].command.argv",
    r#"write argv: ["python3", "answer.py"]"#
)]
#[case::the_queue_mode(
    "messages: { queue: 'interrupt' }",
    "messages.queue",
    r#"write queue: { mode: "interrupt" }"#
)]
#[case::a_number_for_a_peer(
    "bindings: [{ agentId: 'main', match: { peer: '+15550100001' } }]",
    "bindings[0].match.peer",
    r#"write peer: { kind: "direct", id: "+15550100001" }"#
)]
#[case::a_group_for_a_peer(
    "bindings: [{ agentId: 'main', match: { peer: '120363000000000001@g.us' } }]",
    "bindings[0].match.peer",
    r#"write peer: { kind: "group", id: "120363000000000001@g.us" }"#
)]
#[case::a_list_of_agents("agents: [{ id: 'a' }]", "agents", "write agents: { list: [ … ] }")]
#[case::a_list_of_tasks("tasks: [{ every: '1h' }]", "tasks", "fased tasks new")]
#[case::a_peer_beside_match(
    "bindings: [{ agentId: 'main', match: {}, peer: { kind: 'direct', id: '+15550100001' } }]",
    "bindings[0].peer",
    "match: { peer: … }"
)]
#[case::hours(
    "agents: { list: [{ id: 'a', replyTimeoutSeconds: '1h' }] }",
    "agents.list[0].replyTimeoutSeconds",
    "the number is in seconds: write 3600"
)]
#[case::seconds(
    "agents: { list: [{ id: 'a', replyTimeoutSeconds: '60s' }] }",
    "agents.list[0].replyTimeoutSeconds",
    "write 60"
)]
#[case::a_week(
    "session: { retentionDays: '2 weeks' }",
    "session.retentionDays",
    "the number is in days: write 14"
)]
#[case::megabytes(
    "agents: { list: [{ id: 'a', maxOutputKb: '2MB' }] }",
    "agents.list[0].maxOutputKb",
    "the number is in kilobytes: write 2048"
)]
#[case::a_bare_number(
    "agents: { maxConcurrent: '8' }",
    "agents.maxConcurrent",
    "write 8, without quotation marks"
)]
#[case::a_national_number(
    "bindings: [{ agentId: 'main', match: { peer: { kind: 'direct', id: '01715550100' } } }]",
    "bindings[0].match.peer.id",
    "a leading 0 belongs to the national form"
)]
fn what_was_meant_is_written_out(#[case] keys: &str, #[case] path: &str, #[case] hint: &str) {
    let found = problems(&format!("{{ {keys} }}"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, path);
    let told = found[0].hint.as_deref().unwrap_or_default();
    assert!(told.contains(hint), "{told}");
}

/// Nothing is guessed: half a day is no whole number of days, and bytes are no time.
#[rstest]
#[case("session: { retentionDays: '12h' }")]
#[case("session: { retentionDays: '3MB' }")]
#[case("session: { retentionDays: 'long' }")]
fn what_cannot_be_meant_has_no_hint(#[case] keys: &str) {
    let found = problems(&format!("{{ {keys} }}"));
    assert_eq!(found[0].hint, None);
}
