-- What: whether a session began with what counts as both steps: a passkey, or an identity provider.
-- Why:  where two-step sign-in is required, whoever has no second step is led to setting one up; those sessions are not. Sessions that are
--       there already, and those that a server of the version before begins meanwhile, count as begun with one step.
--       Of whom it is required, and whether people may sign in with a password, are settings as the other ways to sign in are.
-- Undo: the down file drops the column and the settings; nobody is led anywhere then, and passwords let in again.

ALTER TABLE sessions ADD COLUMN by_both_factors boolean NOT NULL DEFAULT false;
