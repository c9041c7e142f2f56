-- What: the end of a view that its owner asked for is told with the way and the address they did it by; it was told as Lyceum's own doing.
-- Why:  the trail says of everything else that somebody does from where they did it. The program says so in two settings of the
--       transaction that ends the view. Where it does not, because the session or the membership ended, or because it is the version
--       before, the view ended by itself as far as the trail knows.
-- Undo: the down file brings back the function as it was.

-- Its owner stays.
CREATE OR REPLACE FUNCTION record_end_of_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- A team that goes takes its trail along, and with it what there would be to say.
    INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
    SELECT OLD.team_id, OLD.user_id, coalesce(nullif(current_setting('app.view_ended_via', true), ''), 'System'), 'member.view-ended',
           'Person', OLD.view_as, coalesce((SELECT email FROM users WHERE id = OLD.view_as), ''),
           coalesce(current_setting('app.view_ended_ip', true), ''), '{}'
    FROM teams WHERE teams.id = OLD.team_id;
    RETURN NULL;
END $$;
