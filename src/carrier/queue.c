/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/queue.h"

static void add_behind(struct queue *q, struct sending *m, struct sending *older)
{
    m->older = older;
    m->newer = older ? older->newer : q->oldest;
    *(m->older ? &m->older->newer : &q->oldest) = m;
    *(m->newer ? &m->newer->older : &q->newest) = m;
    m->queued = true;
}

void queue_add(struct queue *q, struct sending *m)
{
    m->rank = q->next_rank++;
    add_behind(q, m, q->newest);
}

void queue_remove(struct queue *q, struct sending *m)
{
    if (!m->queued)
        return;
    *(m->older ? &m->older->newer : &q->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &q->newest) = m->older;
    m->queued = false;
    if (q->put_back == m)
        q->put_back = NULL;
}

/* Answers come in the order of the submits, so the place is mostly right behind the last one. */
void queue_put_back(struct queue *q, struct sending *m)
{
    if (m->queued)
        return;
    bool behind = q->put_back && q->put_back->rank < m->rank;
    struct sending *older = behind ? q->put_back : NULL;
    struct sending *newer = behind ? q->put_back->newer : q->oldest;
    while (newer && newer->rank < m->rank) {
        older = newer;
        newer = newer->newer;
    }
    add_behind(q, m, older);
    q->put_back = m;
}

void sending_add(struct sending *m, uint32_t part)
{
    m->todo[(part - 1) / 8] |= (uint8_t)(1u << (part - 1) % 8);
    m->todo_n++;
}

void sending_remove(struct sending *m, uint32_t part)
{
    m->todo[(part - 1) / 8] &= (uint8_t) ~(1u << (part - 1) % 8);
    m->todo_n--;
}

uint32_t sending_first(const struct sending *m)
{
    uint32_t byte = 0;
    while (!m->todo[byte])
        byte++;
    return byte * 8 + (uint32_t)__builtin_ctz(m->todo[byte]) + 1;
}
