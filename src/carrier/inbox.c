/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/inbox.h"

#include "base/log.h"
#include "carrier/pool.h"
#include "smpp/receipt.h"

#include <stdio.h>
#include <stdlib.h>

struct receipt_item {
    struct receipt_job job; /* first: it is what comes back */
    struct inbox *box;
    struct inbox_origin origin;
};

/* One block with its strings. */
struct incoming_item {
    struct incoming_job job; /* first: it is what comes back */
    struct inbox *box;
    struct inbox_origin origin;
    struct incoming_item *next; /* all that are at the writer */
    struct incoming_item *prev;
    size_t size; /* of all of it */
    char bytes[];
};

struct inbox {
    int64_t carrier_id;
    struct mailbox *home;
    struct inbox_calls calls;
    void *ctx;
    const char *label;
    struct inbox_settings settings;
    size_t waiting;
    size_t waiting_bytes; /* of incoming messages */
    uint64_t receipts_n;  /* that came since the start, as the next */
    uint64_t incoming_n;
    struct pool receipts;
    struct incoming_item *incoming;
    struct arena *arena; /* of the receipt in hand */
};

static void respond(struct inbox *box, const struct inbox_origin *origin, uint32_t status)
{
    box->calls.respond(box->ctx, origin, status);
}

/* ---- receipts ---- */

