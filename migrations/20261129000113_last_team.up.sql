-- What: in which team a person worked last.
-- Why:  it was read from their sessions, whose rows go when they sign out, run out or end with a new password: whoever signed in again
--       landed in the team of their own. Who has a session now keeps the team of the latest.
-- Undo: the down file drops the column; the version before looks at sessions alone.

ALTER TABLE users ADD COLUMN last_team_id uuid REFERENCES teams (id) ON DELETE SET NULL;
CREATE INDEX users_last_team ON users (last_team_id);

UPDATE users SET last_team_id = (
    SELECT sessions.team_id FROM sessions WHERE sessions.user_id = users.id ORDER BY sessions.last_seen_at DESC LIMIT 1);
