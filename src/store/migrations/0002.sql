-- SPDX-License-Identifier: Apache-2.0
-- Several nodes on one database; what waits moves out of the messages, whose rows then carry no
-- index on anything that changes.

CREATE TABLE queue ( -- what waits or is claimed: store/queue.h
    message_id {id},
    carrier_id BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    state      BIGINT NOT NULL CHECK (state BETWEEN 1 AND 3), -- as message.state
    claimed_by BIGINT -- epoch of the life that is sending it
);
CREATE INDEX queue_waiting ON queue (carrier_id, due_at, message_id) WHERE state = 2;
CREATE INDEX queue_scheduled ON queue (due_at) WHERE state = 1;
CREATE INDEX queue_claimed ON queue (claimed_by, message_id) WHERE state = 3;

INSERT INTO queue (message_id, carrier_id, due_at, state, claimed_by)
SELECT id, carrier_id, due_at, state, CASE WHEN state = 3 THEN claimed_by END
FROM message WHERE state BETWEEN 1 AND 3;

DROP INDEX message_queue;
DROP INDEX message_scheduled;
DROP INDEX message_sending;

-- A row is one life of a node, from its start to its end or its take-over: store/node.h
DROP TABLE node;
CREATE TABLE node (
    epoch       {id},
    number      BIGINT NOT NULL, -- its place in ids
    name        TEXT NOT NULL,
    lease_until BIGINT NOT NULL, -- by the database's clock
    started_at  BIGINT NOT NULL,
    commits     BIGINT NOT NULL,
    fenced      BIGINT NOT NULL
) {hot};
INSERT INTO node (epoch, number, name, lease_until, started_at, commits, fenced) -- lives to recover
SELECT DISTINCT claimed_by, 0, '', 0, 0, 0, 1 FROM queue WHERE claimed_by IS NOT NULL;
INSERT INTO setting (name, value) -- the clock's marks: rows that a node can hold
VALUES ('indexed', 0), ('swept', 0) ON CONFLICT DO NOTHING;
INSERT INTO setting (name, value) -- above every epoch that stands on a claim
SELECT 'epochs', COALESCE(MAX(claimed_by), 0) FROM message;

CREATE TABLE bind_place ( -- which nodes hold a carrier's binds
    carrier_id BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    epoch      BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, place),
    UNIQUE (carrier_id, epoch)
);
