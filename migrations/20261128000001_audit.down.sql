DROP FUNCTION verify_audit_chain(uuid);
DROP FUNCTION audit_hash(audit_events);
DROP FUNCTION audit_labels_hash(audit_events);
DROP TABLE audit_events;
DROP FUNCTION guard_audit_event();
DROP FUNCTION chain_audit_event();
