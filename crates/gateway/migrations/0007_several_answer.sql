-- One message, several agents: a run of kind 'broadcast' gathers what is to be answered and becomes one run for each of them.
-- Such a run answers what the gathering one has gathered, and of two that are to follow each other the later one waits.
ALTER TABLE run ADD COLUMN fork_of INTEGER REFERENCES run (id);
ALTER TABLE run ADD COLUMN after_run INTEGER REFERENCES run (id);
-- Of one that gathers: who is to answer, in which session, and whether one after another; JSON.
ALTER TABLE run ADD COLUMN forks TEXT;
CREATE INDEX run_forks ON run (fork_of) WHERE fork_of IS NOT NULL;
-- What the gateway does itself is looked for among however many runs wait for agents.
DROP INDEX run_command;
CREATE INDEX run_own ON run (account, id) WHERE kind IN ('command', 'broadcast') AND state IN ('queued', 'running');
