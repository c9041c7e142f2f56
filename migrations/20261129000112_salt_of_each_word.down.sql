-- New events are of the kind before again. The rest stays: without their salts the words of those between could not be checked any
-- more, nor erased, and the version before works with it.
CREATE OR REPLACE FUNCTION chain_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    NEW.chain := coalesce(NEW.team_id, '00000000-0000-0000-0000-000000000000');
    PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || NEW.chain, 0));
    SELECT seq, hash INTO last_seq, last_hash FROM audit_events WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.previous_hash := coalesce(last_hash, ''::bytea);
    NEW.at := clock_timestamp();
    NEW.actor_name := coalesce((SELECT trim(first_name || ' ' || last_name) FROM users WHERE id = NEW.actor_id), '');
    NEW.salt := gen_random_uuid();
    NEW.labels_hash := audit_labels_hash(NEW);
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END $$;
