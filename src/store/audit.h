/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/audit: who changed what, and from where; written in the commit of the change itself, never
 * changed afterwards. Secrets never stand in it.
 */
#ifndef NAVETTE_STORE_AUDIT_H
#define NAVETTE_STORE_AUDIT_H

#include "store/store.h"

/* The numbers stand in the database. */
enum audit_kind { AUDIT_MEMBER = 1, AUDIT_KEY, AUDIT_COMMAND_LINE, AUDIT_SERVER };

/* "member", "key", "command_line", "server". */
const char *audit_kind_name(enum audit_kind kind);

struct audit {
    int64_t id;
    int64_t at_us;
    enum audit_kind kind;
    struct str who;     /* e-mail, name of the key, "command line" */
    int64_t account_id; /* 0: the platform's */
    struct str account; /* when it is written: its name, where account_id is 0; n 0: none */
    struct str what;    /* "carrier_set" */
    struct str subject; /* which one */
    struct str changes; /* {"field":[before,after]}, JSON; n 0: none told */
    struct str from_address;
};

enum err store_audit_insert(struct store_tx *tx, const struct audit *a) MUST_CHECK;

struct audit_filter {
    int64_t account_id; /* 0: all */
    struct str who;     /* n 0: anybody's; the same of what */
    struct str what;
    int64_t since_us, until_us; /* 0: any */
    int64_t past_id;            /* goes on behind it; 0: from the end */
    bool oldest_first;
    size_t limit;
};
enum err store_audit_list(struct audit **out, size_t *n, struct store_view *view,
                          const struct audit_filter *filter) MUST_CHECK;

#endif
