-- What: mails that are to be sent, and what became of them.
-- Why:  a mail is accepted in the transaction of the act it tells of, and sent by a job (kind SendMail). Links in it are secrets, so
--       its content is sealed, out of the app role's reach once written, and wiped as soon as it is sent or given up.
-- Undo: the down file drops the table and the jobs that would send from it.

CREATE TABLE mails (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    sealed bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    failed_at timestamptz,
    failure text
);
CREATE INDEX mails_created ON mails (created_at);
CREATE INDEX mails_failed ON mails (failed_at DESC) WHERE failed_at IS NOT NULL;

GRANT INSERT (id, kind, sealed) ON mails TO lyceum_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON mails TO lyceum_system;
