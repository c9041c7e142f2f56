-- What: providers of models and their models; settings of the installation.
-- Why:  models belong to the installation, not to a team. A removed model keeps its row: prompts and answers name it.
-- Undo: the down file drops the tables.

CREATE TABLE settings (
    key text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE providers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('BuiltIn', 'OpenAI-compatible', 'Anthropic')),
    base_url text NOT NULL DEFAULT '',
    sealed_api_key bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT providers_name_base_url_key UNIQUE (name, base_url)
);

CREATE TABLE models (
    id uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES providers (id),
    name text NOT NULL,
    model_type text NOT NULL CHECK (model_type IN ('LLM', 'Embeddings')),
    context_size integer NOT NULL CHECK (context_size BETWEEN 128 AND 100000000),
    dimensions integer CHECK (dimensions BETWEEN 1 AND 4000),
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CONSTRAINT models_dimensions CHECK ((model_type = 'Embeddings') = (dimensions IS NOT NULL))
);
CREATE INDEX models_provider ON models (provider_id);
CREATE UNIQUE INDEX models_one_default ON models (model_type) WHERE is_default AND removed_at IS NULL;
CREATE UNIQUE INDEX models_provider_name_key ON models (provider_id, name, model_type) WHERE removed_at IS NULL;

GRANT SELECT ON models TO lyceum_app;
GRANT SELECT (id, name, kind, base_url, created_at) ON providers TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON settings, providers, models TO lyceum_system;

-- Ready with nothing configured. Fixed ids, so that code and tests can name them.
INSERT INTO providers (id, name, kind) VALUES ('01900000-0000-7000-8000-000000000001', 'Built in', 'BuiltIn');
INSERT INTO models (id, provider_id, name, model_type, context_size, dimensions, is_default) VALUES
    ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001', 'extractive', 'LLM', 32000, NULL, true),
    ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000001', 'all-MiniLM-L6-v2', 'Embeddings', 256, 384, true);
