-- What: datasets, documents with their pages and chunks, and the hybrid search.
-- Why:  a chunk is searchable by words as soon as it is extracted and by meaning once its vector lands. Search stands in a
--       SECURITY DEFINER function because under row-level security the planner will not use the GIN index (`@@` is not
--       leakproof); it takes the team and the readable datasets itself, first.
-- Undo: the down file drops the function and the tables.

CREATE TABLE datasets (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    visibility text NOT NULL DEFAULT 'Team' CHECK (visibility IN ('Private', 'Team', 'Company')),
    embedding_model_id uuid REFERENCES models (id),
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT datasets_team_id_name_key UNIQUE (team_id, name)
);
CREATE INDEX datasets_embedding_model ON datasets (embedding_model_id);
CREATE INDEX datasets_created_by ON datasets (created_by);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    dataset_id uuid NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    sha256 bytea NOT NULL,
    object_key text NOT NULL,
    status text NOT NULL DEFAULT 'Queued' CHECK (status IN ('Queued', 'Extracting', 'Embedding', 'Ready', 'Failed')),
    failure text,
    is_paginated boolean NOT NULL DEFAULT false,
    page_count integer,
    chunk_count integer NOT NULL DEFAULT 0,
    embedded_count integer NOT NULL DEFAULT 0,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX documents_dataset ON documents (dataset_id, created_at DESC);
CREATE INDEX documents_team ON documents (team_id);
CREATE INDEX documents_created_by ON documents (created_by);

CREATE TABLE document_pages (
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    team_id uuid NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (document_id, number)
);

CREATE TABLE chunks (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL,
    dataset_id uuid NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    position integer NOT NULL,
    page_first integer NOT NULL,
    page_last integer NOT NULL,
    char_start integer NOT NULL,
    char_end integer NOT NULL,
    heading text,
    text text NOT NULL,
    words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', coalesce(heading, '')), 'A') || setweight(to_tsvector('english', text), 'B')) STORED,
    embedding vector,
    CONSTRAINT chunks_document_id_position_key UNIQUE (document_id, position)
);
CREATE INDEX chunks_dataset ON chunks (dataset_id);
CREATE INDEX chunks_words ON chunks USING gin (words) WITH (fastupdate = off);
CREATE INDEX chunks_unembedded ON chunks (document_id, position) WHERE embedding IS NULL;
-- One typed index per embedding dimension; 384 is the built-in model's. Others are added when a model of that size is.
CREATE INDEX chunks_embedding_384 ON chunks USING hnsw ((embedding::vector(384)) vector_cosine_ops)
    WITH (m = 16, ef_construction = 64) WHERE vector_dims(embedding) = 384;

CALL isolate_by_team('datasets');
CALL isolate_by_team('documents');
CALL isolate_by_team('document_pages');
CALL isolate_by_team('chunks');

-- What the running transaction's person may read. Company datasets of other teams are found through this and nothing else.
CREATE POLICY company_rows ON datasets FOR SELECT TO lyceum_app USING (visibility = 'Company');
CREATE POLICY company_rows ON documents FOR SELECT TO lyceum_app
    USING (EXISTS (SELECT FROM datasets d WHERE d.id = dataset_id AND d.visibility = 'Company'));
CREATE POLICY company_rows ON document_pages FOR SELECT TO lyceum_app
    USING (EXISTS (SELECT FROM documents d WHERE d.id = document_id));
CREATE POLICY company_rows ON chunks FOR SELECT TO lyceum_app
    USING (EXISTS (SELECT FROM datasets d WHERE d.id = dataset_id AND d.visibility = 'Company'));

CREATE POLICY search_rows ON datasets FOR SELECT TO lyceum_search USING (true);
CREATE POLICY search_rows ON documents FOR SELECT TO lyceum_search USING (true);
CREATE POLICY search_rows ON chunks FOR SELECT TO lyceum_search USING (true);
GRANT SELECT ON datasets, documents, chunks TO lyceum_search;
