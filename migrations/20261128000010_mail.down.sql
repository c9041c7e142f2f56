DELETE FROM jobs WHERE kind = 'SendMail';
DROP TABLE mails;
