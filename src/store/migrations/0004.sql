-- SPDX-License-Identifier: Apache-2.0
-- Two-way: numbers of ours, conversations over them, what a reply starts, who must not be written
-- to, and what others are to be told.

CREATE TABLE number ( -- that phones can answer to
    id         {id},
    carrier_id BIGINT NOT NULL,
    digits     TEXT NOT NULL,   -- as the carrier writes it
    country    TEXT NOT NULL,   -- ISO 3166: whose phones
    kind       BIGINT NOT NULL  -- 1 short, 2 low cost: pools; 3 virtual
               CHECK (kind BETWEEN 1 AND 3),
    account_id BIGINT,          -- whose a virtual one is
    enabled    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (carrier_id, digits)
);

CREATE TABLE two_way ( -- accounts that may ask for replies, and from where
    account_id BIGINT NOT NULL,
    country    TEXT NOT NULL,
    PRIMARY KEY (account_id, country)
) {clustered};

CREATE TABLE conversation ( -- of an account and a phone over a number
    id         {id},
    account_id BIGINT NOT NULL,
    carrier_id BIGINT NOT NULL,
    recipient  BIGINT NOT NULL, -- the phone
    number     TEXT NOT NULL,   -- empty: the carrier picks it
    kind       BIGINT NOT NULL  -- as number.kind; 4: picked by the carrier
               CHECK (kind BETWEEN 1 AND 4),
    opened_at  BIGINT NOT NULL,
    last_at    BIGINT NOT NULL, -- of its latest message or reply
    until_at   BIGINT,          -- replies are in time before it; NULL: always
    message_id BIGINT,          -- the latest to the phone
    unread     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX conversation_account ON conversation (account_id, last_at);
CREATE INDEX conversation_recipient ON conversation (recipient, number);

CREATE TABLE number_slot ( -- which conversation has a pool's number with a phone, and until when
    recipient       BIGINT NOT NULL,
    number_id       BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    PRIMARY KEY (recipient, number_id)
) {clustered};
CREATE INDEX number_slot_until ON number_slot (until_at);

ALTER TABLE message ADD COLUMN -- that it belongs to; NULL: none when it was accepted
    conversation_id BIGINT;
ALTER TABLE message ADD COLUMN -- 0 asked for; 1 an automatic answer; 2 a notice to the owner
    origin BIGINT NOT NULL DEFAULT 0 CHECK (origin BETWEEN 0 AND 2);

ALTER TABLE incoming ADD COLUMN
    conversation_id BIGINT;
ALTER TABLE incoming ADD COLUMN -- 0 answers nothing, 1 in time, 2 late, 3 not covered
    standing BIGINT NOT NULL DEFAULT 0 CHECK (standing BETWEEN 0 AND 3);
ALTER TABLE incoming ADD COLUMN -- hundredths, paid by the account
    credits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incoming ADD COLUMN -- of a low-cost route: NULL while it is held back
    released_at BIGINT;
ALTER TABLE incoming ADD COLUMN -- when it is due to be released; NULL: it never was held
    release_at BIGINT;
ALTER TABLE incoming ADD COLUMN -- of the rule that matched, while it is held; NULL: none did
    rule_reply TEXT;
ALTER TABLE incoming ADD COLUMN -- what it started, or why nothing
    started TEXT NOT NULL DEFAULT '';
UPDATE incoming
SET released_at = received_at, standing = CASE WHEN message_id IS NULL THEN 0 ELSE 1 END;
CREATE INDEX incoming_held ON incoming (release_at, id) WHERE released_at IS NULL;
CREATE INDEX incoming_conversation ON incoming (conversation_id, id);
CREATE INDEX message_conversation ON message (conversation_id, id)
WHERE conversation_id IS NOT NULL;

CREATE TABLE reply_rule ( -- of a carrier: the first that matches counts
    id         {id},
    carrier_id BIGINT NOT NULL,
    place      BIGINT NOT NULL, -- their order
    keyword    TEXT NOT NULL,   -- empty: any
    short_code TEXT NOT NULL,   -- empty: any
    reply      TEXT NOT NULL,   -- empty: none
    action     BIGINT NOT NULL  -- 0 none, 1 quarantine, 2 leave
               CHECK (action BETWEEN 0 AND 2),
    prefix     BIGINT NOT NULL, -- the keyword is the beginning of a word, else all of it
    created_at BIGINT NOT NULL
);

CREATE TABLE reply_setting ( -- what a reply to an account starts
    account_id BIGINT PRIMARY KEY,
    action     BIGINT NOT NULL CHECK (action BETWEEN 0 AND 2), -- 0 none, 1 text, 2 cgi
    text       TEXT NOT NULL,
    url        TEXT NOT NULL,
    an_hour    BIGINT NOT NULL  -- automatic answers to one phone, at most
) {clustered};

CREATE TABLE answer_guard ( -- automatic answers of the last hour
    phone      BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    slot       BIGINT NOT NULL, -- from 0, below reply_setting.an_hour: two nodes never both take it
    at         BIGINT NOT NULL,
    PRIMARY KEY (phone, account_id, slot)
) {clustered};
CREATE INDEX answer_guard_at ON answer_guard (at);

CREATE TABLE quarantine ( -- phones that must not be written to
    id         {id},
    phone      BIGINT NOT NULL,
    account_id BIGINT NOT NULL, -- 0: all accounts
    number     TEXT NOT NULL,   -- of ours; empty: all
    status     BIGINT NOT NULL  -- 1 blacklisted, 2 quarantined, 3 erroneous
               CHECK (status BETWEEN 1 AND 3),
    reason     TEXT NOT NULL,
    errors     BIGINT NOT NULL, -- that count
    error_at   BIGINT,          -- of the latest that counts
    since_at   BIGINT NOT NULL,
    message_id BIGINT,          -- that caused it
    incoming_id BIGINT,
    UNIQUE (phone, account_id, number)
);
CREATE INDEX quarantine_account ON quarantine (account_id, id);

CREATE TABLE quarantine_event ( -- entries and exits, with their evidence; never changed
    id          {id},
    phone       BIGINT NOT NULL,
    account_id  BIGINT NOT NULL,
    number      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    status      BIGINT NOT NULL, -- from then on; 0: it left
    who         TEXT NOT NULL,   -- "reply", "rule", "receipt", or who did it by hand
    reason      TEXT NOT NULL,
    text        TEXT NOT NULL,   -- of the incoming, as it came
    carrier_id  BIGINT,
    incoming_id BIGINT,
    message_id  BIGINT
);
CREATE INDEX quarantine_event_phone ON quarantine_event (phone, id);

CREATE TABLE callback_setting ( -- where an account is told
    account_id   BIGINT PRIMARY KEY,
    profile      BIGINT NOT NULL CHECK (profile BETWEEN 1 AND 3), -- 1 ovh, 2 octopush, 3 navette
    secret       TEXT NOT NULL, -- that signs, in profile 3
    replies_url  TEXT NOT NULL, -- empty: not told
    receipts_url TEXT NOT NULL,
    stops_url    TEXT NOT NULL
) {clustered};
ALTER TABLE api_user ADD COLUMN -- of its own messages; empty: the account's
    receipts_url TEXT NOT NULL DEFAULT '';
ALTER TABLE api_user ADD COLUMN
    stops_url TEXT NOT NULL DEFAULT '';

CREATE TABLE notification ( -- whom an account has told of its replies
    id         {id},
    account_id BIGINT NOT NULL,
    kind       BIGINT NOT NULL CHECK (kind IN (1, 2)), -- 1 e-mail, 2 SMS
    target     TEXT NOT NULL,
    sender     TEXT NOT NULL,
    language   TEXT NOT NULL, -- of e-mails: en, fr
    created_at BIGINT NOT NULL
);

CREATE TABLE errand ( -- one thing to be told to one place: store/errand.h
    id         {id},
    account_id BIGINT NOT NULL,
    kind       BIGINT NOT NULL, -- store/errand.h
    target     TEXT NOT NULL,   -- URL or address
    profile    BIGINT NOT NULL,
    body       TEXT NOT NULL,   -- its events, a line of JSON each
    events     BIGINT NOT NULL, -- how many
    told       TEXT NOT NULL,   -- those that arrived, a character each; empty: none yet
    state      BIGINT NOT NULL  -- 1 waiting, 2 claimed, 3 done, 4 given up
               CHECK (state BETWEEN 1 AND 4),
    claimed_by BIGINT,          -- epoch of the life that sees to it
    due_at     BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    done_at    BIGINT
) {hot};
CREATE INDEX errand_due ON errand (due_at, id) WHERE state = 1;
CREATE INDEX errand_claimed ON errand (claimed_by, id) WHERE state = 2;
CREATE INDEX errand_account ON errand (account_id, id);

CREATE TABLE errand_attempt (
    errand_id BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    took_ms   BIGINT NOT NULL,
    status    BIGINT,          -- of HTTP or SMTP; NULL: no answer
    events    BIGINT NOT NULL, -- that it was about
    failed    BIGINT NOT NULL, -- of these
    error     TEXT NOT NULL
);
CREATE INDEX errand_attempt_errand ON errand_attempt (errand_id, at);

ALTER TABLE account ADD COLUMN -- days that texts are kept; 0: always
    keep_days BIGINT NOT NULL DEFAULT 0 CHECK (keep_days >= 0);

CREATE TABLE text_mark ( -- up to where an account's old texts are gone
    account_id  BIGINT PRIMARY KEY,
    message_id  BIGINT NOT NULL,
    incoming_id BIGINT NOT NULL
) {clustered};

CREATE TABLE text_open ( -- messages behind that mark that had not ended when it passed
    message_id {id},
    account_id BIGINT NOT NULL,
    look_at    BIGINT NOT NULL
);
CREATE INDEX text_open_look ON text_open (look_at, message_id);
