/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/smsc_inside.h"
#include "text/text.h"

#include <stdlib.h>

enum { CONCAT_MAX = 255 };

/* The parts' bytes, with their headers, ready for short_message. */
static struct reply *reply_new(struct smsc *smsc, struct arena *arena, struct str utf8,
                               enum text_encoding encoding)
{
    struct text_parts parts;
    if (text_split(&parts, arena, utf8, encoding) != OK)
        return NULL;
    struct reply *reply = base_alloc(sizeof(*reply) + parts.n * sizeof(reply->parts[0]));
    reply->data_coding = encoding == TEXT_UCS2 ? SMPP_CODING_UCS2 : SMPP_CODING_DEFAULT;
    reply->parts_n = parts.n;
    uint8_t reference = parts.n > 1 ? smsc->reply_reference++ : 0;
    for (size_t i = 0; i < parts.n; i++) {
        struct reply_part *part = &reply->parts[i];
        if (parts.n > 1) {
            udh_write_concat8(part->bytes, reference, (uint8_t)parts.n, parts.items[i].number);
            part->n = UDH_CONCAT8_SIZE;
        }
        memcpy(part->bytes + part->n, parts.items[i].bytes.p, parts.items[i].bytes.n);
        part->n = (uint8_t)(part->n + parts.items[i].bytes.n);
    }
    return reply;
}

static bool is_number(struct str s)
{
    for (size_t i = str_starts(s, STR("+")) ? 1 : 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* One delivery a part, from part `first` on and round; ready at once when lane is NULL. */
static void add_deliveries(struct smsc *smsc, struct customer *customer, struct reply *reply,
                           const struct phone *phone, struct str to, size_t first,
                           struct lane *lane)
{
    reply->left = 1; /* held until all are made */
    for (size_t i = 0; i < reply->parts_n; i++) {
        struct delivery *d = delivery_new(smsc, customer);
        if (!d)
            break;
        d->reply = reply;
        reply->left++;
        d->part = (uint8_t)((first + i) % reply->parts_n);
        d->esm_class = reply->parts_n > 1 ? SMPP_ESM_UDHI : 0;
        d->source_ton = SMPP_TON_INTERNATIONAL;
        d->source_npi = SMPP_NPI_ISDN;
        d->dest_ton = is_number(to) ? 0 : SMPP_TON_ALPHANUMERIC;
        d->dest_npi = is_number(to) ? SMPP_NPI_ISDN : 0;
        memcpy(d->source, phone->number, phone->number_n);
        memcpy(d->destination, to.p, to.n);
        if (lane)
            lane_add(lane, &d->item, smsc->mono_us);
        else
            delivery_ready(smsc, d);
    }
    reply_part_end(smsc, reply);
}

static enum err reply_send(struct smsc *smsc, struct customer *customer, struct str number,
                           struct str to, struct str utf8, size_t first, struct lane *lane,
                           struct phone **phone, struct phone_message **message)
{
    struct text_weight weight;
    enum err err = text_weigh(&weight, utf8, TEXT_CHOOSE, NULL);
    if (err)
        return err;
    if (weight.parts == 0)
        return ERR_MISSING;
    if (smsc->parts.stats->waiting + weight.parts > SMSC_DELIVERIES_MAX)
        return ERR_BUSY;
    struct arena *arena = arena_new();
    struct reply *reply = reply_new(smsc, arena, utf8, weight.encoding);
    arena_free(arena);
    if (!reply)
        return ERR_INTERNAL;
    *message = phones_write(smsc->parts.phones, number, to, utf8, (uint8_t)weight.parts,
                            smsc->wall_us, phone);
    (*message)->customer = customer->number;
    reply->message = (*message)->id;
    memcpy(reply->number, (*phone)->number, sizeof(reply->number));
    smsc->calls.on_message(smsc->ctx, *phone, *message);
    add_deliveries(smsc, customer, reply, *phone, to, first, lane);
    return OK;
}

void reply_by_itself(struct smsc *smsc, struct customer *customer, const struct phone *phone,
                     const struct phone_message *message, enum outcome_reply what)
{
    char number[PHONE_ADDRESS_SIZE];
    char to[PHONE_ADDRESS_SIZE];
    memcpy(number, phone->number, sizeof(number));
    memcpy(to, message->peer, sizeof(to));
    struct phone *same_phone;
    struct phone_message *answer;
    enum err err =
        reply_send(smsc, customer, str_of(number), str_of(to), str_of(outcome_reply_text(what)),
                   what == REPLY_LONG ? 2 : 0, &smsc->delays[DELAY_NORMAL], &same_phone, &answer);
    if (err)
        smsc->parts.stats->dropped++;
}

/* Whom a phone's words to `to` are for: who wrote to it from there last, else anybody. */
static struct customer *find_customer(struct smsc *smsc, struct str number, struct str to)
{
    struct phone *phone = phones_find(smsc->parts.phones, number);
    uint64_t wanted = 0;
    for (struct phone_message *m = phone ? phone->newest : NULL; m && !wanted; m = m->older)
        if (m->state == PHONE_RECEIVED && str_eq(str_of(m->peer), to))
            wanted = m->customer;
    struct customer *any = NULL;
    for (struct customer *c = smsc->customers; c; c = c->next) {
        if (!c->receiver)
            continue;
        if (c->number == wanted)
            return c;
        any = c;
    }
    return any;
}

enum err smsc_reply(struct smsc *smsc, struct str number, struct str to, struct str utf8,
                    struct phone **phone, struct phone_message **message)
{
    smsc_turn(smsc);
    struct customer *customer = find_customer(smsc, number, to);
    enum err err = customer ? reply_send(smsc, customer, number, to, utf8, 0, NULL, phone, message)
                            : ERR_CLOSED;
    smsc_settle(smsc);
    return err;
}

void reply_part_end(struct smsc *smsc, struct reply *reply)
{
    if (--reply->left > 0)
        return;
    struct phone *phone = phones_find(smsc->parts.phones, str_of(reply->number));
    struct phone_message *m = phone ? phone_message_find(phone, reply->message) : NULL;
    if (m) {
        m->state = PHONE_TAKEN;
        smsc->calls.on_message(smsc->ctx, phone, m);
    }
    free(reply);
}
