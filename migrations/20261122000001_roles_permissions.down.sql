DELETE FROM roles_permissions WHERE permission IN (
    'ViewProjects', 'ManageProjects', 'ViewRooms', 'ManageRooms', 'ViewIntegrations', 'ManageIntegrations', 'ViewPipelines', 'ManagePipelines',
    'ViewAutomations', 'ManageAutomations', 'ViewKeys', 'ManageKeys', 'ViewBilling', 'ManageBilling');
