/* SPDX-License-Identifier: Apache-2.0 */
#include "api/credentials.h"
#include "api/worker.h"
#include "base/arena.h"
#include "base/metric.h"
#include "base/secret.h"
#include "testing.h"

#include <poll.h>
#include <stdlib.h>

static char stored[SECRET_PASSWORD_SIZE];
static char other[SECRET_PASSWORD_SIZE];
static size_t answered;

static void count_answer(struct credential_check *check)
{
    (void)check;
    answered++;
}

static struct credential_check ask(const char *password, const char *hash)
{
    return (struct credential_check){.account = STR("sms-a"),
                                     .login = STR("demo"),
                                     .password = str_of(password),
                                     .stored = str_of(hash),
                                     .done = count_answer};
}

struct world {
    struct worker *worker;
    struct mailbox *home;
    struct credentials *credentials;
};

static struct world world_new(void)
{
    struct world w = {.worker = worker_new(), .home = mailbox_new()};
    w.credentials = credentials_new(worker_mailbox(w.worker), w.home);
    answered = 0;
    clock_set_virtual(1000 * SEC_US);
    return w;
}

static void world_free(struct world *w)
{
    worker_free(w->worker);
    credentials_free(w->credentials);
    mailbox_free(w->home);
    clock_set_virtual(0);
}

static void wait_for(struct world *w, size_t answers)
{
    struct pollfd ready = {.fd = mailbox_fd(w->home), .events = POLLIN};
    while (answered < answers) {
        assert_int_equal(poll(&ready, 1, 20000), 1);
        mailbox_deliver(w->home, SIZE_MAX);
    }
}

/* Asks and waits; true when it was known without asking argon2id. */
static bool is_known(struct world *w, struct credential_check *check)
{
    answered = 0;
    if (credentials_check(w->credentials, check))
        return true;
    wait_for(w, 1);
    return false;
}

static void a_verified_password_is_remembered_for_ten_minutes(void **state)
{
    (void)state;
    struct world w = world_new();
    struct credential_check check = ask("secret", stored);
    assert_false(is_known(&w, &check));
    assert_int_equal(check.err, OK);
    clock_advance(CREDENTIALS_KEPT_US - 1);
    assert_true(is_known(&w, &check));
    assert_int_equal(check.err, OK);
    clock_advance(1);
    assert_false(is_known(&w, &check));
    assert_int_equal(check.err, OK);
    assert_true(is_known(&w, &check));
    world_free(&w);
}

static void a_wrong_password_is_never_remembered(void **state)
{
    (void)state;
    struct world w = world_new();
    for (int i = 0; i < 2; i++) {
        struct credential_check check = ask("wrong", stored);
        assert_false(is_known(&w, &check));
        assert_int_equal(check.err, ERR_UNAUTHORIZED);
        check = ask("secret", ""); /* no such user */
        assert_false(is_known(&w, &check));
        assert_int_equal(check.err, ERR_UNAUTHORIZED);
    }
    world_free(&w);
}

static void a_new_password_forgets_the_old_one_at_once(void **state)
{
    (void)state;
    struct world w = world_new();
    struct credential_check check = ask("secret", stored);
    assert_false(is_known(&w, &check));
    check = ask("secret", other);
    assert_false(is_known(&w, &check));
    assert_int_equal(check.err, ERR_UNAUTHORIZED);
    check = ask("secret", ""); /* switched off */
    assert_false(is_known(&w, &check));
    assert_int_equal(check.err, ERR_UNAUTHORIZED);
    world_free(&w);
}

static void those_who_ask_the_same_wait_for_one_verification(void **state)
{
    (void)state;
    enum { ASKERS = 200 };
    struct world w = world_new();
    static struct credential_check checks[ASKERS];
    int64_t before = metric_get(METRIC_AUTH_VERIFIED);
    for (size_t i = 0; i < ASKERS; i++) {
        checks[i] = ask("secret", stored);
        assert_false(credentials_check(w.credentials, &checks[i]));
    }
    wait_for(&w, ASKERS);
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(checks[i].err, OK);
    assert_int_equal(metric_get(METRIC_AUTH_VERIFIED) - before, 1);
    world_free(&w);
}

/* A worker that never works shows what may wait. */
static void what_waits_is_bounded_and_one_address_leaves_room_for_others(void **state)
{
    (void)state;
    struct mailbox *work = mailbox_new();
    struct mailbox *home = mailbox_new();
    struct credentials *c = credentials_new(work, home);
    struct arena *a = arena_new();
    size_t waiting[3] = {0};
    for (uint64_t asker = 0; asker < 3; asker++)
        for (int i = 0; i < CREDENTIALS_WAITING; i++) {
            struct credential_check *check = ARENA_NEW(a, struct credential_check);
            *check = ask(arena_printf(a, "guess %d", i).p, stored);
            check->login = arena_printf(a, "user %d", (int)asker);
            check->asker = asker;
            if (!credentials_check(c, check))
                waiting[asker]++;
            else
                assert_int_equal(check->err, ERR_BUSY);
        }
    assert_int_equal(waiting[0], CREDENTIALS_PER_ASKER);
    assert_int_equal(waiting[1], CREDENTIALS_WAITING - CREDENTIALS_PER_ASKER);
    assert_int_equal(waiting[2], 0);
    arena_free(a);
    credentials_free(c);
    mailbox_free(work);
    mailbox_free(home);
}

static int set_up(void **state)
{
    (void)state;
    return secret_init() || secret_password_hash(stored, STR("secret")) ||
           secret_password_hash(other, STR("another"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verified_password_is_remembered_for_ten_minutes),
        cmocka_unit_test(a_wrong_password_is_never_remembered),
        cmocka_unit_test(a_new_password_forgets_the_old_one_at_once),
        cmocka_unit_test(those_who_ask_the_same_wait_for_one_verification),
        cmocka_unit_test(what_waits_is_bounded_and_one_address_leaves_room_for_others),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
