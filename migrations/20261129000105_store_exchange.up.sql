-- What: a function that stores a question with its empty answer and the run that will write it, as the person who asks.
-- Why:  a person waits for the first words of an answer, and storing the question was a transaction of three to six trips to the
--       database; as one call it is one. The function runs as its caller, so row-level security holds.
-- Undo: the down file drops both functions.

-- What was said in a conversation before a position, newest first; answers that failed are left out.
CREATE FUNCTION said_before(of_conversation uuid, before integer, most bigint) RETURNS TABLE (role text, content text)
LANGUAGE sql STABLE AS $$
    SELECT m.role, m.content FROM messages m
    WHERE m.conversation_id = of_conversation AND m.position < before AND m.role IN ('User', 'Assistant')
      AND m.status IN ('Success', 'Cancelled', 'Interrupted') AND m.content <> ''
    ORDER BY m.position DESC LIMIT most
$$;

-- No row where the conversation is not the person's. Nothing is stored, and stored_at is null, while another answer of the
-- conversation is being written, where the team has as many as it may, and where the team limits its requests and this one was not
-- counted yet. Without new_title the question goes on in a conversation that is there.
CREATE FUNCTION store_exchange(of_team uuid, person uuid, of_conversation uuid, new_title text, prompt uuid, choice uuid, question uuid,
                               answer uuid, run uuid, by_model uuid, words text, most_in_team bigint, is_counted boolean, most_before bigint)
RETURNS TABLE (stored_at timestamptz, called text, in_team bigint, in_conversation bigint, tone text, about text, answer_language text,
               answer_tone text, requests_per_minute integer, roles text[], contents text[])
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    last integer := 0;
BEGIN
    PERFORM set_viewer(of_team, person), obey_licence();
    called := new_title;
    IF new_title IS NULL THEN
        SELECT c.title INTO called FROM conversations c WHERE c.id = of_conversation AND c.user_id = person FOR UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    SELECT a.in_team, a.in_conversation, a.tone, a.about, a.answer_language, a.answer_tone, a.requests_per_minute
    INTO in_team, in_conversation, tone, about, answer_language, answer_tone, requests_per_minute
    FROM asking(of_conversation, person, of_team) a;
    IF in_conversation > 0 OR in_team >= most_in_team OR (requests_per_minute IS NOT NULL AND NOT is_counted) THEN
        RETURN NEXT;
        RETURN;
    END IF;
    IF new_title IS NULL THEN
        SELECT coalesce(max(m.position), 0) INTO last FROM messages m WHERE m.conversation_id = of_conversation;
        SELECT array_agg(s.role ORDER BY s.place), array_agg(s.content ORDER BY s.place) INTO roles, contents
        FROM said_before(of_conversation, last + 1, most_before) WITH ORDINALITY AS s (role, content, place);
        UPDATE conversations c SET updated_at = now(), prompt_id = prompt, model_id = choice WHERE c.id = of_conversation;
    ELSE
        INSERT INTO conversations (id, team_id, user_id, title, prompt_id, model_id)
        VALUES (of_conversation, of_team, person, new_title, prompt, choice);
    END IF;
    INSERT INTO messages (id, team_id, conversation_id, position, role, status, content, model_id)
    VALUES (question, of_team, of_conversation, last + 1, 'User', 'Success', words, NULL),
           (answer, of_team, of_conversation, last + 2, 'Assistant', 'Pending', '', by_model);
    INSERT INTO generations AS g (id, team_id, user_id, conversation_id, message_id, model_id, fence, lease_expires_at)
    VALUES (run, of_team, person, of_conversation, answer, by_model, 1, now() + interval '60 seconds')
    RETURNING g.created_at INTO stored_at;
    RETURN NEXT;
END $$;

REVOKE EXECUTE ON FUNCTION said_before(uuid, integer, bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION store_exchange(uuid, uuid, uuid, text, uuid, uuid, uuid, uuid, uuid, uuid, text, bigint, boolean, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION said_before(uuid, integer, bigint) TO lyceum_app;
GRANT EXECUTE ON FUNCTION store_exchange(uuid, uuid, uuid, text, uuid, uuid, uuid, uuid, uuid, uuid, text, bigint, boolean, bigint)
    TO lyceum_app;
