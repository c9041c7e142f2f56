-- Restores the vector indexes, their function and the search to the defaults they had.

CREATE OR REPLACE FUNCTION make_embedding_index(dimensions integer) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF dimensions IS NULL OR dimensions NOT BETWEEN 1 AND 2000 THEN
        RAISE EXCEPTION 'no vector index can be made for % dimensions', dimensions USING ERRCODE = '22023';
    END IF;
    EXECUTE format(
        'CREATE INDEX IF NOT EXISTS %I ON chunks USING hnsw ((embedding::vector(%s)) vector_cosine_ops) '
        'WITH (m = 16, ef_construction = 64) WHERE vector_dims(embedding) = %s',
        'chunks_embedding_' || dimensions, dimensions, dimensions);
END $$;

ALTER FUNCTION search_vectors(uuid[], vector, integer, bigint) SET hnsw.ef_search = 200;

SET LOCAL maintenance_work_mem = '256MB';
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT indexname, substring(indexname FROM '^chunks_embedding_(\d+)$')::integer AS dimensions
               FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'chunks' AND indexname ~ '^chunks_embedding_\d+$' LOOP
        EXECUTE format('DROP INDEX %I', old.indexname);
        PERFORM make_embedding_index(old.dimensions);
    END LOOP;
END $$;
