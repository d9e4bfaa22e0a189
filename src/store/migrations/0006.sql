-- SPDX-License-Identifier: Apache-2.0
-- Tags in the orders of lists.

-- The clock goes through all messages once more; rows that are there already stay.
UPDATE setting SET value = 0 WHERE name = 'listed';
