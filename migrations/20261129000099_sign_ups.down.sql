ALTER TABLE invitations DROP COLUMN mailed_verifier_hash;
DROP TABLE sign_ups;
