//! Programs of agents that could not be started, and what to do so that they can.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::Config;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(self, name: &str, text: &str, mode: u32) -> Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("allowed");
        self
    }

    /// The remarks on these settings of a command.
    fn remarks(&self, command: &str) -> Vec<String> {
        let text = format!(
            "{{ agents: {{ list: [{{ id: 'a', backend: 'command', command: {{ {command} }} }}] }} }}"
        );
        let file = self.0.path().join("fased.json");
        Config::parse(&text, &file, |id| Path::new("/auth").join(id))
            .expect("valid")
            .warnings
    }

    fn remark(&self, command: &str) -> String {
        let found = self.remarks(command);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }
}

#[test]
fn a_file_that_may_not_be_run_is_allowed_by_chmod() {
    let folder = Folder::new().file("answer.py", "#!/usr/bin/env python3\n", 0o600);
    let said = folder.remark("argv: ['./answer.py']");
    let path = folder.0.path().join("answer.py");
    assert!(said.contains("may not be run"), "{said}");
    assert!(said.ends_with(&format!("chmod +x {}", path.display())), "{said}");
    let folder = folder.file("answer.py", "#!/usr/bin/env python3\n", 0o700);
    assert_eq!(folder.remarks("argv: ['./answer.py']"), Vec::<String>::new());
}

#[test]
fn a_bare_name_beside_the_config_is_written_with_its_folder() {
    let folder = Folder::new().file("answer-of-mine", "#!/bin/sh\n", 0o700);
    let said = folder.remark("argv: ['answer-of-mine']");
    assert!(
        said.contains("it is not in PATH") && said.ends_with("written \"./answer-of-mine\""),
        "{said}"
    );
}

#[test]
fn several_words_in_one_are_taken_apart() {
    let folder = Folder::new().file("answer.py", "", 0o600);
    let said = folder.remark("argv: ['sh answer.py']");
    assert!(said.ends_with(r#"["sh", "answer.py"]"#), "{said}");
}

#[test]
fn a_script_that_is_not_there_is_missed_where_the_program_starts() {
    let folder = Folder::new()
        .file("answer.sh", "", 0o600)
        .file("bots/other.sh", "", 0o600);
    let said = folder.remark("argv: ['sh', 'anser.sh']");
    assert!(said.contains("no file \"anser.sh\""), "{said}");
    for well in [
        "argv: ['sh', 'answer.sh']",
        "argv: ['sh', 'other.sh'], cwd: 'bots'",
        "argv: ['sh', '-c', 'cat answer.sh other.sh']",
        "argv: ['sh', '--file=none.sh']",
    ] {
        assert_eq!(folder.remarks(well), Vec::<String>::new(), "{well}");
    }
    let elsewhere = folder.remark("argv: ['sh', 'answer.sh'], cwd: 'bots'");
    assert!(
        elsewhere.contains("/bots, where the program starts"),
        "{elsewhere}"
    );
}

#[test]
fn a_script_that_does_not_say_what_runs_it_is_no_program() {
    let folder = Folder::new().file("answer.py", "print('hi')\n", 0o700);
    let said = folder.remark("argv: ['./answer.py']");
    assert!(
        said.contains("#!/usr/bin/env python3") && said.contains(r#"["python3", ""#),
        "{said}"
    );
    let folder = folder.file("answer", "\u{7f}ELF\0\0", 0o700);
    assert_eq!(folder.remarks("argv: ['./answer']"), Vec::<String>::new());
}
