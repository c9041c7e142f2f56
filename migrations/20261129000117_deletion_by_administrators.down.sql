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

ALTER TABLE users DROP COLUMN deletion_ordered_at;
