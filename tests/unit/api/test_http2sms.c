/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP face over a real store: each request and the bytes of its answer. */
#include "api/api.h"
#include "base/clock.h"
#include "base/secret.h"
#include "net/http_client.h"
#include "store/ledger.h"
#include "testing.h"
#include "text/date.h"
#include "text/phone.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CGI  "/cgi-bin/sms/http2sms.cgi"
#define WHO  "account=sms-a&login=demo&password=secret"
#define WELL CGI "?&" WHO "&from=Navette&to=0033612345678&message=Hello&noStop=1"
#define MORE ". For more informations : http://more.example/"

enum { ACCOUNT = 1, DEMO, OFFICE, OFF, POOR, CARRIER };

static struct world {
    char dir[64];
    char database[96];
    char socket[96];
    struct core *core;
    struct net_loop *loop;
    struct api *api;
    pthread_t thread;
} world;

/* --- set up --- */

static enum err insert_users(struct store_tx *tx, struct str hash)
{
    const struct api_user users[] = {
        {.id = DEMO, .login = STR("demo"), .enabled = true},
        {.id = OFFICE, .login = STR("office"), .allow_ip = STR("10.0.0.0/8"), .enabled = true},
        {.id = OFF, .login = STR("off"), .enabled = false},
        {.id = POOR, .login = STR("poor"), .enabled = true, .has_quota = true},
    };
    enum err e = OK;
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]) && !e; i++) {
        struct api_user user = users[i];
        user.account_id = ACCOUNT;
        user.password = hash;
        e = store_user_insert(tx, &user);
    }
    return e;
}

static enum err fill(struct core *c, struct store_tx *tx, struct change *change)
{
    char hash[SECRET_PASSWORD_SIZE];
    struct purse purse = {.account_id = ACCOUNT};
    enum err e = secret_password_hash(hash, STR("secret"));
    if (!e)
        e = store_account_insert(tx, &(struct account){.id = ACCOUNT,
                                                       .name = STR("sms-a"),
                                                       .timezone = STR("Europe/Paris"),
                                                       .max_parts = 2,
                                                       .enabled = true});
    if (!e)
        e = store_purse_move(tx, purse, LEDGER_CREDIT, 100000, 0, STR("test"));
    if (!e)
        e = insert_users(tx, str_of(hash));
    if (!e)
        e = store_sender_insert(tx, &(struct sender){.id = 1,
                                                     .account_id = ACCOUNT,
                                                     .name = STR("Navette"),
                                                     .state = SENDER_ENABLED});
    if (!e)
        e = store_carrier_insert(
            tx,
            &(struct carrier_row){.id = CARRIER,
                                  .name = STR("sim"),
                                  .settings = STR("{\"host\":\"127.0.0.1\",\"system_id\":\"x\"}"),
                                  .enabled = true});
    if (!e)
        e = store_route_insert(
            tx, &(struct route){.id = 1, .prefix = STR("33"), .carrier_id = CARRIER});
    if (!e)
        e = store_rate_set(tx, &(struct rate){.prefix = STR(""), .credits = 100});
    return e;
}

static void ignore(struct letter *letter)
{
    (void)letter;
}

static enum err open_core(void)
{
    enum err e = core_open(&world.core, &(struct core_config){.database_url = world.database});
    if (e)
        return e;
    struct mailbox *home = mailbox_new();
    struct change change = {.apply = fill};
    core_change(world.core, &change, home, ignore);
    writer_run_once(core_writer(world.core));
    mailbox_free(home);
    struct db *reader = NULL;
    e = change.job.err ? change.job.err : core_reader(&reader, world.core);
    if (!e) {
        struct store_view view = {.db = reader, .arena = arena_new()};
        e = core_directory_reload(world.core, &view);
        arena_free(view.arena);
    }
    db_close(reader);
    return e;
}

static void *run_loop(void *loop)
{
    net_loop_run(loop);
    return NULL;
}

static int set_up(void **state)
{
    (void)state;
    static const char pattern[] = "/tmp/navette-test-XXXXXX";
    memcpy(world.dir, pattern, sizeof(pattern));
    if (secret_init() || !mkdtemp(world.dir))
        return -1;
    snprintf(world.database, sizeof(world.database), "sqlite:%s/navette.db", world.dir);
    snprintf(world.socket, sizeof(world.socket), "%s/navette.sock", world.dir);
    phone_init();
    if (open_core())
        return -1;
    world.loop = net_loop_new();
    struct api_config config = {.http_address = "127.0.0.1:0",
                                .socket_path = world.socket,
                                .more_info_url = "http://more.example/"};
    if (api_new(&world.api, world.core, world.loop, &config))
        return -1;
    core_start(world.core);
    return pthread_create(&world.thread, NULL, run_loop, world.loop);
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    net_loop_stop(world.loop);
    pthread_join(world.thread, NULL);
    api_free(world.api);
    core_stop(world.core);
    net_loop_free(world.loop);
    core_close(world.core);
    return nftw(world.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- asking --- */

static int ask(struct buf *out, const char *method, const char *target, const char *body,
               const char *unix_path)
{
    char url[8192];
    int status = 0;
    int n = snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)api_http_port(world.api),
                     target);
    assert_true(n > 0 && (size_t)n < sizeof(url));
    struct http_call call = {.unix_path = unix_path,
                             .method = method,
                             .url = url,
                             .body = str_of(body),
                             .timeout_s = 20};
    assert_int_equal(http_call(&status, out, &call), OK);
    buf_add_u8(out, '\0');
    return status;
}

