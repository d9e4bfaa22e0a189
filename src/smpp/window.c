/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/window.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>

void smpp_window_init(struct smpp_window *w, uint32_t limit)
{
    assert(limit > 0 && limit <= SMPP_SEQUENCE_MAX / 4);
    *w = (struct smpp_window){.limit = limit, .next_sequence = 1};
}

void smpp_window_free(struct smpp_window *w)
{
    free(w->slots);
}

uint32_t smpp_window_sequence(struct smpp_window *w)
{
    uint32_t sequence;
    do {
        sequence = w->next_sequence;
        w->next_sequence = sequence == SMPP_SEQUENCE_MAX ? 1 : sequence + 1;
    } while (w->slots && w->slots[sequence & w->mask].sequence);
    return sequence;
}

static void slots_new(struct smpp_window *w)
{
    uint32_t n = 2;
    while (n < 2 * w->limit)
        n *= 2;
    w->slots = base_alloc(n * sizeof(struct smpp_slot));
    w->mask = n - 1;
}

void smpp_window_open(struct smpp_window *w, struct smpp_slot request)
{
    assert(w->used < w->limit);
    if (!w->slots)
        slots_new(w);
    struct smpp_slot *slot = &w->slots[request.sequence & w->mask];
    assert(!slot->sequence);
    *slot = request;
    slot->older = w->newest;
    slot->newer = NULL;
    *(w->newest ? &w->newest->newer : &w->oldest) = slot;
    w->newest = slot;
    w->used++;
}

struct smpp_slot *smpp_window_find(const struct smpp_window *w, uint32_t sequence)
{
    if (!w->slots || !sequence)
        return NULL;
    struct smpp_slot *slot = &w->slots[sequence & w->mask];
    return slot->sequence == sequence ? slot : NULL;
}

void smpp_window_close(struct smpp_window *w, struct smpp_slot *slot)
{
    *(slot->older ? &slot->older->newer : &w->oldest) = slot->newer;
    *(slot->newer ? &slot->newer->older : &w->newest) = slot->older;
    *slot = (struct smpp_slot){0};
    w->used--;
}
