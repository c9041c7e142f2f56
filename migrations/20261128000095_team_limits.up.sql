-- What: two settings of a team: how many requests a minute it takes, and which web pages may use its API keys.
-- Why:  a program that runs wild is held back before it costs much, and a page of another origin reads answers only where a team says so.
--       A question learns of the limit and of running answers while it is stored: no trip to the database of its own.
-- Undo: the down file drops the function and the columns; nobody is limited then, and no page of another origin reads anything.

ALTER TABLE teams
    ADD COLUMN requests_per_minute integer CONSTRAINT teams_requests_per_minute_check CHECK (requests_per_minute BETWEEN 1 AND 100000),
    ADD COLUMN allowed_origins text[] NOT NULL DEFAULT '{}' CONSTRAINT teams_allowed_origins_check CHECK (cardinality(allowed_origins) <= 20);
CREATE INDEX teams_allowed_origins ON teams USING gin (allowed_origins);

-- The answers that are being written in the running transaction's team and in one of its conversations, what a person wants said
-- about them, and how many requests a minute the team takes.
CREATE FUNCTION asking(of_conversation uuid, person uuid, of_team uuid)
RETURNS TABLE (in_team bigint, in_conversation bigint, tone text, about text, answer_language text, answer_tone text,
               requests_per_minute integer)
LANGUAGE sql STABLE AS $$
    SELECT running.in_team, running.in_conversation, u.tone, u.about, u.answer_language, u.answer_tone,
           (SELECT t.requests_per_minute FROM teams t WHERE t.id = of_team)
    FROM users u, (SELECT count(*) AS in_team, count(*) FILTER (WHERE conversation_id = of_conversation) AS in_conversation
                   FROM generations WHERE status IN ('Pending', 'InProgress')) AS running
    WHERE u.id = person
$$;

REVOKE EXECUTE ON FUNCTION asking(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION asking(uuid, uuid, uuid) TO lyceum_app;
