-- What: codes of six digits that are mailed: to sign in with, as the second step after the password, and to set that up.
-- Why:  the browser that asked holds a token, and has one code: a new one takes the place of the old one; what others ask for the same
--       address does not touch it. Of token and code together only a hash is kept: who reads the table cannot try the million codes there are. Tries are counted
--       here, so that every server counts together. An address that nobody has gets a row as well: what follows sounds the same.
--       Somebody whose second step is mailed has an empty secret. How a half sign-in began is kept for the record of sign-ins.
-- Undo: the down file drops the table and the columns; whoever had their second step mailed signs in with their password alone.

CREATE TABLE email_codes (
    token_hash bytea PRIMARY KEY,
    address_hash bytea NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('sign-in', 'second-step', 'account')),
    code_hash bytea NOT NULL,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX email_codes_user ON email_codes (user_id);
CREATE INDEX email_codes_expiry ON email_codes (expires_at);

ALTER TABLE two_step ADD COLUMN by_mail boolean NOT NULL DEFAULT false;
ALTER TABLE sign_in_steps ADD COLUMN method text NOT NULL DEFAULT 'Password and code';

GRANT SELECT, INSERT, UPDATE, DELETE ON email_codes TO lyceum_system;
