/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/smsc_inside.h"

#include <stdlib.h>

/* A refused delivery comes again every second, later every half minute. */
enum { SOON_ATTEMPTS = 10 };

struct delivery *delivery_new(struct smsc *smsc, struct customer *customer)
{
    if (smsc->parts.stats->waiting >= SMSC_DELIVERIES_MAX) {
        smsc->parts.stats->dropped++;
        return NULL;
    }
    struct delivery *d = base_alloc(sizeof(*d));
    d->customer = customer;
    customer->deliveries++;
    smsc->parts.stats->waiting++;
    return d;
}

void delivery_free(struct smsc *smsc, struct delivery *delivery)
{
    if (delivery->reply)
        reply_part_end(smsc, delivery->reply);
    delivery->customer->deliveries--;
    smsc->parts.stats->waiting--;
    free(delivery);
}

void delivery_ready(struct smsc *smsc, struct delivery *delivery)
{
    lane_add(&delivery->customer->ready, &delivery->item, 0);
    customer_mark(smsc, delivery->customer);
}

void delivery_due(struct smsc *smsc)
{
    for (size_t i = 0; i < DELAY_COUNT; i++) {
        struct lane_item *item;
        while ((item = lane_take(&smsc->delays[i], smsc->mono_us)))
            delivery_ready(smsc, (struct delivery *)item);
    }
}

void delivery_drop(struct smsc *smsc, struct lane *lane)
{
    struct lane_item *item;
    while ((item = lane_take(lane, INT64_MAX)))
        delivery_free(smsc, (struct delivery *)item);
}

/* The next bind of the ring that has room, or NULL. */
static struct bind *next_receiver(struct customer *customer)
{
    struct bind *last = customer->receiver;
    for (struct bind *b = last; b;) {
        b = b->next_receiver;
        if (!b->blocked && smpp_session_window_free(b->session) > 0) {
            customer->receiver = b;
            return b;
        }
        if (b == last)
            break;
    }
    return NULL;
}

void delivery_fill(struct smpp_submit_sm *body, const struct delivery *delivery)
{
    body->source_addr_ton = delivery->source_ton;
    body->source_addr_npi = delivery->source_npi;
    body->source_addr = str_of(delivery->source);
    body->dest_addr_ton = delivery->dest_ton;
    body->dest_addr_npi = delivery->dest_npi;
    body->destination_addr = str_of(delivery->destination);
    body->esm_class = delivery->esm_class;
}

static enum err send_delivery(struct bind *bind, struct delivery *d)
{
    if (!d->reply)
        return receipt_send(bind, d);
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM, .has_body = true};
    struct smpp_deliver_sm *body = &pdu.body.deliver_sm;
    delivery_fill(body, d);
    const struct reply_part *part = &d->reply->parts[d->part];
    body->data_coding = d->reply->data_coding;
    body->short_message = (struct str){(const char *)part->bytes, part->n};
    return smpp_session_request(bind->session, &pdu, d, bind->smsc->mono_us);
}

void delivery_pump(struct smsc *smsc, struct customer *customer)
{
    while (customer->ready.first) {
        struct bind *bind = next_receiver(customer);
        if (!bind)
            return;
        struct delivery *d = (struct delivery *)lane_take(&customer->ready, INT64_MAX);
        if (send_delivery(bind, d) != OK) {
            lane_add(&smsc->delays[DELAY_RETRY_SOON], &d->item, smsc->mono_us);
            return;
        }
    }
}

void delivery_answered(struct bind *bind, struct delivery *delivery, enum smpp_outcome outcome,
                       const struct smpp_pdu *response)
{
    struct smsc *smsc = bind->smsc;
    struct sim_stats *stats = smsc->parts.stats;
    customer_mark(smsc, delivery->customer); /* the window has room again */
    if (outcome == SMPP_ANSWERED && response->status == ESME_ROK) {
        if (delivery->reply)
            stats->replies++;
        else
            stats->receipts++;
        delivery_free(smsc, delivery);
        return;
    }
    stats->retries++;
    if (outcome == SMPP_ABANDONED) {
        lane_add_first(&delivery->customer->ready, &delivery->item);
        return;
    }
    if (delivery->attempts < SOON_ATTEMPTS)
        delivery->attempts++;
    enum delay delay = delivery->attempts < SOON_ATTEMPTS ? DELAY_RETRY_SOON : DELAY_RETRY_LATER;
    lane_add(&smsc->delays[delay], &delivery->item, smsc->mono_us);
}
