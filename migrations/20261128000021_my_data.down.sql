DELETE FROM jobs WHERE kind = 'ExportMyData';
DROP TABLE exports;
ALTER TABLE users DROP COLUMN deletion_requested_at;
