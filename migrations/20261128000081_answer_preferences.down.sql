ALTER TABLE users DROP COLUMN answer_tone, DROP COLUMN answer_language;
