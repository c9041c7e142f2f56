-- What: of people the role of requests sees those of the running transaction's team and whose transaction it is, in seven columns, and
--       changes nobody. `answer_wishes`: how that person wants to be answered. Functions look for names among temporary tables last.
-- Why:  `users` had no policy: a statement that forgot the team could have told the names and addresses of the whole installation, and
--       what people say of themselves. No name is missed: whoever left a team is called there as its trail told last, and nothing else
--       names them. That role holds accounts as they are (FOR SHARE), for which Postgres wants the right to change a column: one is
--       left, and the policy lets no changed row be. So does the version before, which reads the other columns through `asking` alone.
--       In a search path that does not name them, temporary tables come before all others, and every role may make some.
-- Undo: the down file drops the policies and the function and gives the rights back.

REVOKE SELECT (created_at, tone, about, answer_language, answer_tone), UPDATE (first_name, last_name, tone, about) ON users FROM lyceum_app;
GRANT UPDATE (created_at) ON users TO lyceum_app;

-- Not by isolate_by_team: people belong to no team. A member who is suspended is still one of it.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY team_people ON users TO lyceum_app
    USING (id = viewing_user() OR EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id AND m.team_id = current_team()))
    WITH CHECK (false);
CREATE POLICY system_rows ON users TO lyceum_system USING (true) WITH CHECK (true);

-- What the running transaction's person wants said to models. It takes the person from the transaction, never from a parameter. In
-- PL/pgSQL its plan is kept for the connection.
CREATE FUNCTION answer_wishes() RETURNS TABLE (tone text, about text, answer_language text, answer_tone text)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT u.tone, u.about, u.answer_language, u.answer_tone FROM users u WHERE u.id = viewing_user();
END $$;
REVOKE EXECUTE ON FUNCTION answer_wishes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION answer_wishes() TO lyceum_app;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION answer_wishes() OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;

-- Who may call it stays. Of anybody but the running transaction's person it says nothing.
CREATE OR REPLACE FUNCTION asking(of_conversation uuid, person uuid, of_team uuid)
RETURNS TABLE (in_team bigint, in_conversation bigint, tone text, about text, answer_language text, answer_tone text,
               requests_per_minute integer)
LANGUAGE sql STABLE AS $$
    SELECT running.in_team, running.in_conversation, w.tone, w.about, w.answer_language, w.answer_tone,
           (SELECT t.requests_per_minute FROM teams t WHERE t.id = of_team)
    FROM answer_wishes() w, (SELECT count(*) AS in_team, count(*) FILTER (WHERE conversation_id = of_conversation) AS in_conversation
                             FROM generations WHERE status IN ('Pending', 'InProgress')) AS running
    WHERE person = viewing_user()
$$;

-- Those that call others and those that are called: all that set a path, but what somebody else put into the schema, an extension for one.
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc
               WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND 'search_path=pg_catalog, public' = ANY (proconfig)
                 AND pg_has_role(current_user, proowner, 'USAGE') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', one);
    END LOOP;
END $$;
