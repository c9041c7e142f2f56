-- What: the exports of their own data that people asked for; and when a person asked for the deletion of their account.
-- Why:  what a person typed and uploaded is theirs to take along, and to take back. For fourteen days a deletion can be called off. An export belongs to the person, not to a team; its file lies
--       in the object store for seven days. The policy shows everybody their own and nothing else.
-- Undo: the down file drops the table; files that lie in the store by then stay under “exports/”.

CREATE TABLE exports (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'Waiting' CHECK (status IN ('Waiting', 'Ready', 'Failed')),
    size_bytes bigint CHECK (size_bytes >= 0),
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX exports_user ON exports (user_id, requested_at DESC);
CREATE INDEX exports_expiry ON exports (expires_at);
CREATE UNIQUE INDEX exports_one_at_a_time ON exports (user_id) WHERE status = 'Waiting';

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON exports TO lyceum_app USING (user_id = viewing_user()) WITH CHECK (user_id = viewing_user());
CREATE POLICY system_rows ON exports TO lyceum_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON exports TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO lyceum_system;

ALTER TABLE users ADD COLUMN deletion_requested_at timestamptz;
CREATE INDEX users_deletion ON users (deletion_requested_at) WHERE deletion_requested_at IS NOT NULL;
