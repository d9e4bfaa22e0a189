-- SPDX-License-Identifier: Apache-2.0
-- People and keys, what happened and how much of it, what lists are sorted by, senders and their
-- documents, threads.

CREATE TABLE list_order ( -- what lists are sorted by: store/list_order.h; filled in bulk
    account_id BIGINT NOT NULL, -- 0: incoming of none
    sorted_by  BIGINT NOT NULL,
    key_1      BIGINT NOT NULL,
    key_2      BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- of the message or incoming
    PRIMARY KEY (account_id, sorted_by, key_1, key_2, id)
) {clustered};
ALTER TABLE message ADD COLUMN -- who asked: 1 a member, 2 a key, 3 the command line; NULL: user_id
    by_kind BIGINT;
ALTER TABLE message ADD COLUMN -- of that member or key
    by_id BIGINT;