/* "DELIVRD 000", of what a stranger wrote: printable ASCII. */
static void write_receipt(char out[RECEIPT_TEXT_SIZE], const struct receipt_read *receipt)
{
    struct str stat = receipt->stat;
    enum { STAT_MAX = 20, ERROR_MAX = 20 };
    if (stat.n > STAT_MAX)
        stat.n = STAT_MAX;
    struct str error = receipt->error;
    if (error.n > ERROR_MAX)
        error.n = ERROR_MAX;
    snprintf(out, RECEIPT_TEXT_SIZE, "%.*s%s%.*s", (int)stat.n, stat.n ? stat.p : "",
             error.n ? " " : "", (int)error.n, error.n ? error.p : "");
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

static uint32_t receipt_answer(enum err e)
{
    return e == ERR_LIMIT ? ESME_RINVMSGID : err_smpp_status(e);
}

static void receipt_done(struct letter *letter)
{
    struct receipt_item *item = (struct receipt_item *)letter;
    struct inbox *box = item->box;
    box->waiting--;
    respond(box, &item->origin, receipt_answer(item->job.job.err));
    pool_give(&box->receipts, item);
}

static void take_receipt(struct inbox *box, const struct smpp_pdu *request,
                         const struct inbox_origin *origin)
{
    struct receipt_read receipt;
    box->receipts_n++;
    arena_reset(box->arena);
    enum err e = receipt_rules_read(box->settings.rules, &receipt, box->arena, request);
    char ref[CARRIER_REF_SIZE];
    if (e || carrier_ref_copy(ref, receipt.id)) {
        log_warn("receipt_unreadable", "carrier=%s", box->label);
        respond(box, origin, ESME_ROK); /* the carrier would only send it again */
        return;
    }
    struct receipt_item *item = pool_take(&box->receipts);
    receipt_job_init(&item->job, box->home, receipt_done);
    item->box = box;
    item->origin = *origin;
    item->job.carrier_id = box->carrier_id;
    item->job.state = receipt.state;
    item->job.unknown = box->settings.unknown;
    memcpy(item->job.carrier_ref, ref, sizeof(ref));
    write_receipt(item->job.receipt, &receipt);
    box->waiting++;
    box->calls.post(box->ctx, &item->job.job);
}

/* ---- incoming ---- */

static void incoming_free(struct incoming_item *item)
{
    *(item->prev ? &item->prev->next : &item->box->incoming) = item->next;
    if (item->next)
        item->next->prev = item->prev;
    item->box->waiting_bytes -= item->size;
    free(item);
}

static void incoming_done(struct letter *letter)
{
    struct incoming_item *item = (struct incoming_item *)letter;
    item->box->waiting--;
    respond(item->box, &item->origin, err_smpp_status(item->job.job.err));
    incoming_free(item);
}

static struct str copy_to(char **at, struct str s)
{
    char *start = *at;
    if (s.n)
        memcpy(start, s.p, s.n);
    *at += s.n;
    return (struct str){.p = start, .n = s.n};
}

/* SAR TLVs count only when all three are there (5.3.2.22). */
static void read_sar(struct incoming_job *job, const struct smpp_pdu *request)
{
    uint32_t reference, total, part;
    if (!smpp_tlv_number(request, SMPP_TAG_SAR_MSG_REF_NUM, &reference) ||
        !smpp_tlv_number(request, SMPP_TAG_SAR_TOTAL_SEGMENTS, &total) ||
        !smpp_tlv_number(request, SMPP_TAG_SAR_SEGMENT_SEQNUM, &part))
        return;
    job->sar_reference = reference;
    job->sar_total = total;
    job->sar_part = part;
}

/* The fields of deliver_sm and data_sm that mean the same. */
struct source {
    struct str sender;
    uint8_t sender_ton;
    struct str number;
    uint8_t esm_class;
    uint8_t coding;
};

static struct source source_of(const struct smpp_pdu *request)
{
    if (request->command == SMPP_DATA_SM) {
        const struct smpp_data_sm *d = &request->body.data_sm;
        return (struct source){d->source_addr, d->source_addr_ton, d->destination_addr,
                               d->esm_class, d->data_coding};
    }
    const struct smpp_deliver_sm *d = &request->body.deliver_sm;
    return (struct source){d->source_addr, d->source_addr_ton, d->destination_addr, d->esm_class,
                           d->data_coding};
}

static void take_incoming(struct inbox *box, const struct smpp_pdu *request,
                          const struct inbox_origin *origin)
{
    box->incoming_n++;
    struct source from = source_of(request);
    struct str bytes = smpp_user_data(request);
    size_t size = sizeof(struct incoming_item) + from.sender.n + from.number.n + bytes.n;
    struct incoming_item *item = base_alloc(size);
    char *at = item->bytes;
    item->size = size;
    incoming_job_init(&item->job, box->home, incoming_done);
    item->box = box;
    item->origin = *origin;
    item->job.carrier_id = box->carrier_id;
    item->job.alphabet = box->settings.alphabet;
    item->job.wait_us = box->settings.wait_us;
    item->job.keep_text = box->settings.keep_text;
    item->job.sender = copy_to(&at, from.sender);
    item->job.sender_ton = from.sender_ton;
    item->job.number = copy_to(&at, from.number);
    item->job.coding = from.coding;
    item->job.bytes = copy_to(&at, bytes);
    item->job.has_udh = from.esm_class & SMPP_ESM_UDHI;
    read_sar(&item->job, request);
    item->next = box->incoming;
    if (item->next)
        item->next->prev = item;
    box->incoming = item;
    box->waiting++;
    box->waiting_bytes += size;
    box->calls.post(box->ctx, &item->job.job);
}

/* ---- what the owner tells ---- */

static bool reaches(const struct inbox *box, size_t requests, size_t bytes)
{
    return box->waiting >= requests || box->waiting_bytes >= bytes;
}

void inbox_request(struct inbox *box, const struct smpp_pdu *request,
                   const struct inbox_origin *origin)
{
    if (request->command != SMPP_DELIVER_SM && request->command != SMPP_DATA_SM)
        return; /* alert_notification has no answer */
    if (reaches(box, INBOX_FULL, INBOX_FULL_BYTES) || !box->settings.rules)
        respond(box, origin, ESME_RX_T_APPN);
    else if (smpp_is_receipt(request))
        take_receipt(box, request, origin);
    else
        take_incoming(box, request, origin);
}

size_t inbox_waiting(const struct inbox *box)
{
    return box->waiting;
}

bool inbox_is_busy(const struct inbox *box)
{
    return reaches(box, INBOX_BUSY, INBOX_BUSY_BYTES);
}

bool inbox_is_at_ease(const struct inbox *box)
{
    return !reaches(box, INBOX_BUSY / 2, INBOX_BUSY_BYTES / 2);
}

void inbox_counts(const struct inbox *box, uint64_t *receipts, uint64_t *incoming)
{
    *receipts = box->receipts_n;
    *incoming = box->incoming_n;
}

void inbox_set_label(struct inbox *box, const char *label)
{
    box->label = label;
}

void inbox_configure(struct inbox *box, const struct inbox_settings *settings)
{
    receipt_rules_free(box->settings.rules);
    box->settings = *settings;
}

struct inbox *inbox_new(int64_t carrier_id, struct mailbox *home, const struct inbox_calls *calls,
                        void *ctx)
{
    struct inbox *box = base_alloc(sizeof(*box));
    box->carrier_id = carrier_id;
    box->home = home;
    box->calls = *calls;
    box->ctx = ctx;
    box->label = "";
    box->receipts.size = sizeof(struct receipt_item);
    box->arena = arena_new();
    return box;
}

void inbox_free(struct inbox *box)
{
    if (!box)
        return;
    while (box->incoming)
        incoming_free(box->incoming);
    pool_free(&box->receipts);
    receipt_rules_free(box->settings.rules);
    arena_free(box->arena);
    free(box);
}