static void expect_request(const char *method, const char *target, const char *body, int status,
                           const char *expected)
{
    struct buf out = buf_limited(1 << 20);
    int got = ask(&out, method, target, body, NULL);
    assert_string_equal((char *)out.p, expected);
    assert_int_equal(got, status);
    buf_free(&out);
}

static void expect(const char *target, const char *expected)
{
    expect_request("GET", target, NULL, 200, expected);
}

static int64_t balance(void)
{
    struct db *reader;
    struct purse_state read = {.purse.account_id = ACCOUNT};
    assert_int_equal(core_reader(&reader, world.core), OK);
    struct store_view view = {.db = reader, .arena = arena_new()};
    assert_int_equal(store_purses_read(&read, 1, &view), OK);
    assert_true(read.exists);
    arena_free(view.arena);
    db_close(reader);
    return read.balance;
}

/* "OK\n999\n123" has n ids. */
static void expect_ids(const char *target, size_t n)
{
    struct buf out = buf_limited(1 << 20);
    assert_int_equal(ask(&out, "GET", target, NULL, NULL), 200);
    struct str rest = str_of((char *)out.p);
    struct str line;
    assert_true(str_split(&rest, '\n', &line));
    if (!str_eq(line, STR("OK")))
        fail_msg("%s", (char *)out.p);
    assert_true(str_split(&rest, '\n', &line));
    uint64_t id;
    while (str_split(&rest, '\n', &line)) {
        assert_int_equal(str_to_u64(&id, line), OK);
        n--;
    }
    assert_int_equal(n, 0);
    buf_free(&out);
}

/* --- tests --- */

static void what_is_missing_is_told_first(void **state)
{
    (void)state;
    expect(CGI, "KO\nMissing account" MORE);
    expect(CGI "?account=sms-a", "KO\nMissing login" MORE);
    expect(CGI "?account=sms-a&login=demo", "KO\nMissing password" MORE);
    expect(CGI "?" WHO, "KO\nMissing from" MORE);
    expect(CGI "?" WHO "&from=Navette", "KO\nMissing to" MORE);
    expect(CGI "?" WHO "&senderForResponse=1", "KO\nMissing to" MORE);
    expect(CGI "?" WHO "&from=Navette&to=1&message=", "KO\nMissing message" MORE);
    expect(CGI "?contentType=text/json",
           "{\"status\":201,\"message\":\"Missing account" MORE "\"}");
}

static void who_may_not_send_learns_nothing(void **state)
{
    (void)state;
    static const char invalid[] = "KO\nInvalid login or password" MORE;
    static const char rest[] = "&from=x&to=x&message=x";
    static const char *const strangers[] = {
        "account=sms-b&login=demo&password=secret", "account=sms-a&login=nobody&password=secret",
        "account=sms-a&login=demo&password=wrong", "account=sms-a&login=off&password=secret",
        "account=sms-a%00&login=demo&password=secret"};
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        char target[256];
        snprintf(target, sizeof(target), CGI "?%s%s", strangers[i], rest);
        expect(target, invalid);
    }
    /* The address comes before the password. */
    expect(CGI "?account=sms-a&login=office&password=wrong&from=x&to=x&message=x",
           "KO\nIP address not allowed: 127.0.0.1" MORE);
}

