DROP FUNCTION may_invite(uuid, uuid, text);
