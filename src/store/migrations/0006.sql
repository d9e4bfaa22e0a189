-- SPDX-License-Identifier: Apache-2.0
-- Tags in the orders of lists, a smaller index of an account's messages, alerts of users.

-- The clock goes through all messages once more; rows that are there already stay.
UPDATE setting SET value = 0 WHERE name = 'listed';

CREATE TABLE user_alert ( -- who is told that a user has few credits left: store/alert.h
    user_id {id},
    below   BIGINT NOT NULL, -- hundredths
    email   TEXT NOT NULL,   -- empty: nobody is told so; the same of sms
    sms     TEXT NOT NULL,
    sender  TEXT NOT NULL,   -- of the SMS
    told_at BIGINT NOT NULL  -- 0: it has as many, or more
);

DROP INDEX message_account; -- on SQLite each row of an index has the primary key anyway
CREATE INDEX message_account ON message (account_id{, id});