static void the_first_fault_in_the_documented_order_answers(void **state)
{
    (void)state;
    static const struct {
        const char *query, *message;
    } cases[] = {
        {"&from=Other&to=x&message=x", "Invalid from"},
        {"&senderForResponse=1&to=x&message=x",
         "Invalid from: two-way is not switched on for this account: an operator does it with "
         "`navette twoway enable ACCOUNT`"},
        {"&from=Navette&to=12&message=x", "Invalid to"},
        {"&from=Navette&to=12&message=%ff&tag=123456789012345678901&class=9", "Invalid to"},
        {"&from=Other&to=12&message=%ff&class=9", "Invalid from"},
        {"&from=Navette&to=%2C%3B+&message=x", "Invalid to"},
        {"&from=Navette&to=0041791234567&message=x", "Invalid to"}, /* no route */
        {"&from=Navette&to=0033612345678&message=x&tag=123456789012345678901",
         "Invalid tag: is too long"},
        {"&from=Navette&to=0033612345678&message=x&tag=%C3%A912345678901234567890",
         "Invalid tag: is too long"},
        {"&from=Navette&to=0033612345678&message=x&tag=a%00b",
         "Invalid tag: holds a NUL character"},
        {"&from=Navette&to=0033612345678&message=x&deferred=soon&class=9", "Invalid deferred time"},
        {"&from=Navette&to=0033612345678&message=x&deferred=010001011970", "Invalid deferred time"},
        {"&from=Navette&to=0033612345678&message=x&deferred=000001012020", "Invalid deferred time"},
        {"&from=Navette&to=0033612345678&message=x&deferred=000001019020", "Invalid deferred time"},
        {"&from=Navette&to=0033612345678&message=x&class=4&smsCoding=3", "Invalid class"},
        {"&from=Navette&to=0033612345678&message=x&smsCoding=3&contentType=x", "Invalid smsCoding"},
        {"&from=Navette&to=0033612345678&message=%ff&contentType=x", "Invalid contentType"},
        {"&from=Navette&to=0033612345678&message=a%ff",
         "Invalid message: not valid UTF-8 at byte 2"},
        {"&from=Navette&to=0033612345678&message=%CE%B1%E2%82%AC%F0%9F%98%80&smsCoding=1",
         "Invalid message: \"α\" is not in the 7-bit alphabet"},
        {"&from=Navette&to=0033612345678&message=a%00b", "Invalid message: holds a NUL character"},
        {"&from=Navette&to=0033612345678&message=x&ref=a%00b",
         "Invalid ref: holds a NUL character"},
        {"&from=Navette&to=0033612345678&message=x&ref=a%ffb", "Invalid ref: is not valid UTF-8"},
        {"&from=Navette&to=0033612345678&message=x&ref="
         "12345678901234567890123456789012345678901234567890123456789012345",
         "Invalid ref: is too long"},
    };
    int64_t before = balance();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char target[512];
        char expected[256];
        snprintf(target, sizeof(target), CGI "?" WHO "%s", cases[i].query);
        snprintf(expected, sizeof(expected), "KO\n%s" MORE, cases[i].message);
        expect(target, expected);
    }
    assert_true(balance() == before);
}

static void too_many_parts_are_refused_with_the_limit(void **state)
{
    (void)state;
    char target[1024];
    snprintf(target, sizeof(target),
             CGI "?" WHO "&noStop=1&from=Navette&to=0033612345678&message=%0400d", 0);
    expect(target, "KO\nInvalid message: takes 3 parts, this account allows 2" MORE);
}

static void a_good_request_is_debited_and_gets_an_id(void **state)
{
    (void)state;
    int64_t before = balance();
    expect_ids(WELL, 1);
    assert_true(balance() == before - 100);
    expect_ids(CGI "?" WHO "&noStop=1&from=Navette&message=x&to=0033612345678,+33612345679;"
                   "33612345670,12,33612345670",
               3);
    assert_true(balance() == before - 400);
}

static void a_form_counts_before_the_query(void **state)
{
    (void)state;
    struct buf out = buf_limited(1 << 20);
    int status = ask(&out, "POST", CGI "?from=Other&contentType=text/xml",
                     WHO "&from=Navette&to=0033612345678&message=50%&noStop=1", NULL);
    assert_int_equal(status, 200);
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><response><status>100<";
    assert_memory_equal(out.p, head, sizeof(head) - 1);
    buf_free(&out);
}

static void a_deferred_message_answers_101(void **state)
{
    (void)state;
    struct date_local then;
    char target[512];
    struct buf out = buf_limited(1 << 20);
    assert_int_equal(date_from_utc_us(&then, clock_now_us() + DAY_US, STR("Europe/Paris")), OK);
    snprintf(target, sizeof(target), WELL "&contentType=text/json&deferred=%02d%02d%02d%02d%04d",
             then.hour, then.minute, then.day, then.month, then.year);
    assert_int_equal(ask(&out, "GET", target, NULL, NULL), 200);
    static const char head[] = "{\"status\":101,\"creditLeft\":\"";
    assert_memory_equal(out.p, head, sizeof(head) - 1);
    buf_free(&out);
}

static void a_ref_gives_the_same_bytes_again_and_is_debited_once(void **state)
{
    (void)state;
    struct buf first = buf_limited(1 << 20);
    struct buf again = buf_limited(1 << 20);
    assert_int_equal(ask(&first, "GET", WELL "&ref=order-1", NULL, NULL), 200);
    expect_ids(WELL, 1);
    int64_t before = balance();
    assert_int_equal(ask(&again, "GET", WELL "&ref=order-1", NULL, NULL), 200);
    assert_string_equal((char *)first.p, (char *)again.p);
    assert_true(balance() == before);
    buf_free(&first);
    buf_free(&again);
}

