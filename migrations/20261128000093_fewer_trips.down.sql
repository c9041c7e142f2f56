DROP FUNCTION set_viewer(uuid, uuid);
DROP FUNCTION obey_licence();

CREATE OR REPLACE FUNCTION licence_is_over() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL AND expires_at <= now())
$$;
