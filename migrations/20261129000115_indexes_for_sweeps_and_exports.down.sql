DROP INDEX audit_events_accepted;
DROP INDEX invitations_email;
DROP INDEX conversations_last_use;
