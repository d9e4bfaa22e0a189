/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo.h"

#include "api/api.h"
#include "app/ask.h"
#include "app/cli_text.h"
#include "app/demo_history.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "sim/sim.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

#define ACCOUNT  "sms-demo-1"
#define LOGIN    "demo"
#define PASSWORD "demo-password"
#define SENDER   "Navette"
#define CARRIER  "simulator"
#define NUMBER   "33612345678"
#define NUMBERS  "38100-38119"
enum { HISTORY_MOST = 1000 };

struct demo {
    struct sim *sim;
    pthread_t thread;
    char phones_url[64];
    size_t messages; /* of the history */
    struct demo_history *history;
};

static void *sim_main(void *arg)
{
    pthread_setname_np(pthread_self(), "sim");
    sim_run(arg);
    return NULL;
}

enum err demo_start(struct demo **out, const struct config *config)
{
    struct demo *d = base_alloc(sizeof(*d));
    struct sim_config sim = SIM_CONFIG_DEFAULT;
    uint64_t messages = 0;
    sim.smpp_address = config->demo_smpp;
    sim.http_address = config->demo_http;
    enum err e = str_to_u64(&messages, str_of(config->demo_history));
    if (e || messages > HISTORY_MOST)
        e = ERR_INVALID;
    if (e)
        log_error("demo_history", "value=%s text=\"a number from 0 to %d\"", config->demo_history,
                  HISTORY_MOST);
    d->messages = messages;
    if (!e)
        e = sim_new(&d->sim, &sim);
    if (!e && pthread_create(&d->thread, NULL, sim_main, d->sim))
        base_out_of_memory();
    if (e) {
        free(d);
        return e;
    }
    snprintf(d->phones_url, sizeof(d->phones_url), "http://127.0.0.1:%u/", sim_http_port(d->sim));
    *out = d;
    return OK;
}

const char *demo_phones_url(const struct demo *d)
{
    return d->phones_url;
}

void demo_settle(struct demo *d)
{
    if (!d)
        return;
    demo_history_stop(d->history);
    d->history = NULL;
}

void demo_stop(struct demo *d)
{
    if (!d)
        return;
    demo_settle(d);
    sim_stop(d->sim);
    pthread_join(d->thread, NULL);
    sim_free(d->sim);
    free(d);
}

/* Makes one thing; what is there already stays as it is. Takes the reference. */
static enum err make(const char *socket_path, const char *method, const char *path, json_t *body)
{
    struct app_answer answer;
    enum err e = app_ask(&answer, socket_path, method, path, body);
    if (!e && answer.status >= 300 && answer.status != 409) {
        const char *why = json_string_value(json_object_get(answer.json, "detail"));
        log_error("demo_refused", "path=%s status=%d answer=\"%s\"", path, answer.status,
                  why ? why : "");
        e = ERR_INVALID;
    }
    json_decref(answer.json);
    return e;
}

/* *empty: the list there has no item. */
static enum err look(bool *empty, const char *socket_path, const char *path)
{
    struct app_answer answer;
    enum err e = app_ask(&answer, socket_path, "GET", path, NULL);
    json_t *items = json_object_get(answer.json, "items");
    *empty = !e && answer.status == 200 && json_is_array(items) && json_array_size(items) == 0;
    json_decref(answer.json);
    return e;
}

static enum err create(const char *socket_path, const char *path, json_t *body)
{
    return make(socket_path, "POST", path, body);
}

/* The history's messages and answers leave a thousand credits to play with. */
static enum err fill(const struct demo *d, const char *socket_path)
{
    enum err e = create(socket_path, "/api/v1/accounts",
                        json_pack("{s:s, s:o}", "name", ACCOUNT, "credits",
                                  json_sprintf("%zu", 1000 + 2 * d->messages)));
    if (!e)
        e = create(socket_path, "/api/v1/accounts/" ACCOUNT "/users",
                   json_pack("{s:s, s:s}", "login", LOGIN, "password", PASSWORD));
    if (!e)
        e = create(socket_path, "/api/v1/accounts/" ACCOUNT "/senders",
                   json_pack("{s:s}", "name", SENDER));
    if (!e)
        e = create(socket_path, "/api/v1/carriers",
                   json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "name", CARRIER, "host", "127.0.0.1",
                             "port", (int)sim_smpp_port(d->sim), "system_id", "navette", "password",
                             "secret", "stop_text", "STOP 36184"));
    return e;
}

