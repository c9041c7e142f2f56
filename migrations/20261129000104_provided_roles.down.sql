ALTER TABLE identity_providers DROP COLUMN updates_roles;
