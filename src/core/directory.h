/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/directory: accounts, users, senders, carriers, routes and rates as one immutable picture in
 * memory, for deciding without the store. A change of configuration makes a new picture; who holds
 * an old one goes on with it until done.
 * Which route a message takes is decided in core/route.
 *
 * Owner: reference counted: directory_release. Balances and quotas are not in it: only the writer
 * knows them. Threads: all; a picture never changes.
 */
#ifndef NAVETTE_CORE_DIRECTORY_H
#define NAVETTE_CORE_DIRECTORY_H

#include "core/carrier_rules.h"
#include "store/callback.h"
#include "store/carrier.h"
#include "store/number.h"
#include "store/reply.h"
#include "store/route.h"
#include "store/rule.h"

struct outbox;
struct outbox_slot;

/* Enabled numbers of one kind for one country, which all have so many digits. */
struct directory_pool {
    struct str country; /* ISO 3166 */
    enum number_kind kind;
    size_t digits;
};

struct directory_carrier {
    struct carrier_row row;
    struct carrier_settings settings;
    struct carrier_rules rules; /* made of them */
    struct outbox_slot *slot;   /* its live state: core/outbox */
    struct directory_pool *pools;
    size_t pools_n;
};

struct directory_rule {
    struct reply_rule row;
    struct str keyword; /* folded: text/word */
};

struct directory {
    struct account *accounts; /* by name */
    size_t accounts_n;
    struct api_user *users; /* by account and login; `quota` is not kept up to date */
    size_t users_n;
    struct sender *senders; /* by account and name */
    size_t senders_n;
    struct directory_carrier *carriers; /* by name */
    size_t carriers_n;
    struct number *numbers; /* by carrier and digits */
    size_t numbers_n;
    const struct number **virtuals; /* those of kind NUMBER_VIRTUAL, by digits */
    size_t virtuals_n;
    struct two_way *two_ways; /* by account and country */
    size_t two_ways_n;
    struct route *routes; /* by prefix */
    size_t routes_n;
    struct route_table *table; /* of the routes: core/route chooses by it */
    struct rate *rates;        /* by prefix */
    size_t rates_n;
    struct callback_setting *callbacks; /* by account */
    size_t callbacks_n;
    struct notification *notifications; /* by account, oldest first */
    size_t notifications_n;
    bool receipts_told;            /* some account or user has a URL for its receipts */
    struct reply_setting *replies; /* by account */
    size_t replies_n;
    struct directory_rule *rules; /* by carrier and place */
    size_t rules_n;
    struct arena *arena;
    _Atomic size_t references;
};

/* Reads everything; carriers get their slots in `outbox`. */
enum err directory_load(struct directory **out, struct store_view *view,
                        struct outbox *outbox) MUST_CHECK;
const struct directory *directory_hold(const struct directory *d);
void directory_release(const struct directory *d);

/* NULL when there is none. */
const struct account *directory_account(const struct directory *d, struct str name);
const struct account *directory_account_by_id(const struct directory *d, int64_t id);
const struct api_user *directory_user(const struct directory *d, int64_t account_id,
                                      struct str login);
const struct api_user *directory_user_by_id(const struct directory *d, int64_t id);
const struct sender *directory_sender(const struct directory *d, int64_t account_id,
                                      struct str name);
const struct directory_carrier *directory_carrier(const struct directory *d, struct str name);
const struct directory_carrier *directory_carrier_by_id(const struct directory *d, int64_t id);

/* Where an account is told. */
const struct callback_setting *directory_callback(const struct directory *d, int64_t account_id);
/* Whom an account has told of its replies; the first of *n. */
const struct notification *directory_notifications(size_t *n, const struct directory *d,
                                                   int64_t account_id);
/* Digits without +. */
const struct number *directory_number(const struct directory *d, int64_t carrier_id,
                                      struct str digits);
/* The virtual number that a sender names, with or without +, whosever it is. */
const struct number *directory_virtual(const struct directory *d, struct str sender);
/* Of the two kinds of pools. */
const struct directory_pool *directory_pool(const struct directory_carrier *c,
                                            enum number_kind kind, struct str country);
/* May the account ask phones of this country for replies? country n 0: phones of any. */
bool directory_two_way(const struct directory *d, int64_t account_id, struct str country);
/* What a reply to the account starts; NULL: nothing of its own. */
const struct reply_setting *directory_reply(const struct directory *d, int64_t account_id);
/* Those of a carrier, in their order. */
const struct directory_rule *directory_rules(const struct directory *d, int64_t carrier_id,
                                             size_t *n);

/* Hundredths of a credit a part: the longest matching prefix. false when none matches. */
bool directory_rate(const struct directory *d, uint64_t recipient, int64_t *credits);

#endif
