/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo.h"

#include "api/api.h"
#include "app/cli_text.h"
#include "base/arena.h"
#include "base/log.h"
#include "net/http_client.h"
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

struct demo {
    struct sim *sim;
    pthread_t thread;
    char phones_url[64];
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
    sim.smpp_address = config->demo_smpp;
    sim.http_address = config->demo_http;
    enum err e = sim_new(&d->sim, &sim);
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

void demo_stop(struct demo *d)
{
    if (!d)
        return;
    sim_stop(d->sim);
    pthread_join(d->thread, NULL);
    sim_free(d->sim);
    free(d);
}

/* One request to the server; ERR_IO when it does not answer. Takes the reference of body; NULL:
 * none. */
static enum err ask(int *status, struct buf *answer, const char *socket_path, const char *method,
                    const char *path, json_t *body)
{
    char url[256];
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    snprintf(url, sizeof(url), "http://localhost%s", path);
    struct http_call call = {.unix_path = socket_path,
                             .method = method,
                             .url = url,
                             .body = str_of(text),
                             .timeout_s = 10};
    *status = 0;
    enum err e = http_call(status, answer, &call);
    free(text);
    json_decref(body);
    return e;
}

/* Makes one thing; what is there already stays as it is. Takes the reference. */
static enum err make(const char *socket_path, const char *method, const char *path, json_t *body)
{
    struct buf answer = buf_limited(65536);
    int status;
    enum err e = ask(&status, &answer, socket_path, method, path, body);
    if (!e && status >= 300 && status != 409) {
        log_error("demo_refused", "path=%s status=%d answer=%.*s", path, status,
                  STR_FMT(buf_str(&answer)));
        e = ERR_INVALID;
    }
    buf_free(&answer);
    return e;
}

static enum err create(const char *socket_path, const char *path, json_t *body)
{
    return make(socket_path, "POST", path, body);
}

static enum err fill(const struct demo *d, const char *socket_path)
{
    enum err e = create(socket_path, "/api/v1/accounts",
                        json_pack("{s:s, s:s}", "name", ACCOUNT, "credits", "1000"));
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

/* Its rules are made last: while there are none, it was never made. What a person has changed
 * since is left alone. */
static enum err is_missing(bool *missing, const char *socket_path)
{
    struct buf answer = buf_limited(1 << 20);
    int status;
    enum err e = ask(&status, &answer, socket_path, "GET", RULES, NULL);
    json_t *json = json_loadb(answer.n ? (const char *)answer.p : "", answer.n, 0, NULL);
    json_t *items = json_object_get(json, "items");
    *missing = !e && status == 200 && json_is_array(items) && json_array_size(items) == 0;
    json_decref(json);
    buf_free(&answer);
    return e;
}

/* Who may see the panel; not again once somebody else may. */
static enum err fill_member(const char *socket_path)
{
    struct buf answer = buf_limited(1 << 20);
    int status;
    enum err e = ask(&status, &answer, socket_path, "GET", "/api/v1/members", NULL);
    json_t *json = json_loadb(answer.n ? (const char *)answer.p : "", answer.n, 0, NULL);
    json_t *items = json_object_get(json, "items");
    bool none = !e && status == 200 && json_is_array(items) && json_array_size(items) == 0;
    json_decref(json);
    buf_free(&answer);
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

static enum err fill_two_way(const struct demo *d, const char *socket_path)
{
    bool missing;
    enum err e = is_missing(&missing, socket_path);
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

static void print_send(const char *http_url, const char *sender, const char *text)
{
    printf("     curl '%s/cgi-bin/sms/http2sms.cgi?account=%s&login=%s&password=%s&%s&to=%s"
           "&message=%s&noStop=1'\n",
           http_url, ACCOUNT, LOGIN, PASSWORD, sender, NUMBER, text);
}

enum err demo_fill(struct demo *d, const char *socket_path, const char *http_url)
{
    enum err e = fill(d, socket_path);
    if (!e)
        e = fill_two_way(d, socket_path);
    if (!e)
        e = fill_member(socket_path);
    if (e)
        return e;
    printf(cli_text("\n"
                    "  Navette is running with a demo account and a simulated carrier.\n"
                    "\n"
                    "  phones    http://127.0.0.1:%u/     read what arrives, answer from there\n"
                    "  server    %s/   sign in as %s, password %s\n"
                    "  account   %s   login %s   password %s\n"
                    "\n"
                    "  1. Ask for an answer, from another terminal:\n"),
           sim_http_port(d->sim), http_url, API_DEMO_EMAIL, API_DEMO_PASSWORD, ACCOUNT, LOGIN,
           PASSWORD);
    print_send(http_url, "senderForResponse=1", "Shall+we+call+you%3F");
    printf(cli_text("  2. Open the phones page, choose +%s and answer: yes, then HOURS.\n"
                    "     An answer comes back by itself, and Callbacks shows what your own\n"
                    "     program would be told.\n"
                    "  3. See the same here:\n"
                    "     build/navette conversation list\n"
                    "     build/navette incoming list\n"
                    "  4. Answer STOP. The next message to this phone is refused:\n"),
           NUMBER);
    print_send(http_url, "from=" SENDER, "Hello");
    printf(cli_text("     build/navette quarantine list\n"
                    "\n"
                    "  Ten minutes of it: docs/two-way.md\n"
                    "  Ctrl-C stops everything; the data stays in its directory.\n\n"));
    return OK;
}
