-- What: indexes of chats by their team and last use, of invitations by their address, and of the trail by who accepted an invitation.
-- Why:  chats that a team keeps no longer are looked for every hour, a thousand at a time, the oldest first; and whoever exports their data
--       or comes in through a provider for the first time has invitations looked for. Whole tables were read for it.
-- Undo: the down file drops the indexes; the version before asks the same, and more slowly.

CREATE INDEX conversations_last_use ON conversations (team_id, updated_at);
CREATE INDEX invitations_email ON invitations (email);
CREATE INDEX audit_events_accepted ON audit_events (actor_id) WHERE action = 'invitation.accepted';
