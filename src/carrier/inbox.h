/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/inbox: what a carrier sends us: receipts and incoming messages, to the writer.
 *
 * Law 1: each is answered only when its job came back. What waits for its commit is bounded, in
 * requests and in the bytes of incoming messages: at INBOX_BUSY the reader should pause, at
 * INBOX_FULL a request is put off with a temporary error.
 * Threads: the carrier's.
 */
#ifndef NAVETTE_CARRIER_INBOX_H
#define NAVETTE_CARRIER_INBOX_H

#include "base/mailbox.h"
#include "core/outbox.h"
#include "core/receipt_rules.h"
#include "smpp/pdu.h"

enum {
    INBOX_BUSY = 2000,
    INBOX_FULL = 4000,
    INBOX_BUSY_BYTES = 4 * 1024 * 1024,
    INBOX_FULL_BYTES = 8 * 1024 * 1024,
};

/* A request to be answered. `session` tells the one it came with from later ones of the bind. */
struct inbox_origin {
    void *bind;
    uint64_t session;
    uint32_t command;
    uint32_t sequence;
};

struct inbox_calls {
    void (*post)(void *ctx, struct job *job);
    void (*respond)(void *ctx, const struct inbox_origin *origin, uint32_t status);
};

struct inbox_settings {
    struct receipt_rules *rules; /* the inbox becomes its owner; without any no receipt is taken */
    enum unknown_receipt unknown;
    enum text_alphabet alphabet; /* these three: as in struct incoming_job */
    int64_t wait_us;
    bool keep_text;
};

struct inbox;

struct inbox *inbox_new(int64_t carrier_id, struct mailbox *home, const struct inbox_calls *calls,
                        void *ctx);
/* Before the first request, and whenever they change. */
void inbox_configure(struct inbox *box, const struct inbox_settings *settings);
/* Jobs at the writer must have come back, or never will. */
void inbox_free(struct inbox *box);
/* For log lines; outlives its use. */
void inbox_set_label(struct inbox *box, const char *label);
/* A deliver_sm or data_sm; others are not for us. */
void inbox_request(struct inbox *box, const struct smpp_pdu *request,
                   const struct inbox_origin *origin);
/* Requests that wait for their commit. */
size_t inbox_waiting(const struct inbox *box);
/* Reading should pause; it may go on once there is ease. */
bool inbox_is_busy(const struct inbox *box);
bool inbox_is_at_ease(const struct inbox *box);
/* What came since the start. */
void inbox_counts(const struct inbox *box, uint64_t *receipts, uint64_t *incoming);

#endif
