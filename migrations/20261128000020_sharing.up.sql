-- What: private datasets and prompts can be shared with people and groups of their team, to see or to edit.
-- Why:  between “only me” and “everybody in the team” there are the five people who work on it. Who leaves the team or a group
--       loses what came from it in the same moment: nothing is copied, every question looks at the rows as they are then.
-- Undo: the down file drops the table and puts the former readable_datasets back; what was shared is private again.

ALTER TABLE datasets ADD CONSTRAINT datasets_team_id_id_key UNIQUE (team_id, id);
ALTER TABLE prompts ADD CONSTRAINT prompts_team_id_id_key UNIQUE (team_id, id);

-- The pairs of keys hold what is shared and with whom in one team.
CREATE TABLE shares (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    dataset_id uuid,
    prompt_id uuid,
    user_id uuid,
    group_id uuid,
    level text NOT NULL CHECK (level IN ('View', 'Edit')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT shares_of_one_thing CHECK (num_nonnulls(dataset_id, prompt_id) = 1),
    CONSTRAINT shares_with_one_subject CHECK (num_nonnulls(user_id, group_id) = 1),
    CONSTRAINT shares_once UNIQUE NULLS NOT DISTINCT (dataset_id, prompt_id, user_id, group_id),
    CONSTRAINT shares_dataset_fkey FOREIGN KEY (team_id, dataset_id) REFERENCES datasets (team_id, id) ON DELETE CASCADE,
    CONSTRAINT shares_prompt_fkey FOREIGN KEY (team_id, prompt_id) REFERENCES prompts (team_id, id) ON DELETE CASCADE,
    CONSTRAINT shares_user_fkey FOREIGN KEY (team_id, user_id) REFERENCES memberships (team_id, user_id) ON DELETE CASCADE,
    CONSTRAINT shares_group_fkey FOREIGN KEY (team_id, group_id) REFERENCES groups (team_id, id) ON DELETE CASCADE
);
CREATE INDEX shares_dataset ON shares (team_id, dataset_id);
CREATE INDEX shares_prompt ON shares (team_id, prompt_id);
CREATE INDEX shares_user ON shares (team_id, user_id);
CREATE INDEX shares_group ON shares (team_id, group_id);

CALL isolate_by_team('shares');

-- How a dataset or a prompt of the running transaction's team is shared with its person, directly or through a group: the
-- strongest of the levels ('Edit' comes before 'View'), or null. It looks past row-level security for the search, and takes
-- team and person from the transaction, never from a parameter.
CREATE FUNCTION share_level(dataset uuid, prompt uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT min(s.level) FROM shares s
    WHERE s.team_id = current_team() AND (s.dataset_id = dataset OR s.prompt_id = prompt)
      AND (s.user_id = viewing_user()
           OR EXISTS (SELECT FROM group_members m
                      WHERE m.team_id = s.team_id AND m.group_id = s.group_id AND m.user_id = viewing_user()))
$$;
REVOKE EXECUTE ON FUNCTION share_level(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION share_level(uuid, uuid) TO lyceum_app, lyceum_search;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION share_level(uuid, uuid) OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;

CREATE OR REPLACE FUNCTION readable_datasets(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(d.id), '{}')
    FROM datasets d
    WHERE d.id = ANY (wanted)
      AND ((d.visibility = 'Company' AND is_live_team(d.team_id))
           OR (d.team_id = current_team()
               AND (d.visibility = 'Team' OR d.created_by = viewing_user() OR share_level(d.id, NULL) IS NOT NULL)))
$$;
