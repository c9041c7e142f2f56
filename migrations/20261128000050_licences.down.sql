DROP FUNCTION licence_is_over();
DROP TABLE seats;
DROP TABLE licences;
