//! What is asked often keeps to an index that holds little, however much the store has kept.

use sqlx::AssertSqlSafe;

use super::fixtures::store;

/// Questions, and how each must find its rows.
const PLANS: &[(&str, &str)] = &[
    (
        "SELECT 1 FROM inbox WHERE account = 'a' AND outcome = 'context' AND context_run IS NULL LIMIT 1",
        "USING INDEX inbox_context (account=?)",
    ),
    (
        "UPDATE inbox SET context_run = 1 WHERE account = 'a' AND chat IN (SELECT value FROM json_each('[]'))
             AND outcome = 'context' AND context_run IS NULL AND seq < 1",
        "USING INDEX inbox_context (account=? AND chat=? AND seq<?)",
    ),
    (
        "SELECT 1 FROM inbox AS event
             JOIN inbox AS target ON target.message_id = event.quoted_id AND target.account = event.account
                 AND (target.chat IN (event.chat, event.chat_alt) OR target.chat_alt IN (event.chat, event.chat_alt))
             WHERE event.seq = 1",
        "target USING INDEX inbox_message (message_id=?)",
    ),
    (
        "UPDATE inbox SET noticed_ms = 1 WHERE account = 'a' AND content = 'undecryptable'
             AND noticed_ms IS NULL AND outcome = 'hold' AND recorded_ms < 1",
        "USING INDEX inbox_held",
    ),
    (
        "UPDATE inbox SET noticed_ms = 1 WHERE account = 'a' AND outcome = 'stale' AND noticed_ms IS NULL",
        "USING INDEX inbox_stale (account=?)",
    ),
    (
        "SELECT 1 FROM inbox WHERE account = 'a' AND chat = 'c' AND seq > 1 AND NOT from_me LIMIT 1",
        "USING INDEX inbox_chat (chat=? AND account=? AND seq>?)",
    ),
    (
        "SELECT COUNT(*) FROM outbox WHERE account = 'a' AND state = 'queued'
             AND state IN ('queued', 'sending', 'written', 'unknown')",
        "USING INDEX outbox_open (account=?)",
    ),
    (
        "SELECT MIN(not_before_ms) FROM outbox WHERE account = 'a' AND state = 'queued' AND not_before_ms > 1
             AND state IN ('queued', 'sending', 'written', 'unknown')",
        "USING INDEX outbox_open (account=?)",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM outbox AS next WHERE next.account = outbox.account
             AND next.chat = outbox.chat AND next.state IN ('queued', 'unknown')
             AND next.state IN ('queued', 'sending', 'written', 'unknown')) FROM outbox WHERE id = 1",
        "next USING INDEX outbox_open (account=?)",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM run AS next WHERE next.session = run.session
             AND next.state = 'queued' AND next.state IN ('queued', 'running')) FROM run WHERE id = 1",
        "next USING INDEX run_of_session (session=?)",
    ),
    (
        "UPDATE outbox SET state = 'expired' WHERE account = 'a' AND state IN ('queued', 'unknown')
             AND expires_ms <= 1 AND state IN ('queued', 'sending', 'written', 'unknown')",
        "USING INDEX outbox_open (account=?)",
    ),
    (
        "SELECT id FROM outbox WHERE message_id IN (SELECT value FROM json_each('[]')) AND +account = 'a'
             ORDER BY id DESC LIMIT 1",
        "USING INDEX outbox_message (message_id=?)",
    ),
    (
        "SELECT other.id FROM run JOIN run AS other ON other.session = run.session
             AND other.account = run.account AND other.chat = run.chat
             WHERE run.id = 1 AND other.kind = 'message' AND other.state = 'queued'
                 AND other.state IN ('queued', 'running') ORDER BY other.id LIMIT 1",
        "other USING INDEX run_of_session (session=?)",
    ),
    (
        "UPDATE run SET state = 'cancelled' WHERE session IN (SELECT value FROM json_each('[]')) AND state = 'queued'
             AND state IN ('queued', 'running') RETURNING id",
        "USING INDEX run_of_session (session=?)",
    ),
    (
        "SELECT id, EXISTS (SELECT 1 FROM outbox WHERE run_id = run.id AND purpose IN ('reply', 'task')) FROM run
             WHERE account = 'a' AND state = 'running' AND state IN ('queued', 'running') ORDER BY id",
        "USING INDEX run_open (account=?)",
    ),
    (
        "SELECT role, text FROM transcript WHERE id IN (SELECT id FROM (
             SELECT id, SUM(MIN(bytes, 9)) OVER (ORDER BY id DESC) AS so_far FROM (
                 SELECT id, octet_length(text) AS bytes FROM transcript
                 WHERE session = 's' AND epoch = 1 ORDER BY id DESC LIMIT 9)) WHERE so_far <= 9)
             ORDER BY id DESC",
        "USING INDEX transcript_session (session=? AND epoch=?)",
    ),
    (
        "DELETE FROM transcript WHERE id IN (SELECT id FROM transcript WHERE at_ms < 1 ORDER BY at_ms LIMIT 9)",
        "USING COVERING INDEX transcript_age (at_ms<?)",
    ),
    (
        "UPDATE run SET stderr = NULL
             WHERE id IN (SELECT id FROM run WHERE stderr IS NOT NULL AND ended_ms < 1 LIMIT 9)",
        "INDEX run_stderr (ended_ms<?)",
    ),
    (
        "SELECT id, name FROM task WHERE session = 's' ORDER BY created_ms, id LIMIT 100",
        "USING INDEX task_of_session (session=?)",
    ),
    (
        "SELECT inbox.* FROM run JOIN inbox ON inbox.seq = run.inbox_seq
             WHERE run.account = 'a' AND kind = 'command' AND kind IN ('command', 'broadcast')
                 AND state IN ('queued', 'running')",
        "run USING INDEX run_own (account=?)",
    ),
    (
        "SELECT started_ms FROM run
             WHERE session = 's' AND state = 'running' AND state IN ('queued', 'running') LIMIT 1",
        "USING INDEX run_of_session (session=?)",
    ),
    (
        "SELECT COALESCE(SUM(1 + (SELECT COUNT(*) FROM run_input WHERE run_id = run.id)), 0) FROM run
             WHERE session = 's' AND state = 'queued' AND state IN ('queued', 'running')",
        "USING INDEX run_of_session (session=?)",
    ),
    (
        "SELECT COALESCE(failure, 'error'), ended_ms FROM run
             WHERE id > (SELECT MAX(id) FROM run) - 9 AND session = 's' AND state IN ('error', 'interrupted')
                 AND ended_ms IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        "SEARCH run USING INTEGER PRIMARY KEY (rowid>?)",
    ),
    (
        "UPDATE run SET epoch = 1, not_before_ms = 0
             WHERE session = 's' AND epoch IS NULL AND state IN ('queued', 'running')",
        "USING INDEX run_of_session (session=?)",
    ),
    (
        "DELETE FROM conversation WHERE account = 'a' AND agent IS NULL AND name IS NULL AND EXISTS (
                 SELECT 1 FROM identity WHERE identity.lid = substr(conversation.peer, 4)
                     AND EXISTS (SELECT 1 FROM session WHERE session.account = 'a'
                         AND session.peer = 'dm:' || identity.phone
                         AND session.created_ms < conversation.created_ms))",
        "session EXISTS USING INDEX session_of_peer (account=? AND peer=?)",
    ),
    (
        "SELECT * FROM session WHERE account = 'a' AND peer = 'p' AND agent = 'm' ORDER BY used_ms DESC, key LIMIT 100",
        "USING INDEX session_of_peer (account=? AND peer=?)",
    ),
    (
        "DELETE FROM run WHERE id <> 1 AND id IN (SELECT value FROM json_each('[]'))",
        "run USING INTEGER PRIMARY KEY (rowid=?)",
    ),
    (
        "SELECT task.*, EXISTS (SELECT 1 FROM run WHERE run.task = task.id AND run.task IS NOT NULL
             AND run.state IN ('queued', 'running')) AS busy
         FROM task WHERE state = 'active' AND next_ms IS NOT NULL AND next_ms <= 1
             AND (account IN (SELECT value FROM json_each('[]')) OR next_ms < 1) ORDER BY next_ms LIMIT 1",
        "SEARCH task USING INDEX task_due (next_ms>? AND next_ms<?)",
    ),
    (
        "SELECT EXISTS (SELECT 1 FROM run WHERE run.task = task.id AND run.task IS NOT NULL
             AND run.state IN ('queued', 'running')) FROM task WHERE id = 'x'",
        "USING INDEX run_of_task_open (task=?)",
    ),
    (
        "SELECT next_ms FROM task WHERE state = 'active' AND next_ms IS NOT NULL
             AND +account IN (SELECT value FROM json_each('[]')) ORDER BY next_ms LIMIT 1",
        "task USING INDEX task_due",
    ),
    (
        "SELECT COUNT(*) FROM outbox
             WHERE account = 'a' AND state IN ('failed', 'expired') AND updated_ms >= 1 AND retried_as IS NULL",
        "USING INDEX outbox_failed (account=? AND updated_ms>?)",
    ),
    (
        "SELECT id, account, failures FROM task WHERE state = 'active' AND failures > 0
             ORDER BY failures DESC, id LIMIT 9",
        "USING INDEX task_failing",
    ),
    (
        "SELECT recorded_ms FROM inbox WHERE seq > (SELECT MAX(seq) FROM inbox) - 2000
                 AND +account = 'a' AND NOT from_me ORDER BY seq DESC LIMIT 1",
        "SEARCH inbox USING INTEGER PRIMARY KEY (rowid>?)",
    ),
    (
        "SELECT first_sent_ms FROM outbox WHERE account = 'a' AND first_sent_ms IS NOT NULL
                 AND state IN ('server_ack', 'delivered', 'read', 'played') ORDER BY first_sent_ms DESC LIMIT 1",
        "USING INDEX outbox_sent (account=?",
    ),
    (
        "SELECT id FROM run WHERE task IS NOT NULL AND ended_ms < 1 ORDER BY ended_ms LIMIT 1",
        "USING INDEX run_ended (ended_ms<?)",
    ),
    (
        "SELECT id FROM task WHERE state = 'done' AND updated_ms < 1 ORDER BY updated_ms LIMIT 1",
        "USING INDEX task_done (updated_ms<?)",
    ),
    (
        "SELECT id FROM run WHERE task = 'x' AND state NOT IN ('queued', 'running') ORDER BY id DESC LIMIT 1 OFFSET 5",
        "USING INDEX run_of_task (task=?)",
    ),
    (
        "UPDATE run SET state = 'cancelled' WHERE task = 'x' AND state = 'queued' AND task IS NOT NULL
             AND state IN ('queued', 'running')",
        "USING INDEX run_of_task_open (task=?)",
    ),
    (
        "SELECT seq, chat FROM inbox WHERE seq IN (
             SELECT seq FROM inbox WHERE account = 'a' AND seq < 9 AND decided_ms IS NOT NULL AND outcome IS NOT NULL
                 AND (?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR reason = ?4)
             ORDER BY seq DESC LIMIT 9)
         ORDER BY seq DESC",
        "SEARCH inbox USING COVERING INDEX inbox_verdict (account=? AND seq<?)",
    ),
    (
        "SELECT seq, chat FROM inbox WHERE seq IN (
             SELECT seq FROM inbox WHERE account = 'a' AND seq < 9 AND decided_ms IS NOT NULL AND outcome IS NOT NULL
             ORDER BY seq DESC LIMIT 9)
         ORDER BY seq DESC",
        "SEARCH inbox USING INTEGER PRIMARY KEY (rowid=?)",
    ),
    (
        "SELECT chat, MAX(seq) AS seq FROM inbox WHERE account = 'a' GROUP BY chat",
        "SEARCH inbox USING COVERING INDEX sqlite_autoindex_inbox_1 (account=?)",
    ),
    (
        "SELECT * FROM inbox WHERE chat = 'c' AND account = 'a' AND seq < 9 AND recorded_ms <= 9
             AND reason IS NOT 'own_echo' ORDER BY seq DESC LIMIT 9",
        "USING INDEX inbox_chat (chat=? AND account=? AND seq<?)",
    ),
    (
        "SELECT id FROM outbox WHERE id < 9 AND id >= MIN(9, (SELECT MAX(id) FROM outbox) + 1) - 5 AND +account = 'a'
             AND +chat IN (SELECT value FROM json_each('[]')) AND purpose <> 'ack_reaction' ORDER BY id DESC LIMIT 9",
        "SEARCH outbox USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ),
];

/// `.cargo/config.toml` says so, wherever below its folder the build was started.
#[tokio::test]
async fn sqlite_is_built_to_plan_a_statement_once() {
    let (_dir, store) = store().await;
    let options: Vec<String> = sqlx::query_scalar("PRAGMA compile_options")
        .fetch_all(&mut *store.read.turn().await.expect("open"))
        .await
        .expect("options");
    assert!(
        options.iter().any(|option| option == "ENABLE_QPSG"),
        "{options:?}"
    );
}

#[tokio::test]
async fn questions_use_their_indexes() {
    let (_dir, store) = store().await;
    for (question, index) in PLANS {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {question}")))
                .fetch_all(&mut *store.read.turn().await.expect("open"))
                .await
                .expect("a plan");
        assert!(
            plan.iter().any(|(_, _, _, step)| step.contains(index)),
            "{question}: {plan:?}"
        );
    }
}
