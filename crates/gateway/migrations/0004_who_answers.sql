-- Runs of Tasks answer no message, so what a run answers becomes optional, and where its answer goes is written down.
-- The table is made anew, which the program allows by not enforcing references while it migrates.
CREATE TABLE run_new (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account       TEXT    NOT NULL,
    -- message: an agent answers; command: the gateway carries out a chat command; task: an agent works on a Task
    kind          TEXT    NOT NULL,
    -- The message that it answers, or the first of them. None for a Task.
    inbox_seq     INTEGER UNIQUE REFERENCES inbox (seq),
    -- The Task. It may be gone while its runs are still known.
    task          TEXT,
    -- Where its answer goes, and nowhere else.
    chat          TEXT    NOT NULL,
    agent         TEXT    NOT NULL,
    session       TEXT    NOT NULL,
    -- queued, running, ok, error, skipped, cancelled, interrupted, missed
    state         TEXT    NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    -- Of a run that did not go well: the kind of failure in one word, and what is known of it. Of one that is running
    -- the first is there when somebody wished that it ends: cut off, it is not run again.
    failure       TEXT,
    error         TEXT,
    -- Of a Task: what is asked, as it was when the run was queued; what made it run (created, schedule, catch_up,
    -- manual, again); when it was due. Of one that was skipped, attempts says how often in a row.
    prompt        TEXT,
    cause         TEXT,
    due_ms        INTEGER,
    -- Of a Task: the first words of what came of it.
    result        TEXT,
    -- What the backend told of its work, as JSON.
    detail        TEXT,
    created_ms    INTEGER NOT NULL,
    started_ms    INTEGER,
    ended_ms      INTEGER,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    -- It came while a run of its session was under way, and may be answered together with others that did.
    collects      INTEGER NOT NULL DEFAULT 0,
    -- How often newer messages ended the work on what it answers, and when the first did.
    superseded    INTEGER NOT NULL DEFAULT 0,
    superseded_ms INTEGER,
    -- The epoch of its session that it belongs to, of one that was there before the session was begun anew; none is the
    -- epoch in which it starts.
    epoch         INTEGER
) STRICT;
INSERT INTO run_new (id, account, kind, inbox_seq, chat, agent, session, state, attempts, error, created_ms, started_ms,
        ended_ms, not_before_ms)
    SELECT run.id, run.account, 'message', inbox_seq, inbox.chat, agent, session, state, attempts, error, created_ms,
        started_ms, ended_ms, not_before_ms
    FROM run JOIN inbox ON inbox.seq = run.inbox_seq;
DROP TABLE run;
ALTER TABLE run_new RENAME TO run;
CREATE INDEX run_open ON run (account, id) WHERE state IN ('queued', 'running');
CREATE INDEX run_of_session ON run (session, id) WHERE state IN ('queued', 'running');
-- Commands are looked for among however many runs wait for agents.
CREATE INDEX run_command ON run (account, id) WHERE kind = 'command' AND state IN ('queued', 'running');
CREATE INDEX run_waits ON run (account, not_before_ms) WHERE not_before_ms > 0 AND state IN ('queued', 'running');
CREATE INDEX run_of_task ON run (task, id) WHERE task IS NOT NULL;
-- Is one of its runs under way? However long its history is.
CREATE INDEX run_of_task_open ON run (task) WHERE task IS NOT NULL AND state IN ('queued', 'running');
CREATE INDEX run_ended ON run (ended_ms) WHERE task IS NOT NULL;

-- A chat that does not go to the agent and conversation that the config gives it: somebody switched, or it is known
-- under a hidden id, which it keeps when its number becomes known.
CREATE TABLE conversation (
    account    TEXT    NOT NULL,
    -- dm:<number or hidden id>, group:<address>
    peer       TEXT    NOT NULL,
    -- Chosen by /agent switch; none is the config's.
    agent      TEXT,
    -- Chosen by /session switch; none is the unnamed one.
    name       TEXT,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (account, peer)
) STRICT;

-- A session: one conversation with one agent.
CREATE TABLE session (
    -- agent:<agent>:whatsapp:<account>:dm:<person>, with :<name> where it is named
    key        TEXT    NOT NULL PRIMARY KEY,
    agent      TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    peer       TEXT    NOT NULL,
    name       TEXT,
    -- Counts up with /new: what was said before is not told to the agent any more.
    epoch      INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of_peer ON session (account, peer);

-- What was said in a session, by whom.
CREATE TABLE transcript (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    run_id  INTEGER,
    -- user, assistant
    role    TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX transcript_session ON transcript (session, epoch, id);
CREATE INDEX transcript_age ON transcript (at_ms);

CREATE TABLE task (
    -- Short, typed easily on a phone.
    id            TEXT    NOT NULL PRIMARY KEY,
    account       TEXT    NOT NULL,
    agent         TEXT    NOT NULL,
    -- The session key that its runs belong to.
    session       TEXT    NOT NULL,
    -- Where its results go.
    chat          TEXT    NOT NULL,
    name          TEXT,
    prompt        TEXT    NOT NULL,
    -- As JSON; none for one that runs only when told to.
    schedule      TEXT,
    -- IANA name of the zone its times are in.
    zone          TEXT    NOT NULL,
    -- active, paused, done
    state         TEXT    NOT NULL,
    -- Why it is in this state, in one word, where somebody might ask.
    why           TEXT,
    next_ms       INTEGER,
    -- Counts of ended runs, and of failures since the last success.
    runs          INTEGER NOT NULL DEFAULT 0,
    successes     INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    -- It is done after so many.
    max_runs      INTEGER,
    max_successes INTEGER,
    -- Who made it, as a person would say it.
    created_by    TEXT,
    -- The run of the chat command that made it: carried out again it makes no second one.
    created_run   INTEGER UNIQUE,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX task_due ON task (next_ms) WHERE state = 'active' AND next_ms IS NOT NULL;
CREATE INDEX task_done ON task (updated_ms) WHERE state = 'done';
CREATE INDEX task_of_session ON task (session);
CREATE INDEX task_of_chat ON task (account, chat);
