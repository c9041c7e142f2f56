-- What: the links that confirm a person's new address.
-- Why:  the address changes when its mail is read: a link works once and for an hour, and only a hash of its second half is kept.
--       Nobody but the system role sees who wants which address.
-- Undo: the down file drops the table; links that are under way lead nowhere then.

CREATE TABLE email_changes (
    selector text PRIMARY KEY,
    verifier_hash bytea NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email text NOT NULL CHECK (email = lower(email)),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX email_changes_user ON email_changes (user_id);
CREATE INDEX email_changes_expiry ON email_changes (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON email_changes TO lyceum_system;
