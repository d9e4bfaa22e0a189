-- SPDX-License-Identifier: Apache-2.0
-- Habits of carriers: layouts of messages, routes by more than prefix, account and sender, what a
-- message went through before its carrier; texts that are not kept, and how long parts wait.

ALTER TABLE message ADD COLUMN -- how its octets and parts are laid out: text/plan.h; 0: as before
    layout BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN -- 1 premium, 2 low cost
    grade BIGINT NOT NULL DEFAULT 1 CHECK (grade IN (1, 2));

ALTER TABLE route ADD COLUMN -- 0 any, 1 alphanumeric, 2 short, 3 long
    sender_kind BIGINT NOT NULL DEFAULT 0 CHECK (sender_kind BETWEEN 0 AND 3);
ALTER TABLE route ADD COLUMN -- 0 any, else as account.grade
    grade BIGINT NOT NULL DEFAULT 0 CHECK (grade BETWEEN 0 AND 2);
ALTER TABLE route ADD COLUMN -- of the three that follow; NULL: open always
    timezone TEXT;
ALTER TABLE route ADD COLUMN -- bit 0: Monday
    days BIGINT NOT NULL DEFAULT 127 CHECK (days BETWEEN 1 AND 127);
ALTER TABLE route ADD COLUMN
    from_min BIGINT NOT NULL DEFAULT 0 CHECK (from_min BETWEEN 0 AND 1439);
ALTER TABLE route ADD COLUMN -- below from_min: of the next day
    until_min BIGINT NOT NULL DEFAULT 1440 CHECK (until_min BETWEEN 1 AND 1440);
ALTER TABLE route ADD COLUMN -- among routes alike the lowest is tried first
    turn BIGINT NOT NULL DEFAULT 0 CHECK (turn >= 0);
ALTER TABLE route ADD COLUMN -- its share among those of one turn
    weight BIGINT NOT NULL DEFAULT 1 CHECK (weight >= 1);
ALTER TABLE route ADD COLUMN -- takes nothing new
    draining BIGINT NOT NULL DEFAULT 0;

CREATE TABLE message_tried ( -- carriers that a message was with before the one it is with
    message_id  BIGINT NOT NULL,
    carrier_id  BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    taken       BIGINT NOT NULL, -- the carrier had taken it; else it had refused it
    carrier_ref TEXT,            -- its id of a message of one part that it had taken
    delivered   BIGINT NOT NULL DEFAULT 0, -- it said so later
    PRIMARY KEY (message_id, carrier_id)
) {clustered};

ALTER TABLE bind_place ADD COLUMN -- since when its holder cannot send; NULL: it can
    away_since BIGINT;

ALTER TABLE incoming ADD COLUMN kept BIGINT NOT NULL DEFAULT 1; -- 0: the text was not to be stored
ALTER TABLE incoming ADD COLUMN class BIGINT; -- 0 to 3, or NULL

-- coding is from now on core/incoming's own: how the bytes of the part are read
ALTER TABLE incoming_part ADD COLUMN give_up_at BIGINT NOT NULL DEFAULT 0;
UPDATE incoming_part SET give_up_at = received_at + 600000000, coding = CASE
    WHEN coding = 8 OR coding BETWEEN 24 AND 27 OR coding BETWEEN 224 AND 239 THEN 3
    WHEN coding = 3 OR coding BETWEEN 20 AND 23 OR coding BETWEEN 244 AND 247 THEN 1 ELSE 0 END;
DROP INDEX incoming_part_received;
CREATE INDEX incoming_part_give_up ON incoming_part (give_up_at);

CREATE TABLE incoming_joined ( -- of parts that were joined: a carrier may send them again
    carrier_id BIGINT NOT NULL,
    sender     TEXT NOT NULL,
    number     TEXT NOT NULL,
    reference  BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    digests    {bytes} NOT NULL, -- 8 bytes a part, in order; zeros for one that never came
    forget_at  BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, sender, number, reference, total)
) {clustered};
CREATE INDEX incoming_joined_forget ON incoming_joined (forget_at);
