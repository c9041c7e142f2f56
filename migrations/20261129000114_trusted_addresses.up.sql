-- What: whether the addresses of an identity provider that says nothing of their verification are trusted, as far as they are of its domains.
-- Why:  Microsoft Entra ID and others send no `email_verified`: nobody new came in through them. Nothing is trusted until an administrator
--       says so, and nothing where no domain is named: a server of the version before, which leaves the column as it is, may take the
--       domains away.
-- Undo: the down file drops the column; whoever came in meanwhile keeps their account and what is linked to it.

ALTER TABLE identity_providers ADD COLUMN trusts_addresses boolean NOT NULL DEFAULT false;
