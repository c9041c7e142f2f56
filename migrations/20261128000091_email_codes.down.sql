DROP TABLE email_codes;
DELETE FROM recovery_codes USING two_step WHERE two_step.user_id = recovery_codes.user_id AND by_mail;
DELETE FROM two_step WHERE by_mail;
ALTER TABLE sign_in_steps DROP COLUMN method;
ALTER TABLE two_step DROP COLUMN by_mail;
