CREATE OR REPLACE FUNCTION readable_datasets(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(d.id), '{}')
    FROM datasets d
    WHERE d.id = ANY (wanted)
      AND (d.visibility = 'Company'
           OR (d.team_id = current_team() AND (d.visibility = 'Team' OR d.created_by = viewing_user())))
$$;
DROP POLICY company_rows ON prompts;
CREATE POLICY company_rows ON prompts FOR SELECT TO lyceum_app USING (visibility = 'Company');
DROP POLICY company_rows ON datasets;
CREATE POLICY company_rows ON datasets FOR SELECT TO lyceum_app USING (visibility = 'Company');
DROP FUNCTION is_live_team(uuid);
DROP FUNCTION give_home(uuid, uuid);
DROP FUNCTION end_team_sessions(uuid);
ALTER TABLE teams
    DROP COLUMN deleted_at, DROP COLUMN chat_retention_days, DROP COLUMN default_model_id, DROP COLUMN max_upload_bytes, DROP COLUMN slug;
ALTER TABLE invitations DROP COLUMN last_name, DROP COLUMN first_name;
ALTER TABLE memberships DROP COLUMN suspended_at;
