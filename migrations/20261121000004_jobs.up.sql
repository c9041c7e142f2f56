-- What: the job queue.
-- Why:  work is accepted in the transaction that asks for it, claimed with SKIP LOCKED under a lease, counted at claim,
--       and fenced: a worker that lost its lease cannot finish.
-- Undo: the down file drops the table.

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    status text NOT NULL DEFAULT 'Waiting' CHECK (status IN ('Waiting', 'Running', 'Done', 'Dead')),
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3 CHECK (max_attempts > 0),
    fence bigint NOT NULL DEFAULT 0,
    lease_expires_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE status = 'Waiting';
CREATE INDEX jobs_leases ON jobs (lease_expires_at) WHERE status = 'Running';
CREATE INDEX jobs_team ON jobs (team_id, created_at DESC);
CREATE INDEX jobs_subject ON jobs (subject_id);
CALL isolate_by_team('jobs');
