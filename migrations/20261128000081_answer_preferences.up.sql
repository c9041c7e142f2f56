-- What: in which language and in which tone a person likes to be answered.
-- Why:  both go to the model with every question they ask; the words beside them (tone, about) are their own, these are choices.
-- Undo: the down file drops the columns; everybody is answered as before.

ALTER TABLE users
    ADD COLUMN answer_language text NOT NULL DEFAULT 'As the question',
    ADD COLUMN answer_tone text NOT NULL DEFAULT 'Neutral';

-- The app role reads them when it asks a model in somebody's name.
GRANT SELECT (answer_language, answer_tone) ON users TO lyceum_app;
