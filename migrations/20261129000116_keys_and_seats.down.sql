DROP FUNCTION licence_admits(uuid);
