-- What: when the first half of a sign-in was proved that waits for its second.
-- Why:  the session that it begins is confirmed from then on. A password or a mailed code was typed at that moment; an identity provider may
--       have let somebody in whom it knew still, and then it is when it last asked them, or unknown.
-- Undo: the down file drops the column; every sign-in with a second step confirms its session then.

ALTER TABLE sign_in_steps ADD COLUMN proved_at timestamptz DEFAULT now();
