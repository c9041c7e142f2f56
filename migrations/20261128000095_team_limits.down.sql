DROP FUNCTION asking(uuid, uuid, uuid);
ALTER TABLE teams DROP COLUMN allowed_origins, DROP COLUMN requests_per_minute;
