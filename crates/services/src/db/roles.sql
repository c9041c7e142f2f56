-- Makes the roles of the program where they are missing, and lets the connecting user take them on: it gives them functions, and the
-- pools switch to them. Since Postgres 16 whoever makes a role may grant it, but neither takes it on (SET) nor has its rights
-- (INHERIT) by that. The rights of lyceum_system, lyceum_search and lyceum_eraser are needed to replace their functions later;
-- with those of lyceum_app the policies for one team would bind migrations too.
-- Used by services::db and by scripts/migrations. It is one statement, so that the macros can check it.
DO $$
DECLARE
    knows_options constant boolean := current_setting('server_version_num')::integer >= 160000;
    role_name text;
    has_rights boolean;
    can_become boolean;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['lyceum_app', 'lyceum_system', 'lyceum_search', 'lyceum_eraser'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server made it at the same moment
            END;
        END IF;
        IF knows_options THEN
            has_rights := role_name = 'lyceum_app' OR pg_has_role(current_user, role_name, 'USAGE');
            can_become := pg_has_role(current_user, role_name, 'SET');
            IF NOT (has_rights AND can_become) THEN
                EXECUTE format('GRANT %I TO CURRENT_USER WITH SET TRUE, INHERIT %s', role_name, (role_name <> 'lyceum_app')::text);
            END IF;
        ELSIF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;
