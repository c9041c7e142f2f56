DROP FUNCTION store_exchange(uuid, uuid, uuid, text, uuid, uuid, uuid, uuid, uuid, uuid, text, bigint, boolean, bigint);
DROP FUNCTION said_before(uuid, integer, bigint);
