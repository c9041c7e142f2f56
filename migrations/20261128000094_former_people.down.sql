DROP FUNCTION forget_person(uuid, text);
DROP POLICY erasing ON audit_events;
REVOKE SELECT, UPDATE (actor_name, target_name, ip, salt) ON audit_events FROM lyceum_eraser;
REVOKE USAGE ON SCHEMA public FROM lyceum_eraser;

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
        IF NEW.salt IS NULL AND to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
