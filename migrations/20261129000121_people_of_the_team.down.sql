DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc
               WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
                 AND 'search_path=pg_catalog, public, pg_temp' = ANY (proconfig)
                 AND pg_has_role(current_user, proowner, 'USAGE') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public', one);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION asking(of_conversation uuid, person uuid, of_team uuid)
RETURNS TABLE (in_team bigint, in_conversation bigint, tone text, about text, answer_language text, answer_tone text,
               requests_per_minute integer)
LANGUAGE sql STABLE AS $$
    SELECT running.in_team, running.in_conversation, u.tone, u.about, u.answer_language, u.answer_tone,
           (SELECT t.requests_per_minute FROM teams t WHERE t.id = of_team)
    FROM users u, (SELECT count(*) AS in_team, count(*) FILTER (WHERE conversation_id = of_conversation) AS in_conversation
                   FROM generations WHERE status IN ('Pending', 'InProgress')) AS running
    WHERE u.id = person
$$;
DROP FUNCTION answer_wishes();

DROP POLICY team_people ON users;
DROP POLICY system_rows ON users;
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
REVOKE UPDATE (created_at) ON users FROM lyceum_app;
GRANT SELECT (created_at, tone, about, answer_language, answer_tone), UPDATE (first_name, last_name, tone, about) ON users TO lyceum_app;
