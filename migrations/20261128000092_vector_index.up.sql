-- What: denser vector indexes (m = 24, ef_construction = 128), and a search in them that looks at more (hnsw.ef_search = 800).
-- Why:  passages of one subject lie close together, and pgvector's defaults leave such a group too early: of the ten nearest
--       of 100,000 they found 7.8 where these find 9.9 (benches/recall.py). The search takes 16 ms instead of 3, a new passage's
--       place in the index about a millisecond, which is little beside embedding it.
--       Writing to chunks waits while the indexes are built again: about a minute for 100,000 passages.
-- Undo: the down file restores the function, the setting and indexes with the defaults.

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

ALTER FUNCTION search_vectors(uuid[], vector, integer, bigint) SET hnsw.ef_search = 800;

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
