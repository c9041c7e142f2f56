-- What: passkeys, which people sign in with in place of password and code, and ceremonies (adding one, signing in) that are under way.
-- Why:  a passkey is a public key with a counter; what it is checked with is kept as the library writes it. A ceremony has two halves that
--       may meet different servers: what the first asked is kept here for five minutes and used once; the browser holds a token of it,
--       of which only a hash is kept. All of it belongs to a person; the app role cannot see it.
-- Undo: the down file drops the tables; people sign in with their password again.

CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    credential_id bytea NOT NULL CONSTRAINT passkeys_credential_id_key UNIQUE,
    credential jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- Whoever adds a passkey is known; whoever signs in with one is not.
CREATE TABLE passkey_ceremonies (
    token_hash bytea PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    state jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_ceremonies_user ON passkey_ceremonies (user_id);
CREATE INDEX passkey_ceremonies_expiry ON passkey_ceremonies (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys, passkey_ceremonies TO lyceum_system;
