-- What: the role of requests may read whether somebody has asked for their account to be deleted.
-- Why:  an owner who is about to leave keeps no team: the last one who stays must not step down, and ownership is not handed to them.
-- Undo: the down file takes the right back.

GRANT SELECT (deletion_requested_at) ON users TO lyceum_app;
