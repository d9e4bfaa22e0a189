/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/queue.h"

static void count(struct queue *q, int change)
{
    q->n += (uint32_t)change;
    if (q->sum)
        *q->sum += (uint32_t)change;
}

static void add_behind(struct queue *q, struct sending *m, struct sending *older)
{
    m->older = older;
    m->newer = older ? older->newer : q->oldest;
    *(m->older ? &m->older->newer : &q->oldest) = m;
    *(m->newer ? &m->newer->older : &q->newest) = m;
    m->in = q;
    count(q, 1);
}

void queue_remove(struct sending *m)
{
    struct queue *q = m->in;
    if (!q)
        return;
    *(m->older ? &m->older->newer : &q->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &q->newest) = m->older;
    if (q->put_back == m)
        q->put_back = NULL;
    m->in = NULL;
    count(q, -1);
}

/* What arrives goes to the end. Answers come in the order of the submits, so what comes back has
 * its place mostly right behind the last that did. */
void queue_put(struct queue *q, struct sending *m)
{
    if (m->in)
        return;
    if (!q->newest || q->newest->rank < m->rank) {
        add_behind(q, m, q->newest);
        return;
    }
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
