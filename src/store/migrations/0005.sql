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
CREATE TABLE revision ( -- which edition of a resource stands: store/revision.h
    path    TEXT PRIMARY KEY,
    edition BIGINT NOT NULL
) {clustered};

ALTER TABLE message ADD COLUMN -- who asked: 1 member, 2 key, 3 command line; NULL: user_id
    by_kind BIGINT;
ALTER TABLE message ADD COLUMN -- of that member or key
    by_id BIGINT;

CREATE TABLE thread ( -- an account and a phone, once they had a conversation or it wrote
    account_id      BIGINT NOT NULL,
    phone           BIGINT NOT NULL,
    last_at         BIGINT NOT NULL, -- of its latest line, but for messages outside conversations
    unread          BIGINT NOT NULL,
    until_at        BIGINT NOT NULL, -- the phone is answered before it; 0: never was
    conversation_id BIGINT,          -- the latest
    line_id         BIGINT NOT NULL, -- of the message or incoming that was its latest line
    line_incoming   BIGINT NOT NULL,
    seen_by         TEXT,            -- who read it last, as the name was then
    seen_at         BIGINT,
    answered_by     TEXT,
    answered_at     BIGINT,
    PRIMARY KEY (account_id, phone)
) {clustered};
CREATE INDEX thread_last ON thread (account_id, last_at, phone);
CREATE INDEX thread_unread ON thread (account_id, last_at, phone) WHERE unread > 0;

INSERT INTO thread (account_id, phone, last_at, unread, until_at, conversation_id, line_id,
    line_incoming)
SELECT account_id, recipient, MAX(last_at), CAST(SUM(unread) AS BIGINT),
    MAX(COALESCE(until_at, 9223372036854775807)), MAX(id), COALESCE(MAX(message_id), 0), 0
FROM conversation GROUP BY account_id, recipient;
INSERT INTO thread (account_id, phone, last_at, unread, until_at, line_id, line_incoming)
SELECT account_id, CAST(SUBSTR(sender, 2) AS BIGINT), MAX(received_at), 0, 0, MAX(id), 1
FROM incoming WHERE account_id IS NOT NULL AND sender LIKE '+%'
    AND LENGTH(sender) BETWEEN 4 AND 16 AND TRIM(SUBSTR(sender, 2), '0123456789') = ''
GROUP BY account_id, CAST(SUBSTR(sender, 2) AS BIGINT)
ON CONFLICT (account_id, phone) DO UPDATE SET
    line_incoming = CASE WHEN excluded.line_id > thread.line_id THEN 1 ELSE 0 END,
    line_id = CASE WHEN excluded.line_id > thread.line_id THEN excluded.line_id
        ELSE thread.line_id END,
    last_at = CASE WHEN excluded.last_at > thread.last_at THEN excluded.last_at
        ELSE thread.last_at END;

CREATE TABLE saved_reply ( -- texts that an account answers with by hand
    id         {id},
    account_id BIGINT NOT NULL,
    name       TEXT NOT NULL,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, name)
);

-- ---- people and access ----

CREATE TABLE member ( -- a person who signs in: store/member.h
    id          {id},
    email       TEXT NOT NULL UNIQUE, -- lower case
    name        TEXT NOT NULL,
    password    TEXT NOT NULL,   -- argon2id string
    language    TEXT NOT NULL,   -- en, fr
    operator    BIGINT NOT NULL, -- may do all on all accounts
    totp_secret {bytes},         -- NULL: none was ever drawn
    totp_on     BIGINT NOT NULL DEFAULT 0,
    totp_step   BIGINT NOT NULL DEFAULT 0, -- of the last code that was taken: none counts twice
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL  -- 0: never
);

CREATE TABLE membership (
    member_id  BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    role       BIGINT NOT NULL, -- store/member.h
    PRIMARY KEY (member_id, account_id)
) {clustered};
CREATE INDEX membership_account ON membership (account_id, member_id);

