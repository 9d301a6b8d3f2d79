use std::fs;

use tempfile::TempDir;

use super::*;

/// SHA-256 of what `installed` writes.
const MAIN: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const PACKAGE: &str = "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356";

fn installed() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(home.path().join("sidecar/src")).expect("a folder");
    fs::create_dir_all(home.path().join("node_modules/one/deep")).expect("a folder");
    fs::write(home.path().join("sidecar/src/main.js"), "hello\n").expect("written");
    fs::write(home.path().join("node_modules/one/deep/package.json"), "{}\n").expect("written");
    // Not listed, and none of our business.
    fs::write(home.path().join("LICENSE"), "anything").expect("written");
    let files = serde_json::json!({ "version": "0.1.0", "files": {
        "sidecar/src/main.js": MAIN,
        "node_modules/one/deep/package.json": PACKAGE,
    } });
    fs::write(home.path().join(NAME), files.to_string()).expect("written");
    home
}

fn found(home: &TempDir) -> FilesProbe {
    match compare(home.path()) {
        Ok(probe) => probe,
        Err(error) => FilesProbe::Altered {
            what: format!("{error:#}"),
        },
    }
}

fn altered(home: &TempDir) -> String {
    match found(home) {
        FilesProbe::Altered { what } => what,
        FilesProbe::Intact { .. } | FilesProbe::Unlisted => panic!("nothing was found"),
    }
}

#[test]
fn files_as_they_were_installed_are_intact() {
    assert_eq!(found(&installed()), FilesProbe::Intact { files: 2 });
}

#[test]
fn a_changed_file_is_named() {
    let home = installed();
    fs::write(home.path().join("sidecar/src/main.js"), "hellO\n").expect("written");
    assert_eq!(altered(&home), "sidecar/src/main.js was changed");
    fs::write(home.path().join("sidecar/src/main.js"), "").expect("written");
    assert_eq!(altered(&home), "sidecar/src/main.js was changed", "an empty one");
}

#[test]
fn a_missing_file_is_named_and_so_is_a_missing_folder() {
    let home = installed();
    fs::remove_file(home.path().join("sidecar/src/main.js")).expect("removed");
    assert_eq!(altered(&home), "sidecar/src/main.js is missing");
    fs::remove_dir_all(home.path().join("node_modules")).expect("removed");
    assert_eq!(
        altered(&home),
        "node_modules/one/deep/package.json is missing, and 1 more"
    );
}

#[test]
fn an_added_file_is_named() {
    let home = installed();
    fs::write(home.path().join("node_modules/one/new.js"), "").expect("written");
    assert_eq!(altered(&home), "node_modules/one/new.js does not belong there");
}

#[test]
fn a_link_is_no_file_even_if_it_leads_to_the_same_bytes() {
    let home = installed();
    let main = home.path().join("sidecar/src/main.js");
    let elsewhere = home.path().join("elsewhere.js");
    fs::rename(&main, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, &main).expect("a link");
    assert_eq!(altered(&home), "sidecar/src/main.js is no file any more");
}

#[test]
fn without_a_manifest_nothing_is_compared() {
    let home = installed();
    fs::remove_file(home.path().join(NAME)).expect("removed");
    fs::write(home.path().join("sidecar/src/main.js"), "an edit").expect("written");
    assert_eq!(found(&home), FilesProbe::Unlisted);
}

#[test]
fn a_broken_manifest_is_not_taken_for_none() {
    let home = installed();
    for broken in ["", "{", "{}", "[]", r#"{"files":["sidecar/src/main.js"]}"#] {
        fs::write(home.path().join(NAME), broken).expect("written");
        assert!(altered(&home).contains("manifest.json is broken"), "{broken}");
    }
    fs::remove_file(home.path().join(NAME)).expect("removed");
    fs::create_dir(home.path().join(NAME)).expect("a folder in its place");
    assert!(altered(&home).contains("manifest.json cannot be read"));
}

#[tokio::test]
async fn what_was_wrong_is_looked_at_again_and_what_was_right_is_not() {
    let home = installed();
    let main = home.path().join("sidecar/src/main.js");
    fs::write(&main, "an edit").expect("written");
    let error = need_intact(home.path()).await.expect_err("changed").to_string();
    assert!(
        error.contains("sidecar/src/main.js was changed")
            && error.contains(&home.path().display().to_string()),
        "{error}"
    );
    fs::write(&main, "hello\n").expect("mended");
    need_intact(home.path()).await.expect("as it was");
    fs::write(&main, "an update that is under way").expect("written");
    need_intact(home.path())
        .await
        .expect("of this process it was known");
}
