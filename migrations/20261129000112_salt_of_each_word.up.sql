-- What: each of the three words of an event (who, to what, from where) has a salt and a hash of its own.
-- Why:  one salt went with the first word that was erased, and from then on any other name could stand in the words that were kept,
--       the chain being none the wiser. Now a word is there with its salt and is what was written, or it is gone with its salt.
--       An event is of this kind when its `labels_hash`, which the chain holds, has the length of three hashes; those of before keep
--       the one salt they have.
-- Undo: the down file has new events written as before; what reads, checks and erases those of this kind stays.

ALTER TABLE audit_events ADD COLUMN IF NOT EXISTS salts uuid[];
GRANT UPDATE (salts) ON audit_events TO lyceum_eraser;

-- A word with its salt.
CREATE OR REPLACE FUNCTION audit_word_hash(salt uuid, word text) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN sha256(convert_to(jsonb_build_array(salt, word)::text, 'UTF8'));

-- Whether the words of an event are those that were written, or gone.
CREATE OR REPLACE FUNCTION audit_words_stand(e audit_events) RETURNS boolean LANGUAGE sql STABLE
    RETURN CASE
        WHEN octet_length(e.labels_hash) = 96 THEN (
            SELECT bool_and(CASE WHEN e.salts[place] IS NULL THEN word = ''
                                 ELSE audit_word_hash(e.salts[place], word) = substr(e.labels_hash, place * 32 - 31, 32) END)
            FROM (VALUES (1, e.actor_name), (2, e.target_name), (3, e.ip)) AS words (place, word))
        ELSE e.salt IS NULL OR audit_labels_hash(e) = e.labels_hash
    END;

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
    NEW.salt := NULL;
    NEW.salts := ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()];
    NEW.labels_hash := audit_word_hash(NEW.salts[1], NEW.actor_name) || audit_word_hash(NEW.salts[2], NEW.target_name)
        || audit_word_hash(NEW.salts[3], NEW.ip);
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION guard_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    words CONSTANT text[] := ARRAY['actor_name', 'target_name', 'ip', 'salt', 'salts'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.team_id IS NOT NULL AND NOT EXISTS (SELECT FROM teams WHERE id = OLD.team_id) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NEW.salt IS NULL AND NEW.actor_name IN ('', OLD.actor_name) AND NEW.target_name IN ('', OLD.target_name)
           AND NEW.ip IN ('', OLD.ip) AND audit_words_stand(NEW) AND to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION verify_audit_chain(wanted uuid)
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
                    WHEN NOT audit_words_stand(event) THEN 'renamed'
               END AS fault
        FROM linked)
    SELECT count(*), (array_agg(hash ORDER BY seq DESC))[1], min(place) FILTER (WHERE fault IS NOT NULL),
           (array_agg(fault ORDER BY seq) FILTER (WHERE fault IS NOT NULL))[1]
    FROM judged
$$;

-- A word goes with its salt, the others keep theirs.
CREATE OR REPLACE FUNCTION forget_person(person uuid, address text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    -- In these the name is the address their person had, by the program; in all others it is one that somebody chose.
    telling CONSTANT text[] := ARRAY[
        'account.created', 'account.email-changed', 'account.profile-changed', 'account.password-changed', 'account.password-reset',
        'account.password-reset-by-mail', 'account.recovery-code-used', 'member.joined', 'member.view-started', 'member.view-ended',
        'person.suspended', 'person.reinstated', 'person.made-administrator', 'person.administration-taken',
        'seat.taken', 'seat.given', 'seat.freed'];
    addresses text[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT lower(target_name)), '{}') || lower(address) INTO addresses
    FROM audit_events
    WHERE target_type = 'Person' AND target_id = person AND action = ANY (telling) AND target_name LIKE '%@%';
    WITH borne AS MATERIALIZED (
        SELECT word, min(e.position) AS since
        FROM audit_events e, regexp_split_to_table(lower(e.actor_name), '[^[:alnum:]]+') AS word
        WHERE e.actor_id = person AND word <> ''
        GROUP BY word),
    told AS (
        SELECT e.position AS place, e.actor_id = person AS is_by_them,
               (e.target_type = 'Person' AND e.target_id = person)
               -- An event about another person is not theirs, whether that one has their former address now or a passkey called so.
               OR (e.target_type <> 'Person' AND lower(e.target_name) = ANY (addresses))
               OR (e.actor_id = person AND e.target_type NOT IN ('Person', 'Invitation')
                   AND EXISTS (SELECT FROM borne
                               WHERE borne.since <= e.position
                                 AND borne.word = ANY (regexp_split_to_array(lower(e.target_name), '[^[:alnum:]]+')))) AS names_them
        FROM audit_events e)
    UPDATE audit_events SET
        actor_name = CASE WHEN is_by_them THEN '' ELSE actor_name END,
        ip = CASE WHEN is_by_them THEN '' ELSE ip END,
        target_name = CASE WHEN names_them THEN '' ELSE target_name END,
        salt = NULL,
        salts = CASE WHEN salts IS NOT NULL THEN ARRAY[
            CASE WHEN NOT is_by_them THEN salts[1] END, CASE WHEN NOT names_them THEN salts[2] END,
            CASE WHEN NOT is_by_them THEN salts[3] END] END
    FROM told WHERE position = place AND (is_by_them OR names_them);
END $$;
