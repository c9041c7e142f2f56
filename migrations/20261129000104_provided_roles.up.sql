-- What: whether an identity provider's word about roles counts at every sign-in, and not only when an account is made.
-- Why:  who moves to another job at the organisation has another role here from their next sign-in on. Providers that are set up already
--       go on as they did, and a server of the version before leaves the column as it is.
-- Undo: the down file drops the column; roles then stay what they were when accounts were made, or what members were given by hand.

ALTER TABLE identity_providers ADD COLUMN updates_roles boolean NOT NULL DEFAULT false;
