/* SPDX-License-Identifier: Apache-2.0 */
#include "two_way_world.h"

#include "base/clock.h"
#include "store/id.h"
#include "store/ledger.h"
#include "testing.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

static const char *name_of(int64_t account_id)
{
    return account_id == BANK ? "bank" : account_id == CLUB ? "club" : "shop";
}

static enum err add_account(struct store_tx *tx, int64_t id)
{
    struct str name = str_of(name_of(id));
    struct account account = {
        .id = id, .name = name, .timezone = STR("Europe/Paris"), .max_parts = 8, .enabled = true};
    struct api_user user = {
        .id = id + 1, .account_id = id, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct sender sender = {.id = id + 2, .account_id = id, .name = name, .state = SENDER_ENABLED};
    struct purse purse = {.account_id = id};
    assert_int_equal(store_account_insert(tx, &account), OK);
    assert_int_equal(store_user_insert(tx, &user), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    return store_purse_move(tx, purse, LEDGER_CREDIT, 100000000, 0, STR(""));
}

static enum err add_two_way(struct store_tx *tx, int64_t account_id)
{
    struct two_way t = {.account_id = account_id, .country = STR("FR")};
    return store_two_way_put(tx, &t);
}

static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct purse purse = {.account_id = SHOP};
    assert_int_equal(add_account(tx, BANK), OK);
    assert_int_equal(add_account(tx, CLUB), OK);
    assert_int_equal(add_two_way(tx, SHOP), OK);
    assert_int_equal(add_two_way(tx, BANK), OK);
    assert_int_equal(add_two_way(tx, CLUB), OK);
    return store_purse_move(tx, purse, LEDGER_CREDIT, 10000000, 0, STR(""));
}

int two_way_set_up(void **state)
{
    int failed = world_set_up(state);
    if (failed)
        return failed;
    world_change(configure);
    two_way_number("38000", NUMBER_SHORT, 0);
    two_way_number("38001", NUMBER_SHORT, 0);
    two_way_number("38002", NUMBER_SHORT, 0);
    return 0;
}

static struct number next_number;

static enum err add_number(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_number_insert(tx, &next_number);
}

void two_way_number(const char *digits, enum number_kind kind, int64_t account_id)
{
    next_number = (struct number){.id = store_id_next(),
                                  .carrier_id = WORLD_CARRIER,
                                  .digits = str_of(digits),
                                  .country = STR("FR"),
                                  .kind = kind,
                                  .account_id = account_id,
                                  .enabled = true};
    world_change(add_number);
}

static const char *next_sql;

static enum err run_sql(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return db_script(tx->view.db, str_of(next_sql));
}

void two_way_run(const char *sql)
{
    next_sql = sql;
    world_change(run_sql);
}

/* ---- messages ---- */

static void forget_arrived(void)
{
    for (size_t i = 0; i < world.arrived_n; i++)
        outgoing_free(world.arrived[i]);
    world.arrived_n = 0;
}

struct accept_job *two_way_send(struct two_way_send s, struct refusal *why)
{
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct accept_request *r = ARENA_NEW(world.arena, struct accept_request);
    struct str to = str_of(s.to);
    int64_t account_id = s.account_id ? s.account_id : SHOP;
    *r = (struct accept_request){
        .directory = world.directory,
        .account = directory_account_by_id(world.directory, account_id),
        .user = directory_user(world.directory, account_id, STR("u")),
        .sender = str_of(s.from),
        .with_reply = !s.from,
        .recipients = ARENA_ARRAY(world.arena, 1000, struct str),
        .text = str_of(s.text ? s.text : "Oui ou non?"),
        .class = -1,
        .no_stop = true,
        .due_at_us = s.due_at_us,
    };
    while (r->recipients_n < 1000 && str_split(&to, ',', &r->recipients[r->recipients_n]))
        r->recipients_n++;
    *why = (struct refusal){0};
    forget_arrived();
    world.slot->ready = r->recipients_n < WORLD_ARRIVED_MAX;
    enum err e = accept_prepare(job, world.arena, r, why);
    job->job.err = e;
    if (!e) {
        assert_int_equal(accept_post(world.core, job, world.home, ignore), OK);
        writer_run_once(core_writer(world.core));
        mailbox_deliver(world.wire, SIZE_MAX);
        mailbox_deliver(world.home, SIZE_MAX);
    }
    return job;
}

const struct message *two_way_sent(struct two_way_send s)
{
    struct refusal why;
    struct accept_job *job = two_way_send(s, &why);
    if (job->job.err)
        fail_msg("%s: %.*s", err_name(job->job.err), STR_FMT(why.detail));
    assert_int_equal(job->messages_n, 1);
    return &job->messages[0];
}

struct incoming two_way_hear(const char *from, const char *number)
{
    struct incoming_job job;
    size_t n;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = str_of(from);
    job.sender_ton = 1;
    job.number = str_of(number);
    job.bytes = STR("oui");
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
    return world_heard(&n)[0];
}

struct conversation two_way_conversation(int64_t id)
{
    struct conversation c;
    struct store_view v = world_view();
    assert_int_equal(store_conversation_get(&c, &v, id), OK);
    return c;
}
