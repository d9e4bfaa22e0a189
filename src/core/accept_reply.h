/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/accept_reply: what a request says about replies, decided without the store: does it ask for
 * a number that the phone can answer to, of which kind, and where is it to stand? The number itself
 * is drawn by core/conversation, in the commit that accepts the message; until then digits of the
 * same length stand for it, so that nothing is counted twice.
 * Threads: pure.
 */
#ifndef NAVETTE_CORE_ACCEPT_REPLY_H
#define NAVETTE_CORE_ACCEPT_REPLY_H

#include "core/accept.h"

/* Of a request. */
struct reply_ask {
    enum number_kind kind; /* NUMBER_NONE: it asks for none; NUMBER_VIRTUAL: its sender is one */
    bool in_text;          /* the sender stays, and the number takes the place of XXXXX */
    const struct number *number; /* of NUMBER_VIRTUAL */
    bool bare; /* it leaves from a short number, which may send no contact details */
};

/* The sender that stands for any number that can be answered to, as with_reply does. */
#define REPLY_SENDER STR("12345")
bool reply_is_asked(const struct accept_request *r);
enum number_kind reply_kind_of(enum grade grade);

/* Checks the sender too. ERR_BAD_SENDER ("sender"): it may not be used; ERR_FORBIDDEN ("reply"):
 * the account may not ask for replies. */
enum err reply_ask_read(struct reply_ask *out, const struct accept_request *r, struct str text,
                        struct refusal *why) MUST_CHECK;
/* ERR_INVALID ("text"): valid UTF-8, but it says what a short number may not. */
enum err reply_check_text(struct arena *a, const struct reply_ask *reply, struct str text,
                          struct refusal *why) MUST_CHECK;

/* Of one recipient: what its route must have. false: two-way does not cover it, as the account may
 * not ask phones of its country for replies, or it is no mobile phone. */
bool reply_ask_route(struct route_ask *ask, const struct accept_request *r,
                     const struct reply_ask *reply);

/* A text that holds XXXXX by itself, not as a part of a longer word, names the number there. */
bool reply_text_asks(struct str text);
/* Each of them replaced. */
struct str reply_text_fill(struct arena *a, struct str text, struct str digits);

/* When no recipient was left: why, if it is for want of numbers; OK: it is not. */
enum err reply_refuse_all(const struct route_ask *ask, const struct directory *d, bool uncovered,
                          struct refusal *why) MUST_CHECK;

#endif