CREATE TABLE session (
    id           {id},
    digest       {bytes} NOT NULL UNIQUE, -- of the cookie
    member_id    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    from_address TEXT NOT NULL,
    agent        TEXT NOT NULL
);
CREATE INDEX session_member ON session (member_id, id);

CREATE TABLE access_token ( -- what a link in a letter or on a screen allows, once
    digest     {bytes} PRIMARY KEY,
    kind       BIGINT NOT NULL, -- store/session.h
    member_id  BIGINT NOT NULL, -- 0: nobody yet
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_token_member ON access_token (member_id);

CREATE TABLE invite ( -- who is asked to become a member of an account
    id         {id},
    digest     {bytes} NOT NULL UNIQUE, -- of the link
    account_id BIGINT NOT NULL,
    email      TEXT NOT NULL, -- lower case
    name       TEXT NOT NULL,
    language   TEXT NOT NULL,
    role       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX invite_account ON invite (account_id, email);

CREATE TABLE recovery_code ( -- instead of a code of TOTP, once
    member_id BIGINT NOT NULL,
    digest    {bytes} NOT NULL,
    PRIMARY KEY (member_id, digest)
) {clustered};

CREATE TABLE known_device ( -- a browser that signed in as this member before
    digest    {bytes} PRIMARY KEY, -- of its cookie
    member_id BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL
);
CREATE INDEX known_device_member ON known_device (member_id, seen_at);

CREATE TABLE api_key (
    id           {id},
    account_id   BIGINT NOT NULL,
    name         TEXT NOT NULL,
    digest       {bytes} NOT NULL UNIQUE,
    prefix       TEXT NOT NULL,   -- the key's first characters, to tell it from others
    scopes       BIGINT NOT NULL, -- a mask: store/api_key.h
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL  -- 0: never
);
CREATE INDEX api_key_account ON api_key (account_id, id);

CREATE TABLE audit ( -- who changed what, in the commit of the change: store/audit.h
    id           {id},
    at           BIGINT NOT NULL,
    kind         BIGINT NOT NULL, -- of who
    who          TEXT NOT NULL,
    account_id   BIGINT NOT NULL, -- 0: the platform's
    what         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    changes      TEXT NOT NULL,   -- JSON; empty: none told
    from_address TEXT NOT NULL
);
CREATE INDEX audit_account ON audit (account_id, id);
CREATE TABLE feed ( -- what happened: store/feed
    transaction_id BIGINT NOT NULL, -- whose it was; 0 on an engine of one process
    id             BIGINT NOT NULL,
    data           {bytes} NOT NULL, -- its events, packed
    PRIMARY KEY (transaction_id, id)
) {clustered};

CREATE TABLE feed_mark ( -- one row
    one         BIGINT PRIMARY KEY, -- 1
    era         BIGINT NOT NULL, -- drawn for this database: positions of another one are void
    transaction_id BIGINT NOT NULL, -- of the last row that was trimmed
    id          BIGINT NOT NULL,
    bytes       BIGINT NOT NULL  -- about what the rows take
);

CREATE TABLE statistic ( -- counts over time: store/statistic
    account_id   BIGINT NOT NULL, -- 0: all
    hourly       BIGINT NOT NULL, -- 0: slot is a quarter of an hour since 1970; 1: an hour
    slot         BIGINT NOT NULL,
    node         BIGINT NOT NULL, -- that counted
    carrier_id   BIGINT NOT NULL, -- 0: none
    accepted     BIGINT NOT NULL DEFAULT 0,
    sent         BIGINT NOT NULL DEFAULT 0,
    delivered    BIGINT NOT NULL DEFAULT 0,
    failed       BIGINT NOT NULL DEFAULT 0,
    cancelled    BIGINT NOT NULL DEFAULT 0,
    refused      BIGINT NOT NULL DEFAULT 0,
    answers      BIGINT NOT NULL DEFAULT 0,
    replies      BIGINT NOT NULL DEFAULT 0,
    late_replies BIGINT NOT NULL DEFAULT 0,
    not_covered  BIGINT NOT NULL DEFAULT 0,
    unmatched    BIGINT NOT NULL DEFAULT 0,
    stops        BIGINT NOT NULL DEFAULT 0,
    spent        BIGINT NOT NULL DEFAULT 0, -- hundredths of credits
    refunded     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, hourly, slot, node, carrier_id)
) {clustered} {hot};

CREATE TABLE failure_statistic ( -- why messages failed
    account_id BIGINT NOT NULL, -- 0: all
    daily      BIGINT NOT NULL, -- 0: slot is a quarter of an hour; 1: a day (UTC)
    slot       BIGINT NOT NULL,
    node       BIGINT NOT NULL,
    state      BIGINT NOT NULL,
    word       TEXT NOT NULL,   -- the carrier's
    count      BIGINT NOT NULL,
    PRIMARY KEY (account_id, daily, slot, node, state, word)
) {clustered} {hot};

ALTER TABLE sender ADD COLUMN -- 1 waits for an operator, 2 enabled, 3 refused, 4 disabled
    state BIGINT NOT NULL DEFAULT 2 CHECK (state BETWEEN 1 AND 4);
UPDATE sender SET state = 4 WHERE enabled = 0;
ALTER TABLE sender DROP COLUMN enabled;
ALTER TABLE sender ADD COLUMN -- 1 by hand, 2 from the account's personal data, 3 from its domains
    origin BIGINT NOT NULL DEFAULT 1 CHECK (origin BETWEEN 1 AND 3);
ALTER TABLE sender ADD COLUMN
    description TEXT NOT NULL DEFAULT '';
ALTER TABLE sender ADD COLUMN -- why it is wanted
    reason TEXT NOT NULL DEFAULT '';
ALTER TABLE sender ADD COLUMN -- of who decided
    comment TEXT NOT NULL DEFAULT '';
ALTER TABLE sender ADD COLUMN
    decided_at BIGINT;

CREATE TABLE sender_document ( -- that supports a sender
    id         {id},
    sender_id  BIGINT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,   -- media type, by its first bytes
    size       BIGINT NOT NULL, -- as announced
    received   BIGINT NOT NULL, -- so much is there
    created_at BIGINT NOT NULL
);
CREATE INDEX sender_document_sender ON sender_document (sender_id, id);

CREATE TABLE sender_document_piece (
    document_id BIGINT NOT NULL,
    begins_at   BIGINT NOT NULL, -- bytes before it
    bytes       {bytes} NOT NULL,
    PRIMARY KEY (document_id, begins_at)
);

ALTER TABLE account ADD COLUMN -- whose it is: this and those that follow; shown, and suggested
    company TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN
    first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN
    last_name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN -- separated by blanks
    domains TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN
    email TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN
    phone TEXT NOT NULL DEFAULT '';

-- Counts of the rows that exist already, as they are now; words of failures as store/feed has
-- them.
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, accepted, answers, spent)
SELECT account_id, 0, created_at / 900000000, 0, carrier_id, COUNT(*),
    SUM(CASE WHEN origin = 1 THEN 1 ELSE 0 END), SUM(credits)
