DELETE FROM settings WHERE key IN ('sign-in.two-step-required', 'sign-in.passwords');
ALTER TABLE sessions DROP COLUMN by_both_factors;
