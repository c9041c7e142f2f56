-- What: people, their sessions and sign-ins, teams, memberships, invitations, roles.
-- Why:  identity has no team: people and sessions belong to the installation. Memberships and invitations are team data.
-- Undo: the down file drops the tables.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email)),
    first_name text NOT NULL,
    last_name text NOT NULL DEFAULT '',
    password_hash text NOT NULL,
    is_system_administrator boolean NOT NULL DEFAULT false,
    tone text NOT NULL DEFAULT '',
    about text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    suspended_at timestamptz,
    CONSTRAINT users_email_key UNIQUE (email)
);

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    is_personal boolean NOT NULL DEFAULT false,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX teams_created_by ON teams (created_by);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT sessions_token_hash_key UNIQUE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    ip text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_team ON sessions (team_id);

-- Every attempt to sign in, also failed ones; outlives the person.
CREATE TABLE sign_ins (
    id uuid PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    email_hash bytea NOT NULL,
    succeeded boolean NOT NULL,
    ip text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_ins_user ON sign_ins (user_id, created_at DESC);

-- Generic cell rate algorithm: one row per throttled key, holding the theoretical arrival time.
CREATE TABLE throttles (
    key text PRIMARY KEY,
    arrival_at timestamptz NOT NULL
);

CREATE TABLE memberships (
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    roles text[] NOT NULL CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['Viewer', 'Collaborator', 'TeamManager', 'Owner']),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    email text NOT NULL CHECK (email = lower(email)),
    role text NOT NULL CHECK (role IN ('Viewer', 'Collaborator', 'TeamManager', 'Owner')),
    selector text NOT NULL CONSTRAINT invitations_selector_key UNIQUE,
    verifier_hash bytea NOT NULL,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX invitations_team ON invitations (team_id, created_at DESC);
CREATE INDEX invitations_created_by ON invitations (created_by);

-- What each role may do; the words are those of the Permission enum.
CREATE TABLE roles_permissions (
    role text NOT NULL CHECK (role IN ('Viewer', 'Collaborator', 'TeamManager', 'Owner')),
    permission text NOT NULL,
    PRIMARY KEY (role, permission)
);
INSERT INTO roles_permissions (role, permission)
SELECT role, permission FROM (VALUES
    ('Viewer', ARRAY['ViewPrompts', 'ViewDatasets', 'ViewChats', 'ManageChats']),
    ('Collaborator', ARRAY['ViewPrompts', 'ManagePrompts', 'ViewDatasets', 'ManageDatasets', 'ViewChats', 'ManageChats', 'ViewMembers']),
    ('TeamManager', ARRAY['ViewPrompts', 'ManagePrompts', 'ViewDatasets', 'ManageDatasets', 'ViewChats', 'ManageChats', 'ViewMembers', 'ManageMembers', 'ViewAudit']),
    ('Owner', ARRAY['ViewPrompts', 'ManagePrompts', 'ViewDatasets', 'ManageDatasets', 'ViewChats', 'ManageChats', 'ViewMembers', 'ManageMembers', 'ViewAudit', 'ManageTeam'])
) AS defaults (role, permissions), unnest(permissions) AS permission;

CALL isolate_by_team('memberships');
CALL isolate_by_team('invitations');
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE teams FORCE ROW LEVEL SECURITY;
CREATE POLICY team_rows ON teams TO lyceum_app USING (id = current_team()) WITH CHECK (id = current_team());
CREATE POLICY system_rows ON teams TO lyceum_system USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON teams TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON teams TO lyceum_system;

-- The app role reads names of people (joined through memberships) and changes profiles; password hashes stay out of its reach.
GRANT SELECT (id, email, first_name, last_name, is_system_administrator, tone, about, created_at, suspended_at) ON users TO lyceum_app;
GRANT UPDATE (first_name, last_name, tone, about) ON users TO lyceum_app;
GRANT SELECT ON roles_permissions TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions, sign_ins, throttles, roles_permissions TO lyceum_system;
