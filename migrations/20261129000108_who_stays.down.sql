-- Takes the right back.

REVOKE SELECT (deletion_requested_at) ON users FROM lyceum_app;
