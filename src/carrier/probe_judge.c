/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/probe_judge.h"

#include "base/clock.h"
#include "carrier/probe_ids.h"

#include <stdarg.h>
#include <stdio.h>

struct judge {
    const struct probe_seen *seen;
    const struct carrier_settings *now;
    struct probe_ids ids;
    void (*say)(void *ctx, enum probe_note note, const char *text);
    void *ctx;
};

enum { SENTENCE_SIZE = 320 };

__attribute__((format(printf, 2, 3))) static void find(const struct judge *j, const char *format,
                                                       ...)
{
    char text[SENTENCE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    j->say(j->ctx, PROBE_FOUND, text);
}

/* Only what is to change. */
static void set(const struct judge *j, const char *name, struct str before, const char *value)
{
    char text[SENTENCE_SIZE];
    if (str_eq(before, str_of(value)))
        return;
    snprintf(text, sizeof(text), "%s=%s", name, value);
    j->say(j->ctx, PROBE_SETS, text);
}

/* ---- binds ---- */

static void judge_bind(const struct judge *j, enum smpp_mode mode, const char *name)
{
    const struct probe_bind *b = &j->seen->binds[mode];
    if (!b->tried)
        return;
    if (b->bound)
        find(j, "bind as %s: taken", name);
    else if (b->refusal)
        find(j, "bind as %s: refused with %s", name, smpp_status_name(b->refusal));
    else
        find(j, "bind as %s: no answer: %s", name, b->reason);
    if (b->refusal == ESME_RALYBND || b->refusal == ESME_RBINDFAIL)
        find(j, "perhaps it takes no bind beside the one in use: free that with `navette carrier "
                "set NAME --enabled no`, and probe again");
}

static void judge_version(const struct judge *j)
{
    static const char *const known[] = {"3.3", "3.4", "5.0"};
    char version[16];
    if (!j->seen->version)
        return;
    snprintf(version, sizeof(version), "%u.%u", j->seen->version >> 4, j->seen->version & 15);
    find(j, "version of SMPP that it names: %s", version);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(version, known[i]) == 0)
            set(j, "interface_version", j->now->interface_version, version);
}

static void judge_binds(const struct judge *j)
{
    const struct probe_bind *binds = j->seen->binds;
    judge_bind(j, SMPP_TX, "transmitter");
    judge_bind(j, SMPP_RX, "receiver");
    judge_bind(j, SMPP_TRX, "transceiver");
    if (binds[SMPP_TRX].bound)
        set(j, "bind", j->now->bind, "trx");
    else if (binds[SMPP_TX].bound && binds[SMPP_RX].bound)
        set(j, "bind", j->now->bind, "tx+rx");
    judge_version(j);
    if (binds[SMPP_TRX].bound || binds[SMPP_TX].bound)
        find(j, j->seen->enquired ? "enquire_link is answered" : "enquire_link is not answered");
}

/* ---- ids ---- */

static void judge_ids(const struct judge *j)
{
    const char *example = "";
    for (size_t i = 0; i < j->seen->submits_n && !*example; i++)
        example = j->seen->submits[i].id;
    if (!*example)
        return;
    find(j, "an id in a response looks like this: %s", example);
    if (!j->ids.response)
        return;
    find(j, "%s", j->ids.finding);
    set(j, "response_id", j->now->response_id, j->ids.response);
    set(j, "receipt_id", j->now->receipt_id, j->ids.receipt);
}

/* ---- receipts ---- */

static const struct probe_receipt *receipt_of(const struct judge *j,
                                              const struct probe_submit *submit)
{
    return j->ids.response ? probe_ids_receipt(&j->ids, j->seen, submit) : NULL;
}

/* A carrier may write its fields one behind the other with any of these. */
static const char *const between = " ;,|&";

/* The word before `value` in the text, as "msgid="; n 0: there is none. */
static struct str word_before(struct str text, struct str value)
{
    for (size_t at = 0; value.n && at + value.n <= text.n; at++) {
        if (!str_eq_nocase(str_sub(text, at, at + value.n), value))
            continue;
        size_t from = at;
        while (from > 0 && !strchr(between, text.p[from - 1]))
            from--;
        return str_sub(text, from, at);
    }
    return (struct str){0};
}

