-- What: what each role may do by default has a line more: see which models there are, and choose among them.
-- Why:  so far everybody could, and nothing could take it away. Who is to ask what was chosen for them loses it at /admin/roles:
--       their prompts keep the models they have, and what they ask without a prompt goes to the default one.
-- Undo: the down file takes these rows out again; the version before does not ask for them.

INSERT INTO roles_permissions (role, permission)
SELECT role, 'ViewModels' FROM unnest(ARRAY['Viewer', 'Collaborator', 'TeamManager', 'Owner']) AS role
ON CONFLICT DO NOTHING;
