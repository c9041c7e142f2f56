DROP FUNCTION licence_includes(text);
