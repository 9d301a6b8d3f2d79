-- Verdicts of an account, newest first, told by the index alone which of them are asked for. It asks for decided_ms, which
-- no other question does, so that all others keep to their own, smaller indexes.
CREATE INDEX inbox_verdict ON inbox (account, seq, outcome, reason, decided_ms) WHERE decided_ms IS NOT NULL;
