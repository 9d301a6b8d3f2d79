-- One message, several agents: a run of kind 'broadcast' gathers what is to be answered and becomes one run for each of them.
-- Such a run answers what the gathering one has gathered, and of two that are to follow each other the later one waits.
ALTER TABLE run ADD COLUMN fork_of INTEGER REFERENCES run (id);
ALTER TABLE run ADD COLUMN after_run INTEGER REFERENCES run (id);
CREATE INDEX run_forks ON run (fork_of) WHERE fork_of IS NOT NULL;
