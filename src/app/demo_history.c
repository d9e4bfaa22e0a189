/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo_history.h"

#include "app/ask.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    STEP_MS = 100,     /* from one message to the next */
    ANSWER_TRIES = 50, /* a phone that never gets its message has nothing to answer */
    LATER_H = 20,      /* until the one that is sent later */
    PATH_SIZE = 160,
    PHONE_SIZE = 16
};

struct demo_history {
    struct demo_history_config config;
    pthread_t thread;
    _Atomic bool stopping;
};

/* ---- what is sent ---- */

enum kind { REMINDER, PARCEL, CODE, FAILURE, LATER, KINDS };

static const struct {
    bool replies; /* else from the name */
    const char *tag;
    const char *texts[3]; /* in turn */
} kinds[KINDS] = {
    [REMINDER] = {true,
                  "reminder",
                  {"Dr Martin expects you tomorrow at 10:15. Can you come? Answer YES or NO.",
                   "Your appointment is on Thursday at 14:30. Can you come? Answer YES or NO.",
                   "Dr Martin expects you on Friday at 9:00. Bring your results, please. Can you "
                   "come? Answer YES or NO."}},
    [PARCEL] = {false,
                "parcel",
                {"Your parcel is on its way and comes today between 14:00 and 16:00.",
                 "Your parcel waits at the shop until Saturday. Bring an identity card.",
                 "Votre colis est arrivé ✓ À bientôt !"}},
    [CODE] = {false, "code", {"Your code is 402 871.", "Your code is 118 265.", "Code: 930 447."}},
    [FAILURE] = {false, "parcel", {"Your parcel is on its way.", NULL, NULL}},
    [LATER] = {true, "reminder", {"We close on Monday. Shall we call you?", NULL, NULL}},
};

/* What the phones of the reminders write back, in turn; NULL: nothing. */
static const char *const answers[] = {
    "Yes, thank you",
    "YES",
    NULL,
    "Can it be at 11 instead?",
    "Oui, merci",
    NULL,
    "HOURS",
    "No, I am ill. Can you call me?",
    NULL,
    "Ok 👍",
    "STOP",
    NULL,
};
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

/* The simulator's numbers that fail: sim/outcome.def. */
static const unsigned failing[] = {9901, 9902, 9904, 9905, 9906, 9903};
enum { FAILING = sizeof(failing) / sizeof(failing[0]) };

/* One of twelve is a failure, five are reminders. */
static enum kind kind_of(size_t i)
{
    static const enum kind round[] = {REMINDER, PARCEL,   CODE,   REMINDER, PARCEL,   REMINDER,
                                      CODE,     REMINDER, PARCEL, FAILURE,  REMINDER, PARCEL};
    return i == 7 ? LATER : round[i % (sizeof(round) / sizeof(round[0]))];
}

static void phone_of(char out[PHONE_SIZE], size_t i)
{
    if (kind_of(i) == FAILURE)
        snprintf(out, PHONE_SIZE, "3361201%04u", failing[i / 12 % FAILING]);
    else
        snprintf(out, PHONE_SIZE, "3361201%04u", (unsigned)(i * 37 % 900) + 1000);
}

static json_t *message(const struct demo_history *h, size_t i, size_t of_kind)
{
    enum kind kind = kind_of(i);
    char phone[PHONE_SIZE], at[CLOCK_ISO_SIZE];
    const char *text = kinds[kind].texts[of_kind % 3];
    phone_of(phone, i);
    json_t *json =
        json_pack("{s:s, s:[s], s:s, s:s, s:b}", "account", h->config.account, "to", phone, "text",
                  text ? text : kinds[kind].texts[0], "tag", kinds[kind].tag, "marketing", false);
    if (kinds[kind].replies)
        json_object_set_new(json, "with_replies", json_true());
    else
        json_object_set_new(json, "from", json_string(h->config.sender));
    clock_iso(at, clock_now_us() + LATER_H * HOUR_US);
    if (kind == LATER)
        json_object_set_new(json, "at", json_string(at));
    return json;
}

/* ---- what comes back ---- */

struct answer {
    char phone[PHONE_SIZE];
    const char *text; /* NULL: given, or given up */
    unsigned tries;
};

/* From whom the phone's message is; false: it has none yet. */
static bool find_number(char out[PHONE_SIZE], const struct demo_history *h, const char *phone)
{
    char path[PATH_SIZE];
    struct app_answer answer;
    snprintf(path, sizeof(path), "%sapi/phones/%s/messages", h->config.phones_url, phone);
    enum err e = app_ask(&answer, NULL, "GET", path, NULL);
    const char *from = json_string_value(
        json_object_get(json_array_get(json_object_get(answer.json, "items"), 0), "from"));
    if (from)
        snprintf(out, PHONE_SIZE, "%s", from);
    json_decref(answer.json);
    return !e && from;
}