/* "msgid=([^ ;,|&]+)" */
static void set_pattern(const struct judge *j, const char *name, struct str before, struct str word)
{
    char pattern[80] = "";
    size_t n = 0;
    if (!word.n || word.n > 24)
        return;
    for (size_t i = 0; i < word.n; i++) {
        if (strchr("\\^$.[]|()?*+{}", word.p[i]))
            pattern[n++] = '\\';
        pattern[n++] = word.p[i];
    }
    snprintf(pattern + n, sizeof(pattern) - n, "([^%s]+)", between);
    set(j, name, before, pattern);
}

/* The id of a message stands in it, only not where anything looks for one. */
static bool has_id(const struct judge *j, const struct probe_receipt *receipt)
{
    struct str text = smpp_receipt_head(str_of(receipt->text));
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        struct str word = word_before(text, str_of(j->seen->submits[i].id));
        if (!word.n)
            continue;
        find(j, "a receipt cannot be read: %s", receipt->text);
        set_pattern(j, "receipt_id_pattern", j->now->receipt_id_pattern, word);
        set_pattern(j, "receipt_stat_pattern", j->now->receipt_stat_pattern,
                    word_before(text, STR("DELIV")));
        return true;
    }
    return false;
}

static void judge_unread(const struct judge *j)
{
    const struct probe_receipt *receipts = j->seen->receipts;
    size_t n = j->seen->receipts_n;
    for (size_t i = 0; i < n; i++)
        if (has_id(j, &receipts[i]))
            return;
    for (size_t i = 0; i < n; i++)
        if (!receipts[i].own_id[0]) {
            find(j, "a receipt cannot be read: %s", receipts[i].text);
            return;
        }
    if (n)
        find(j, "receipts came, but none has the id of a message: the first has %s",
             receipts[0].own_id);
    else
        find(j, "no receipt came for what was sent");
}

/* Which of the two finds the id and knows the state: the carrier's own rules go first. */
static void judge_reader(const struct judge *j, const struct probe_receipt *r)
{
    bool both = r->readable && strcmp(r->id, r->own_id) == 0;
    bool vague = r->own_state == MESSAGE_SENT && smpp_state_final(r->state) && !r->intermediate;
    if (!j->ids.own) {
        find(j, "the carrier's own expression finds no such id in its receipts: the grammar that "
                "is built in does");
        set(j, "receipt_id_pattern", j->now->receipt_id_pattern, "");
    } else if (both) {
        find(j, "the grammar that is built in reads its receipts");
    } else {
        find(j, "the carrier's own expressions read its receipts");
    }
    if (!vague || !j->now->receipt_stat_pattern.n)
        return;
    find(j, "the carrier's own expression finds no state in its receipts: the grammar that is "
            "built in does");
    set(j, "receipt_stat_pattern", j->now->receipt_stat_pattern, "");
}

static bool is_mapped(const struct judge *j, struct str word)
{
    struct str map = j->now->stat_map;
    for (size_t at = 0; at + word.n < map.n; at++)
        if (str_eq_nocase(str_sub(map, at, at + word.n), word) && map.p[at + word.n] == '=')
            return true;
    return false;
}

/* A word that nobody knows leaves its messages as sent for ever. */
static void judge_words(const struct judge *j)
{
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        const struct probe_receipt *r = receipt_of(j, &j->seen->submits[i]);
        struct str word = str_of(r ? r->own_stat : "");
        if (!word.n || r->state != SMPP_STATE_NONE || is_mapped(j, word) ||
            smpp_state_of_stat(word) != SMPP_STATE_NONE)
            continue;
        find(j, "what a receipt means by %s is not known: say it with --stat-map", r->own_stat);
        return;
    }
}

