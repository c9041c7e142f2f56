-- What: `may_invite`: whether somebody may ask others into a team with a role, as roles are at that moment.
-- Why:  an invitation works as long as its maker could make it: they are in the team and not kept out, one of their roles lets them change
--       members, and one of them is no lower than what they ask for. So a right that is taken from a role ends what was asked by it, in
--       every team at once. Whoever accepts an invitation asks as the system's role, and the team's list as the app's: with the rights of
--       whoever calls it the function reads no more than they could.
-- Undo: the down file drops the function; the version before does not ask.

CREATE FUNCTION may_invite(asking_team uuid, maker uuid, asked_role text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE m.team_id = asking_team AND m.user_id = maker AND m.suspended_at IS NULL AND u.suspended_at IS NULL
          AND EXISTS (SELECT FROM roles_permissions p WHERE p.permission = 'ManageMembers' AND p.role = ANY (m.roles))
          AND EXISTS (SELECT FROM unnest(m.roles) AS own (role)
                      WHERE array_position(ARRAY['Viewer', 'Collaborator', 'TeamManager', 'Owner'], own.role)
                            >= array_position(ARRAY['Viewer', 'Collaborator', 'TeamManager', 'Owner'], asked_role)))
$$;
REVOKE EXECUTE ON FUNCTION may_invite(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_invite(uuid, uuid, text) TO lyceum_app, lyceum_system;
