//! What a kernel enforces, also one that we do not have; and that what is said is true.

use std::path::Path;

use super::*;
use crate::process::{Ended, Job, run};

fn ports() -> Plan {
    Plan::new(Connect::Ports(vec![443]))
}

#[test]
fn d6_what_an_older_kernel_cannot_do_is_said() {
    let cases = [
        (None, false, false, "no Landlock"),
        (Some(1), false, false, "Linux 5.19"),
        (Some(2), true, false, "emptied"),
        (Some(3), true, false, "go to any port"),
        (Some(4), true, true, "signals"),
        (Some(5), true, true, "Linux 6.12"),
        (Some(6), true, true, ""),
        (Some(7), true, true, ""),
        (Some(99), true, true, ""),
    ];
    for (abi, files, connects, said) in cases {
        let (info, wanted) = judge(&ports(), abi);
        assert_eq!(
            (info.landlock_abi, info.files, info.execute, info.ports),
            (abi, files, files, connects),
            "{abi:?}"
        );
        assert_eq!(wanted.is_some(), files, "{abi:?}");
        let missing = info.missing.join("; ");
        assert_eq!(missing.is_empty(), said.is_empty(), "{abi:?}: {missing}");
        assert!(
            cfg!(not(target_os = "linux")) || missing.contains(said),
            "{abi:?}: {missing}"
        );
        assert!(!info.node_permissions, "only Node can say so");
    }
    let (anywhere, _) = judge(&Plan::new(Connect::Anywhere), Some(7));
    assert!(!anywhere.ports, "{anywhere:?}");
}

