-- What: accounts that wait for whoever reads the mail of their address, and of an invitation the half of its mailed link that is not
--       handed to whoever invites.
-- Why:  where mail is set up, an account is made when a link is used that was mailed to its address, so that nobody makes one in another
--       person's name and nobody learns which addresses have one. A link works once and for a day; of its second half only a hash is kept,
--       of the password the hash that the account will have. An address may have several rows: one who asks for somebody else's address
--       does not end the link of its owner. Who comes with the link of an invitation that was mailed has proved the address; who comes with
--       the one that was handed over has not. Nobody but the system role sees who waits.
-- Undo: the down file drops both; links that are under way lead nowhere then, and whoever got one signs up or is invited again.

CREATE TABLE sign_ups (
    selector text PRIMARY KEY,
    verifier_hash bytea NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    first_name text NOT NULL,
    last_name text NOT NULL,
    password_hash text NOT NULL,
    invitation_id uuid REFERENCES invitations ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_ups_email ON sign_ups (email);
CREATE INDEX sign_ups_invitation ON sign_ups (invitation_id);
CREATE INDEX sign_ups_expiry ON sign_ups (expires_at);

GRANT SELECT, INSERT, DELETE ON sign_ups TO lyceum_system;

ALTER TABLE invitations ADD COLUMN mailed_verifier_hash bytea;
