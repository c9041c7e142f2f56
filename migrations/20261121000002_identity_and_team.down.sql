DROP TABLE roles_permissions, invitations, memberships, throttles, sign_ins, sessions, teams, users;
