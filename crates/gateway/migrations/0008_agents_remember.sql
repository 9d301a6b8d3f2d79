-- What an agent that keeps conversations of its own calls this one, and in which epoch of it that was.
ALTER TABLE session ADD COLUMN backend_session TEXT;
ALTER TABLE session ADD COLUMN backend_epoch   INTEGER;
-- The end of what an agent's process complained of, of a run that went wrong: 64 KiB at most, kept as long as what was said.
ALTER TABLE run ADD COLUMN stderr TEXT;
CREATE INDEX run_stderr ON run (ended_ms) WHERE stderr IS NOT NULL;
