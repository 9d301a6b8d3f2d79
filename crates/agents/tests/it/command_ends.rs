//! Programs that are ended: nothing of them lives on, whatever they do about it.

use std::path::Path;
use std::time::Duration;

use fased_agents::{CommandOutput, CommandSettings, Event, Failure, Limits, Settings, backend, run, settled};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio_util::sync::CancellationToken;

use crate::command::script;
use crate::turn::{AMPLE, Heard, question, turn, turn_within, within};
use crate::wait::{SETTLING, until};

/// A family that does as it is told to end, or does not: each of them writes its number to `pids`, and then waits. The one that was
/// started writes it to `leader` as well.
fn family(folder: &Path, deaf: bool) -> Settings {
    let deaf = if deaf { "trap '' TERM" } else { ":" };
    let program = format!(
        "{deaf}
        (echo $(exec sh -c 'echo $PPID') >> pids; sleep 300 & echo $! >> pids; wait) &
        echo $$ > leader; echo $$ >> pids
        echo begun
        wait"
    );
    Settings::Command(CommandSettings {
        folder: folder.to_owned(),
        ..script(&program)
    })
}

/// The numbers that were written, once there are so many.
async fn pids(folder: &Path, count: usize) -> Vec<i32> {
    let mut pids = Vec::new();
    until("all of the family are there", || {
        let text = std::fs::read_to_string(folder.join("pids")).unwrap_or_default();
        pids = text.lines().filter_map(|line| line.parse().ok()).collect();
        pids.len() == count
    })
    .await;
    pids
}

/// The number of the one that was started.
fn leader(folder: &Path) -> i32 {
    let text = std::fs::read_to_string(folder.join("leader")).expect("it wrote it");
    text.trim().parse().expect("a number")
}

/// Whether a process runs. One that is dead but not yet waited for does not.
fn lives(pid: i32) -> bool {
    let dead = std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    !dead && kill(Pid::from_raw(pid), None).is_ok()
}

async fn all_are_gone(pids: &[i32]) {
    until("all of the family are gone", || {
        !pids.iter().any(|pid| lives(*pid))
    })
    .await;
}

/// The one that was started must be waited for, too.
async fn was_waited_for(pid: i32) {
    until("its status was taken", || kill(Pid::from_raw(pid), None).is_err()).await;
}

#[tokio::test]
async fn the_deadline_ends_all_of_it() {
    for deaf in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let limits = within(Duration::from_millis(700));
        let turn = turn_within(
            &family(folder.path(), deaf),
            &question("?"),
            limits,
            &CancellationToken::new(),
        )
        .await;
        assert_eq!(turn.heard.parts, ["begun"]);
        assert_eq!(turn.failure(), Failure::TimedOut);
        let pids = pids(folder.path(), 3).await;
        all_are_gone(&pids).await;
        was_waited_for(leader(folder.path())).await;
    }
}

#[tokio::test]
async fn cancelling_ends_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, request) = (family(folder.path(), true), question("?"));
    let cancel = CancellationToken::new();
    let cancelling = async {
        let pids = pids(folder.path(), 3).await;
        assert!(pids.iter().all(|pid| lives(*pid)));
        cancel.cancel();
        pids
    };
    let (turn, pids) = tokio::join!(turn_within(&settings, &request, AMPLE, &cancel), cancelling);
    assert_eq!(turn.failure(), Failure::Cancelled);
    let _alone = SETTLING.write().await;
    settled().await;
    let started = leader(folder.path());
    assert!(
        kill(Pid::from_raw(started), None).is_err(),
        "settled means that it is gone"
    );
    all_are_gone(&pids).await;
}

#[tokio::test]
async fn a_program_may_say_something_while_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Command(CommandSettings {
        folder: folder.path().to_owned(),
        ..script(
            "trap 'echo bye; echo bye >&2; sleep 0.3; echo > ended; exit' TERM; echo $$ > pids; while :; do sleep 0.05; done",
        )
    });
    let cancel = CancellationToken::new();
    let cancelling = async {
        pids(folder.path(), 1).await;
        cancel.cancel();
    };
    let request = question("?");
    let (turn, ()) = tokio::join!(turn_within(&settings, &request, AMPLE, &cancel), cancelling);
    assert_eq!(turn.failure(), Failure::Cancelled);
    let _alone = SETTLING.write().await;
    settled().await;
    assert!(
        folder.path().join("ended").exists(),
        "it was killed before it had ended"
    );
}

