/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/thread: what the files of the chat share: how a thread and its lines look, and whether its
 * phone can be answered. Threads: any that holds the view and the directory.
 */
#ifndef NAVETTE_API_THREAD_H
#define NAVETTE_API_THREAD_H

#include "api/resource.h"
#include "store/conversation.h"
#include "store/incoming.h"
#include "store/message.h"
#include "store/thread.h"

/* A thread as it is asked about. */
struct thread_state {
    struct thread row;
    struct conversation conversation; /* the latest; id 0: none */
    const struct account *account;
    const struct directory_carrier *carrier; /* of the conversation */
    bool quarantined;
    const char *why_not; /* it cannot be answered; NULL: it can */
};

/* The thread of a phone; one that has no row is empty. The directory is held by the caller. */
enum err thread_read(struct thread_state *out, struct store_view *view, const struct directory *d,
                     const struct account *a, uint64_t phone) MUST_CHECK;
/* What its messages come from; n 0: no number. */
struct str thread_sender(const struct thread_state *t);

/* *out NULL: the line is gone. */
enum err thread_json(json_t **out, struct store_view *view, const struct thread *t) MUST_CHECK;
enum err thread_line_json(json_t **out, struct store_view *view, const struct directory *d,
                          struct thread_line line) MUST_CHECK;

/* Reads the phone of the path; answers 404 when it is none. */
bool thread_phone(uint64_t *phone, struct http_request *request, struct str segment);

#endif
