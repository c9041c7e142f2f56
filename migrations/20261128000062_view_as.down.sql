DROP TRIGGER end_of_view_by_end ON sessions;
DROP TRIGGER end_of_view_by_change ON sessions;
DROP FUNCTION record_end_of_view();
ALTER TABLE sessions DROP COLUMN view_as;
