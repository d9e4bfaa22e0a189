/* SPDX-License-Identifier: Apache-2.0 */
#include "reply_world.h"

#include "store/id.h"
#include "store/ledger.h"
#include "store/search.h"
#include "testing.h"
#include "text/phone.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- words ---- */

typedef enum err apply_change(struct core *c, struct store_tx *tx, struct change *change);

static enum err run(struct change *change, apply_change *apply)
{
    *change = (struct change){
        .apply = apply, .job = {.letter.deliver = ignore, .home = world.home, .kind = JOB_ADMIN}};
    world_do(&change->job);
    return change->job.err;
}

static void reload(void)
{
    struct store_view v = world_view();
    assert_int_equal(core_directory_reload(world.core, &v), OK);
}

static struct reply_setting setting;

static enum err put_setting(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_reply_setting_put(tx, &setting);
}

void action(struct reply_setting s)
{
    struct change change;
    setting = s;
    setting.account_id = 1;
    assert_int_equal(run(&change, put_setting), OK);
    reload();
}

void action_text(const char *text)
{
    action((struct reply_setting){
        .action = REPLY_TEXT, .text = str_of(text), .url = STR(""), .an_hour = REPLY_AN_HOUR});
}

void action_cgi(void)
{
    action((struct reply_setting){.action = REPLY_CGI,
                                  .text = STR(""),
                                  .url = STR("http://127.0.0.1/cgi"),
                                  .an_hour = REPLY_AN_HOUR});
}

static const char *statement;

static enum err run_statement(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct db_query query = DB_QUERY(statement);
    return db_run(tx->view.db, &query, DB_NO_ARGS, NULL);
}

void sql(const char *text)
{
    struct change change;
    statement = text;
    assert_int_equal(run(&change, run_statement), OK);
    reload();
}

static int64_t left_to;

static enum err leave_so_much(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct purse_state purse = {.purse = {.account_id = 1}};
    assert_int_equal(store_purses_read(&purse, 1, &tx->view), OK);
    return store_purse_move(tx, purse.purse, LEDGER_CREDIT, left_to - purse.balance, 0, STR(""));
}

void balance_is(int64_t hundredths)
{
    struct change change;
    left_to = hundredths;
    assert_int_equal(run(&change, leave_so_much), OK);
}

int64_t balance(void)
{
    return world_count("SELECT balance FROM account WHERE id = 1");
}

/* A reply on its way, as core/incoming would store it. */
struct reply_match match;
struct incoming heard[HEARD_MAX];
size_t heard_n;
bool fails;

static enum err store_heard(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    enum err e = OK;
    for (size_t i = 0; i < heard_n && !e; i++) {
        uint64_t phone;
        heard[i].id = store_id_next();
        heard[i].received_at_us = tx->now_us;
        if (phone_parse(&phone, heard[i].sender) != OK)
            phone = 0;
        e = reply_start(c, tx, &heard[i], &match, phone);
        if (!e)
            e = store_incoming_insert(tx, &heard[i]);
    }
    if (!e)
        e = reply_finish(c, tx);
    return e ? e : fails ? ERR_TOO_LARGE : OK;
}

struct incoming of(const char *sender, const char *text)
{
    return (struct incoming){.account_id = match.account_id,
                             .carrier_id = WORLD_CARRIER,
                             .sender = str_of(sender),
                             .number = STR("36184"),
                             .text = str_of(text),
                             .kept = true,
                             .class = -1,
                             .parts = 1,
                             .message_id = match.question.id,
                             .conversation_id = match.conversation_id,
                             .standing = match.standing};
}

struct incoming read_back(int64_t id)
{
    struct incoming i;
    struct store_view v = world_view();
    assert_int_equal(store_incoming_get(&i, &v, id), OK);
    return i;
}

enum err hear_all(void)
{
    struct change change;
    return run(&change, store_heard);
}

struct incoming hear_row(struct incoming row)
{
    heard[0] = row;
    heard_n = 1;
    assert_int_equal(hear_all(), OK);
    return read_back(heard[0].id);
}

struct incoming hear(const char *text)
{
    return hear_row(of(PHONE, text));
}

void assert_started(struct incoming i, const char *started)
{
    if (!str_eq(i.started, str_of(started)))
        fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(i.started), started);
}

static int64_t answer_to;
static struct str answer_text;

static enum err say_answer(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    enum err e = reply_answer(c, tx, answer_to, answer_text);
    return e ? e : reply_finish(c, tx);
}

void cgi_says(int64_t incoming_id, const char *text)
{
    struct change change;
    answer_to = incoming_id;
    answer_text = str_of(text);
    assert_int_equal(run(&change, say_answer), OK);
}

struct message *newest_messages(size_t wanted)
{
    struct list_page page;
    struct store_view v = world_view();
    struct message_search newest = {
        .search = {.descending = true, .limit = 100, .budget.rows = 1000}};
    assert_int_equal(store_message_search(&page, &v, &newest), OK);
    assert_int_equal(page.n, wanted);
    return page.rows;
}

int reply_set_up(void **state)
{
    int failed = world_set_up(state);
    match =
        (struct reply_match){.account_id = 1, .standing = STANDING_IN_TIME, .conversation_id = 77};
    fails = false;
    return failed;
}
