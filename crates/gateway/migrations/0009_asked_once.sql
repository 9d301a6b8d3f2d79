-- Of a message that was queued under a key: what was asked for, as a SHA-256; the key asks for that and for nothing else.
ALTER TABLE outbox ADD COLUMN asked TEXT;
-- The agent that had it sent by itself, otherwise than by its answer.
ALTER TABLE outbox ADD COLUMN by_agent TEXT;
CREATE INDEX outbox_by_agent ON outbox (account, by_agent, created_ms) WHERE by_agent IS NOT NULL;
