-- What: the licences of the installation, one of them in force, and who has a seat under it.
-- Why:  a licence bounds how many people sign in, and until when things are changed. Whether it is over is asked in the statement
--       that begins a transaction (services::db), which then is read-only: what changes something is refused by Postgres itself.
--       Licences and seats belong to the installation: only lyceum_system reads them, all others ask licence_is_over().
-- Undo: the down file drops the function and the tables; without them there are no limits.

CREATE TABLE licences (
    id uuid PRIMARY KEY,
    number text NOT NULL,
    customer text NOT NULL,
    tier text NOT NULL,
    seats integer NOT NULL CHECK (seats > 0),
    features text[] NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    document text NOT NULL,
    installed_by uuid REFERENCES users (id) ON DELETE SET NULL,
    installed_at timestamptz NOT NULL DEFAULT now(),
    replaced_at timestamptz
);
CREATE UNIQUE INDEX licences_one_in_force ON licences ((replaced_at IS NULL)) WHERE replaced_at IS NULL;
CREATE INDEX licences_installed_by ON licences (installed_by);

CREATE TABLE seats (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    taken_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON licences, seats TO lyceum_system;

-- Whether the licence in force has expired, by the clock of the database, which all servers share.
CREATE FUNCTION licence_is_over() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL AND expires_at <= now())
$$;
REVOKE EXECUTE ON FUNCTION licence_is_over() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION licence_is_over() TO lyceum_app, lyceum_system;
-- A new owner must be able to create in the schema at that moment only.
GRANT CREATE ON SCHEMA public TO lyceum_system;
ALTER FUNCTION licence_is_over() OWNER TO lyceum_system;
REVOKE CREATE ON SCHEMA public FROM lyceum_system;
