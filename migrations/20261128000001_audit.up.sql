-- What: the audit trail: who did what, to what, from where, and which documents went to which model.
-- Why:  it is append-only by grant and by trigger, and each team's events are a chain: an event holds the hash of the one before.
--       Number, time, names and hashes are made here, under a lock of the chain, and not by the program. Acts on the
--       installation have no team and are a chain of their own. What names a person (their name, the target's, the network
--       address) is not hashed itself: the event holds a salted hash of it, so that a person's words can be erased, and the salt
--       with them, while the chain stays whole. A team's events go when the team itself is removed for good, which is an event
--       of the installation that holds the last hash of the chain that went.
-- Undo: the down file drops the table and its functions.

CREATE TABLE audit_events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    team_id uuid REFERENCES teams (id) ON DELETE CASCADE,
    chain uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    via text NOT NULL CHECK (via IN ('Screen', 'Api', 'System')),
    action text NOT NULL,
    target_type text NOT NULL,
    target_id uuid,
    details jsonb NOT NULL,
    actor_name text NOT NULL,
    target_name text NOT NULL,
    ip text NOT NULL,
    salt uuid,
    labels_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_events_chain_seq_key UNIQUE (chain, seq)
);
CREATE INDEX audit_events_team ON audit_events (team_id, position DESC);
CREATE INDEX audit_events_actor ON audit_events (team_id, actor_id, position DESC);

-- The words about people, with their salt.
CREATE FUNCTION audit_labels_hash(e audit_events) RETURNS bytea LANGUAGE sql STABLE
    RETURN sha256(convert_to(jsonb_build_array(e.salt, e.actor_name, e.target_name, e.ip)::text, 'UTF8'));

-- Everything that never changes, in one canonical form.
CREATE FUNCTION audit_hash(e audit_events) RETURNS bytea LANGUAGE sql STABLE
    RETURN sha256(convert_to(jsonb_build_array(
        e.chain, e.seq, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.via, e.action, e.target_type, e.target_id,
        e.details, encode(e.labels_hash, 'hex'), encode(e.previous_hash, 'hex'))::text, 'UTF8'));

-- Links a new event to its chain. Whatever the statement said about number, time, name and hashes is replaced.
CREATE FUNCTION chain_audit_event() RETURNS trigger
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

-- Refuses every change but two: the words about people may be erased for good, with their salt; and what belongs to a team that
-- is no more goes with it.
CREATE FUNCTION guard_audit_event() RETURNS trigger
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

CREATE TRIGGER chain_event BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION chain_audit_event();
CREATE TRIGGER keep_event BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION guard_audit_event();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION guard_audit_event();

-- Whether a chain is whole, as far as the caller may see it: how many events, the last hash, and the number and kind of the first fault.
CREATE FUNCTION verify_audit_chain(wanted uuid)
RETURNS TABLE (events bigint, last_hash bytea, broken_at bigint, fault text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    WITH linked AS (
        SELECT e AS event, row_number() OVER (ORDER BY e.seq) AS place, lag(e.hash) OVER (ORDER BY e.seq) AS hash_before
        FROM audit_events e WHERE e.chain = wanted),
    judged AS (
        SELECT (event).seq, (event).hash, place,
               CASE WHEN (event).seq <> place THEN 'missing'
                    WHEN (event).previous_hash <> coalesce(hash_before, ''::bytea) THEN 'unlinked'
                    WHEN (event).hash <> audit_hash(event) THEN 'changed'
                    WHEN (event).salt IS NOT NULL AND (event).labels_hash <> audit_labels_hash(event) THEN 'renamed'
               END AS fault
        FROM linked)
    SELECT count(*), (array_agg(hash ORDER BY seq DESC))[1], min(place) FILTER (WHERE fault IS NOT NULL),
           (array_agg(fault ORDER BY seq) FILTER (WHERE fault IS NOT NULL))[1]
    FROM judged
$$;

-- Not by isolate_by_team: nobody gets UPDATE or DELETE, and who works in a team writes in their own name only.
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY team_rows ON audit_events FOR SELECT TO lyceum_app USING (team_id = current_team());
CREATE POLICY team_inserts ON audit_events FOR INSERT TO lyceum_app WITH CHECK (team_id = current_team() AND actor_id = viewing_user());
CREATE POLICY system_rows ON audit_events TO lyceum_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON audit_events TO lyceum_app, lyceum_system;

-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION chain_audit_event() OWNER TO lyceum_system;
ALTER FUNCTION guard_audit_event() OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;
