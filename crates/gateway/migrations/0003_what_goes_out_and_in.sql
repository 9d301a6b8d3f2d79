-- What a message holds besides its text: place, cards, poll, vote (JSON), and where its file is and how to read
-- that (JSON).
ALTER TABLE inbox ADD COLUMN detail TEXT;
ALTER TABLE inbox ADD COLUMN media TEXT;

-- Files of messages that were admitted, on their way here.
CREATE TABLE inbound_media (
    inbox_seq     INTEGER NOT NULL PRIMARY KEY REFERENCES inbox (seq),
    account       TEXT    NOT NULL,
    -- wanted, ready, failed, removed (it was here, and too old or too much was kept)
    state         TEXT    NOT NULL,
    -- Generated, relative to the media folder.
    file          TEXT,
    bytes         INTEGER,
    sha256        TEXT,
    -- Of a failure: its kind, such as too_large.
    error         TEXT,
    attempts      INTEGER NOT NULL DEFAULT 0,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_media_wanted ON inbound_media (account, inbox_seq) WHERE state = 'wanted';
CREATE INDEX inbound_media_kept ON inbound_media (created_ms) WHERE state = 'ready';

-- The message's content, mentions and quote (JSON), where they are more than `text`. `text` is what
-- a person reads of it: the caption, the question, the new wording.
ALTER TABLE outbox ADD COLUMN payload TEXT;
-- What has to be done before it is complete, JSON: a file to upload, members to be mentioned. Null when nothing has.
ALTER TABLE outbox ADD COLUMN draft TEXT;
-- Not written before; pacing sets it.
ALTER TABLE outbox ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;
-- When it was first written.
ALTER TABLE outbox ADD COLUMN first_sent_ms INTEGER;
-- To somebody who never wrote to this account: waits while such are not allowed.
ALTER TABLE outbox ADD COLUMN first_contact INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_sent ON outbox (account, first_sent_ms) WHERE first_sent_ms IS NOT NULL;
-- The file below the media folder that it was made from, removed with the row's last use of it.
ALTER TABLE outbox ADD COLUMN file TEXT;
-- The id under which it was sent once more; that is done once.
ALTER TABLE outbox ADD COLUMN retried_as TEXT;

-- Accounts that may not write first to people who never wrote to them.
CREATE TABLE timelock (
    account  TEXT    NOT NULL PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT;
-- Counts and moments that outlive a run of the gateway.
CREATE TABLE tally (
    account TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    value   INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT;
-- What expired and the owner has not been told of; files that may be no longer needed.
CREATE INDEX outbox_untold ON outbox (account) WHERE state = 'expired' AND error IS NULL;
CREATE INDEX outbox_file ON outbox (account, updated_ms) WHERE file IS NOT NULL;
CREATE INDEX outbox_payload ON outbox (account, created_ms) WHERE payload IS NOT NULL;
-- Who wrote in a chat, and whether anybody has since. The chat stands first so that what asks for an account in a state
-- keeps to the partial indexes.
CREATE INDEX inbox_chat ON inbox (chat, account, seq);
-- How far a message came, asked for by its id alone, and that again and again by who waits for it.
CREATE INDEX outbox_message ON outbox (message_id);
