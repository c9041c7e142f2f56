-- What: a licence that is over lets everybody's keys in, whether they have a seat or not.
-- Why:  everything is read-only then, and whoever has no seat reads and exports what is theirs like everybody else: seats bound who
--       works, and nobody does. People who sign in take none then (services::licences::seats), so that nothing is locked in.
--       The version before works with it: it asks the same question, and learns that such a key opens.
-- Undo: the down file brings the function back as it was; keys of whoever has no seat open nothing then, also when the licence is over.

-- Its owner and who may call it stay.
CREATE OR REPLACE FUNCTION licence_admits(person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL AND expires_at > now())
        OR EXISTS (SELECT FROM seats WHERE user_id = person);
END $$;
