/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/message_state: the states of a message, generated from message_state.def, and which moves
 * are legal. Threads: pure.
 */
#ifndef NAVETTE_STORE_MESSAGE_STATE_H
#define NAVETTE_STORE_MESSAGE_STATE_H

#include "base/str.h"

enum message_state {
#define STATE(name, number, text, end, meaning) MESSAGE_##name = (number),
#include "store/message_state.def"
#undef STATE
};

const char *message_state_name(enum message_state state);
/* ERR_INVALID for a word that names no state. */
enum err message_state_parse(enum message_state *out, struct str name) MUST_CHECK;
bool message_state_final(enum message_state state);
/* The table behind every UPDATE of a state. */
bool message_state_may(enum message_state from, enum message_state to);

/* 0, 1, 2 … for a loop over all states; 0 past the last. */
enum message_state message_state_nth(size_t n);

#endif
