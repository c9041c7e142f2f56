-- What: a session in which an owner sees their team as one of its members does, without being able to change anything.
-- Why:  who it is stands at the session, so that it ends with it. Every end is recorded here and not by the program: a session ends
--       in many ways, by signing out, by running out, with its person, and none of them may be forgotten.
-- Undo: the down file drops the column; whoever looks as somebody else sees the team as themselves again.

ALTER TABLE sessions ADD COLUMN view_as uuid REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX sessions_view_as ON sessions (view_as) WHERE view_as IS NOT NULL;

CREATE FUNCTION record_end_of_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    -- A team that goes takes its trail along, and with it what there would be to say.
    INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
    SELECT OLD.team_id, OLD.user_id, 'System', 'member.view-ended', 'Person', OLD.view_as,
           coalesce((SELECT email FROM users WHERE id = OLD.view_as), ''), '', '{}'
    FROM teams WHERE teams.id = OLD.team_id;
    RETURN NULL;
END $$;
-- At commit: whoever ends a session may go on to the trail of the installation, which is always held before that of a team.
CREATE CONSTRAINT TRIGGER end_of_view_by_change AFTER UPDATE OF view_as ON sessions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.view_as IS NOT NULL AND NEW.view_as IS DISTINCT FROM OLD.view_as) EXECUTE FUNCTION record_end_of_view();
CREATE CONSTRAINT TRIGGER end_of_view_by_end AFTER DELETE ON sessions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.view_as IS NOT NULL) EXECUTE FUNCTION record_end_of_view();

-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION record_end_of_view() OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;
