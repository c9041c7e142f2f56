-- What: whether the licence in force includes a part of the product, which it names among its features.
-- Why:  what a licence leaves out is refused where it is done, by roles that do not read licences. A key of a program learns it in
--       the statement that finds the key: no trip to the database of its own. A licence that is over includes what it always did.
-- Undo: the down file drops the function; what licences name switches nothing then.

CREATE FUNCTION licence_includes(feature text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL AND NOT feature = ANY (features));
END $$;
REVOKE EXECUTE ON FUNCTION licence_includes(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION licence_includes(text) TO lyceum_app, lyceum_system;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION licence_includes(text) OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;