/* ---- two-way ---- */

#define RULES "/api/v1/carriers/" CARRIER "/rules"

/* Who may see the panel; not again once somebody else may. */
static enum err fill_member(const char *socket_path)
{
    bool none;
    enum err e = look(&none, socket_path, "/api/v1/members");
    return none ? create(socket_path, "/api/v1/members",
                         json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "email", API_DEMO_EMAIL,
                                   "name", "Demo", "password", API_DEMO_PASSWORD, "operator", true,
                                   "account", ACCOUNT, "role", "owner"))
                : e;
}

static enum err tell_sink(const struct demo *d, const char *socket_path)
{
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/callback", sim_http_port(d->sim));
    return make(socket_path, "PATCH", "/api/v1/accounts/" ACCOUNT "/callback",
                json_pack("{s:s, s:s, s:s, s:s}", "profile", "navette", "replies", url, "receipts",
                          url, "stops", url));
}

/* Its rules are made last: while there are none, it was never made. What a person has changed
 * since is left alone. */
static enum err fill_two_way(const struct demo *d, const char *socket_path)
{
    bool missing;
    enum err e = look(&missing, socket_path, RULES);
    if (e || !missing)
        return e;
    e = create(socket_path, "/api/v1/numbers",
               json_pack("{s:s, s:s}", "numbers", NUMBERS, "carrier", CARRIER));
    if (!e)
        e = create(socket_path, "/api/v1/accounts/" ACCOUNT "/two-way",
                   json_pack("{s:s}", "country", "FR"));
    if (!e)
        e = make(
            socket_path, "PATCH", "/api/v1/accounts/" ACCOUNT "/reply",
            json_pack("{s:s, s:s}", "action", "text", "text", "Thank you. We will call you back."));
    if (!e)
        e = tell_sink(d, socket_path);
    if (!e)
        e = create(socket_path, RULES,
                   json_pack("{s:s, s:s, s:s}", "keyword", "HOURS", "reply", "Open 9 to 18.",
                             "action", "none"));
    if (!e)
        e = create(socket_path, RULES,
                   json_pack("{s:s, s:s, s:s}", "keyword", "STOP", "reply",
                             "You will not hear from us again.", "action", "quarantine"));
    return e;
}

/* ---- what a newcomer is told ---- */

enum err demo_fill(struct demo *d, const char *socket_path, const char *http_url)
{
    enum err e = fill(d, socket_path);
    if (!e)
        e = fill_two_way(d, socket_path);
    if (!e)
        e = fill_member(socket_path);
    if (e)
        return e;
    d->history = demo_history_start(&(struct demo_history_config){.socket_path = socket_path,
                                                                  .http_url = http_url,
                                                                  .phones_url = d->phones_url,
                                                                  .account = ACCOUNT,
                                                                  .sender = SENDER,
                                                                  .messages = d->messages});
    printf(cli_text("\n"
                    "  Navette is running with a demo account and a simulated carrier.\n"
                    "\n"
                    "  panel     %s/   sign in as %s, password %s\n"
                    "  phones    http://127.0.0.1:%u/   read what arrives, answer from there\n"
                    "\n"
                    "  Ask a phone for an answer, from another terminal, and choose +%s there:\n"
                    "\n"),
           http_url, API_DEMO_EMAIL, API_DEMO_PASSWORD, sim_http_port(d->sim), NUMBER);
    printf("  curl '%s/cgi-bin/sms/http2sms.cgi?account=" ACCOUNT "&login=" LOGIN
           "&password=" PASSWORD "&senderForResponse=1&to=" NUMBER
           "&message=Shall+we+call+you%%3F&noStop=1'\n",
           http_url);
    printf(
        cli_text("\n  More of it: docs/two-way.md. Ctrl-C stops everything; the data stays in its "
                 "directory.\n\n"));
    return OK;
}
