CREATE OR REPLACE FUNCTION forget_person(person uuid, address text) RETURNS void
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
