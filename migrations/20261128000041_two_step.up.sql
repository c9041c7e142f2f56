-- What: two-step sign-in: the secret that a person's app makes codes from, their recovery codes, and half a sign-in.
-- Why:  the secret is sealed and the last used step is kept, so that a code works once. Of recovery codes and of the token between
--       password and code only hashes are kept. All of it belongs to a person; the app role cannot see it.
-- Undo: the down file drops the tables; people then sign in with their password alone.

CREATE TABLE two_step (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    started_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- Somebody who has typed their password and not yet their code.
CREATE TABLE sign_in_steps (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_steps_user ON sign_in_steps (user_id);
CREATE INDEX sign_in_steps_expiry ON sign_in_steps (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON two_step, recovery_codes, sign_in_steps TO lyceum_system;
