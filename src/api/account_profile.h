/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/account_profile: whose an account is: shown with it, and where senders are suggested from.
 * Threads: the http loop's; the rest pure.
 */
#ifndef NAVETTE_API_ACCOUNT_PROFILE_H
#define NAVETTE_API_ACCOUNT_PROFILE_H

#include "api/fields.h"
#include "store/account.h"

struct profile_change {
    struct account_profile profile;
    bool has_company, has_first_name, has_last_name, has_domains, has_email, has_phone;
};

void profile_read(struct fields *f, struct profile_change *c);
void profile_apply(struct account_profile *p, const struct profile_change *c);
/* Adds the members to an account's. */
void profile_add(json_t *account, const struct account_profile *p);

#endif
