-- What: conversations, messages, running generations with their durable events, citations and token usage.
-- Why:  everything a browser has been shown is a committed row; a generation is leased, fenced and swept.
-- Undo: the down file drops the tables.

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    prompt_id uuid REFERENCES prompts (id) ON DELETE SET NULL,
    model_id uuid REFERENCES models (id),
    title text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversations_person ON conversations (team_id, user_id, updated_at DESC);
CREATE INDEX conversations_prompt ON conversations (prompt_id);
CREATE INDEX conversations_model ON conversations (model_id);
CREATE INDEX conversations_user ON conversations (user_id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position integer NOT NULL,
    role text NOT NULL CHECK (role IN ('User', 'Assistant', 'System', 'Tool', 'Developer')),
    status text NOT NULL CHECK (status IN ('Pending', 'InProgress', 'Success', 'Cancelled', 'Error', 'Interrupted')),
    content text NOT NULL DEFAULT '',
    trouble text,
    model_id uuid REFERENCES models (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT messages_conversation_id_position_key UNIQUE (conversation_id, position)
);
CREATE INDEX messages_model ON messages (model_id);

CREATE TABLE generations (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    model_id uuid NOT NULL REFERENCES models (id),
    status text NOT NULL DEFAULT 'Pending' CHECK (status IN ('Pending', 'InProgress', 'Success', 'Cancelled', 'Error', 'Interrupted')),
    fence bigint NOT NULL DEFAULT 0,
    lease_expires_at timestamptz NOT NULL,
    stop_requested_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT generations_message_id_key UNIQUE (message_id)
);
CREATE INDEX generations_conversation ON generations (conversation_id);
CREATE INDEX generations_user ON generations (user_id);
CREATE INDEX generations_model ON generations (model_id);
CREATE INDEX generations_running ON generations (lease_expires_at) WHERE status IN ('Pending', 'InProgress');

CREATE TABLE generation_events (
    generation_id uuid NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    team_id uuid NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (generation_id, seq)
);

CREATE TABLE message_citations (
    message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    team_id uuid NOT NULL,
    chunk_id uuid NOT NULL,
    document_id uuid REFERENCES documents (id) ON DELETE SET NULL,
    document_name text NOT NULL,
    page integer,
    excerpt text NOT NULL,
    PRIMARY KEY (message_id, number)
);
CREATE INDEX message_citations_document ON message_citations (document_id);

CREATE TABLE token_usage (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    message_id uuid REFERENCES messages (id) ON DELETE SET NULL,
    model_id uuid NOT NULL REFERENCES models (id),
    kind text NOT NULL CHECK (kind IN ('Prompt', 'Completion')),
    tokens integer NOT NULL CHECK (tokens >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX token_usage_team ON token_usage (team_id, created_at DESC);
CREATE INDEX token_usage_user ON token_usage (user_id);
CREATE INDEX token_usage_message ON token_usage (message_id);
CREATE INDEX token_usage_model ON token_usage (model_id);

CALL isolate_by_team('conversations');
CALL isolate_by_team('messages');
CALL isolate_by_team('generations');
CALL isolate_by_team('generation_events');
CALL isolate_by_team('message_citations');
CALL isolate_by_team('token_usage');
