CREATE OR REPLACE FUNCTION readable_datasets(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(d.id), '{}')
    FROM datasets d
    WHERE d.id = ANY (wanted)
      AND ((d.visibility = 'Company' AND is_live_team(d.team_id))
           OR (d.team_id = current_team() AND (d.visibility = 'Team' OR d.created_by = viewing_user())))
$$;
DROP FUNCTION share_level(uuid, uuid);
DROP TABLE shares;
ALTER TABLE prompts DROP CONSTRAINT prompts_team_id_id_key;
ALTER TABLE datasets DROP CONSTRAINT datasets_team_id_id_key;
