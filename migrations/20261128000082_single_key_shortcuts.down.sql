ALTER TABLE users DROP COLUMN single_key_shortcuts;
