-- What: the extension, the three roles of the program, and the words other tables check against.
-- Why:  tenant isolation holds in Postgres itself: lyceum_app sees one team per transaction, lyceum_system serves
--       workers and sign-in, lyceum_search owns the one search function. None can log in; the program switches to them.
-- Undo: the down file drops what is in this database; roles are shared by all databases of a server and stay.

CREATE EXTENSION IF NOT EXISTS vector;

DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['lyceum_app', 'lyceum_system', 'lyceum_search'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server made it at the same moment
            END;
        END IF;
        IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO lyceum_app, lyceum_system, lyceum_search;

-- The team and person of the running transaction; an error where none was set.
CREATE FUNCTION current_team() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('app.team_id')::uuid;
CREATE FUNCTION viewing_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('app.user_id')::uuid;

-- Gives a team table its isolation: forced row-level security, one policy for the app, one for the system role.
CREATE PROCEDURE isolate_by_team(team_table regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', team_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', team_table);
    EXECUTE format('CREATE POLICY team_rows ON %s TO lyceum_app USING (team_id = current_team()) WITH CHECK (team_id = current_team())', team_table);
    EXECUTE format('CREATE POLICY system_rows ON %s TO lyceum_system USING (true) WITH CHECK (true)', team_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO lyceum_app, lyceum_system', team_table);
END $$;
