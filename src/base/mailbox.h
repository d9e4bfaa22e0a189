/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/mailbox: how threads talk. A letter is posted by anybody and delivered on the thread that
 * owns the mailbox; who holds a letter owns it and what it carries.
 *
 * Mutex, list, eventfd; the owner is woken only when the box was empty. Letters keep their order.
 * Threads: mailbox_post from any; mailbox_deliver and mailbox_take from the owner only.
 */
#ifndef NAVETTE_BASE_MAILBOX_H
#define NAVETTE_BASE_MAILBOX_H

#include <stddef.h>

struct letter {
    struct letter *next;
    /* Runs on the owner's thread, which gives the letter up with this call. */
    void (*deliver)(struct letter *letter);
};

struct letters { /* a plain list, oldest first */
    struct letter *first;
    struct letter **last;
};

void letters_init(struct letters *list);
void letters_add(struct letters *list, struct letter *letter);

struct mailbox;

struct mailbox *mailbox_new(void);
/* Letters still inside are not delivered: their owners free what they track. */
void mailbox_free(struct mailbox *box);

void mailbox_post(struct mailbox *box, struct letter *letter);
/* All of a list under one lock and at most one wake-up; the list is empty afterwards. */
void mailbox_post_all(struct mailbox *box, struct letters *list);

/* Readable while letters wait: for a poll loop. */
int mailbox_fd(const struct mailbox *box);
/* Delivers what is there now, at most `limit` letters; the number delivered. */
size_t mailbox_deliver(struct mailbox *box, size_t limit);
/* The same letters as a list, not delivered: for an owner that works on many at once. */
struct letter *mailbox_take(struct mailbox *box, size_t limit);

#endif
