-- What: groups of people inside a team.
-- Why:  a team of a hundred is spoken to in parts; who leaves the team leaves its groups by the foreign key.
-- Undo: the down file drops the tables.

CREATE TABLE groups (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT groups_team_id_name_key UNIQUE (team_id, name),
    CONSTRAINT groups_team_id_id_key UNIQUE (team_id, id)
);

CREATE TABLE group_members (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    team_id uuid NOT NULL,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (team_id, group_id) REFERENCES groups (team_id, id) ON DELETE CASCADE,
    FOREIGN KEY (team_id, user_id) REFERENCES memberships (team_id, user_id) ON DELETE CASCADE
);
CREATE INDEX group_members_group ON group_members (team_id, group_id);
CREATE INDEX group_members_user ON group_members (team_id, user_id);

CALL isolate_by_team('groups');
CALL isolate_by_team('group_members');
