-- Verdicts of an account, newest first, told by the index alone which of them are asked for.
CREATE INDEX inbox_verdict ON inbox (account, seq, outcome, reason) WHERE outcome IS NOT NULL;
