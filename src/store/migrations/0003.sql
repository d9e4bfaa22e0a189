-- SPDX-License-Identifier: Apache-2.0
-- What carriers send: texts that are not kept, their class, and how long parts wait for the others.

ALTER TABLE incoming ADD COLUMN kept BIGINT NOT NULL DEFAULT 1; -- 0: the text was not to be stored
ALTER TABLE incoming ADD COLUMN class BIGINT; -- 0 to 3, or NULL

-- coding is from now on core/incoming's own: how the bytes of the part are read
ALTER TABLE incoming_part ADD COLUMN give_up_at BIGINT NOT NULL DEFAULT 0;
UPDATE incoming_part SET give_up_at = received_at + 600000000, coding = CASE
    WHEN coding = 8 OR coding BETWEEN 24 AND 27 OR coding BETWEEN 224 AND 239 THEN 3
    WHEN coding = 3 OR coding BETWEEN 20 AND 23 OR coding BETWEEN 244 AND 247 THEN 1 ELSE 0 END;
DROP INDEX incoming_part_received;
CREATE INDEX incoming_part_give_up ON incoming_part (give_up_at);
