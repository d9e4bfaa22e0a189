-- SPDX-License-Identifier: Apache-2.0
-- What carriers ask for: layouts of messages, routes by more than prefix, account and sender, and
-- what a message went through before its carrier.

-- How the octets and parts of a message are laid out (text/plan.h); 0 is what all had before.
ALTER TABLE message ADD COLUMN layout BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN grade BIGINT NOT NULL DEFAULT 1
    CHECK (grade IN (1, 2)); -- premium, low cost

ALTER TABLE route ADD COLUMN sender_kind BIGINT NOT NULL DEFAULT 0
    CHECK (sender_kind BETWEEN 0 AND 3); -- any, alphanumeric, short, long
ALTER TABLE route ADD COLUMN grade BIGINT NOT NULL DEFAULT 0
    CHECK (grade BETWEEN 0 AND 2); -- any, premium, low cost
ALTER TABLE route ADD COLUMN timezone TEXT; -- of the three that follow; NULL: open always
ALTER TABLE route ADD COLUMN days BIGINT NOT NULL DEFAULT 127
    CHECK (days BETWEEN 1 AND 127); -- bit 0: Monday
ALTER TABLE route ADD COLUMN from_min BIGINT NOT NULL DEFAULT 0
    CHECK (from_min BETWEEN 0 AND 1439);
ALTER TABLE route ADD COLUMN until_min BIGINT NOT NULL DEFAULT 1440
    CHECK (until_min BETWEEN 1 AND 1440); -- below from_min: of the next day
ALTER TABLE route ADD COLUMN turn BIGINT NOT NULL DEFAULT 0
    CHECK (turn >= 0); -- among routes alike the lowest is tried first
ALTER TABLE route ADD COLUMN weight BIGINT NOT NULL DEFAULT 1
    CHECK (weight >= 1); -- its share among those of one turn
ALTER TABLE route ADD COLUMN draining BIGINT NOT NULL DEFAULT 0; -- takes nothing new

CREATE TABLE message_tried ( -- carriers that a message went through before the one it is with
    message_id  BIGINT NOT NULL,
    carrier_id  BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    taken       BIGINT NOT NULL, -- the carrier had taken it; else it had refused it
    carrier_ref TEXT,            -- its id of a message of one part that it had taken
    delivered   BIGINT NOT NULL DEFAULT 0, -- it said so later
    PRIMARY KEY (message_id, carrier_id)
) {clustered};

ALTER TABLE bind_place ADD COLUMN away_since BIGINT; -- its holder cannot send since then
