-- What: the links that were mailed to people who forgot their password.
-- Why:  a link works once and for an hour. Its first half finds the row, of its second half only a hash is kept. Like sessions they
--       belong to a person and to no team, so the app role cannot see them at all.
-- Undo: the down file drops the table; links that are under way lead nowhere then.

CREATE TABLE password_resets (
    selector text PRIMARY KEY,
    verifier_hash bytea NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_resets_user ON password_resets (user_id);
CREATE INDEX password_resets_expiry ON password_resets (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON password_resets TO lyceum_system;
