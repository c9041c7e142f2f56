-- What: API keys: with one, a program is a person in one of their teams, within scopes.
-- Why:  of a key only the selector, which finds it, and the hash of its secret are kept. A key is its owner's membership: it goes
--       with it, by the foreign key, whichever way somebody leaves. What it may do is looked up at each request.
-- Undo: the down file drops the table; programs are refused then.

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    selector text NOT NULL CONSTRAINT api_keys_selector_key UNIQUE,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_keys_member_fkey FOREIGN KEY (team_id, user_id) REFERENCES memberships (team_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_keys_member ON api_keys (team_id, user_id);
CREATE INDEX api_keys_user ON api_keys (user_id);

CALL isolate_by_team('api_keys');
