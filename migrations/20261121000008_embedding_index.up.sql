-- What: a function that makes the vector index for one embedding dimension.
-- Why:  the program's roles own no tables and cannot make indexes; an administrator who adds an embedding model of a new
--       dimension needs one. The function does this one thing, with a checked number, for lyceum_system only.
--       HNSW takes 2,000 dimensions at most. Writing to chunks waits while the index is built; it starts out empty.
-- Undo: the down file drops the function; indexes that were made go with the table.

CREATE FUNCTION make_embedding_index(dimensions integer) RETURNS void LANGUAGE plpgsql
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
REVOKE ALL ON FUNCTION make_embedding_index(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_embedding_index(integer) TO lyceum_system;
