/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/accept: from a request to messages that are on disk. accept_prepare decides everything that
 * can be decided without the store (pure, on the asker's thread); the writer checks the purse,
 * gives ids and inserts.
 */
#ifndef NAVETTE_CORE_ACCEPT_H
#define NAVETTE_CORE_ACCEPT_H

#include "core/core.h"
#include "core/route.h"

enum { ACCEPT_RECIPIENTS_MAX = 1000, ACCEPT_TAG_MAX = 20, ACCEPT_REF_MAX = 64 };
enum { ACCEPT_VALIDITY_MIN = 2880 }; /* minutes: two days, unless the request says otherwise */

struct accept_request {
    const struct directory *directory; /* held by the asker until the job came back */
    const struct account *account;
    const struct api_user *user; /* NULL: none asked, the account pays by itself; by_… says */
    enum message_asker by_kind;  /* whether somebody else did */
    int64_t by_id;
    struct str by_name; /* of who answers a phone by hand, in a conversation that must be open; n 0:
                           nobody does */
    enum message_origin origin;
    const struct directory_carrier *via; /* NULL: the routes choose. Else the sender is the number
                                            that a phone has written to: it is not looked up */
    struct str sender;
    bool with_reply;        /* any number that the phone can answer to, instead of the sender */
    struct str *recipients; /* as written */
    size_t recipients_n;
    struct str text; /* UTF-8 as written */
    enum text_choice coding;
    int class;           /* 0 to 3; -1: none */
    bool no_stop;        /* not marketing */
    struct str tag;      /* n 0: none; at most ACCEPT_TAG_MAX characters */
    struct str ref;      /* n 0: none; at most ACCEPT_REF_MAX bytes */
    int64_t due_at_us;   /* 0: now */
    int64_t validity_us; /* 0: ACCEPT_VALIDITY_MIN */
};

/* What a message wants of the number that its phone can answer to. */
struct reply_wish {
    enum number_kind kind; /* NUMBER_NONE: it wants none */
    struct str country;    /* of a number of a pool */
    bool in_text;          /* the number does not become the sender */
    struct str text;       /* with XXXXX where it is to stand; n 0: nowhere */
    int64_t window_us;     /* replies are in time so long after the message; 0: always */
};

/* A text as a carrier will send it. */
struct accept_text {
    const struct directory_carrier *carrier; /* whose clause it carries, whose rules it follows */
    struct str clause;                       /* n 0: none */
    struct text_plan plan;
};

struct accept_job {
    /* err: ERR_NO_CREDIT, ERR_NO_QUOTA, ERR_BAD_DATE (a new ref, due in the past),
     * ERR_UNAUTHORIZED (the user went away meanwhile), ERR_NO_NUMBER (no recipient was left for
     * which a reply number is free), ERR_QUARANTINED (nor one that is in none), ERR_CLOSED (an
     * answer by hand whose conversation is over), or of the store */
    struct job job;
    struct message *messages; /* ids are set when it comes back */
    size_t messages_n;
    struct reply_wish *wishes; /* one a message; NULL: no number is wanted */
    struct str *invalid;       /* recipients left out, as written */
    enum err *invalid_why; /* of each: ERR_BAD_NUMBER, ERR_FORBIDDEN (two-way does not cover it),
                              ERR_NO_ROUTE, ERR_NO_NUMBER */
    size_t invalid_n;
    struct str *doubled; /* recipients that stood twice, as written */
    size_t doubled_n;
    size_t refused_n; /* result: of messages[messages_n …]: their recipients are in quarantine */
    bool deferred;    /* some of them wait for a later time */
    int64_t cost;     /* hundredths, all messages */
    struct accept_text first; /* of messages[0] */
    int64_t credits_left;     /* result: of the user's quota when it has one, else of the account */
    bool repeated;            /* result: this ref was answered before; only answer counts */
    struct str answer; /* result when repeated: what answer_of made then; see accept_answer */
    const struct accept_request *request;
    /* What is kept with the ref, made on the writer's thread; NULL: accept_answer reads it. */
    struct str (*answer_of)(const struct accept_job *job, struct arena *a);
    struct arena *arena; /* the asker's: answer is put there */
};

/*
 * Fills a job. *why->field is the name of the field at fault: "sender", "recipients", "tag", "due",
 * "class", "coding", "text", "ref". Recipients that are no valid numbers or have no route are left
 * out and listed; ERR_BAD_NUMBER (or ERR_NO_ROUTE) only when none is left. Everything lives in the
 * arena.
 */
enum err accept_prepare(struct accept_job *job, struct arena *a,
                        const struct accept_request *request, struct refusal *why) MUST_CHECK;
/* The text as it would leave while there is no recipient to know the carrier by: of the route for
 * numbers that no other route serves, or else any. As accept_prepare, of the text alone; *out is
 * weighed also where the account may not send it for its length. */
enum err accept_outline(struct accept_text *out, struct arena *a,
                        const struct accept_request *request, struct refusal *why) MUST_CHECK;
/* What the request asks of the routes, but for the recipient. */
struct route_ask accept_ask(const struct accept_request *r, int64_t at_us);
/* Posts it; letter.deliver is called at home. ERR_BUSY above the writer's limit: nothing posted. */
enum err accept_post(struct core *c, struct accept_job *job, struct mailbox *home,
                     void (*deliver)(struct letter *)) MUST_CHECK;

/* What a repeated ref gives back: was it deferred, the credits left then, the ids. */
enum err accept_answer(struct str answer, struct arena *a, bool *deferred, int64_t *credits_left,
                       int64_t **ids, size_t *n) MUST_CHECK;

/* Is it a sender as P3.1 allows: 3 to 11 of letters, digits, space, - . , & + _ and not digits
 * only; or a number of 3 to 15 digits, with or without +. ERR_BAD_SENDER. */
enum err sender_check(struct str name) MUST_CHECK;
bool sender_is_number(struct str name);

#endif
