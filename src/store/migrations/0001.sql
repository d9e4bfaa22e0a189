-- SPDX-License-Identifier: Apache-2.0
-- The first schema. Instants: UTC microseconds. Credits: hundredths. Ids: store/id.h.
-- Tables that every message touches carry only indexes that grow in order.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY, -- watermarks of the clock's work
    value BIGINT NOT NULL
) {clustered};

CREATE TABLE node ( -- who serves this database, and until when it may act
    id          {id}, -- its node number, 0 to 31
    epoch       BIGINT NOT NULL,     -- a new one at each start: stands in message.claimed_by
    lease_until BIGINT NOT NULL,
    started_at  BIGINT NOT NULL
);

CREATE TABLE account (
    id         {id},
    name       TEXT NOT NULL UNIQUE,
    timezone   TEXT NOT NULL,
    max_parts  BIGINT NOT NULL CHECK (max_parts BETWEEN 1 AND 255),
    enabled    BIGINT NOT NULL,
    balance    BIGINT NOT NULL, -- without the quotas given to its users
    created_at BIGINT NOT NULL
);

CREATE TABLE api_user (
    id         {id},
    account_id BIGINT NOT NULL,
    login      TEXT NOT NULL,
    password   TEXT NOT NULL, -- argon2id string
    quota      BIGINT,        -- its own credits, or NULL: it spends the account's
    allow_ip   TEXT NOT NULL, -- networks separated by blanks; empty allows all
    enabled    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, login)
);

CREATE TABLE sender (
    id         {id},
    account_id BIGINT NOT NULL,
    name       TEXT NOT NULL,
    enabled    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, name)
);

CREATE TABLE carrier (
    id         {id},
    name       TEXT NOT NULL UNIQUE,
    settings   TEXT NOT NULL, -- JSON: core/carrier_settings.def names its members
    enabled    BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE route (
    id         {id},
    prefix     TEXT NOT NULL, -- digits; empty matches every number
    account_id BIGINT,        -- NULL: any
    sender     TEXT,          -- NULL: any
    carrier_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE rate (
    prefix  TEXT PRIMARY KEY, -- digits; the empty one is the price of everything else
    credits BIGINT NOT NULL CHECK (credits >= 0)
) {clustered};

INSERT INTO rate (prefix, credits) VALUES ('', 100);

CREATE TABLE ledger ( -- every movement of every purse; nothing is ever changed here
    id         {id},
    account_id BIGINT NOT NULL,
    user_id    BIGINT NOT NULL, -- whose quota moved; 0 for the account's own balance
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,   -- credit, messages, refund, quota
    amount     BIGINT NOT NULL, -- what was added (negative: taken)
    balance    BIGINT NOT NULL, -- after it
    messages   BIGINT NOT NULL, -- how many messages this movement pays or refunds
    reason     TEXT NOT NULL
);
CREATE INDEX ledger_account ON ledger (account_id, id);

CREATE TABLE message (
    id          {id},
    account_id  BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    carrier_id  BIGINT NOT NULL,
    state       BIGINT NOT NULL CHECK (state BETWEEN 1 AND 12), -- message_state.def
    sender      TEXT NOT NULL,
    recipient   BIGINT NOT NULL, -- E.164 digits as a number
    text        TEXT NOT NULL,   -- UTF-8, with the STOP clause when there is one
    encoding    BIGINT NOT NULL, -- 0 gsm7, 1 ucs2
    parts       BIGINT NOT NULL,
    class       BIGINT,          -- 0 to 3, or NULL
    marketing   BIGINT NOT NULL, -- carries the STOP mention
    tag         TEXT,
    reference   BIGINT NOT NULL, -- concatenation reference of its parts
    credits     BIGINT NOT NULL, -- what it costs in the end: 0 once refunded
    from_quota  BIGINT NOT NULL, -- paid by the user's quota, else by the account's balance
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL, -- not before
    expires_at  BIGINT NOT NULL, -- end of validity
    claimed_by  BIGINT,          -- epoch of the node that is sending it
    attempts    BIGINT NOT NULL DEFAULT 0,
    sent_at     BIGINT,
    done_at     BIGINT,
    carrier_ref TEXT,            -- the carrier's id of a message of one part
    receipt     TEXT             -- "DELIVRD 000": what the carrier said last
) {hot};
CREATE INDEX message_account ON message (account_id, id);
CREATE INDEX message_queue ON message (carrier_id, due_at, id) WHERE state = 2;
CREATE INDEX message_scheduled ON message (due_at) WHERE state = 1;
CREATE INDEX message_sending ON message (id) WHERE state = 3;

CREATE TABLE part ( -- only for messages of several parts
    message_id  BIGINT NOT NULL,
    number      BIGINT NOT NULL, -- 1 to message.parts
    state       BIGINT NOT NULL, -- as message.state
    sent_at     BIGINT,
    done_at     BIGINT,
    carrier_ref TEXT,
    receipt     TEXT,
    PRIMARY KEY (message_id, number)
) {clustered};

CREATE TABLE event ( -- hops of a message that its own columns cannot tell
    message_id BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX event_message ON event (message_id);

CREATE TABLE recipient_index ( -- filled later, sorted and in bulk, up to setting 'recipients'
    recipient  BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (recipient, message_id)
) {clustered};

CREATE TABLE reference_index ( -- the carriers' ids that wait for a receipt; filled in bulk
    carrier_id BIGINT NOT NULL,
    carrier_ref TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    part       BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, carrier_ref)
) {clustered};

CREATE TABLE straggler ( -- open when the sweep passed; looked at again later
    message_id {id},
    check_at   BIGINT NOT NULL
);
CREATE INDEX straggler_check ON straggler (check_at);

CREATE TABLE early_receipt ( -- came before the answer that names their message
    id          {id},
    carrier_id  BIGINT NOT NULL,
    carrier_ref TEXT NOT NULL,
    state       BIGINT NOT NULL,
    receipt     TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX early_receipt_reference ON early_receipt (carrier_id, carrier_ref);

CREATE TABLE incoming (
    id          {id},
    account_id  BIGINT, -- NULL: it answers nothing we know
    carrier_id  BIGINT NOT NULL,
    sender      TEXT NOT NULL, -- the phone, as E.164 with + when it is one
    number      TEXT NOT NULL, -- where it was sent to
    text        TEXT NOT NULL,
    parts       BIGINT NOT NULL, -- how many it was sent in
    missing     BIGINT NOT NULL, -- how many of them never came
    received_at BIGINT NOT NULL,
    message_id  BIGINT -- what it answers
);
CREATE INDEX incoming_account ON incoming (account_id, id);

CREATE TABLE incoming_part ( -- parts of long incoming that still wait for the others
    carrier_id  BIGINT NOT NULL,
    sender      TEXT NOT NULL,
    number      TEXT NOT NULL,
    reference   BIGINT NOT NULL, -- with 65536 added for a 16-bit one, 131072 for SAR
    total       BIGINT NOT NULL,
    part        BIGINT NOT NULL,
    coding      BIGINT NOT NULL, -- data_coding
    bytes       {bytes} NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, sender, number, reference, total, part)
) {clustered};
CREATE INDEX incoming_part_received ON incoming_part (received_at);

CREATE TABLE repeat_guard ( -- ref= : the first answer, given again for 24 hours
    user_id    BIGINT NOT NULL,
    ref        TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    answer     TEXT NOT NULL,
    PRIMARY KEY (user_id, ref)
) {clustered};
CREATE INDEX repeat_guard_created ON repeat_guard (created_at);