static void give(const struct demo_history *h, struct answer *a)
{
    char path[PATH_SIZE], number[PHONE_SIZE];
    struct app_answer written;
    if (!a->text || (++a->tries <= ANSWER_TRIES && !find_number(number, h, a->phone)))
        return;
    if (a->tries <= ANSWER_TRIES) {
        snprintf(path, sizeof(path), "%sapi/phones/%s/messages", h->config.phones_url, a->phone);
        json_t *body = json_pack("{s:s, s:s}", "to", number, "text", a->text);
        if (app_ask(&written, NULL, "POST", path, body) || written.status >= 300)
            log_warn("demo_answer", "status=%d", written.status);
        json_decref(written.json);
    }
    a->text = NULL;
}

/* ---- the thread ---- */

static bool pause_a_step(struct demo_history *h)
{
    poll(NULL, 0, STEP_MS);
    return !atomic_load(&h->stopping);
}

static bool is_new(const struct demo_history *h)
{
    struct app_answer answer;
    enum err e = app_ask(&answer, h->config.socket_path, "GET", "/api/v1/messages?limit=1", NULL);
    json_t *items = json_object_get(answer.json, "items");
    bool none = !e && answer.status == 200 && json_is_array(items) && !json_array_size(items);
    json_decref(answer.json);
    return none;
}

static void send(struct demo_history *h, size_t i, size_t of_kind)
{
    struct app_answer answer;
    json_t *body = message(h, i, of_kind);
    enum err e = app_ask(&answer, h->config.socket_path, "POST", "/api/v1/messages", body);
    if (e || answer.status >= 300)
        log_warn("demo_message", "status=%d error=%s", answer.status, err_name(e));
    json_decref(answer.json);
}

/* An owner's asks wait, an operator's do not: so this one comes with a key of the account. */
static void ask_for_sender(const struct demo_history *h)
{
    char url[2 * PATH_SIZE], keys[PATH_SIZE];
    struct app_answer made, asked, gone;
    snprintf(keys, sizeof(keys), "/api/v1/accounts/%s/keys", h->config.account);
    enum err e = app_ask(&made, h->config.socket_path, "POST", keys,
                         json_pack("{s:s, s:[s]}", "name", "Demo", "scopes", "manage"));
    const char *key = json_string_value(json_object_get(made.json, "key"));
    const char *id = json_string_value(json_object_get(made.json, "id"));
    if (e || !key || !id) {
        log_warn("demo_sender", "status=%d error=%s", made.status, err_name(e));
        json_decref(made.json);
        return;
    }
    snprintf(url, sizeof(url), "%s/api/v1/accounts/%s/senders", h->config.http_url,
             h->config.account);
    e = app_ask_as(&asked, key, "POST", url,
                   json_pack("{s:s, s:s, s:s}", "name", "Pharmacy", "description",
                             "Orders that are ready", "reason",
                             "Our pharmacy in Lyon; the trade register is at hand."));
    if (e || asked.status >= 300)
        log_warn("demo_sender", "status=%d error=%s", asked.status, err_name(e));
    json_decref(asked.json);
    snprintf(url, sizeof(url), "%s/%s", keys, id);
    e = app_ask(&gone, h->config.socket_path, "DELETE", url, NULL);
    if (e || gone.status >= 300)
        log_warn("demo_key", "status=%d error=%s", gone.status, err_name(e));
    json_decref(gone.json);
    json_decref(made.json);
}

static void *history_main(void *arg)
{
    struct demo_history *h = arg;
    size_t n = h->config.messages, of_kind[KINDS] = {0}, expected = 0;
    struct answer *all = base_alloc(n * sizeof(*all));
    pthread_setname_np(pthread_self(), "history");
    ask_for_sender(h);
    for (size_t i = 0; i < n && pause_a_step(h); i++) {
        enum kind kind = kind_of(i);
        send(h, i, of_kind[kind]++);
        const char *text = answers[of_kind[REMINDER] % ANSWERS];
        if (kind == REMINDER && text) {
            phone_of(all[expected].phone, i);
            all[expected++].text = text;
        }
        if (expected)
            give(h, &all[i % expected]);
    }
    bool more = expected > 0;
    while (more && pause_a_step(h)) {
        more = false;
        for (size_t i = 0; i < expected; i++) {
            give(h, &all[i]);
            more = more || all[i].text;
        }
    }
    free(all);
    return NULL;
}

struct demo_history *demo_history_start(const struct demo_history_config *config)
{
    struct demo_history *h = base_alloc(sizeof(*h));
    h->config = *config;
    if (!config->messages || !is_new(h)) {
        free(h);
        return NULL;
    }
    if (pthread_create(&h->thread, NULL, history_main, h))
        base_out_of_memory();
    return h;
}

void demo_history_stop(struct demo_history *h)
{
    if (!h)
        return;
    atomic_store(&h->stopping, true);
    pthread_join(h->thread, NULL);
    free(h);
}
