/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mailbox.h"

#include "base/arena.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    struct letters waiting;
    int fd;
};

void letters_init(struct letters *list)
{
    list->first = NULL;
    list->last = &list->first;
}

void letters_add(struct letters *list, struct letter *letter)
{
    letter->next = NULL;
    *list->last = letter;
    list->last = &letter->next;
}

struct mailbox *mailbox_new(void)
{
    struct mailbox *box = base_alloc(sizeof(*box));
    pthread_mutex_init(&box->lock, NULL);
    letters_init(&box->waiting);
    box->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (box->fd < 0)
        base_out_of_memory();
    return box;
}

void mailbox_free(struct mailbox *box)
{
    if (!box)
        return;
    close(box->fd);
    pthread_mutex_destroy(&box->lock);
    free(box);
}

static void wake(struct mailbox *box)
{
    uint64_t one = 1;
    ssize_t ignored = write(box->fd, &one, sizeof(one)); /* full means it is awake already */
    (void)ignored;
}

void mailbox_post(struct mailbox *box, struct letter *letter)
{
    struct letters one;
    letters_init(&one);
    letters_add(&one, letter);
    mailbox_post_all(box, &one);
}

void mailbox_post_all(struct mailbox *box, struct letters *list)
{
    if (!list->first)
        return;
    pthread_mutex_lock(&box->lock);
    bool was_empty = box->waiting.first == NULL;
    *box->waiting.last = list->first;
    box->waiting.last = list->last;
    pthread_mutex_unlock(&box->lock);
    letters_init(list);
    if (was_empty)
        wake(box);
}

int mailbox_fd(const struct mailbox *box)
{
    return box->fd;
}

struct letter *mailbox_take(struct mailbox *box, size_t limit)
{
    uint64_t drained;
    ssize_t ignored = read(box->fd, &drained, sizeof(drained));
    (void)ignored;
    pthread_mutex_lock(&box->lock);
    struct letter *first = box->waiting.first;
    struct letter **end = &box->waiting.first;
    for (size_t i = 0; i < limit && *end; i++)
        end = &(*end)->next;
    struct letter *rest = *end;
    *end = NULL;
    if (rest)
        box->waiting.first = rest;
    else
        letters_init(&box->waiting);
    pthread_mutex_unlock(&box->lock);
    if (rest)
        wake(box);
    return first;
}

size_t mailbox_deliver(struct mailbox *box, size_t limit)
{
    size_t n = 0;
    struct letter *letter = mailbox_take(box, limit);
    while (letter) {
        struct letter *next = letter->next;
        letter->deliver(letter);
        letter = next;
        n++;
    }
    return n;
}
