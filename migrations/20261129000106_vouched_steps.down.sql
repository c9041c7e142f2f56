ALTER TABLE sign_in_steps DROP COLUMN proved_at;
