/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/smsc_inside: what the files of the SMSC share: smsc.c (connections and turns), login.c (who
 * may bind), submit.c (what customers ask), receipt.c (what they are told of it), delivery.c (what
 * goes to them), reply.c (what phones say), owned.c (numbers of customers).
 *
 * A turn is one entry from the loop: bytes of a connection, a timer, a call from the HTTP face.
 * During a turn customers and binds are only marked; smsc_settle ends it: deliveries are pumped,
 * output is flushed once a bind, and what died is freed, as no session may be freed in its calls.
 */
#ifndef NAVETTE_SIM_SMSC_INSIDE_H
#define NAVETTE_SIM_SMSC_INSIDE_H

#include "base/buf.h"
#include "base/map.h"
#include "net/conn.h"
#include "sim/alphabet.h"
#include "sim/lane.h"
#include "sim/message_id.h"
#include "sim/outcome.h"
#include "sim/smsc.h"
#include "smpp/session.h"

enum {
    SMSC_BINDS_MAX = 512,
    SMSC_CUSTOMERS_MAX = 1024,
    SMSC_DELIVERIES_MAX = 1000000, /* about 150 bytes each */
    SMSC_ANSWERS_MAX = 200000,     /* answers that are delayed */
    SMSC_TRACKS = 65536,           /* of ids for query_sm, of messages that were refused */
    SMSC_SYSTEM_ID_SIZE = 16,
};

/* How long a delivery waits: parts or multiples of the receipt's delay; after a refusal. */
enum delay {
    DELAY_HALF,
    DELAY_NORMAL,
    DELAY_LATE,
    DELAY_RETRY_SOON,
    DELAY_RETRY_LATER,
    DELAY_COUNT
};

/* One deliver_sm for a customer: a receipt, or a part of what a phone says. */
struct delivery {
    struct lane_item item;
    struct customer *customer;
    struct reply *reply; /* NULL for a receipt */
    uint64_t message_id; /* of the receipt */
    int64_t submitted_us;
    uint8_t state; /* enum smpp_message_state */
    uint8_t error;
    uint8_t part; /* of the reply, from 0 */
    uint8_t attempts;
    uint8_t esm_class;
    uint8_t source_ton, source_npi, dest_ton, dest_npi;
    char source[PHONE_ADDRESS_SIZE];
    char destination[PHONE_ADDRESS_SIZE];
    uint8_t text_n;
    char text[20]; /* how the message began, for the receipt */
};

struct reply_part {
    uint8_t n;
    uint8_t bytes[160]; /* UDH included */
};

/* What a phone says, shared by its deliveries. */
struct reply {
    uint64_t message; /* on the phone */
    char number[PHONE_ADDRESS_SIZE];
    uint8_t data_coding;
    unsigned left; /* deliveries that live */
    size_t parts_n;
    struct reply_part parts[];
};

/* A response that waits. */
struct answer {
    struct lane_item item;
    uint64_t bind;
    size_t slot;
    uint32_t command, sequence, status;
    uint64_t message_id;
    size_t line_n;
    char line[]; /* for the log of submits, without its last column */
};

struct customer {
    char system_id[SMSC_SYSTEM_ID_SIZE];
    uint64_t number; /* counted from 1 */
    struct lane ready;
    size_t deliveries; /* everywhere: ready, in lanes, on the wire */
    size_t binds;
    struct bind *receiver; /* the one used last, in a ring of all that can receive; or NULL */
    int64_t rate_second;
    uint32_t rate_used;
    bool marked;
    struct customer *next, *next_marked;
};

struct bind {
    struct smsc *smsc;
    struct net_conn *conn;
    struct smpp_session *session;
    struct customer *customer; /* NULL until bound */
    uint64_t number;           /* counted from 1 */
    size_t slot;
    int64_t since_us;
    int64_t closing_us; /* when the polite end began; 0 before */
    uint32_t submits;
    uint32_t unanswered; /* submits whose answer is delayed */
    struct buf out;
    struct bind *next_receiver; /* in its customer's ring; NULL when not in it */
    bool blocked;               /* the peer reads too slowly */
    bool cut;                   /* to be closed at the end of this turn */
    bool dying;                 /* it falls silent at the end of this turn (die_after) */
    bool dead;                  /* it hears and says nothing any more */
    bool over;                  /* the session ended */
    bool gone;                  /* so did the connection */
    bool marked;
    struct bind *next_marked;
};

struct track { /* for query_sm */
    uint64_t message_id;
    int64_t submitted_us;
    uint8_t outcome;
};

