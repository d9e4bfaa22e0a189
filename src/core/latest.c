/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a phone heard last: what the index knows, and what it does not know yet. */
#include "base/secret.h"
#include "core/core_base.h"
#include "store/sweep.h"

struct heard {
    int64_t carrier_id;
    uint64_t phone;
    struct str number;
};

/* The newest message to a phone through a carrier, from `sender` or, when that is empty, any. */
static uint64_t latest_key(uint64_t recipient, int64_t carrier_id, struct str sender)
{
    uint64_t key = recipient * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)carrier_id;
    return sender.n ? key ^ secret_hash(sender) : key;
}

void latest_note(struct core *c, const struct message *m)
{
    if (m->state == MESSAGE_SCHEDULED) /* the index knows it long before it leaves */
        return;
    map_put(c->latest, latest_key(m->recipient, m->carrier_id, m->sender), (uint64_t)m->id);
    map_put(c->latest, latest_key(m->recipient, m->carrier_id, STR("")), (uint64_t)m->id);
}

static void note(void *ctx, const struct message *m)
{
    latest_note(ctx, m);
}

enum err latest_load(struct core *c, struct store_view *view)
{
    return store_message_unindexed(view, note, c);
}

/* ERR_NOT_FOUND also for one that has not left. */
static enum err find_latest(struct message *out, struct core *c, struct store_view *view,
                            const struct heard *h, struct str sender)
{
    uint64_t id;
    if (!map_get(c->latest, latest_key(h->phone, h->carrier_id, sender), &id))
        return ERR_NOT_FOUND;
    struct message m;
    enum err e = store_message_get(&m, view, (int64_t)id);
    if (!e && !m.sent_at_us && m.state != MESSAGE_SENDING)
        return ERR_NOT_FOUND;
    if (!e)
        *out = m;
    return e;
}

/* The newest of all that the index does not know yet; memory knows those of this node. */
static enum err find_young(struct message *out, struct core *c, struct store_view *view,
                           const struct heard *h)
{
    return db_shared(view->db)
               ? store_message_latest_unindexed(out, view, h->phone, h->carrier_id, h->number)
               : find_latest(out, c, view, h, STR(""));
}

enum err latest_question(struct message *out, struct core *c, struct store_view *view,
                         int64_t carrier_id, uint64_t phone, struct str number)
{
    struct message indexed;
    const struct heard heard = {.carrier_id = carrier_id, .phone = phone, .number = number};
    const struct heard *h = &heard;
    if (!h->phone)
        return ERR_NOT_FOUND;
    enum err e = find_latest(out, c, view, h, h->number);
    if (e != ERR_NOT_FOUND)
        return e;
    enum err found = store_message_latest_to(&indexed, view, h->phone, h->carrier_id, h->number);
    if (found && found != ERR_NOT_FOUND)
        return found;
    if (found || !str_eq(indexed.sender, h->number))
        e = find_young(out, c, view, h);
    if (e == ERR_NOT_FOUND && !found) {
        *out = indexed;
        e = OK;
    }
    return e;
}
