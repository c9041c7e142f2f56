-- Restores one vector index for each number of dimensions, its function and the search in it, and drops the model of a passage's vector.

DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT indexname FROM pg_indexes
               WHERE schemaname = 'public' AND tablename = 'chunks' AND indexname LIKE 'chunks\_embedding\_of\_%' LOOP
        EXECUTE format('DROP INDEX %I', old.indexname);
    END LOOP;
END $$;

DROP TRIGGER note_embedding_model ON chunks;
DROP FUNCTION note_embedding_model();
DROP FUNCTION make_embedding_index(uuid);

CREATE OR REPLACE FUNCTION make_embedding_index(dimensions integer) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF dimensions IS NULL OR dimensions NOT BETWEEN 1 AND 2000 THEN
        RAISE EXCEPTION 'no vector index can be made for % dimensions', dimensions USING ERRCODE = '22023';
    END IF;
    EXECUTE format(
        'CREATE INDEX IF NOT EXISTS %I ON chunks USING hnsw ((embedding::vector(%s)) vector_cosine_ops) '
        'WITH (m = 24, ef_construction = 128) WHERE vector_dims(embedding) = %s',
        'chunks_embedding_' || dimensions, dimensions, dimensions);
END $$;

CREATE OR REPLACE FUNCTION search_vectors(readable uuid[], question vector, depth integer, readable_chunks bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET hnsw.ef_search = 800 SET hnsw.iterative_scan = strict_order SET hnsw.max_scan_tuples = 40000 AS $$
DECLARE
    dimensions constant integer := vector_dims(question);
    all_chunks constant bigint := (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'chunks'::regclass);
    hits uuid[];
BEGIN
    IF readable_chunks <= 5000 OR readable_chunks * 50 < all_chunks THEN
        SELECT coalesce(array_agg(id), '{}') INTO hits
        FROM (SELECT c.id FROM chunks c
              WHERE c.dataset_id = ANY (readable) AND vector_dims(c.embedding) = dimensions
              ORDER BY c.embedding <=> question LIMIT depth) AS nearest;
    ELSE
        EXECUTE format($query$
            SELECT coalesce(array_agg(id), '{}')
            FROM (SELECT c.id FROM chunks c
                  WHERE vector_dims(c.embedding) = %1$s AND c.dataset_id = ANY ($1)
                  ORDER BY c.embedding::vector(%1$s) <=> $2::vector(%1$s) LIMIT $3) AS nearest
            $query$, dimensions) INTO hits USING readable, question, depth;
    END IF;
    RETURN hits;
END $$;

ALTER TABLE chunks DROP COLUMN embedding_model_id;

SET LOCAL maintenance_work_mem = '256MB';
SELECT make_embedding_index(dimensions) FROM (SELECT DISTINCT dimensions FROM models WHERE dimensions BETWEEN 1 AND 2000) AS known;
