-- What: a vector index for each embedding model, in place of one for each number of dimensions, denser and built more thoroughly
--       (m = 32, ef_construction = 200); a passage knows the model of its vector.
-- Why:  vectors of two models have nothing to do with each other. In one graph they stand in each other's way: of the ten nearest of
--       100,000 it found 9.3 beside 100,000 vectors of another model, and 9.7 alone. With m = 32 and ef_construction = 200 in place
--       of 24 and 128 it finds 9.86 to 9.99 in the same time; building it takes 92 s instead of 37 (benches/recall.py).
--       Passages with vectors are written once more and the indexes are built again, while writing to chunks waits: about three
--       minutes for 100,000 passages. A trigger notes the model, so that the version before this one can go on writing vectors;
--       its make_embedding_index(integer) makes what this one makes.
-- Undo: the down file restores indexes by dimensions, their function and the search, and drops the column.

DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT indexname FROM pg_indexes
               WHERE schemaname = 'public' AND tablename = 'chunks' AND indexname ~ '^chunks_embedding_\d+$' LOOP
        EXECUTE format('DROP INDEX %I', old.indexname);
    END LOOP;
END $$;

-- The model of its dataset, which never changes; none while there is no vector. No foreign key: it would take an index over all
-- passages, and models are never deleted.
ALTER TABLE chunks ADD COLUMN embedding_model_id uuid;

-- The owner of the tables sees their rows while this is filled in.
ALTER TABLE chunks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE datasets NO FORCE ROW LEVEL SECURITY;
UPDATE chunks c SET embedding_model_id = m.id
FROM datasets d JOIN models m ON m.id = d.embedding_model_id
WHERE d.id = c.dataset_id AND vector_dims(c.embedding) = m.dimensions;
ALTER TABLE chunks FORCE ROW LEVEL SECURITY;
ALTER TABLE datasets FORCE ROW LEVEL SECURITY;

CREATE FUNCTION note_embedding_model() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.embedding_model_id := CASE WHEN NEW.embedding IS NOT NULL THEN (SELECT d.embedding_model_id FROM datasets d WHERE d.id = NEW.dataset_id) END;
    RETURN NEW;
END $$;
CREATE TRIGGER note_embedding_model BEFORE INSERT OR UPDATE OF embedding ON chunks FOR EACH ROW EXECUTE FUNCTION note_embedding_model();

CREATE FUNCTION make_embedding_index(model uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    dimensions constant integer := (SELECT m.dimensions FROM models m WHERE m.id = model);
BEGIN
    IF dimensions IS NULL OR dimensions NOT BETWEEN 1 AND 2000 THEN
        RAISE EXCEPTION 'no vector index can be made for % dimensions', dimensions USING ERRCODE = '22023';
    END IF;
    EXECUTE format(
        'CREATE INDEX IF NOT EXISTS %I ON chunks USING hnsw ((embedding::vector(%s)) vector_cosine_ops) '
        'WITH (m = 32, ef_construction = 200) WHERE embedding_model_id = %L',
        'chunks_embedding_of_' || replace(model::text, '-', ''), dimensions, model);
END $$;
REVOKE ALL ON FUNCTION make_embedding_index(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_embedding_index(uuid) TO lyceum_system;

CREATE OR REPLACE FUNCTION make_embedding_index(dimensions integer) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM make_embedding_index(m.id) FROM models m WHERE m.dimensions = make_embedding_index.dimensions;
END $$;

-- The nearest vectors, nearest first, among datasets that share an embedding model. HNSW filters after its scan, so where the
-- readable rows are few among all, the scan would end before it met enough of them: those are compared one by one instead.
CREATE OR REPLACE FUNCTION search_vectors(readable uuid[], question vector, depth integer, readable_chunks bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET hnsw.ef_search = 800 SET hnsw.iterative_scan = strict_order SET hnsw.max_scan_tuples = 40000 AS $$
DECLARE
    models constant uuid[] := (SELECT array_agg(DISTINCT d.embedding_model_id) FROM datasets d WHERE d.id = ANY (readable));
    all_chunks constant bigint := (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'chunks'::regclass);
    hits uuid[];
BEGIN
    IF cardinality(models) > 1 THEN
        RAISE EXCEPTION 'the vectors of % models cannot be compared', cardinality(models) USING ERRCODE = '22023';
    END IF;
    IF readable_chunks <= 5000 OR readable_chunks * 50 < all_chunks THEN
        SELECT coalesce(array_agg(id), '{}') INTO hits
        FROM (SELECT c.id FROM chunks c
              WHERE c.dataset_id = ANY (readable) AND c.embedding_model_id = models[1]
              ORDER BY c.embedding <=> question LIMIT depth) AS nearest;
    ELSE
        EXECUTE format($query$
            SELECT coalesce(array_agg(id), '{}')
            FROM (SELECT c.id FROM chunks c
                  WHERE c.embedding_model_id = %2$L AND c.dataset_id = ANY ($1)
                  ORDER BY c.embedding::vector(%1$s) <=> $2::vector(%1$s) LIMIT $3) AS nearest
            $query$, vector_dims(question), models[1]) INTO hits USING readable, question, depth;
    END IF;
    RETURN hits;
END $$;

SET LOCAL maintenance_work_mem = '256MB';
SELECT make_embedding_index(id) FROM models WHERE dimensions BETWEEN 1 AND 2000;
