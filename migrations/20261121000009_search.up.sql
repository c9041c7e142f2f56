-- What: the hybrid search; where a passage ends on its last page; what a person should know about a document that was read.
-- Why:  under row-level security `@@` is not leakproof, so the planner would read the whole team instead of the GIN index.
--       Search therefore stands in SECURITY DEFINER functions of lyceum_search, the one door past the policies: the team and
--       the person come from the transaction (app.team_id, app.user_id), and the readable datasets are worked out first.
-- Undo: the down file drops the functions and the columns.

ALTER TABLE chunks ADD COLUMN page_last_end integer NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN notice text;

-- Those of the wanted datasets that the running transaction's person may read.
CREATE FUNCTION readable_datasets(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(d.id), '{}')
    FROM datasets d
    WHERE d.id = ANY (wanted)
      AND (d.visibility = 'Company'
           OR (d.team_id = current_team() AND (d.visibility = 'Team' OR d.created_by = viewing_user())))
$$;

-- Full-text hits of a question, best first. All words of it first (quotes, OR and - mean what they mean on the web); where
-- those are too few and nothing was excluded or quoted, passages that hold some of its words, the rarer the better.
CREATE FUNCTION search_words(readable uuid[], question text, depth integer, readable_chunks bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    all_words tsquery := websearch_to_tsquery('english', question);
    hits uuid[];
    terms tsquery[];
    candidates constant integer := 5000; -- ranking reads each candidate's vector of words: bounded
BEGIN
    IF numnode(all_words) = 0 THEN
        RETURN '{}';
    END IF;
    SELECT coalesce(array_agg(id ORDER BY rank DESC, id), '{}') INTO hits
    FROM (SELECT id, ts_rank_cd(words, all_words, 1) AS rank
          FROM (SELECT c.id, c.words FROM chunks c
                WHERE c.words @@ all_words AND c.dataset_id = ANY (readable) LIMIT candidates) AS matched
          ORDER BY rank DESC, id LIMIT depth) AS ranked;
    IF cardinality(hits) >= depth OR question ~ '"|(^|\s)-\S' THEN
        RETURN hits;
    END IF;
    terms := rare_terms(question, CASE WHEN readable_chunks > candidates THEN 2 * candidates END);
    SELECT hits || coalesce(array_agg(id ORDER BY weight DESC, id), '{}') INTO hits
    FROM (WITH matched AS (
              SELECT t.place, c.id
              FROM unnest(terms) WITH ORDINALITY AS t (query, place)
              CROSS JOIN LATERAL (SELECT m.id FROM chunks m
                                  WHERE m.words @@ t.query AND m.dataset_id = ANY (readable) LIMIT 2 * candidates) AS c),
          weights AS (
              SELECT place, ln(1 + (greatest(readable_chunks - count(*), 0) + 0.5) / (count(*) + 0.5)) AS idf
              FROM matched GROUP BY place),
          covered AS (
              SELECT m.id, sum(w.idf) AS idf FROM matched m JOIN weights w USING (place)
              WHERE m.id <> ALL (hits) GROUP BY m.id ORDER BY idf DESC, m.id LIMIT 3 * depth)
          SELECT c.id, v.idf * (1 + ts_rank(c.words, any_of(terms), 1)) AS weight
          FROM covered v JOIN chunks c USING (id)
          ORDER BY weight DESC, c.id LIMIT depth - cardinality(hits)) AS filled;
    RETURN hits;
END $$;

-- A query that one of the terms is enough for.
CREATE FUNCTION any_of(terms tsquery[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
    SELECT string_agg(term::text, ' | ')::tsquery FROM unnest(terms) AS term
$$;

-- The lexemes of a question as queries, at most 24. With `budget`, only the rarest whose estimated hits stay within it
-- together (one at least): a word that stands everywhere costs much and says little. The planner's statistics estimate; it is
-- asked with EXPLAIN, which only a VOLATILE function may do.
CREATE FUNCTION rare_terms(question text, budget bigint) RETURNS tsquery[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
DECLARE
    terms tsquery[] := '{}';
    sizes bigint[] := '{}';
    term tsquery;
    plan json;
BEGIN
    FOR term IN SELECT quote_literal(lexeme)::tsquery FROM unnest(tsvector_to_array(to_tsvector('english', question))) AS lexeme LIMIT 24 LOOP
        terms := terms || term;
        IF budget IS NOT NULL THEN
            EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM chunks WHERE words @@ %L::tsquery', term) INTO plan;
            sizes := sizes || (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
        END IF;
    END LOOP;
    IF budget IS NULL THEN
        RETURN terms;
    END IF;
    RETURN (SELECT array_agg(query ORDER BY place)
            FROM (SELECT query, row_number() OVER by_size AS place, sum(size) OVER by_size AS total
                  FROM unnest(terms, sizes) AS t (query, size) WINDOW by_size AS (ORDER BY size, query)) AS sized
            WHERE place = 1 OR total <= budget);
END $$;

-- The nearest vectors, nearest first. HNSW filters after its scan, so where the readable rows are few among all, the scan
-- would end before it met enough of them: those are compared one by one instead.
CREATE FUNCTION search_vectors(readable uuid[], question vector, depth integer, readable_chunks bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET hnsw.ef_search = 200 SET hnsw.iterative_scan = strict_order SET hnsw.max_scan_tuples = 40000 AS $$
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

-- Hybrid search over the readable ones of `wanted`: both arms `depth` deep, fused by reciprocal rank (k = 60), best `take`.
-- Without a vector the words answer alone.
CREATE FUNCTION search_chunks(wanted uuid[], question text, question_vector vector, depth integer, take integer)
RETURNS TABLE (chunk_id uuid, document_id uuid, dataset_id uuid, document_name text, page integer, heading text, body text,
               text_rank integer, vector_rank integer, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    readable constant uuid[] := readable_datasets(wanted);
    readable_chunks bigint;
    word_hits uuid[];
    vector_hits uuid[] := '{}';
BEGIN
    IF cardinality(readable) = 0 THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(d.chunk_count), 0) INTO readable_chunks FROM documents d WHERE d.dataset_id = ANY (readable);
    word_hits := search_words(readable, question, depth, readable_chunks);
    IF question_vector IS NOT NULL THEN
        vector_hits := search_vectors(readable, question_vector, depth, readable_chunks);
    END IF;
    RETURN QUERY
        WITH fused AS (
            SELECT id, w.place AS text_rank, v.place AS vector_rank,
                   coalesce(1.0 / (60 + w.place), 0)::double precision + coalesce(1.0 / (60 + v.place), 0)::double precision AS score
            FROM unnest(word_hits) WITH ORDINALITY AS w (id, place)
            FULL JOIN unnest(vector_hits) WITH ORDINALITY AS v (id, place) USING (id)
            ORDER BY score DESC, id LIMIT take)
        SELECT c.id, c.document_id, c.dataset_id, d.name, CASE WHEN d.is_paginated THEN c.page_first END, c.heading, c.text,
               f.text_rank::integer, f.vector_rank::integer, f.score
        FROM fused f JOIN chunks c ON c.id = f.id JOIN documents d ON d.id = c.document_id
        WHERE c.dataset_id = ANY (readable)
        ORDER BY f.score DESC, c.id;
END $$;

GRANT EXECUTE ON FUNCTION current_team(), viewing_user() TO lyceum_search;
REVOKE EXECUTE ON FUNCTION readable_datasets(uuid[]), search_words(uuid[], text, integer, bigint), rare_terms(text, bigint),
    search_vectors(uuid[], vector, integer, bigint), search_chunks(uuid[], text, vector, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readable_datasets(uuid[]), search_words(uuid[], text, integer, bigint), rare_terms(text, bigint),
    search_vectors(uuid[], vector, integer, bigint) TO lyceum_search;
GRANT EXECUTE ON FUNCTION search_chunks(uuid[], text, vector, integer, integer) TO lyceum_app, lyceum_search;

-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_search;
ALTER FUNCTION search_chunks(uuid[], text, vector, integer, integer) OWNER TO lyceum_search;
REVOKE CREATE ON SCHEMA public FROM lyceum_search;
