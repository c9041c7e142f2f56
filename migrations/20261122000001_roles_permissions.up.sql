-- What: what each role may do by default on the screens that are still to come.
-- Why:  system administrators edit this table at /admin/roles, for permissions that something asks for. The defaults of the
--       others lie ready, so that a screen that arrives later starts with sensible rights and not with none.
-- Undo: the down file takes these rows out again.

INSERT INTO roles_permissions (role, permission)
SELECT role, permission FROM (VALUES
    ('Viewer', ARRAY['ViewProjects', 'ViewRooms']),
    ('Collaborator', ARRAY['ViewProjects', 'ManageProjects', 'ViewRooms', 'ManageRooms', 'ViewIntegrations', 'ViewPipelines',
        'ManagePipelines', 'ViewAutomations', 'ManageAutomations']),
    ('TeamManager', ARRAY['ViewProjects', 'ManageProjects', 'ViewRooms', 'ManageRooms', 'ViewIntegrations', 'ManageIntegrations',
        'ViewPipelines', 'ManagePipelines', 'ViewAutomations', 'ManageAutomations', 'ViewKeys', 'ManageKeys', 'ViewBilling']),
    ('Owner', ARRAY['ViewProjects', 'ManageProjects', 'ViewRooms', 'ManageRooms', 'ViewIntegrations', 'ManageIntegrations',
        'ViewPipelines', 'ManagePipelines', 'ViewAutomations', 'ManageAutomations', 'ViewKeys', 'ManageKeys', 'ViewBilling', 'ManageBilling'])
) AS defaults (role, permissions), unnest(permissions) AS permission
ON CONFLICT DO NOTHING;