/* What would become of them as the carrier is set now. */
static void judge_present(const struct judge *j)
{
    struct probe_ids present = probe_ids_of(j->now);
    unsigned taken = 0, found = 0;
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        const struct probe_submit *s = &j->seen->submits[i];
        if (!s->answered || s->status || s->kind == PROBE_WINDOW)
            continue;
        taken++;
        found += probe_ids_receipt(&present, j->seen, s) != NULL;
    }
    if (taken)
        find(j, "with its present settings %u of %u messages find a receipt", found, taken);
}

static void judge_receipts(const struct judge *j)
{
    const struct probe_receipt *first = NULL;
    for (size_t i = 0; i < j->seen->submits_n && !first; i++)
        first = receipt_of(j, &j->seen->submits[i]);
    if (!first) {
        judge_unread(j);
        return;
    }
    find(j, "receipts come as %s, their text %s", first->data_sm ? "data_sm" : "deliver_sm",
         first->payload   ? "in message_payload"
         : first->text[0] ? "in short_message"
                          : "is empty");
    find(j, "TLVs of receipts:%s%s%s%s", first->tlv_id ? " receipted_message_id" : "",
         first->tlv_state ? " message_state" : "", first->tlv_error ? " network_error_code" : "",
         first->tlv_id || first->tlv_state || first->tlv_error ? "" : " none");
    judge_reader(j, first);
    judge_words(j);
    judge_present(j);
}

static bool has_intermediate(const struct judge *j, const struct probe_submit *s)
{
    for (size_t i = 0; j->ids.response && i < j->seen->receipts_n; i++)
        if (j->seen->receipts[i].intermediate && probe_ids_match(&j->ids, s, &j->seen->receipts[i]))
            return true;
    return false;
}

/* Only the first message asks for them: when others are refused as well, it is not for that. */
static void judge_intermediate(const struct judge *j)
{
    const struct probe_submit *asks = &j->seen->submits[0];
    bool others = false;
    for (size_t i = 1; i < j->seen->submits_n; i++)
        others = others || (j->seen->submits[i].answered && !j->seen->submits[i].status);
    if (asks->kind != PROBE_PLAIN || !asks->answered || (asks->status && !others))
        return;
    if (!asks->status) {
        find(j, has_intermediate(j, asks) ? "intermediate receipts come when they are asked for"
                                          : "intermediate receipts were asked for: none came");
        return;
    }
    find(j, "a message that asks for intermediate receipts is refused with %s",
         smpp_status_name(asks->status));
    if (str_eq(j->now->receipts, STR("intermediate")))
        set(j, "receipts", j->now->receipts, "final");
}

/* ---- long messages ---- */

/* Which of the parts of this kind have a receipt: bit part-1; false when one was not taken. */
static bool is_taken(const struct judge *j, enum probe_kind kind, unsigned *receipts,
                     uint32_t *status)
{
    size_t n = 0;
    *receipts = 0;
    *status = 0;
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        const struct probe_submit *s = &j->seen->submits[i];
        if (s->kind != kind)
            continue;
        n++;
        if (!s->answered || s->status) {
            *status = s->status;
            return false;
        }
        if (receipt_of(j, s))
            *receipts |= 1u << (s->part - 1);
    }
    return n > 0;
}

static void judge_long(const struct judge *j)
{
    static const char *const names[] = {"udh8", "udh16", "sar", "payload"};
    static const char *const receipts_of[] = {"no part", "the first part", "the last part",
                                              "all parts"};
    const char *chosen = NULL;
    unsigned parts = 0;
    bool parted = false;
    bool alike = true; /* what is so in one way and not in another came too late, or not at all */
    for (size_t i = 0; i < 4; i++) {
        enum probe_kind kind = (enum probe_kind)(PROBE_UDH8 + i);
        unsigned receipts;
        uint32_t status;
        bool whole = kind == PROBE_PAYLOAD; /* there is only one submit_sm */
        if (!is_taken(j, kind, &receipts, &status)) {
            if (status)
                find(j, "long messages as %s: refused with %s", names[i], smpp_status_name(status));
            continue;
        }
        find(j, "long messages as %s: taken, receipts for %s", names[i],
             receipts_of[whole && receipts ? 3 : receipts & 3]);
        if (!whole) {
            alike &= !parted || parts == (receipts & 3);
            parts = parted ? parts : receipts & 3;
            parted = true;
        }
        if (!chosen)
            chosen = names[i];
    }
    if (!chosen)
        return;
    set(j, "long_messages", j->now->long_messages, chosen);
    if (!alike)
        find(j, "parts have their receipts differently: probe again, with a longer --wait-s");
    else if (parts)
        set(j, "receipt_parts", j->now->receipt_parts,
            parts == 3   ? "all"
            : parts == 1 ? "first"
                         : "last");
}

