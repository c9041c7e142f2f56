DROP FUNCTION search_chunks(uuid[], text, vector, integer, integer);
DROP FUNCTION search_vectors(uuid[], vector, integer, bigint);
DROP FUNCTION search_words(uuid[], text, integer, bigint);
DROP FUNCTION rare_terms(text, bigint);
DROP FUNCTION any_of(tsquery[]);
DROP FUNCTION readable_datasets(uuid[]);
ALTER TABLE chunks DROP COLUMN page_last_end;
ALTER TABLE documents DROP COLUMN notice;
