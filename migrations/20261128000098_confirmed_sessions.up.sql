-- What: when the person of a session last proved who they are: at its beginning, or again before a dangerous step.
-- Why:  a browser that was left open, or a session that was stolen, must not hand a team over or change how people sign in. Sessions that
--       are there already, and those that a server of the version before begins meanwhile, have to be confirmed first.
-- Undo: the down file drops the column; those steps then take any session.

ALTER TABLE sessions ADD COLUMN confirmed_at timestamptz;
