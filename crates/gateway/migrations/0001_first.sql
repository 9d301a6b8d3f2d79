-- Times are Unix milliseconds unless the name says otherwise. Addresses are kept as WhatsApp
-- writes them, without the device part.

-- One row per account that was ever started; what `status` shows when no gateway runs.
CREATE TABLE account (
    account       TEXT    NOT NULL PRIMARY KEY,
    phone         TEXT,
    lid           TEXT,
    name          TEXT,
    state         TEXT    NOT NULL,
    sentence      TEXT    NOT NULL,
    next          TEXT,
    since_ms      INTEGER NOT NULL,
    until_ms      INTEGER,
    last_ready_ms INTEGER,
    -- The version of WhatsApp's web client that was accepted last, as a.b.c.
    web_version   TEXT,
    -- The owner closed the link and wants it to stay closed.
    paused        INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Hidden ids and their phone numbers, learned from every event that carries both.
CREATE TABLE identity (
    lid        TEXT    NOT NULL PRIMARY KEY,
    phone      TEXT    NOT NULL,
    learned_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX identity_phone ON identity (phone);

-- The journal. A row is committed before WhatsApp gets the receipt, so what WhatsApp believes
-- delivered is here. `outcome` is null until the one verdict is given.
CREATE TABLE inbox (
    seq           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account       TEXT    NOT NULL,
    chat          TEXT    NOT NULL,
    sender        TEXT    NOT NULL,
    message_id    TEXT    NOT NULL,
    chat_alt      TEXT,
    sender_alt    TEXT,
    from_me       INTEGER NOT NULL,
    push_name     TEXT,
    timestamp_s   INTEGER NOT NULL,
    content       TEXT    NOT NULL,
    raw_kind      TEXT    NOT NULL,
    text          TEXT,
    mentions      TEXT    NOT NULL,
    quoted_id     TEXT,
    quoted_sender TEXT,
    recorded_ms   INTEGER NOT NULL,
    deliveries    INTEGER NOT NULL DEFAULT 1,
    outcome       TEXT,
    reason        TEXT,
    rule          INTEGER,
    decided_ms    INTEGER,
    -- Of a message that stayed unreadable: when the owner was told.
    noticed_ms    INTEGER,
    UNIQUE (account, chat, sender, message_id)
) STRICT;
CREATE INDEX inbox_undecided ON inbox (account, seq) WHERE outcome IS NULL;
CREATE INDEX inbox_held ON inbox (account, seq) WHERE outcome = 'hold';
CREATE INDEX inbox_message ON inbox (message_id);

-- One agent turn. Its reply is committed together with `state = 'ok'`.
CREATE TABLE run (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account    TEXT    NOT NULL,
    inbox_seq  INTEGER NOT NULL UNIQUE REFERENCES inbox (seq),
    agent      TEXT    NOT NULL,
    session    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    error      TEXT,
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms   INTEGER
) STRICT;
CREATE INDEX run_open ON run (account, id) WHERE state IN ('queued', 'running');

-- What goes out. The message id is chosen before the first attempt and never changes, so a second
-- attempt is the same message to its recipient.
CREATE TABLE outbox (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account    TEXT    NOT NULL,
    chat       TEXT    NOT NULL,
    message_id TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    run_id     INTEGER REFERENCES run (id),
    text       TEXT    NOT NULL,
    -- 32 bytes in hex that belong to the message as much as its text: sent again it must be the same.
    secret     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    error_code INTEGER,
    error      TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (account, message_id)
) STRICT;
CREATE INDEX outbox_open ON outbox (account, id) WHERE state IN ('queued', 'sending', 'written', 'unknown');
CREATE INDEX outbox_run ON outbox (run_id);
CREATE INDEX outbox_recent ON outbox (account, purpose, created_ms);

-- Senders that wait for approval. `code` is null when too many waited at once.
CREATE TABLE pairing_request (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account      TEXT    NOT NULL,
    lid          TEXT,
    phone        TEXT,
    chat         TEXT    NOT NULL,
    name         TEXT,
    code         TEXT,
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    text_sent_ms INTEGER,
    UNIQUE (account, code)
) STRICT;
CREATE INDEX pairing_request_account ON pairing_request (account, expires_ms);

-- Senders that were approved, per account.
CREATE TABLE pairing_approval (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account     TEXT    NOT NULL,
    lid         TEXT,
    phone       TEXT,
    approved_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX pairing_approval_account ON pairing_approval (account);

-- Things the owner should know.
CREATE TABLE notice (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    account TEXT    NOT NULL,
    text    TEXT    NOT NULL
) STRICT;
