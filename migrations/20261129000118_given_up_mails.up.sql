-- What: whose a mail is, as a few letters and as a hash of the address, until when it is kept once it was given up, and when it was last tried.
-- Why:  a mail that did not go out had no addressee any more and could not be sent again: what it says was wiped with the last try. It is
--       kept sealed now while it is of use. The screen shows whom it was for, as in k…@example.org, and why the last try failed; and
--       whoever ends their account has the mails to them erased, which are found by the hash. All four go when a mail is sent.
-- Undo: the down file wipes what was kept of mails that were given up, as the version before did, and drops the columns.

ALTER TABLE mails
    ADD COLUMN recipient text,
    ADD COLUMN address_hash bytea,
    ADD COLUMN keep_until timestamptz,
    ADD COLUMN tried_at timestamptz;
CREATE INDEX mails_address ON mails (address_hash) WHERE address_hash IS NOT NULL;

GRANT INSERT (recipient, address_hash, keep_until) ON mails TO lyceum_app;
