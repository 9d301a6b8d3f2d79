-- What kind of notice it is, and when it was handed to whoever is told outside of WhatsApp. Those from before were never
-- meant to be.
ALTER TABLE notice ADD COLUMN kind TEXT NOT NULL DEFAULT 'note';
ALTER TABLE notice ADD COLUMN alerted_ms INTEGER;
ALTER TABLE notice ADD COLUMN alert_attempts INTEGER NOT NULL DEFAULT 0;
UPDATE notice SET alerted_ms = at_ms;
CREATE INDEX notice_unalerted ON notice (id) WHERE alerted_ms IS NULL;

-- The states that an account went through, so that a link which comes and goes can be told from one that holds.
CREATE TABLE account_event (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms    INTEGER NOT NULL,
    account  TEXT    NOT NULL,
    -- One of the account states, and what it meant.
    state    TEXT    NOT NULL,
    sentence TEXT    NOT NULL
) STRICT;
CREATE INDEX account_event_account ON account_event (account, at_ms);
CREATE INDEX account_event_at ON account_event (at_ms);

-- Why an account is degraded, in one word.
ALTER TABLE account ADD COLUMN reason TEXT;
