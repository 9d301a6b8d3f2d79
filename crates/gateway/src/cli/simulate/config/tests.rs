use super::*;

const SCRIPT: &str =
    "config { channels: { whatsapp: { dmPolicy: \"open\", allowFrom: [\"*\"] } } }\nwait ready\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

fn refused(found: Result<Option<String>, Failure>) -> String {
    match found {
        Err(Failure::Error(error)) => error.message,
        Err(_) => panic!("another failure"),
        Ok(config) => panic!("accepted: {config:?}"),
    }
}

#[test]
fn a_named_config_is_copied_as_it_stands_with_its_comments() {
    let text = "{ // mine\n  channels: { whatsapp: { dmPolicy: \"disabled\" } } }\n";
    let dir = folder(&[("mine.json", text)]);
    let named = dir.path().join("mine.json");
    let found = of(Some(&named), None, &Keep::Nothing).ok().flatten();
    assert_eq!(found.as_deref(), Some(text));
    assert!(matches!(of(None, None, &Keep::Nothing), Ok(None)));
}

#[test]
fn programs_beside_it_are_still_found_from_the_copy() {
    let dir = folder(&[(
        "mine.json",
        "{ agents: { list: [
           { id: 'a', backend: 'command', command: { argv: ['./answer.py', 'x/y'], cwd: 'bots' } },
           { id: 'b', backend: 'command', command: { argv: ['python3', 'answer.py'] } },
           { id: 'c', backend: 'openai', openai: { baseUrl: 'https://x.example/v1', model: 'm', apiKeyFile: 'key' } },
           { id: 'd', backend: 'acp', acp: { argv: ['./coder', '--acp'], work: 'project' } },
           { id: 'e', backend: 'acp', acp: { argv: ['coder'], work: '~/project' } } ] },
           channels: { whatsapp: { mediaRoots: ['out', '/srv'], accounts: { work: { mediaRoots: ['in'] } } } } }",
    )]);
    let named = dir.path().join("mine.json");
    let text = of(Some(&named), None, &Keep::Nothing)
        .ok()
        .flatten()
        .expect("a config");
    let config: Value = serde_json::from_str(&text).expect("JSON");
    let at = |name: &str| Value::from(dir.path().join(name).display().to_string());
    let agent = |index: usize| &config["agents"]["list"][index];
    assert_eq!(
        agent(0)["command"]["argv"],
        Value::from(vec![at("answer.py"), "x/y".into()])
    );
    assert_eq!(agent(0)["command"]["cwd"], at("bots"));
    assert_eq!(agent(1)["command"]["argv"][0], "python3");
    assert_eq!(
        agent(1)["command"]["cwd"],
        Value::from(dir.path().display().to_string())
    );
    assert_eq!(agent(2)["openai"]["apiKeyFile"], at("key"));
    assert_eq!(
        agent(3)["acp"]["argv"],
        Value::from(vec![at("coder"), "--acp".into()])
    );
    assert_eq!(agent(3)["acp"]["work"], at("project"));
    assert_eq!(agent(3)["acp"]["cwd"], agent(1)["command"]["cwd"]);
    assert_eq!(agent(4)["acp"]["argv"][0], "coder");
    assert_eq!(agent(4)["acp"]["work"], "~/project");
    let whatsapp = &config["channels"]["whatsapp"];
    assert_eq!(
        whatsapp["mediaRoots"],
        Value::from(vec![at("out"), "/srv".into()])
    );
    assert_eq!(whatsapp["accounts"]["work"]["mediaRoots"][0], at("in"));
}

#[test]
fn two_configs_are_one_too_many() {
    let dir = folder(&[("mine.json", "{}"), ("fased.json", "{}")]);
    let (named, own) = (dir.path().join("mine.json"), dir.path().join("fased.json"));
    let keep = Keep::Dir(dir.path().to_owned());
    let script = Script::parse("day.simulate", SCRIPT).expect("a script");
    let without = Script::parse("day.simulate", "wait ready\n").expect("a script");
    let said = refused(of(Some(&named), Some(&script), &Keep::Nothing));
    assert!(
        said.contains("day.simulate brings a config along, and so does --config"),
        "{said}"
    );
    let said = refused(of(None, Some(&script), &keep));
    assert!(said.contains("fased.json, which is there already"), "{said}");
    let said = refused(of(Some(&named), None, &keep));
    assert!(said.contains("fased.json, which is there already"), "{said}");
    assert!(of(Some(&named), Some(&without), &Keep::Nothing).is_ok());
    assert!(
        matches!(of(Some(&own), None, &keep), Ok(None)),
        "it is the same one"
    );
}

#[test]
fn what_is_wrong_with_it_is_told_before_anything_starts() {
    let dir = folder(&[
        ("wrong.json", "{ channels: { whatsapp: { dmPolicy: 'opne' } } }"),
        (
            "login.json",
            "{ channels: { whatsapp: { accounts: { work: { authDir: '/srv/work' } } } } }",
        ),
    ]);
    let told = |name: &str| refused(of(Some(&dir.path().join(name)), None, &Keep::Nothing));
    assert!(
        told("wrong.json").contains("wrong.json:1:"),
        "{}",
        told("wrong.json")
    );
    assert!(told("login.json").contains("the login of account work"));
    assert!(told("none.json").contains("cannot read"));
}

#[test]
fn a_folder_with_a_config_is_free_until_a_gateway_ran_there() {
    let dir = folder(&[("fased.json", "{}"), ("answer.py", "")]);
    let keep = Keep::Dir(dir.path().to_owned());
    assert!(keep.is_free() && !keep.is_empty() && !keep.goes_on());
    std::fs::write(dir.path().join("fased.db"), "").expect("written");
    assert!(!keep.is_free(), "it is somebody's");
    let other = folder(&[("letters.txt", "")]);
    assert!(!Keep::Dir(other.path().to_owned()).is_free());
}
