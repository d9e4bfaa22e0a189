/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo.h"

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

struct demo {
    struct sim *sim;
    pthread_t thread;
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
    *out = d;
    return OK;
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

/* Creates one thing; what is there already stays as it is. Takes the reference. */
static enum err create(const char *socket_path, const char *path, json_t *body)
{
    char url[256];
    struct buf answer = buf_limited(65536);
    int status = 0;
    char *text = json_dumps(body, JSON_COMPACT);
    snprintf(url, sizeof(url), "http://localhost%s", path);
    struct http_call call = {.unix_path = socket_path,
                             .method = "POST",
                             .url = url,
                             .body = str_of(text),
                             .timeout_s = 10};
    enum err e = http_call(&status, &answer, &call);
    if (!e && status >= 300 && status != 409) {
        log_error("demo_refused", "path=%s status=%d answer=%.*s", path, status,
                  STR_FMT(buf_str(&answer)));
        e = ERR_INVALID;
    }
    buf_free(&answer);
    free(text);
    json_decref(body);
    return e;
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

enum err demo_fill(struct demo *d, const char *socket_path, const char *http_url)
{
    enum err e = fill(d, socket_path);
    if (e)
        return e;
    printf(cli_text("\n"
                    "  Navette is running with a demo account and a simulated carrier.\n"
                    "\n"
                    "  phones    http://127.0.0.1:%u/     read what arrives, answer from there\n"
                    "  server    %s/\n"
                    "  account   %s   login %s   password %s\n"
                    "\n"
                    "  1. Send a first SMS, from another terminal:\n"),
           sim_http_port(d->sim), http_url, ACCOUNT, LOGIN, PASSWORD);
    printf("     curl '%s/cgi-bin/sms/http2sms.cgi?account=%s&login=%s&password=%s&from=%s&to=%s"
           "&message=Hello&noStop=1'\n",
           http_url, ACCOUNT, LOGIN, PASSWORD, SENDER, NUMBER);
    printf(cli_text("  2. Open the phones page, choose +%s, answer it.\n"
                    "  3. See both:\n"
                    "     build/navette message list\n"
                    "     build/navette incoming list\n"
                    "\n"
                    "  Ctrl-C stops everything; the data stays in its directory.\n\n"),
           NUMBER);
    return OK;
}
