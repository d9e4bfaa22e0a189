/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/errand: what others are to be told of a message or a reply: callbacks and e-mails. Rows are
 * written in the commit that makes them true (store/errand); who carries them out (notify) gets
 * orders with that commit while it has room, and by the clock what waited. Nothing is called here.
 *
 * **Law**: every event has an id that is the same however often it is told: of a message's end
 * "receipt_ID", of a reply "reply_ID", of a STOP "stop_ID", of a call of the account's own program
 * "cgi_ID". A message ends once, so it has one such event; what a carrier says before is
 * "receipt_ID_TIME", in microseconds.
 * Threads: the seams and the work are the writer's; the port is main's, orders their owner's.
 */
#ifndef NAVETTE_CORE_ERRAND_H
#define NAVETTE_CORE_ERRAND_H

#include "store/alert.h"
#include "store/errand.h"
#include "store/incoming.h"
#include "store/message.h"
#include "store/writer.h"

struct core;

/* ---- seams: called in the commit that stores what is told ---- */

/* A reply: the account's URL and its addresses are told, those that there are. question id 0: it
 * answers none that we know. */
enum err errand_reply(struct core *c, struct store_tx *tx, const struct incoming *in,
                      const struct message *question) MUST_CHECK;
/* A STOP: the user's URL, else the account's. */
enum err errand_stop(struct core *c, struct store_tx *tx, const struct incoming *in,
                     const struct message *question) MUST_CHECK;
/* The account's own program is asked what to answer. */
enum err errand_cgi(struct core *c, struct store_tx *tx, const struct incoming *in,
                    const struct message *question, struct str url) MUST_CHECK;
/* The account has no credits for what a reply costs: its addresses are told, once a day at most. */
enum err errand_no_credit(struct core *c, struct store_tx *tx, int64_t account_id) MUST_CHECK;
/* An operator has enabled or refused it: the account's owners are told, in their languages; where
 * it has none, the address of its profile. */
enum err errand_sender_decided(struct core *c, struct store_tx *tx,
                               const struct sender *s) MUST_CHECK;
/* A user has few credits left: its alert's address is told. */
enum err errand_alert(struct core *c, struct store_tx *tx, const struct account *account,
                      const struct alert_due *due) MUST_CHECK;
/* An event that says only that it is a test; *id: of the errand. For a struct change's apply. */
enum err errand_test(int64_t *id, struct core *c, struct store_tx *tx, int64_t account_id,
                     struct str url, enum callback_profile profile) MUST_CHECK;

/* A letter with a link to somebody who signs in, or is asked to: of no account, and gone once it
 * was sent. */
struct errand_letter {
    enum errand_kind kind; /* ERRAND_MAIL_PASSWORD, ERRAND_MAIL_INVITE */
    struct str to;
    struct str language; /* "en", "fr" */
    struct str url;
    struct str account; /* to which somebody is invited */
};
enum err errand_letter(struct core *c, struct store_tx *tx,
                       const struct errand_letter *letter) MUST_CHECK;

/* ---- orders ---- */

enum { ERRAND_GIVE_UP_H = 24, ERRAND_ANSWER_MAX = 8192, ERRAND_ERROR_MAX = 160 };

enum errand_end {
    ERRAND_TOLD,   /* all of it arrived */
    ERRAND_FAILED, /* some or all of it did not: again after a while */
    ERRAND_PUT_OFF /* it was not tried: again after delay_us */
};

struct errand_result {
    enum errand_end end;
    struct str told; /* one '1' or '0' an event; n 0: none */
    int64_t delay_us;
    int64_t took_ms;
    int64_t status;  /* of the answer that decided; 0: there was none */
    uint32_t events; /* that were tried */
    uint32_t failed; /* of these */
    struct str error;
    struct str answer; /* to ERRAND_CGI, of type text/plain */
};

/*
 * One errand on its way: a letter down to who carries it out; with its result a job back to the
 * writer; then home, where errand_order_free ends it. It owns its arena, in which all lives that it
 * points to.
 */
struct errand_order {
    struct job job;
    struct core *core;
    struct arena *arena;
    void *ctx; /* of the port */
    struct errand errand;
    struct errand_result result;
};

/* Writes the result down; `home` gets the letter, `deliver` must free the order. */
void errand_order_return(struct errand_order *order, struct mailbox *home,
                         void (*deliver)(struct letter *letter));
void errand_order_free(struct errand_order *order);

struct errand_port {
    struct mailbox *box;                    /* where orders go */
    void (*deliver)(struct letter *letter); /* the letter is an errand_order's */
    void *ctx;
};
/* Before core_start. */
void core_errand_port(struct core *c, const struct errand_port *port);
/* From now on nothing is handed out: errands wait in the store. Any thread. */
void core_errand_close(struct core *c);

/* How long an errand waits that has failed so often (1: once), with `random` spreading it by a
 * tenth: 10 s, 30 s, 1 min, 5 min, 15 min, then an hour each time. */
int64_t errand_backoff_us(uint32_t failures, uint64_t random);

/* ---- events, a line of JSON each ---- */

/* A secret that signs as Standard Webhooks does: "whsec_" and the base64 of 32 random bytes. */
struct str errand_secret_new(struct arena *a);
/* Of 24 to 64 bytes; ERR_INVALID. */
enum err errand_secret_check(struct str secret) MUST_CHECK;

struct buf;
struct message_end;
/* Text as a JSON string, quotes included; in what is no UTF-8, other than ASCII becomes "?". */
void errand_event_text(struct buf *b, struct str s);
void errand_event_receipt(struct buf *b, const struct message_end *m);
/* `name`: "reply", "stop" or "cgi"; then the id is this and the incoming's. */
void errand_event_incoming(struct buf *b, const char *name, const struct incoming *in,
                           const struct message *question);

#endif
