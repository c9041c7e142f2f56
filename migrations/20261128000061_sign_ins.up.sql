-- What: by which way somebody signed in or tried to, through which provider, and why it failed.
-- Why:  people look for sign-ins that were not theirs, administrators for attacks. A try through a provider may end before any address
--       is known, so the hash of the address can be missing. Rows are kept for a year; they outlive the person.
-- Undo: the down file drops the columns; a missing hash becomes an empty one.

ALTER TABLE sign_ins
    ADD COLUMN method text NOT NULL DEFAULT 'Password',
    ADD COLUMN provider text NOT NULL DEFAULT '',
    ADD COLUMN reason text,
    ALTER COLUMN email_hash DROP NOT NULL;
CREATE INDEX sign_ins_email ON sign_ins (email_hash, id DESC);
CREATE INDEX sign_ins_created ON sign_ins (created_at);
