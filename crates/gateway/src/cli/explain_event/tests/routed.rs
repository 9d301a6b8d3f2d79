//! Which agent would answer, and where that is written.

use super::*;

const CONFIG: &str = r#"{
  agents: { list: [{ id: "main" }, { id: "sales" }, { id: "family" }] },
  channels: { whatsapp: { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open", groups: {
    "120363000000000001@g.us": { agentId: "family" },
    "*": {},
  } } },
  bindings: [
    { agentId: "sales", match: { peer: { kind: "direct", id: "+15550100002" } } },
  ],
}"#;

fn route(event: &Value) -> Option<(String, String, Option<u32>)> {
    let config = Config::parse(CONFIG, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("valid");
    let judgement = judge(&event.to_string(), &config, NOW + 60).expect("an event");
    let route = judgement.route?;
    Some((route.agent, route.source.path, route.source.line))
}

#[test]
fn the_agent_is_told_with_the_line_that_names_it() {
    let told = |agent: &str, path: &str, line| Some((agent.to_owned(), path.to_owned(), Some(line)));
    assert_eq!(
        route(&of_anna(&json!({}))),
        told("sales", "bindings[0].agentId", 8)
    );
    let hidden = of_anna(&json!({ "sender": { "phone": "+15550100009" } }));
    assert_eq!(route(&hidden), told("main", "agents.list", 2));
    // Without a mention it is context, and read by whoever is spoken to next.
    assert_eq!(
        route(&in_group(&json!({}))),
        told(
            "family",
            "channels.whatsapp.groups[\"120363000000000001@g.us\"].agentId",
            4
        )
    );
}

#[test]
fn what_is_dropped_is_for_nobody() {
    let status = of_anna(&json!({ "chat": { "kind": "dm", "id": "status@broadcast" } }));
    assert_eq!(route(&status), None);
}

#[test]
fn people_read_who_answers_and_why() {
    let config = Config::parse(CONFIG, Path::new("/etc/fased.json"), |id| PathBuf::from(id)).expect("valid");
    let judgement = judge(&of_anna(&json!({})).to_string(), &config, NOW + 60).expect("an event");
    let mut text = String::new();
    push_judgement(&mut text, &judgement);
    let line = "  agent         sales: a binding names this chat [bindings[0].agentId (/etc/fased.json:8)]\n";
    assert!(text.contains(line), "{text}");
}
