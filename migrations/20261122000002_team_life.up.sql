-- What: suspended members; names on invitations; a team's address (slug), its settings, and its deletion with a grace period.
-- Why:  a suspended member is nobody in that team; a deleted team can be restored for 30 days, and until then nobody is in it
--       and nothing of it is found by anybody, its company-wide datasets and prompts included.
-- Undo: the down file drops the columns and functions and puts the former policies back. Teams that are deleted by then live again.

ALTER TABLE memberships ADD COLUMN suspended_at timestamptz;

ALTER TABLE invitations
    ADD COLUMN first_name text NOT NULL DEFAULT '',
    ADD COLUMN last_name text NOT NULL DEFAULT '';

-- The default also serves the version before this one, which knows no slugs.
ALTER TABLE teams
    ADD COLUMN slug text NOT NULL DEFAULT 'team-' || left(replace(gen_random_uuid()::text, '-', ''), 12)
        CONSTRAINT teams_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 2 AND 60),
    ADD COLUMN max_upload_bytes bigint CHECK (max_upload_bytes > 0),
    ADD COLUMN default_model_id uuid REFERENCES models (id),
    ADD COLUMN chat_retention_days integer CHECK (chat_retention_days BETWEEN 1 AND 3650),
    ADD COLUMN deleted_at timestamptz,
    ADD CONSTRAINT teams_slug_key UNIQUE (slug);
CREATE INDEX teams_default_model ON teams (default_model_id);
CREATE INDEX teams_deleted ON teams (deleted_at) WHERE deleted_at IS NOT NULL;

-- Ends the sessions of a person in the running transaction's team. Sessions are out of the app role's reach otherwise.
CREATE FUNCTION end_team_sessions(person uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM sessions WHERE user_id = person AND team_id = current_team()
$$;

-- Gives a person who is in no team any more a team of their own, under the id given: everybody who may sign in works somewhere.
-- Whether that was needed.
CREATE FUNCTION give_home(person uuid, new_team uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM memberships JOIN teams ON teams.id = memberships.team_id
               WHERE memberships.user_id = person AND memberships.suspended_at IS NULL AND teams.deleted_at IS NULL) THEN
        RETURN false;
    END IF;
    INSERT INTO teams (id, name, is_personal, created_by)
    SELECT new_team, first_name || '’s team', true, id FROM users WHERE id = person;
    INSERT INTO memberships (team_id, user_id, roles) VALUES (new_team, person, ARRAY['Owner']);
    RETURN true;
END $$;

-- Whether a team of any id lives. Other teams are out of the app role's and the search's reach otherwise.
CREATE FUNCTION is_live_team(team uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM teams WHERE id = team AND deleted_at IS NULL)
$$;

REVOKE EXECUTE ON FUNCTION end_team_sessions(uuid), give_home(uuid, uuid), is_live_team(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_team_sessions(uuid), give_home(uuid, uuid) TO lyceum_app;
GRANT EXECUTE ON FUNCTION is_live_team(uuid) TO lyceum_app, lyceum_search;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION end_team_sessions(uuid) OWNER TO lyceum_system;
ALTER FUNCTION give_home(uuid, uuid) OWNER TO lyceum_system;
ALTER FUNCTION is_live_team(uuid) OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;

-- What a deleted team shared with the company is shared no longer.
DROP POLICY company_rows ON datasets;
CREATE POLICY company_rows ON datasets FOR SELECT TO lyceum_app USING (visibility = 'Company' AND is_live_team(team_id));
DROP POLICY company_rows ON prompts;
CREATE POLICY company_rows ON prompts FOR SELECT TO lyceum_app USING (visibility = 'Company' AND is_live_team(team_id));
CREATE OR REPLACE FUNCTION readable_datasets(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(d.id), '{}')
    FROM datasets d
    WHERE d.id = ANY (wanted)
      AND ((d.visibility = 'Company' AND is_live_team(d.team_id))
           OR (d.team_id = current_team() AND (d.visibility = 'Team' OR d.created_by = viewing_user())))
$$;