FROM message GROUP BY account_id, created_at / 900000000, carrier_id;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, sent)
SELECT account_id, 0, sent_at / 900000000, 0, carrier_id, COUNT(*)
FROM message WHERE sent_at IS NOT NULL GROUP BY account_id, sent_at / 900000000, carrier_id
ON CONFLICT (account_id, hourly, slot, node, carrier_id) DO UPDATE SET sent = excluded.sent;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, delivered, failed,
    cancelled, refused)
SELECT account_id, 0, done_at / 900000000, 0, carrier_id,
    SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END),
    SUM(CASE WHEN state BETWEEN 7 AND 10 THEN 1 ELSE 0 END),
    SUM(CASE WHEN state = 11 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 12 THEN 1 ELSE 0 END)
FROM message WHERE done_at IS NOT NULL GROUP BY account_id, done_at / 900000000, carrier_id
ON CONFLICT (account_id, hourly, slot, node, carrier_id) DO UPDATE SET
    delivered = excluded.delivered, failed = excluded.failed, cancelled = excluded.cancelled,
    refused = excluded.refused;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, replies, late_replies,
    not_covered,
    stops, spent)
SELECT account_id, 0, received_at / 900000000, 0, carrier_id,
    SUM(CASE WHEN standing = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN standing = 2 THEN 1 ELSE 0 END),
    SUM(CASE WHEN standing = 3 THEN 1 ELSE 0 END),
    SUM(CASE WHEN started = 'stop' THEN 1 ELSE 0 END), SUM(credits)
