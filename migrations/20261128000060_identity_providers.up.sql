-- What: the identity providers people sign in with (OpenID Connect), whose identities are linked to which account, and sign-ins that
--       are under way at a provider.
-- Why:  providers belong to the installation. An identity is what a provider vouches for: issuer and subject, never an e-mail
--       address. A sign-in that is under way is kept here for ten minutes, sealed and used once; the browser holds a token of it.
--       Somebody who came through a provider has an empty password hash: nothing they could type matches it.
-- Undo: the down file drops the tables; whoever has no password gets one by `lyceum reset-password`.

CREATE TABLE identity_providers (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT identity_providers_name_key UNIQUE,
    issuer text NOT NULL,
    client_id text NOT NULL,
    sealed_client_secret bytea,
    scopes text NOT NULL,
    email_domains text[] NOT NULL DEFAULT '{}',
    role_claim text NOT NULL DEFAULT '',
    role_rules jsonb NOT NULL DEFAULT '[]',
    default_team_id uuid REFERENCES teams (id) ON DELETE SET NULL,
    default_role text NOT NULL CHECK (default_role IN ('Viewer', 'Collaborator', 'TeamManager', 'Owner')),
    creates_accounts boolean NOT NULL DEFAULT false,
    is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX identity_providers_default_team ON identity_providers (default_team_id);

CREATE TABLE identities (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id uuid NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    issuer text NOT NULL,
    subject text NOT NULL,
    linked_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT identities_issuer_subject_key UNIQUE (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);
CREATE INDEX identities_provider ON identities (provider_id);

CREATE TABLE sign_in_flows (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT sign_in_flows_token_hash_key UNIQUE,
    provider_id uuid NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_flows_provider ON sign_in_flows (provider_id);
CREATE INDEX sign_in_flows_expiry ON sign_in_flows (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON identity_providers, identities, sign_in_flows TO lyceum_system;
