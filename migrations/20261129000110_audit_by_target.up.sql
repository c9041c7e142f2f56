-- What: an index of the trail by the thing or person something was done to.
-- Why:  the trail can be asked for everything that was done to one of them.
-- Undo: the index goes; the version before does not ask so.

CREATE INDEX audit_events_target ON audit_events (target_id, position DESC) WHERE target_id IS NOT NULL;
