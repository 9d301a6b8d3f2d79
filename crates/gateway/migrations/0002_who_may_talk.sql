-- What somebody said that a message replies to, as the message repeats it.
ALTER TABLE inbox ADD COLUMN quoted_text TEXT;
-- With outcome 'context': the run that was given this message to read; null as long as it waits for one.
ALTER TABLE inbox ADD COLUMN context_run INTEGER REFERENCES run (id);
CREATE INDEX inbox_context ON inbox (account, chat, seq) WHERE outcome = 'context' AND context_run IS NULL;
CREATE INDEX inbox_context_run ON inbox (context_run) WHERE context_run IS NOT NULL;
CREATE INDEX inbox_held_sender ON inbox (account, sender) WHERE outcome = 'hold';

-- The inbound message that was recognised as this one coming back; each absorbs one at most.
ALTER TABLE outbox ADD COLUMN echo_seq INTEGER REFERENCES inbox (seq);

-- Not started before; quick messages that come until then are answered together with the first.
ALTER TABLE run ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;

-- Further messages that a run answers, besides run.inbox_seq.
CREATE TABLE run_input (
    inbox_seq INTEGER NOT NULL PRIMARY KEY REFERENCES inbox (seq),
    run_id    INTEGER NOT NULL REFERENCES run (id)
) STRICT;
CREATE INDEX run_input_run ON run_input (run_id);

-- The name that a person chose for themselves, when the pair was learned.
ALTER TABLE identity ADD COLUMN name TEXT;
-- Counts up with each pair and each spelling that is new; what is held is judged again by what came since.
ALTER TABLE identity ADD COLUMN learned_no INTEGER NOT NULL DEFAULT 0;
CREATE INDEX identity_learned ON identity (learned_no);

-- What WhatsApp makes of a number that people write in more than one way. `phone` is null for a number
-- that it does not know; it is asked again after a while.
CREATE TABLE phone_alias (
    alias    TEXT    NOT NULL PRIMARY KEY,
    phone    TEXT,
    asked_ms INTEGER NOT NULL,
    learned_no INTEGER NOT NULL
) STRICT;
CREATE INDEX phone_alias_learned ON phone_alias (learned_no);
CREATE INDEX phone_alias_phone ON phone_alias (phone) WHERE phone IS NOT NULL;

-- Up to which learned_no an account has judged again what it holds.
CREATE TABLE judged_again (
    account    TEXT    NOT NULL PRIMARY KEY,
    learned_no INTEGER NOT NULL
) STRICT;

-- Messages that came too late and that the owner has not been told of.
CREATE INDEX inbox_stale ON inbox (account, seq) WHERE outcome = 'stale' AND noticed_ms IS NULL;

-- What the owner chose for a group: 'mention' or 'always'.
CREATE TABLE group_activation (
    account    TEXT    NOT NULL,
    chat       TEXT    NOT NULL,
    activation TEXT    NOT NULL,
    set_ms     INTEGER NOT NULL,
    PRIMARY KEY (account, chat)
) STRICT;

CREATE INDEX pairing_request_lid ON pairing_request (account, lid) WHERE lid IS NOT NULL;
CREATE INDEX pairing_request_phone ON pairing_request (account, phone) WHERE phone IS NOT NULL;
