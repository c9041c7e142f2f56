DROP INDEX sign_ins_created;
DROP INDEX sign_ins_email;
UPDATE sign_ins SET email_hash = ''::bytea WHERE email_hash IS NULL;
ALTER TABLE sign_ins
    ALTER COLUMN email_hash SET NOT NULL,
    DROP COLUMN reason, DROP COLUMN provider, DROP COLUMN method;
