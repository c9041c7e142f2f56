CREATE OR REPLACE FUNCTION licence_admits(person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL) OR EXISTS (SELECT FROM seats WHERE user_id = person);
END $$;
