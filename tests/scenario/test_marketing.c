/* SPDX-License-Identifier: Apache-2.0 */
/* Marketing messages: their clause by country (P1.3) and when they leave (P2.7). */
#include "base/clock.h"
#include "core_world.h"
#include "store/queue.h"
#include "testing.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- words ---- */

static struct accept_request marketing_to(const char *recipients)
{
    struct str *list = ARENA_ARRAY(world.arena, 16, struct str);
    struct str rest = str_of(recipients);
    size_t n = 0;
    while (n < 16 && str_split(&rest, ',', &list[n]))
        n++;
    return (struct accept_request){
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = list,
        .recipients_n = n,
        .text = STR("Sale"),
        .class = -1,
    };
}

static struct accept_job *send_request(const struct accept_request *given)
{
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct accept_request *r = ARENA_NEW(world.arena, struct accept_request);
    struct refusal why;
    *r = *given;
    assert_int_equal(accept_prepare(job, world.arena, r, &why), OK);
    job->job = (struct job){.letter.deliver = ignore, .home = world.home, .kind = JOB_ACCEPT};
    world_do(&job->job);
    assert_int_equal(job->job.err, OK);
    return job;
}

static struct accept_job *send_marketing(const char *recipients)
{
    struct accept_request r = marketing_to(recipients);
    return send_request(&r);
}

static void assert_text(const struct message *m, const char *text)
{
    if (!str_eq(m->text, str_of(text)))
        fail_msg("\"%.*s\", not \"%s\"", STR_FMT(m->text), text);
}

/* ---- P1.3: the clause ---- */

static void P1_3_the_clause_is_that_of_the_recipients_country(void **state)
{
    (void)state;
    world_settings("\"stop_text\":\"STOP 1\","
                   "\"stop_texts\":\"FR=STOP 36184;BE=STOP 8989;CH=\"");
    struct accept_job *job = send_marketing("+33612345678,+32470123456,+41791234567,+33612345679,"
                                            "+12125550123");
    assert_int_equal(job->messages_n, 5);
    assert_text(&job->messages[0], "Sale\nSTOP 36184");
    assert_text(&job->messages[1], "Sale\nSTOP 8989");
    assert_text(&job->messages[2], "Sale");
    assert_text(&job->messages[3], "Sale\nSTOP 36184");
    assert_text(&job->messages[4], "Sale\nSTOP 1");
    for (size_t i = 0; i < job->messages_n; i++)
        assert_true(job->messages[i].marketing);
}

static void P1_3_a_clause_of_one_country_counts_there_alone(void **state)
{
    (void)state;
    world_settings("\"stop_texts\":\"FR=STOP 36184\"");
    char *text = arena_alloc(world.arena, 151);
    memset(text, 'a', 150);
    struct accept_request r = marketing_to("+33612345678,+32470123456");
    r.text = (struct str){text, 150};
    struct accept_job *job = send_request(&r);
    assert_int_equal(job->messages[0].parts, 2); /* 150 and a clause of 11 are 161 */
    assert_int_equal(job->messages[1].parts, 1);
    assert_int_equal(job->cost, job->messages[0].credits + job->messages[1].credits);
}

static void P1_3_no_clause_where_it_is_not_marketing(void **state)
{
    (void)state;
    world_settings("\"stop_text\":\"STOP 1\",\"stop_texts\":\"FR=STOP 36184\"");
    struct accept_request r = marketing_to("+33612345678");
    r.no_stop = true;
    assert_text(&send_request(&r)->messages[0], "Sale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
        TEST(P1_3_the_clause_is_that_of_the_recipients_country),
        TEST(P1_3_a_clause_of_one_country_counts_there_alone),
        TEST(P1_3_no_clause_where_it_is_not_marketing),
#undef TEST
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/marketing", tests, NULL, NULL);
}