/// What a shell says that is caged as by a kernel of this version, and may write to this folder.
async fn shell(abi: Option<u32>, folder: &Path, script: &str) -> Ended {
    let mut plan = Plan::new(Connect::Ports(Vec::new()));
    plan.allow_programs(Path::new("/bin/sh"));
    plan.allow(Reach::Write, [folder]);
    let mut command = crate::process::command(Path::new("/bin/sh"), folder, &["PATH"]);
    command.args(["-c", script]);
    let info = Cage::of_kernel(&plan, abi).close_around(&mut command);
    assert_eq!(info.files, abi.is_some_and(|abi| abi >= 2), "{info:?}");
    let ended = command.output().await.expect("a shell that starts");
    Ended {
        status: ended.status,
        stdout: ended.stdout,
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

/// The newest that this kernel can be taken for.
fn known() -> u32 {
    kernel::abi().unwrap_or_default()
}

#[tokio::test]
async fn d6_without_landlock_a_process_starts_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for abi in [None, Some(1)] {
        let ended = shell(abi, folder.path(), "cat /etc/passwd > copy").await;
        assert!(ended.status.success(), "{abi:?}: {ended:?}");
    }
}

#[tokio::test]
async fn d6_each_version_of_landlock_keeps_a_process_to_its_folder() {
    for abi in 2..=known().min(7) {
        let (folder, outside) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let secret = outside.path().join("secret");
        std::fs::write(&secret, "x").expect("written");
        let allowed = "echo hello > file && cat file && rm file";
        let ended = shell(Some(abi), folder.path(), allowed).await;
        assert_eq!(ended.stdout, b"hello\n", "ABI {abi}: {ended:?}");
        let secret = secret.display();
        for refused in [
            format!("cat {secret}"),
            format!("echo more >> {secret}"),
            format!("rm {secret}"),
            "ln -s /etc/passwd link".to_owned(),
            "mkdir below".to_owned(),
        ] {
            let ended = shell(Some(abi), folder.path(), &refused).await;
            assert!(!ended.status.success(), "ABI {abi}: {refused}");
            let said = ended.stderr.to_lowercase();
            assert!(said.contains("permission denied"), "ABI {abi}: {refused}: {said}");
        }
    }
}

#[tokio::test]
async fn d6_a_short_lived_process_is_caged_too() {
    if known() < 2 {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let job = |plan| Job {
        program: "/bin/cat".into(),
        args: vec!["/etc/passwd".into()],
        folder: folder.path().to_owned(),
        stdin: Vec::new(),
        stdout_bytes: 1024,
        deadline: std::time::Duration::from_secs(20),
        plan,
    };
    let mut plan = ports();
    plan.allow_programs(Path::new("/bin/cat"));
    let caged = run(job(Some(plan))).await.expect("an end");
    assert!(!caged.status.success() && caged.stdout.is_empty(), "{caged:?}");
    let free = run(job(None)).await.expect("an end");
    assert!(free.status.success(), "{free:?}");
}

fn node(flags: &[&str]) -> Node {
    let said = serde_json::json!({
        "version": "v99.0.0", "program": "/usr/bin/node", "objects": [], "flags": flags,
    });
    serde_json::from_value(said).expect("what a Node says")
}

#[test]
fn d6_only_flags_that_this_node_has_are_given_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = folder.path().canonicalize().expect("a folder");
    let mut plan = ports();
    plan.allow(Reach::Write, [real.clone(), real.join("not there")]);
    let shown = |node: &Node, addons| {
        node.permission_flags(&plan, addons).map(|flags| {
            flags
                .iter()
                .map(|flag| flag.display().to_string())
                .collect::<Vec<_>>()
        })
    };
    let places = [
        format!("--allow-fs-read={}", real.display()),
        format!("--allow-fs-write={}", real.display()),
    ];
    let old = node(&["--experimental-permission", "--disable-warning", "--allow-addons"]);
    let before = [
        "--experimental-permission",
        "--disable-warning=ExperimentalWarning",
    ];
    assert_eq!(
        shown(&old, false).expect("flags"),
        [before.map(str::to_owned), places.clone()].concat()
    );
    let new = node(&[
        "--permission",
        "--experimental-permission",
        "--allow-addons",
        "--allow-net",
    ]);
    let before = ["--permission", "--allow-addons", "--allow-net"].map(str::to_owned);
    assert_eq!(
        shown(&new, true).expect("flags"),
        [before.to_vec(), places.to_vec()].concat()
    );
    let none = shown(&node(&[]), false).expect_err("no flags");
    assert!(none.contains("v99.0.0"), "{none}");
}

#[test]
fn d6_a_path_that_node_would_read_as_a_pattern_is_not_given_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = folder.path().join("a,b");
    std::fs::create_dir(&odd).expect("a folder");
    let mut plan = ports();
    plan.allow(Reach::Read, [odd]);
    let refused = node(&["--permission"]).permission_flags(&plan, false);
    assert!(refused.expect_err("a reason").contains("comma"));
}

#[tokio::test]
async fn d6_a_program_that_is_no_node_is_said_to_be_none() {
    for (program, said) in [
        ("/bin/echo", "like Node"),
        ("/bin/false", "ended with"),
        ("/no/node", "no such"),
    ] {
        let error = know(Path::new(program)).await.expect_err("no Node");
        let error = format!("{error:#}");
        assert!(error.contains(said) && error.contains("FASED_NODE"), "{error}");
    }
}

/// A Node that does this when its permission model is tried for the first time.
fn odd_node(folder: &Path, at_first: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("node");
    let tried = folder.join("tried").display().to_string();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *--allow-fs-read=*) \
         echo >> '{tried}'; [ $(wc -l < '{tried}') -gt 1 ] || {at_first};; esac\nexec node \"$@\"\n"
    );
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a program");
    program
}

#[tokio::test]
async fn d6_a_trial_that_came_to_nothing_is_made_again_and_a_refusal_is_remembered() {
    for (at_first, holds) in [("kill -9 $$", false), ("exit 9", true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let program = odd_node(folder.path(), at_first);
        let fits = async || {
            let node = know(&program).await.expect("a Node");
            node.permission_flags(&ports(), false).is_ok()
        };
        assert!(
            !fits().await,
            "{at_first}: nothing is put in force that was not tried"
        );
        assert_eq!(fits().await, !holds, "{at_first}");
    }
}
