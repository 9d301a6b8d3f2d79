//! The last lines of the log, and who answers, as the gateway tells them itself.

use fased_e2e::control::ask;
use fased_e2e::world::World;
use serde_json::{Value, json};

fn tail(world: &World, lines: u32, level: &Value) -> Value {
    let request = json!({ "verb": "logs_tail", "lines": lines, "level": level });
    ask(world.state.path(), &request)
}

#[test]
fn logs_tail_tells_the_last_lines_or_where_the_log_goes() {
    let mut world = World::new();
    world.state.configure("{ logging: { toFile: 'always' } }");
    world.start();
    let _shown = world.until("default", "unlinked");
    let all = tail(&world, 1_000, &Value::Null);
    assert_eq!(
        (&all["kind"], &all["note"]),
        (&json!("log"), &Value::Null),
        "{all}"
    );
    let lines = all["lines"].as_array().expect("a list");
    assert!(lines.len() > 1 && lines.iter().all(|line| line["timestamp"].is_string()));
    let one = tail(&world, 1, &json!("info"));
    let last = one["lines"].as_array().expect("a list");
    assert!(last.len() == 1 && last[0]["level"] != "DEBUG", "{one}");
    assert_eq!(tail(&world, 10, &json!("loud"))["code"], "usage");

    drop(world.take_gateway());
    world.state.configure("{ logging: { toFile: 'never' } }");
    world.start();
    let elsewhere = tail(&world, 5, &Value::Null);
    let note = elsewhere["note"].as_str().expect("a note");
    assert!(
        note.contains("does not log to files") && note.contains("logging.toFile"),
        "{note}"
    );
    assert_eq!(
        elsewhere["lines"].as_array().map(Vec::len),
        Some(5),
        "of the one before"
    );
}

#[test]
fn agents_list_tells_what_the_command_line_tells() {
    let mut world = World::new();
    world
        .state
        .configure("{ agents: { list: [{ id: 'ada', name: 'Ada' }, { id: 'bob' }] } }");
    world.start();
    let answer = ask(world.state.path(), &json!({ "verb": "agents_list" }));
    assert_eq!(answer["kind"], "agents");
    assert_eq!(answer["agents"], world.state.json(&["agents", "list"])["agents"]);
}
