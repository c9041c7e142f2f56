-- What: what each role may do by default has a line more: take the team's audit trail out as a file, and have its chain checked.
-- Why:  whoever read the trail could do that too, and nothing could take it away. Whoever may read it now keeps both.
-- Undo: the down file takes these rows out again; the version before does not ask for them.

INSERT INTO roles_permissions (role, permission)
SELECT role, 'ManageAudit' FROM roles_permissions WHERE permission = 'ViewAudit'
ON CONFLICT DO NOTHING;
