DELETE FROM roles_permissions WHERE permission = 'ManageAudit';
