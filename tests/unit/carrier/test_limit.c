/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/limit: "why is it not moving?" has one answer, and it is the cause, not what follows. */
#include "base/clock.h"
#include "carrier/limit.h"
#include "testing.h"

/* A carrier on which nothing is wrong and something waits. */
static struct limit_figures moving(void)
{
    return (struct limit_figures){.state = CARRIER_BOUND,
                                  .error = "",
                                  .lease_sure = true,
                                  .uncommitted_most = 1040,
                                  .window = 10,
                                  .on_wire = 3,
                                  .waits = true};
}

static void says(const struct limit_figures *f, const char *name, const char *sentence)
{
    char why[CARRIER_WHY_SIZE];
    enum limit limit = limit_find(f);
    limit_write(why, limit, f);
    assert_string_equal(limit_name(limit), name);
    assert_string_equal(why, sentence);
}

static void each_limit_has_its_sentence(void **state)
{
    (void)state;
    struct limit_figures f = moving();
    says(&f, "none", "all is moving");
    f.rate = 50;
    f.rate_waits = true;
    says(&f, "rate", "the rate: 50 parts a second");
    f.recipient_waits = true;
    f.behind_recipient = 2;
    says(&f, "recipient",
         "earlier messages to the same recipients are on the wire: 2 messages wait for them");
    f.sender_rate = 1;
    f.sender_waits = true;
    f.behind_sender = 7;
    says(&f, "sender_rate", "the rate of a sender, 1 parts a second: 7 messages wait for it");
    f.wire_full = true;
    says(&f, "wire", "the carrier does not read what is written to it");
    f.on_wire = 10;
    f.oldest_us = 4 * SEC_US + 1;
    says(&f, "window", "the window is full: 10 answers are awaited, the oldest for 4000 ms");
    f.waits = false;
    says(&f, "idle", "nothing waits");
    f.throttled_us = 1;
    says(&f, "throttled", "the carrier asked for a pause: 1 s are left");
    f.reading_paused = true;
    f.inbox_waiting = 2001;
    says(&f, "inbox", "the store is slow: reading pauses, 2001 from the carrier wait for it");
    f.uncommitted = 1040;
    says(&f, "store", "the store does not commit: 1040 outcomes wait for it");
    f.lease_sure = false;
    says(&f, "lease", "the database has not confirmed this server: it must not send");
}

static void each_state_of_the_link_has_its_sentence(void **state)
{
    (void)state;
    struct limit_figures f = moving();
    f.state = CARRIER_CONNECTING;
    says(&f, "connecting", "an attempt to connect is under way");
    f.error = "closed by peer";
    says(&f, "connecting", "an attempt to connect is under way; before it: closed by peer");
    f.state = CARRIER_DOWN;
    f.error = "closed by peer";
    f.next_attempt_us = 2 * SEC_US + 1;
    says(&f, "down", "there is no session; next attempt in 3 s: closed by peer");
    f.state = CARRIER_REFUSED;
    f.error = "bind refused: ESME_RINVPASWD";
    says(&f, "login",
         "the carrier refuses the login; next attempt in 3 s: bind refused: ESME_RINVPASWD");
    f.state = CARRIER_ENDING;
    says(&f, "ending", "it is ending: 3 answers are awaited");
    f.state = CARRIER_ELSEWHERE;
    says(&f, "elsewhere", "this server holds no place of it: others do, or none may");
    f.state = CARRIER_OFF;
    says(&f, "disabled", "it is disabled: `navette carrier set NAME --enabled yes`");
}

static void what_follows_from_another_limit_is_not_named(void **state)
{
    (void)state;
    struct limit_figures f = moving();
    f.on_wire = f.window; /* no answer is read, so that the window fills up */
    f.reading_paused = true;
    assert_int_equal(limit_find(&f), LIMIT_INBOX);
    f.uncommitted = f.uncommitted_most;
    assert_int_equal(limit_find(&f), LIMIT_STORE);
    f.state = CARRIER_DOWN;
    assert_int_equal(limit_find(&f), LIMIT_DOWN);
}

static void an_idle_carrier_that_may_not_send_says_so(void **state)
{
    (void)state;
    struct limit_figures f = moving();
    f.waits = false;
    f.lease_sure = false;
    assert_int_equal(limit_find(&f), LIMIT_LEASE);
}

static void a_long_error_is_cut_and_never_overruns(void **state)
{
    (void)state;
    char error[2 * CARRIER_WHY_SIZE];
    char why[CARRIER_WHY_SIZE];
    memset(error, 'x', sizeof(error));
    error[sizeof(error) - 1] = '\0';
    struct limit_figures f = moving();
    f.state = CARRIER_DOWN;
    f.error = error;
    limit_write(why, limit_find(&f), &f);
    assert_int_equal(strlen(why), CARRIER_WHY_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_has_its_sentence),
        cmocka_unit_test(each_state_of_the_link_has_its_sentence),
        cmocka_unit_test(what_follows_from_another_limit_is_not_named),
        cmocka_unit_test(an_idle_carrier_that_may_not_send_says_so),
        cmocka_unit_test(a_long_error_is_cut_and_never_overruns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
