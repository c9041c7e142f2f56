ALTER TABLE users DROP COLUMN last_team_id;
