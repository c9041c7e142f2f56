-- What: whether the licence in force lets a person in: they have a seat, or there is no licence.
-- Why:  a licence counts the people who work here, also those whose programs do it with an API key. Such a key learns it in the
--       statement that finds the key: no trip to the database of its own. Only keys ask, as the role that finds them; sessions begin
--       with a seat and end with it. A licence that is over counts seats as it always did.
-- Undo: the down file drops the function; keys let in without a seat then.

CREATE FUNCTION licence_admits(person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL) OR EXISTS (SELECT FROM seats WHERE user_id = person);
END $$;
REVOKE EXECUTE ON FUNCTION licence_admits(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION licence_admits(uuid) TO lyceum_system;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION licence_admits(uuid) OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;
