-- What: functions for what every transaction begins with.
-- Why:  a transaction's team, person and licence are set in the message that begins it: that was a trip to the
--       database of its own. In PL/pgSQL their plans are kept for the connection, which
--       a function in SQL that cannot be inlined makes anew at each call.
-- Undo: the down file drops the new functions and restores licence_is_over.

CREATE OR REPLACE FUNCTION licence_is_over() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN EXISTS (SELECT FROM licences WHERE replaced_at IS NULL AND expires_at <= now());
END $$;

-- Makes the running transaction read-only once the licence is over.
CREATE FUNCTION obey_licence() RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
BEGIN
    IF licence_is_over() THEN
        PERFORM set_config('transaction_read_only', 'on', true);
    END IF;
END $$;

-- Makes the running transaction somebody's, in one of their teams.
CREATE FUNCTION set_viewer(team uuid, person uuid) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('app.team_id', team::text, true), set_config('app.user_id', person::text, true);
END $$;

REVOKE EXECUTE ON FUNCTION obey_licence(), set_viewer(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION obey_licence(), set_viewer(uuid, uuid) TO lyceum_app, lyceum_system;