/* What a submit_sm and a data_sm have in common. */
struct submit {
    const struct smpp_pdu *request;
    struct str sender, recipient;
    uint8_t source_ton, source_npi, dest_ton, dest_npi;
    uint8_t registered_delivery;
    uint8_t data_coding;
    struct udh_concat concat;
    struct str text;  /* as it came, behind its header */
    struct str shown; /* the same, septets unpacked */
    enum phone_alphabet alphabet;
    bool flash;
};

struct smsc {
    struct smsc_parts parts;
    struct smsc_calls calls;
    void *ctx;
    struct net_listener *listener;
    struct net_timer *due_timer;
    struct net_timer *tick_timer;
    int64_t armed_us; /* when the due timer fires; INT64_MAX: not set */
    int64_t mono_us;  /* the time of this turn */
    int64_t wall_us;
    char system_id[SMSC_SYSTEM_ID_SIZE];
    char password[17];
    bool any_system_id, any_password, plain, no_phones, no_receipts, quiet, stopping, settling;
    int64_t receipt_delay_us;
    int64_t response_timeout_us;
    uint32_t window;
    uint32_t rate;
    uint32_t reply_every, until_reply;
    struct quirks quirks;
    struct sim_number numbers[SIM_NUMBERS_MAX];
    size_t numbers_n;
    int64_t unbind_us; /* when all binds are unbound; INT64_MAX: never */
    struct bind *slots[SMSC_BINDS_MAX];
    size_t binds;
    uint64_t last_bind;
    struct customer *customers;
    size_t customer_count;
    uint64_t last_customer;
    struct customer *marked_customers;
    struct bind *marked_binds;
    struct lane delays[DELAY_COUNT];
    struct lane answers, late_answers; /* by the delay of all, by that of a receipt */
    size_t answers_waiting;
    uint64_t last_message_id;
    struct track *tracks;
    struct map *refusals; /* how often a message was refused, by its hash */
    struct buf receipt_text;
    struct arena *arena; /* of the submit in hand */
    struct buf line;
    uint8_t reply_reference;
};

/* smsc.c */
void smsc_turn(struct smsc *smsc); /* begins a turn: takes the time */
void smsc_settle(struct smsc *smsc);
void smsc_mark_bind(struct smsc *smsc, struct bind *bind);

/* login.c */
void login_request(struct bind *bind, const struct smpp_pdu *request);

/* customer.c */
/* The one with this system_id, born if need be; NULL when there are too many. */
struct customer *customer_take(struct smsc *smsc, struct str system_id);
/* A bind of it can receive, or does no longer. */
void customer_join_receivers(struct bind *bind);
void customer_leave_receivers(struct bind *bind);
void customer_mark(struct smsc *smsc, struct customer *customer);
void customer_free_all(struct smsc *smsc);

/* submit.c */
void submit_request(struct bind *bind, const struct smpp_pdu *request);
void submit_answers_due(struct smsc *smsc);
void submit_answers_drop(struct smsc *smsc);

/* receipt.c */
/* What the customer will be told of a message that was taken. */
void receipt_plan(struct bind *bind, const struct submit *s, uint64_t message_id,
                  const struct outcome *o);
enum err receipt_send(struct bind *bind, struct delivery *d) MUST_CHECK;

/* delivery.c */
/* NULL when the limit is met (counted). */
struct delivery *delivery_new(struct smsc *smsc, struct customer *customer);
void delivery_free(struct smsc *smsc, struct delivery *delivery);
/* Ready at once. */
void delivery_ready(struct smsc *smsc, struct delivery *delivery);
/* What is due in the lanes becomes ready. */
void delivery_due(struct smsc *smsc);
/* Sends what is ready as far as windows allow. */
void delivery_pump(struct smsc *smsc, struct customer *customer);
/* What receipts and answers have in common. */
void delivery_fill(struct smpp_submit_sm *body, const struct delivery *delivery);
void delivery_answered(struct bind *bind, struct delivery *delivery, enum smpp_outcome outcome,
                       const struct smpp_pdu *response);
/* All of a lane. */
void delivery_drop(struct smsc *smsc, struct lane *lane);

/* owned.c */
/* NULL: it is a phone's. */
const struct sim_number *owned_find(const struct smsc *smsc, struct str number);
/* To its customer, as a deliver_sm of the sender. */
void owned_deliver(struct smsc *smsc, const struct sim_number *owner, const struct submit *s);

/* reply.c */
/* The phone that got a message answers it by itself, behind its receipt. */
void reply_by_itself(struct smsc *smsc, struct customer *customer, const struct phone *phone,
                     const struct phone_message *message, enum outcome_reply what);
/* A phone that is not kept says OK. */
void reply_in_passing(struct smsc *smsc, struct customer *customer, struct str number,
                      struct str to);
/* The end of one of its deliveries, which must not use it any more. */
void reply_part_end(struct smsc *smsc, struct reply *reply);

#endif
