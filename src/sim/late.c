/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/late.h"

#include <stdlib.h>

struct late {
    struct late_words *first; /* by their time */
    size_t count;
};

struct late *late_new(void)
{
    return base_alloc(sizeof(struct late));
}

void late_free(struct late *late)
{
    if (!late)
        return;
    for (struct late_words *w = late->first; w;) {
        struct late_words *next = w->next;
        free(w);
        w = next;
    }
    free(late);
}

static struct str copy(char **room, struct str s)
{
    struct str out = {*room, s.n};
    if (s.n)
        memcpy(*room, s.p, s.n);
    *room += s.n;
    return out;
}

enum err late_add(struct late *late, int64_t due_us, struct str number, struct str to,
                  struct str text)
{
    if (late->count == LATE_WORDS)
        return ERR_LIMIT;
    struct late_words *w = base_alloc(sizeof(*w) + number.n + to.n + text.n);
    char *room = (char *)(w + 1);
    w->due_us = due_us;
    w->number = copy(&room, number);
    w->to = copy(&room, to);
    w->text = copy(&room, text);
    struct late_words **link = &late->first;
    while (*link && (*link)->due_us <= due_us)
        link = &(*link)->next;
    w->next = *link;
    *link = w;
    late->count++;
    return OK;
}

struct late_words *late_take(struct late *late, int64_t now_us)
{
    struct late_words *w = late->first;
    if (!w || w->due_us > now_us)
        return NULL;
    late->first = w->next;
    late->count--;
    return w;
}

size_t late_count(const struct late *late)
{
    return late->count;
}
