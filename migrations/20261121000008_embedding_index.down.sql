DROP FUNCTION make_embedding_index(integer);
