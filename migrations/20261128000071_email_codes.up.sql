-- What: codes of six digits that are mailed: to sign in with, as the second step after the password, and to set that up.
-- Why:  an address has one code per purpose: a new one takes the place of the old one, whoever asked. The browser that asked holds a token,
--       and of token and code together only a hash is kept: who reads the table cannot try the million codes there are. Tries are counted
--       here, so that every server counts together. An address that nobody has gets a row as well: what follows sounds the same.
--       Somebody whose second step is mailed has an empty secret. How a half sign-in began is kept for the record of sign-ins.
-- Undo: the down file drops the table and the columns; whoever had their second step mailed signs in with their password alone.

CREATE TABLE email_codes (
    address_hash bytea NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('sign-in', 'second-step', 'account')),
    token_hash bytea NOT NULL CONSTRAINT email_codes_token_hash_key UNIQUE,
    code_hash bytea NOT NULL,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (address_hash, purpose)
);
CREATE INDEX email_codes_user ON email_codes (user_id);
CREATE INDEX email_codes_expiry ON email_codes (expires_at);

ALTER TABLE two_step ADD COLUMN by_mail boolean NOT NULL DEFAULT false;
ALTER TABLE sign_in_steps ADD COLUMN method text NOT NULL DEFAULT 'Password and code';

GRANT SELECT, INSERT, UPDATE, DELETE ON email_codes TO lyceum_system;