/* ---- alphabet ---- */

/* What stands behind NAVETTE on the phone; NULL: this is no answer to that message. */
static const char *behind_the_word(const char *echo)
{
    const char *at = strstr(echo, "NAVETTE ");
    return at ? at + strlen("NAVETTE ") : NULL;
}

static const char *alphabet_of(const char *shown)
{
    if (strncmp(shown, "¡Ä", strlen("¡Ä")) == 0)
        return "gsm";
    if (strncmp(shown, "@[", 2) != 0)
        return NULL;
    if (strstr(shown, "Ã©"))
        return "latin1";
    return strstr(shown, "é") ? "utf8" : "ascii";
}

static void judge_alphabet(const struct judge *j)
{
    const char *alphabet = NULL;
    bool plain = false;
    for (size_t i = 0; i < j->seen->echoes_n; i++) {
        const char *shown = behind_the_word(j->seen->echoes[i]);
        plain = plain || shown || strstr(j->seen->echoes[i], "Navette");
        if (shown)
            alphabet = alphabet_of(shown);
    }
    if (!alphabet && !plain && j->seen->echoes_n) /* letters that were never sent */
        alphabet = "gsm-packed";
    if (!alphabet) {
        find(j, "the alphabet of data_coding 0 is not known: no phone answered with what it shows");
        return;
    }
    find(j, "data_coding 0 is %s", alphabet);
    set(j, "default_alphabet", j->now->default_alphabet, alphabet);
}

/* ---- the flow ---- */

static void judge_window(const struct judge *j)
{
    uint32_t most = 0;
    char value[24];
    char before[24];
    bool tested = false;
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        const struct probe_submit *s = &j->seen->submits[i];
        if (s->kind != PROBE_WINDOW)
            continue;
        tested = true;
        if (s->answered && s->status) {
            find(j, "window: refused with %s when %u were unanswered", smpp_status_name(s->status),
                 s->open);
            snprintf(value, sizeof(value), "%u", s->open > 1 ? s->open - 1 : 1);
            snprintf(before, sizeof(before), "%lld", (long long)j->now->window);
            set(j, "window", str_of(before), value);
            return;
        }
        most = s->open > most ? s->open : most;
    }
    if (tested)
        find(j, "window: %u unanswered at once were taken", most);
}

static void judge_time(const struct judge *j)
{
    int64_t all_us = 0, most_us = 0, n = 0;
    for (size_t i = 0; i < j->seen->submits_n; i++) {
        const struct probe_submit *s = &j->seen->submits[i];
        if (!s->answered || s->kind == PROBE_WINDOW)
            continue;
        n++;
        all_us += s->took_us;
        most_us = s->took_us > most_us ? s->took_us : most_us;
    }
    if (n)
        find(j, "responses took %lld ms on average, %lld ms at most",
             (long long)(all_us / n / MS_US), (long long)(most_us / MS_US));
}

void probe_judge(const struct probe_seen *seen, const struct carrier_settings *now,
                 void (*say)(void *ctx, enum probe_note note, const char *text), void *ctx)
{
    struct judge j = {.seen = seen, .now = now, .say = say, .ctx = ctx};
    judge_binds(&j);
    if (!seen->submits_n)
        return;
    j.ids = probe_ids_find(seen);
    judge_time(&j);
    judge_ids(&j);
    judge_receipts(&j);
    judge_intermediate(&j);
    judge_long(&j);
    judge_alphabet(&j);
    judge_window(&j);
}