#[tokio::test]
async fn saying_too_much_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Command(CommandSettings {
        folder: folder.path().to_owned(),
        ..script("echo $$ > pids; exec yes")
    });
    let limits = Limits {
        output_bytes: 100_000,
        ..AMPLE
    };
    let turn = turn_within(&settings, &question("?"), limits, &CancellationToken::new()).await;
    assert!(turn.heard.parts.concat().len() <= 100_000);
    assert_eq!(turn.failure(), Failure::TooLong { limit: 100_000 });
    was_waited_for(pids(folder.path(), 1).await[0]).await;
}

#[tokio::test]
async fn what_it_leaves_behind_does_not_hold_the_answer_up() {
    for left in [
        "sleep 300 & echo $! > pids",
        "(while :; do echo on and on; sleep 0.05; done) & echo $! > pids",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::Command(CommandSettings {
            folder: folder.path().to_owned(),
            ..script(&format!("{left}; echo done"))
        });
        let turn = turn(&settings, &question("?")).await;
        let detail = turn.ended.as_ref().unwrap().detail.clone().unwrap();
        assert!(detail.contains("was still running and was ended"), "{detail}");
        assert!(turn.said().contains("done"));
        all_are_gone(&pids(folder.path(), 1).await).await;
    }
}

#[tokio::test]
async fn what_left_its_group_lives_on_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Command(CommandSettings {
        folder: folder.path().to_owned(),
        ..script(
            "setsid sh -c 'echo $$ > pids; exec sleep 300' & until [ -s pids ]; do sleep 0.01; done; echo done",
        )
    });
    let turn = turn(&settings, &question("?")).await;
    let detail = turn.ended.as_ref().unwrap().detail.clone().unwrap();
    assert!(
        detail.contains("has left its process group and lives on"),
        "{detail}"
    );
    assert_eq!(turn.said(), "done");
    let left = Pid::from_raw(pids(folder.path(), 1).await[0]);
    assert!(kill(left, None).is_ok(), "it lives on");
    kill(left, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn what_it_leaves_behind_in_silence_is_ended_too() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::Command(CommandSettings {
        folder: folder.path().to_owned(),
        ..script("sleep 300 >&- 2>&- & echo $! > pids; echo done")
    });
    assert_eq!(turn(&settings, &question("?")).await.said(), "done");
    all_are_gone(&pids(folder.path(), 1).await).await;
}

#[tokio::test]
async fn a_slow_listener_gets_all_of_it() {
    // It has long ended when the last of it is heard.
    let program =
        "i=0; while [ $i -lt 1500 ]; do echo '{\"type\":\"reply\",\"text\":\"x\"}'; i=$((i + 1)); done";
    let settings = Settings::Command(CommandSettings {
        output: CommandOutput::Lines,
        ..script(program)
    });
    let mut parts = 0;
    let mut listener = |event| {
        parts += usize::from(event == Event::PartEnd);
        async {
            let never = std::future::pending::<()>();
            assert!(
                tokio::time::timeout(Duration::from_millis(1), never)
                    .await
                    .is_err()
            );
            Ok(())
        }
    };
    let ended = run(
        &*backend(&settings),
        &question("?"),
        AMPLE,
        &CancellationToken::new(),
        &mut listener,
    )
    .await;
    assert_eq!(ended.unwrap().detail.as_deref(), Some("exit status: 0"));
    assert_eq!(parts, 1500);
}

#[test]
fn the_end_of_the_runtime_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = family(folder.path(), true);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async move {
        let mut heard = Heard::default();
        run(
            &*backend(&settings),
            &question("?"),
            AMPLE,
            &CancellationToken::new(),
            &mut heard,
        )
        .await
    });
    let pids = runtime.block_on(pids(folder.path(), 3));
    runtime.shutdown_timeout(Duration::from_secs(5));
    let after = tokio::runtime::Runtime::new().unwrap();
    after.block_on(all_are_gone(&pids));
}
