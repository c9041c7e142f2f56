-- What: erases the words about a person whose account goes: their names and addresses in the audit trail.
-- Why:  the trail outlives people under a pseudonym, their id. One function erases, owned by a role that may do nothing else, and the
--       system role alone may call it; from now on the trigger lets words go and no others come. Of what somebody did, the name of the
--       thing stays, unless their own name is part of it, as in that of the team everybody begins with. Earlier names and addresses are
--       found in the trail itself.
-- Undo: the down file drops the function; what was erased stays so. The role is shared by all databases of a server and stays.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lyceum_eraser') THEN
        BEGIN
            CREATE ROLE lyceum_eraser NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server made it at the same moment
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'lyceum_eraser', 'MEMBER') THEN
        GRANT lyceum_eraser TO CURRENT_USER;
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO lyceum_eraser;
GRANT SELECT, UPDATE (actor_name, target_name, ip, salt) ON audit_events TO lyceum_eraser;
CREATE POLICY erasing ON audit_events TO lyceum_eraser USING (true) WITH CHECK (true);

CREATE OR REPLACE FUNCTION guard_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    words CONSTANT text[] := ARRAY['actor_name', 'target_name', 'ip', 'salt'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.team_id IS NOT NULL AND NOT EXISTS (SELECT FROM teams WHERE id = OLD.team_id) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NEW.salt IS NULL AND NEW.actor_name IN ('', OLD.actor_name) AND NEW.target_name IN ('', OLD.target_name)
           AND NEW.ip IN ('', OLD.ip) AND to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION forget_person(person uuid, address text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    addresses text[];
    names text[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT lower(target_name)), '{}') || lower(address) INTO addresses
    FROM audit_events WHERE target_type = 'Person' AND target_id = person AND target_name LIKE '%@%';
    SELECT coalesce(array_agg(DISTINCT word), '{}') INTO names
    FROM audit_events, regexp_split_to_table(lower(actor_name), '[^[:alnum:]]+') AS word
    WHERE actor_id = person AND word <> '';
    WITH told AS (
        SELECT position AS place, actor_id = person AS is_by_them,
               (target_type = 'Person' AND target_id = person)
               OR lower(target_name) = ANY (addresses)
               OR (actor_id = person AND target_type NOT IN ('Person', 'Invitation')
                   AND regexp_split_to_array(lower(target_name), '[^[:alnum:]]+') && names) AS names_them
        FROM audit_events)
    UPDATE audit_events SET
        actor_name = CASE WHEN is_by_them THEN '' ELSE actor_name END,
        ip = CASE WHEN is_by_them THEN '' ELSE ip END,
        target_name = CASE WHEN names_them THEN '' ELSE target_name END,
        salt = NULL
    FROM told WHERE position = place AND (is_by_them OR names_them);
END $$;

REVOKE EXECUTE ON FUNCTION forget_person(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(uuid, text) TO lyceum_system;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_eraser;
ALTER FUNCTION forget_person(uuid, text) OWNER TO lyceum_eraser;
REVOKE CREATE ON SCHEMA public FROM lyceum_eraser;
