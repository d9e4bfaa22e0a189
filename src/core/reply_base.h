/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/reply_base: what the files of core/reply share. Threads: the writer's.
 */
#ifndef NAVETTE_CORE_REPLY_BASE_H
#define NAVETTE_CORE_REPLY_BASE_H

#include "core/core_base.h"
#include "core/reply.h"

/* incoming.started: words that others may rely on; docs/replies.md lists them. */
#define STARTED_STOP         "stop"
#define STARTED_RULE         "rule"
#define STARTED_TEXT         "text"
#define STARTED_CGI          "cgi"
#define STARTED_CGI_ANSWERED "cgi answered"
#define STARTED_NOTHING      "nothing"
#define STARTED_LATE         "late"
#define STARTED_NOT_COVERED  "not covered"
#define STARTED_NO_CREDIT    "no credit"
#define STARTED_GUARD        "loop guard"
#define STARTED_NO_WAY       "cannot be sent"
#define STARTED_HELD         "held until " /* a time follows */

/* A message that a reply causes. All texts last as long as the transaction. */
struct answer {
    struct answer *next;
    int64_t incoming_id;
    int64_t account_id;
    int64_t carrier_id;         /* an answer leaves where its reply came from */
    int64_t conversation_id;    /* 0: none */
    enum message_origin origin; /* ORIGIN_ANSWER, ORIGIN_NOTICE */
    uint64_t phone;             /* 0: none that may be answered */
    struct str sender;
    struct str recipient; /* as written */
    struct str text;
    bool guarded; /* it must not leave */
};

/* An account whose replies are paid in this transaction. */
struct payer {
    struct payer *next;
    int64_t account_id;
    int64_t left; /* in its purse */
    int64_t paid;
    int64_t replies;
};

struct replies {
    struct answer *first;
    struct answer **last;
    size_t answers_n;
    struct payer *payers;
};

void reply_gather(struct store_tx *tx, const struct answer *answer);
/* Pays it and starts all that it starts, but for STOP. */
enum err reply_start_now(struct core *c, struct store_tx *tx, struct incoming *row,
                         const struct message *question, uint64_t phone, bool by_rule,
                         struct str rule_reply) MUST_CHECK;
/* SMS to those whom the account wants told. */
void reply_notices(const struct directory *d, struct store_tx *tx, const struct incoming *row,
                   const struct message *question, uint64_t phone);

#endif
