ALTER TABLE identity_providers DROP COLUMN trusts_addresses;
