DROP FUNCTION append_generation_events(uuid, uuid, uuid, bigint, bigint, text[]);
