DROP FUNCTION verify_audit_chain(uuid);
-- These two came later and stay until here, see 20261129000112.
DROP FUNCTION IF EXISTS audit_words_stand(audit_events);
DROP FUNCTION IF EXISTS audit_word_hash(uuid, text);
DROP FUNCTION audit_hash(audit_events);
DROP FUNCTION audit_labels_hash(audit_events);
DROP TABLE audit_events;
DROP FUNCTION guard_audit_event();
DROP FUNCTION chain_audit_event();
