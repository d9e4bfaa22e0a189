/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/smsc_inside.h"

#include <stdlib.h>

/* The parts' bytes, with their headers, ready for short_message. */
static struct reply *reply_new(struct smsc *smsc, const struct alphabet_parts *parts)
{
    struct reply *reply = base_alloc(sizeof(*reply) + parts->n * sizeof(reply->parts[0]));
    reply->data_coding = parts->data_coding;
    reply->parts_n = parts->n;
    uint8_t reference = parts->n > 1 ? smsc->reply_reference++ : 0;
    for (size_t i = 0; i < parts->n; i++) {
        struct reply_part *part = &reply->parts[i];
        if (parts->n > 1) {
            udh_write_concat8(part->bytes, reference, (uint8_t)parts->n, (uint8_t)(i + 1));
            part->n = UDH_CONCAT8_SIZE;
        }
        memcpy(part->bytes + part->n, parts->items[i].p, parts->items[i].n);
        part->n = (uint8_t)(part->n + parts->items[i].n);
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

struct words { /* what a phone says */
    struct str number, to, utf8;
    bool unicode;
    size_t first; /* the part that goes first */
};

static enum err reply_send(struct smsc *smsc, struct customer *customer, const struct words *words,
                           struct lane *lane, struct phone **phone, struct phone_message **message)
{
    struct alphabet_parts parts;
    struct reply *reply;
    struct arena *arena = arena_new();
    enum err err =
        alphabet_split(&parts, arena, words->utf8,
                       (enum quirk_default_alphabet)smsc->quirks.default_alphabet, words->unicode);
    if (!err && smsc->parts.stats->waiting + parts.n > SMSC_DELIVERIES_MAX)
        err = ERR_BUSY;
    if (!err)
        reply = reply_new(smsc, &parts);
    arena_free(arena);
    if (err)
        return err;
    *message = phones_write(smsc->parts.phones, words->number, words->to, words->utf8,
                            (uint8_t)reply->parts_n, smsc->wall_us, phone);
    (*message)->customer = customer->number;
    reply->message = (*message)->id;
    memcpy(reply->number, (*phone)->number, sizeof(reply->number));
    smsc->calls.on_message(smsc->ctx, *phone, *message);
    add_deliveries(smsc, customer, reply, *phone, words->to, words->first, lane);
    return OK;
}

void reply_by_itself(struct smsc *smsc, struct customer *customer, const struct phone *phone,
                     const struct phone_message *message, enum outcome_reply what)
{
    /* Copies: what is said may push what was heard off the phone. */
    struct arena *arena = arena_new();
    struct words words = {
        .number = arena_str(arena, (struct str){phone->number, phone->number_n}),
        .to = arena_str(arena, str_of(message->peer)),
        .utf8 = what == REPLY_ECHO ? phone_message_text(message, arena)
                                   : str_of(outcome_reply_text(what)),
        .unicode = what == REPLY_ECHO,
        .first = what == REPLY_LONG ? 2 : 0,
    };
    struct phone *same_phone;
    struct phone_message *answer;
    if (reply_send(smsc, customer, &words, &smsc->delays[DELAY_NORMAL], &same_phone, &answer))
        smsc->parts.stats->dropped++;
    arena_free(arena);
}

void reply_in_passing(struct smsc *smsc, struct customer *customer, struct str number,
                      struct str to)
{
    struct alphabet_parts parts;
    struct phone phone = {0};
    struct arena *arena = arena_new();
    enum err err = str_copy(phone.number, sizeof(phone.number), number);
    phone.number_n = number.n;
    if (!err && to.n < PHONE_ADDRESS_SIZE)
        err = alphabet_split(&parts, arena, str_of(outcome_reply_text(REPLY_OK)),
                             (enum quirk_default_alphabet)smsc->quirks.default_alphabet, false);
    else
        err = ERR_TOO_LONG;
    if (err)
        smsc->parts.stats->dropped++;
    else
        add_deliveries(smsc, customer, reply_new(smsc, &parts), &phone, to, 0,
                       &smsc->delays[DELAY_NORMAL]);
    arena_free(arena);
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
    struct words words = {.number = number, .to = to, .utf8 = utf8};
    enum err err = customer ? reply_send(smsc, customer, &words, NULL, phone, message) : ERR_CLOSED;
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
