-- What: how far a person is with the guide on the first screen.
-- Why:  its steps tick themselves off from what there is; what is only decided (to stay with the built-in model, to put the guide away)
--       is kept here. It belongs to the person, not to a team. The policy shows everybody their own and nothing else.
-- Undo: the down file drops the table; guides that were put away appear again.

CREATE TABLE onboarding (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    keeps_model boolean NOT NULL DEFAULT false,
    dismissed_at timestamptz
);

ALTER TABLE onboarding ENABLE ROW LEVEL SECURITY;
ALTER TABLE onboarding FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON onboarding TO lyceum_app USING (user_id = viewing_user()) WITH CHECK (user_id = viewing_user());
CREATE POLICY system_rows ON onboarding TO lyceum_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON onboarding TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON onboarding TO lyceum_system;
