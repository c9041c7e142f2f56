-- What: prompts (saved assistants) and the datasets they search.
-- Undo: the down file drops the tables.

CREATE TABLE prompts (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    instructions text NOT NULL DEFAULT '',
    model_id uuid REFERENCES models (id),
    visibility text NOT NULL DEFAULT 'Private' CHECK (visibility IN ('Private', 'Team', 'Company')),
    temperature real NOT NULL DEFAULT 0.7 CHECK (temperature BETWEEN 0 AND 2),
    max_chunks integer NOT NULL DEFAULT 10 CHECK (max_chunks BETWEEN 0 AND 50),
    max_history_items integer NOT NULL DEFAULT 20 CHECK (max_history_items BETWEEN 0 AND 200),
    max_completion_tokens integer CHECK (max_completion_tokens > 0),
    trim_ratio integer NOT NULL DEFAULT 80 CHECK (trim_ratio BETWEEN 10 AND 100),
    examples text[] NOT NULL DEFAULT '{}' CHECK (cardinality(examples) <= 4),
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT prompts_team_id_name_key UNIQUE (team_id, name)
);
CREATE INDEX prompts_model ON prompts (model_id);
CREATE INDEX prompts_created_by ON prompts (created_by);

CREATE TABLE prompt_datasets (
    prompt_id uuid NOT NULL REFERENCES prompts (id) ON DELETE CASCADE,
    dataset_id uuid NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    team_id uuid NOT NULL,
    PRIMARY KEY (prompt_id, dataset_id)
);
CREATE INDEX prompt_datasets_dataset ON prompt_datasets (dataset_id);

CALL isolate_by_team('prompts');
CALL isolate_by_team('prompt_datasets');
CREATE POLICY company_rows ON prompts FOR SELECT TO lyceum_app USING (visibility = 'Company');
CREATE POLICY company_rows ON prompt_datasets FOR SELECT TO lyceum_app
    USING (EXISTS (SELECT FROM prompts p WHERE p.id = prompt_id AND p.visibility = 'Company'));
