/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier_world.h"

#include "base/log.h"
#include "base/secret.h"
#include "store/ledger.h"
#include "store/message.h"
#include "text/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct world f;

void world_ignore(struct letter *letter)
{
    (void)letter;
}

void turn(void)
{
    for (int i = 0; i < 4; i++) {
        net_play(f.loop);
        if (!f.writer_stands)
            writer_run_once(core_writer(f.core));
        mailbox_deliver(f.home, 1000);
    }
    net_play(f.loop);
}

void wait_us(int64_t us)
{
    int64_t until_us = clock_mono_us() + us;
    turn();
    while (clock_mono_us() < until_us) {
        int64_t next_us = net_next_us(f.loop);
        if (next_us > until_us)
            next_us = until_us;
        int64_t step_us = next_us - clock_mono_us();
        clock_advance(step_us > 0 ? step_us : 1);
        turn();
    }
}

/* ---- the shop and its carrier ---- */

static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct account account = {.id = 1,
                              .name = STR("shop"),
                              .timezone = STR("Europe/Paris"),
                              .max_parts = 20,
                              .enabled = true};
    struct api_user user = {
        .id = 2, .account_id = 1, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct sender sender = {.id = 4, .account_id = 1, .name = STR("Shop"), .state = SENDER_ENABLED};
    struct carrier_row carrier = {
        .id = CARRIER_ID, .name = STR("orange"), .settings = str_of(f.settings), .enabled = true};
    struct route route = {.id = 6, .carrier_id = CARRIER_ID};
    struct purse purse = {.account_id = 1};
    assert_int_equal(store_account_insert(tx, &account), OK);
    assert_int_equal(store_user_insert(tx, &user), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    assert_int_equal(store_carrier_insert(tx, &carrier), OK);
    assert_int_equal(store_route_insert(tx, &route), OK);
    return store_purse_move(tx, purse, LEDGER_CREDIT, 100000000, 0, STR(""));
}

enum err reconfigure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct carrier_row carrier = {.id = CARRIER_ID,
                                  .name = STR("orange"),
                                  .settings = str_of(f.settings),
                                  .enabled = f.enabled};
    return store_carrier_update(tx, &carrier);
}

enum err remove_carrier(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_carrier_delete(tx, CARRIER_ID);
}

void set_settings(const char *more)
{
    snprintf(f.settings, sizeof(f.settings), "{%s\"system_id\":\"shop\"%s}",
             strstr(more, "\"host\"") ? "" : "\"host\":\"smsc.example\",", more);
}

void change(enum err (*apply)(struct core *, struct store_tx *, struct change *))
{
    struct change job = {.apply = apply, .arena = f.arena};
    struct store_view v = {.db = f.reader, .arena = f.arena};
    core_change(f.core, &job, f.home, world_ignore);
    writer_run_once(core_writer(f.core));
    mailbox_deliver(f.home, 10);
    assert_int_equal(job.job.err, OK);
    assert_int_equal(core_directory_reload(f.core, &v), OK);
}

/* The world begins with this carrier. */
void begin(const char *more)
{
    set_settings(more);
    change(configure);
    turn();
}

void end(void *ctx)
{
    (void)ctx;
    f.ended = true;
}

/* ---- words of the tests ---- */

static void post_text(const struct directory *d, struct str to, const char *text)
{
    struct accept_request *r = ARENA_NEW(f.arena, struct accept_request);
    struct accept_job *job = ARENA_NEW(f.arena, struct accept_job);
    struct refusal why;
    struct str *recipient = ARENA_NEW(f.arena, struct str);
    *recipient = to;
    *r = (struct accept_request){.directory = d,
                                 .account = directory_account(d, STR("shop")),
                                 .user = directory_user(d, 1, STR("u")),
                                 .sender = STR("Shop"),
                                 .recipients = recipient,
                                 .recipients_n = 1,
                                 .text =
                                     text ? str_of(text) : arena_printf(f.arena, "m%zu", f.ids_n),
                                 .class = -1,
                                 .no_stop = true};
    assert_int_equal(accept_prepare(job, f.arena, r, &why), OK);
    assert_int_equal(accept_post(f.core, job, f.home, world_ignore), OK);
    writer_run_once(core_writer(f.core));
    mailbox_deliver(f.home, 1000);
    assert_int_equal(job->job.err, OK);
    f.ids[f.ids_n++] = job->messages[0].id;
}

void send_text_to(struct str to, const char *text)
{
    const struct directory *d = core_directory(f.core);
    post_text(d, to, text);
    directory_release(d);
    turn();
}

void send_texts(int n, const char *text)
{
    const struct directory *d = core_directory(f.core);
    for (int i = 0; i < n; i++)
        post_text(d, arena_printf(f.arena, "+3361%07d", (int)f.ids_n), text);
    directory_release(d);
    turn();
}

struct message message(size_t nth)
{
    struct message m;
    struct store_view v = {.db = f.reader, .arena = f.arena};
    assert_int_equal(store_message_get(&m, &v, f.ids[nth]), OK);
    return m;
}

size_t count(enum message_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < f.ids_n; i++)
        n += message(i).state == state;
    return n;
}

struct carrier_status status(void)
{
    struct carrier_status s;
    assert_true(carriers_status(f.carriers, CARRIER_ID, &s));
    return s;
}

struct str receipt_for(const struct smsc_submit *s, const char *stat)
{
    return arena_printf(f.arena, "id:%u-%u stat:%s err:000", s->session, s->sequence, stat);
}

void assert_order(size_t from, size_t n, size_t first)
{
    assert_true(smsc.submits_n >= from + n);
    for (size_t i = 0; i < n; i++) {
        char text[24];
        snprintf(text, sizeof(text), "m%zu", first + i);
        assert_string_equal(smsc.submits[from + i].text, text);
    }
}

/* ---- life ---- */

int world_set_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR + 1);
    memset(&f, 0, sizeof(f));
    memset(&smsc, 0, sizeof(smsc));
    f.enabled = true;
    clock_set_virtual(START_US);
    /* Nothing here is about disks. */
    const char *base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    snprintf(f.dir, sizeof(f.dir), "%s/navette-carrier-XXXXXX", base);
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.url, sizeof(f.url), "sqlite:%s/navette.db", f.dir);
    f.arena = arena_new();
    f.home = mailbox_new();
    f.loop = net_loop_new();
    assert_int_equal(core_open(&f.core, &(struct core_config){.database_url = f.url}), OK);
    assert_int_equal(core_reader(&f.reader, f.core), OK);
    assert_int_equal(carriers_new(&f.carriers, f.core, f.loop), OK);
    return 0;
}

int world_tear_down(void **state)
{
    (void)state;
    char command[128];
    f.writer_stands = false;
    if (!f.ended)
        carriers_stop(f.carriers, end, NULL);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS + 1000) * MS_US);
    assert_true(f.ended);
    assert_int_equal(smsc.open_now, 0);
    carriers_free(f.carriers);
    net_loop_free(f.loop);
    db_close(f.reader);
    core_close(f.core);
    mailbox_free(f.home);
    arena_free(f.arena);
    clock_set_virtual(0);
    snprintf(command, sizeof(command), "rm -rf '%s'", f.dir);
    return system(command);
}

int world_start(void **state)
{
    (void)state;
    phone_init();
    return secret_init();
}
