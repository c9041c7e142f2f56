-- What: whether shortcuts of one key do anything for a person.
-- Why:  who dictates, or hits keys without meaning to, turns them off (WCAG 2.1.4). It is the person's, not the browser's.
-- Undo: the down file drops the column; they work for everybody.

ALTER TABLE users ADD COLUMN single_key_shortcuts boolean NOT NULL DEFAULT true;
