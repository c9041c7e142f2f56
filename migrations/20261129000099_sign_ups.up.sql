-- What: accounts that wait for whoever reads the mail of their address.
-- Why:  where anybody may sign up, the account is made when the mailed link is used, so that nobody learns which addresses have one. A
--       link works once and for a day; of its second half only a hash is kept, of the password the hash that the account will have. An
--       address has one row: whoever asks again gets another link in the place of the former. Nobody but the system role sees who waits.
-- Undo: the down file drops the table; links that are under way lead nowhere then, and whoever got one signs up again.

CREATE TABLE sign_ups (
    email text PRIMARY KEY CHECK (email = lower(email)),
    selector text NOT NULL UNIQUE,
    verifier_hash bytea NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_ups_expiry ON sign_ups (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_ups TO lyceum_system;
