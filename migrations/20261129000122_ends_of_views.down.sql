CREATE OR REPLACE FUNCTION record_end_of_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- A team that goes takes its trail along, and with it what there would be to say.
    INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
    SELECT OLD.team_id, OLD.user_id, 'System', 'member.view-ended', 'Person', OLD.view_as,
           coalesce((SELECT email FROM users WHERE id = OLD.view_as), ''), '', '{}'
    FROM teams WHERE teams.id = OLD.team_id;
    RETURN NULL;
END $$;
