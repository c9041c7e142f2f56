DROP PROCEDURE isolate_by_team(regclass);
DROP FUNCTION viewing_user();
DROP FUNCTION current_team();
REVOKE USAGE ON SCHEMA public FROM lyceum_app, lyceum_system, lyceum_search;
DROP EXTENSION IF EXISTS vector;