FROM incoming WHERE account_id IS NOT NULL
GROUP BY account_id, received_at / 900000000, carrier_id
ON CONFLICT (account_id, hourly, slot, node, carrier_id) DO UPDATE SET
    replies = excluded.replies, late_replies = excluded.late_replies,
    not_covered = excluded.not_covered, stops = excluded.stops,
    spent = statistic.spent + excluded.spent;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, accepted, sent, delivered,
    failed,
    cancelled, refused, answers, replies, late_replies, not_covered, stops, spent)
SELECT 0, 0, slot, 0, carrier_id, SUM(accepted), SUM(sent), SUM(delivered), SUM(failed),
    SUM(cancelled), SUM(refused), SUM(answers), SUM(replies), SUM(late_replies), SUM(not_covered),
    SUM(stops), SUM(spent)
FROM statistic GROUP BY slot, carrier_id;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, unmatched)
SELECT 0, 0, received_at / 900000000, 0, carrier_id, COUNT(*)
FROM incoming WHERE account_id IS NULL GROUP BY received_at / 900000000, carrier_id
ON CONFLICT (account_id, hourly, slot, node, carrier_id) DO UPDATE
    SET unmatched = excluded.unmatched;
INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, accepted, sent, delivered,
    failed, cancelled, refused, answers, replies, late_replies, not_covered, unmatched, stops,
    spent)
SELECT account_id, 1, slot / 4, 0, carrier_id, SUM(accepted), SUM(sent), SUM(delivered),
    SUM(failed), SUM(cancelled), SUM(refused), SUM(answers), SUM(replies), SUM(late_replies),
    SUM(not_covered), SUM(unmatched), SUM(stops), SUM(spent)
FROM statistic GROUP BY account_id, slot / 4, carrier_id;
INSERT INTO failure_statistic (account_id, daily, slot, node, state, word, count)
WITH failed AS (
    SELECT account_id, done_at, state, SUBSTR(CASE WHEN receipt LIKE '% (0x________)'
        THEN SUBSTR(receipt, 1, LENGTH(receipt) - 13) ELSE COALESCE(receipt, '') END, 1, 48) AS word
    FROM message WHERE state BETWEEN 7 AND 10 AND done_at IS NOT NULL),
usual AS (SELECT word FROM failed GROUP BY word ORDER BY COUNT(*) DESC, word LIMIT 256),
told AS (
    SELECT account_id, done_at / 900000000 AS slot, state,
        CASE WHEN word IN (SELECT word FROM usual) THEN word ELSE 'other' END AS said
    FROM failed)
SELECT account_id, 0, slot, 0, state, said, COUNT(*) FROM told
GROUP BY account_id, slot, state, said;
INSERT INTO failure_statistic (account_id, daily, slot, node, state, word, count)
SELECT 0, 0, slot, 0, state, word, SUM(count)
FROM failure_statistic GROUP BY slot, state, word;
INSERT INTO failure_statistic (account_id, daily, slot, node, state, word, count)
SELECT account_id, 1, slot / 96, 0, state, word, SUM(count)
FROM failure_statistic GROUP BY account_id, slot / 96, state, word;
