/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/smsc_inside.h"

#include <stdlib.h>

struct customer *customer_take(struct smsc *smsc, struct str system_id)
{
    struct customer **idle = NULL;
    for (struct customer **link = &smsc->customers; *link; link = &(*link)->next) {
        struct customer *c = *link;
        if (str_eq(str_of(c->system_id), system_id))
            return c;
        if (c->binds == 0 && c->deliveries == 0 && !c->marked)
            idle = link;
    }
    if (smsc->customer_count == SMSC_CUSTOMERS_MAX) {
        if (!idle)
            return NULL;
        struct customer *gone = *idle;
        *idle = gone->next;
        free(gone);
        smsc->customer_count--;
    }
    struct customer *c = base_alloc(sizeof(*c));
    memcpy(c->system_id, system_id.p, system_id.n);
    c->number = ++smsc->last_customer;
    lane_init(&c->ready, 0);
    c->next = smsc->customers;
    smsc->customers = c;
    smsc->customer_count++;
    return c;
}

void customer_join_receivers(struct bind *bind)
{
    struct customer *c = bind->customer;
    if (c->receiver) {
        bind->next_receiver = c->receiver->next_receiver;
        c->receiver->next_receiver = bind;
    } else {
        bind->next_receiver = bind;
        c->receiver = bind;
    }
}

void customer_leave_receivers(struct bind *bind)
{
    if (!bind->next_receiver)
        return;
    struct bind *before = bind;
    while (before->next_receiver != bind)
        before = before->next_receiver;
    before->next_receiver = bind->next_receiver;
    if (bind->customer->receiver == bind)
        bind->customer->receiver = before == bind ? NULL : before;
    bind->next_receiver = NULL;
}

void customer_mark(struct smsc *smsc, struct customer *customer)
{
    if (customer->marked)
        return;
    customer->marked = true;
    customer->next_marked = smsc->marked_customers;
    smsc->marked_customers = customer;
}

void customer_free_all(struct smsc *smsc)
{
    for (struct customer *c = smsc->customers; c;) {
        struct customer *next = c->next;
        delivery_drop(smsc, &c->ready);
        free(c);
        c = next;
    }
}
