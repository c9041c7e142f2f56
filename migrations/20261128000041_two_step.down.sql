DROP TABLE sign_in_steps, recovery_codes, two_step;