static void an_empty_purse_is_told_by_its_name(void **state)
{
    (void)state;
    expect(CGI "?account=sms-a&login=poor&password=secret&from=Navette&to=33612345678&message=x"
               "&noStop=1",
           "KO\nQuota exceeded" MORE);
    struct buf out = buf_limited(1 << 20);
    struct buf body = buf_limited(1 << 20);
    buf_add_str(&body, STR(WHO "&from=Navette&noStop=1&message=x&to="));
    for (int i = 0; i < 1000; i++)
        buf_printf(&body, "336%08d,", 12340000 + i);
    buf_add_u8(&body, 0);
    assert_int_equal(ask(&out, "POST", CGI, (char *)body.p, NULL), 200);
    assert_string_equal((char *)out.p, "KO\nNot enough credits" MORE);
    buf_free(&out);
    buf_free(&body);
}

static void other_methods_and_paths_are_refused(void **state)
{
    (void)state;
    expect_request("PUT", CGI, "x=1", 405, "KO\nInvalid method: use GET or POST" MORE);
    expect_request("GET", "/api/v1/elsewhere", NULL, 404,
                   "{\"type\":\"/api#error-not_found\",\"title\":\"not found\",\"status\":404,"
                   "\"code\":\"not_found\",\"detail\":\"no such path\"}");
    expect_request("GET", "/elsewhere", NULL, 404, "There is no such page.\n");
}

static void the_resources_are_served_on_the_socket_only(void **state)
{
    (void)state;
    static const struct {
        const char *method, *target, *body, *part;
        int status;
    } cases[] = {
        {"GET", "/api/v1/accounts", NULL, "{\"items\":[{\"id\":\"1\",\"name\":\"sms-a\"", 200},
        {"GET", "/api/v1/accounts/none", NULL, "\"code\":\"not_found\"", 404},
        {"PUT", "/api/v1/accounts", "{}", "allowed: GET, POST", 405},
        {"POST", "/api/v1/accounts", "{\"name\":", "\"code\":\"malformed\"", 400},
        {"POST", "/api/v1/accounts", "[]", "must be a JSON object", 400},
        {"GET", "/api/v1/nothing", NULL, "no such path", 404},
        {"GET", "/health", NULL, "ok\n", 200},
        {"GET", CGI, NULL, "no such path", 404},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = buf_limited(1 << 20);
        int status = ask(&out, cases[i].method, cases[i].target, cases[i].body, world.socket);
        if (!strstr((char *)out.p, cases[i].part))
            fail_msg("%s gives %s", cases[i].target, (char *)out.p);
        assert_int_equal(status, cases[i].status);
        buf_free(&out);
    }
}

static void the_machines_that_watch_get_their_figures(void **state)
{
    (void)state;
    expect("/health", "ok\n");
    expect("/ready", "ready\n");
    for (int i = 0; i < 2; i++) {
        struct buf out = buf_limited(1 << 20);
        assert_int_equal(ask(&out, "GET", "/metrics", NULL, NULL), 200);
        assert_non_null(strstr((char *)out.p, "\nnavette_http_requests_total "));
        assert_non_null(strstr((char *)out.p, "\nnavette_queue_messages{carrier=\"sim\"} "));
        buf_free(&out);
    }
}

static void the_pages_are_served_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        const char *target, *title;
    } pages[] = {{"/docs/http2sms", "send an SMS with one URL"},
                 {"/docs/http2sms?lang=fr", "envoyer un SMS avec une URL"},
                 {"/docs", "This server"},
                 {"/docs?lang=fr", "Ce serveur"}};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct buf out = buf_limited(1 << 20);
        assert_int_equal(ask(&out, "GET", pages[i].target, NULL, NULL), 200);
        assert_non_null(strstr((char *)out.p, pages[i].title));
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_told_first),
        cmocka_unit_test(who_may_not_send_learns_nothing),
        cmocka_unit_test(the_first_fault_in_the_documented_order_answers),
        cmocka_unit_test(too_many_parts_are_refused_with_the_limit),
        cmocka_unit_test(a_good_request_is_debited_and_gets_an_id),
        cmocka_unit_test(a_form_counts_before_the_query),
        cmocka_unit_test(a_deferred_message_answers_101),
        cmocka_unit_test(a_ref_gives_the_same_bytes_again_and_is_debited_once),
        cmocka_unit_test(an_empty_purse_is_told_by_its_name),
        cmocka_unit_test(other_methods_and_paths_are_refused),
        cmocka_unit_test(the_resources_are_served_on_the_socket_only),
        cmocka_unit_test(the_machines_that_watch_get_their_figures),
        cmocka_unit_test(the_pages_are_served_in_both_languages),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
