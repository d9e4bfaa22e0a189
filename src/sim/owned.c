/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that belong to a customer: what others send to them reaches it, as another network's. */
#include "sim/smsc_inside.h"

#include <stdlib.h>

bool sim_number_read(struct sim_number *out, struct str text)
{
    size_t equals = str_find(text, '=');
    struct str number = str_sub(text, 0, equals);
    if (str_starts(number, STR("+")))
        number = str_sub(number, 1, number.n);
    for (size_t i = 0; i < number.n; i++)
        if (number.p[i] < '0' || number.p[i] > '9')
            return false;
    return equals + 1 < text.n && number.n > 0 &&
           !str_copy(out->number, sizeof(out->number), number) &&
           !str_copy(out->system_id, sizeof(out->system_id), str_sub(text, equals + 1, text.n));
}

const struct sim_number *owned_find(const struct smsc *smsc, struct str number)
{
    if (str_starts(number, STR("+")))
        number = str_sub(number, 1, number.n);
    for (size_t i = 0; i < smsc->numbers_n; i++)
        if (str_eq(str_of(smsc->numbers[i].number), number))
            return &smsc->numbers[i];
    return NULL;
}

/* The very bytes, in a reply of one part that belongs to no phone. */
static struct reply *reply_of(const struct submit *s, struct str bytes)
{
    struct reply *reply = base_alloc(sizeof(*reply) + sizeof(reply->parts[0]));
    reply->data_coding = s->data_coding;
    reply->parts_n = 1;
    reply->parts[0].n = (uint8_t)bytes.n;
    memcpy(reply->parts[0].bytes, bytes.p, bytes.n);
    return reply;
}

void owned_deliver(struct smsc *smsc, const struct sim_number *owner, const struct submit *s)
{
    struct str bytes = smpp_user_data(s->request);
    bool header = bytes.n > s->text.n;
    struct customer *customer = customer_take(smsc, str_of(owner->system_id));
    /* A part that is told by TLVs, or more than a deliver_sm takes here, does not get through. */
    bool fits = bytes.n > 0 && bytes.n <= sizeof(((struct reply_part *)NULL)->bytes) &&
                (header || s->concat.total == 0);
    struct delivery *d = customer && fits ? delivery_new(smsc, customer) : NULL;
    if (!d) {
        smsc->parts.stats->dropped += !(customer && fits); /* delivery_new counts its own */
        return;
    }
    d->reply = reply_of(s, bytes);
    d->reply->left = 1;
    d->esm_class = header ? SMPP_ESM_UDHI : 0;
    d->source_ton = s->source_ton;
    d->source_npi = s->source_npi;
    d->dest_ton = s->dest_ton;
    d->dest_npi = s->dest_npi;
    memcpy(d->source, s->sender.p, s->sender.n);
    memcpy(d->destination, s->recipient.p, s->recipient.n);
    delivery_ready(smsc, d);
}
