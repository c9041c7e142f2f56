UPDATE mails SET sealed = NULL WHERE failed_at IS NOT NULL;
DROP INDEX mails_address;
ALTER TABLE mails DROP COLUMN recipient, DROP COLUMN address_hash, DROP COLUMN keep_until, DROP COLUMN tried_at;
