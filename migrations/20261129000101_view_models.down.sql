DELETE FROM roles_permissions WHERE permission = 'ViewModels';
