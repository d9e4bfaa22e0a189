-- SPDX-License-Identifier: Apache-2.0
-- How the octets and parts of a message are laid out (text/plan.h); 0 is what all had before.
ALTER TABLE message ADD COLUMN layout BIGINT NOT NULL DEFAULT 0;
