/* SPDX-License-Identifier: Apache-2.0 */
#include "core/keyword.h"

#include "core/errand.h"
#include "core/quarantine.h"
#include "store/feed.h"
#include "text/phone.h"
#include "text/word.h"

enum { WHOLE_MAX = 64 }; /* bytes of a text that may be one of keyword.def */

/* ---- what it says ---- */

enum keyword_meaning keyword_meaning_of(struct arena *a, struct str text)
{
    static const struct {
        struct str text;
        enum keyword_meaning meaning;
    } words[] = {
#define WORD(text, what) {STR(text), KEYWORD_##what},
#include "core/keyword.def"
#undef WORD
    };
    if (text.n > WHOLE_MAX)
        return KEYWORD_NOTHING;
    struct str rest = text_fold(a, text);
    struct str word;
    struct str whole = STR("");
    while (text_word_next(&word, &rest))
        whole = arena_printf(a, "%.*s%s%.*s", STR_FMT(whole), whole.n ? " " : "", STR_FMT(word));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(whole, words[i].text))
            return words[i].meaning;
    return KEYWORD_NOTHING;
}

static bool matches(const struct directory_rule *r, struct str number, struct str word)
{
    if (r->row.short_code.n && !str_eq(phone_bare(r->row.short_code), phone_bare(number)))
        return false;
    if (!r->keyword.n)
        return true;
    return r->row.prefix ? str_starts(word, r->keyword) : str_eq(word, r->keyword);
}

const struct reply_rule *keyword_match(const struct directory *d, struct arena *a,
                                       int64_t carrier_id, struct str number, struct str text)
{
    size_t n;
    const struct directory_rule *rules = directory_rules(d, carrier_id, &n);
    struct str word = STR("");
    if (!n)
        return NULL;
    struct str rest = text_fold(a, text);
    if (!text_word_next(&word, &rest))
        word = STR("");
    for (size_t i = 0; i < n; i++)
        if (matches(&rules[i], number, word))
            return &rules[i].row;
    return NULL;
}

/* ---- and does ---- */

struct act {
    struct core *core;
    struct store_tx *tx;
    const struct incoming *in;
    uint64_t phone;
    struct str number; /* of ours; n 0: all */
    struct quarantine_event evidence;
};

static enum err tell_stop(const struct act *a)
{
    struct message question = {0};
    if (!a->in->account_id)
        return OK;
    enum err e = a->in->message_id ? store_message_get(&question, &a->tx->view, a->in->message_id)
                                   : ERR_NOT_FOUND;
    if (e && e != ERR_NOT_FOUND)
        return e;
    return errand_stop(a->core, a->tx, a->in, &question);
}

static enum err enter(const struct act *a)
{
    struct quarantine q = {.phone = a->phone,
                           .account_id = a->in->account_id,
                           .number = a->number,
                           .status = QUARANTINE_BLACKLISTED,
                           .reason = a->evidence.reason,
                           .message_id = a->in->message_id,
                           .incoming_id = a->in->id};
    enum err e = quarantine_enter(a->core, a->tx, &q, &a->evidence);
    if (!e)
        store_feed_note(a->tx, &(struct feed_note){.kind = FEED_STOP,
                                                   .account_id = a->in->account_id,
                                                   .id = a->in->id,
                                                   .carrier_id = a->in->carrier_id,
                                                   .phone = a->phone});
    return e ? e : tell_stop(a);
}

static enum err leave(const struct act *a)
{
    struct quarantine_leave which = {
        .phone = a->phone, .account_id = a->in->account_id, .number = a->number, .by_reply = true};
    return quarantine_leave(NULL, a->tx, &which, &a->evidence);
}

/* Of a carrier whose texts are not kept, only what can say nothing but STOP or START is kept. */
static struct quarantine_event evidence_of(const struct incoming *in, const struct reply_rule *rule,
                                           enum keyword_meaning meaning)
{
    static const struct str reasons[] = {[KEYWORD_NOTHING] = STR("a row of the carrier's rules"),
                                         [KEYWORD_STOPS] = STR("the phone asked for it: STOP"),
                                         [KEYWORD_STARTS] = STR("the phone asked for it: START")};
    return (struct quarantine_event){.who = rule ? STR("rule") : STR("reply"),
                                     .reason = reasons[meaning],
                                     .text = in->kept || meaning ? in->text : STR(""),
                                     .carrier_id = in->carrier_id,
                                     .incoming_id = in->id,
                                     .message_id = in->message_id};
}

enum err keyword_act(struct keyword_verdict *out, struct core *c, struct store_tx *tx,
                     const struct incoming *in, uint64_t phone)
{
    struct arena *a = tx->view.arena;
    const struct directory *d = core_directory(c);
    const struct reply_rule *rule = keyword_match(d, a, in->carrier_id, in->number, in->text);
    enum keyword_meaning meaning = keyword_meaning_of(a, in->text);
    enum rule_action action = rule ? rule->action : RULE_NONE;
    bool by_rule = action == RULE_QUARANTINE || (action == RULE_LEAVE && meaning != KEYWORD_STOPS);
    struct act act = {.core = c, .tx = tx, .in = in, .phone = phone};
    if (by_rule)
        act.number = arena_str(a, phone_bare(rule->short_code));
    else if (meaning != KEYWORD_NOTHING)
        action = meaning == KEYWORD_STOPS ? RULE_QUARANTINE : RULE_LEAVE;
    act.evidence = evidence_of(in, by_rule ? rule : NULL, meaning);
    *out = (struct keyword_verdict){.stopped = action == RULE_QUARANTINE,
                                    .matched = rule != NULL,
                                    .reply = rule ? arena_str(a, rule->reply) : STR("")};
    directory_release(d);
    if (!phone || action == RULE_NONE)
        return OK;
    return action == RULE_QUARANTINE ? enter(&act) : leave(&act);
}
