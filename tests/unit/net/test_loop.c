/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/clock.h"
#include "net/loop.h"
#include "testing.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { POSTERS = 4, LETTERS_EACH = 20000 };

struct parcel {
    struct letter letter;
    struct tally *tally;
    unsigned poster;
    unsigned number;
};

struct tally {
    struct net_loop *loop;
    unsigned next[POSTERS];
    unsigned total;
    bool ordered;
};

static void count_parcel(struct letter *letter)
{
    struct parcel *parcel = (struct parcel *)letter;
    struct tally *tally = parcel->tally;
    if (tally->next[parcel->poster]++ != parcel->number)
        tally->ordered = false;
    if (++tally->total == POSTERS * LETTERS_EACH)
        net_loop_stop(tally->loop);
    free(parcel);
}

struct poster {
    struct tally *tally;
    unsigned id;
};

static void *post_parcels(void *arg)
{
    struct poster *poster = arg;
    for (unsigned i = 0; i < LETTERS_EACH; i++) {
        struct parcel *parcel = base_alloc(sizeof(*parcel));
        *parcel = (struct parcel){.letter.deliver = count_parcel,
                                  .tally = poster->tally,
                                  .poster = poster->id,
                                  .number = i};
        net_loop_post(poster->tally->loop, &parcel->letter);
    }
    return NULL;
}

static void letters_of_other_threads_arrive_once_and_in_order(void **state)
{
    struct net_loop *loop = net_loop_new();
    struct tally tally = {.loop = loop, .ordered = true};
    struct poster posters[POSTERS];
    pthread_t threads[POSTERS];
    for (unsigned i = 0; i < POSTERS; i++) {
        posters[i] = (struct poster){.tally = &tally, .id = i};
        assert_int_equal(pthread_create(&threads[i], NULL, post_parcels, &posters[i]), 0);
    }
    net_loop_run(loop);
    for (unsigned i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(tally.total, POSTERS * LETTERS_EACH);
    assert_true(tally.ordered);
    net_loop_free(loop);
}

struct bell {
    struct net_loop *loop;
    struct net_timer *timer;
    int64_t due_us;
    char name;
    char *heard;
    bool early;
};

static void ring(void *ctx)
{
    struct bell *bell = ctx;
    bell->early = clock_mono_us() < bell->due_us;
    size_t n = strlen(bell->heard);
    bell->heard[n] = bell->name;
    bell->heard[n + 1] = '\0';
    if (n + 1 == 3)
        net_loop_stop(bell->loop);
}

static void timers_fire_in_order_and_never_early(void **state)
{
    static const int64_t after_us[] = {30000, 1000, 15000, 5000};
    struct net_loop *loop = net_loop_new();
    char heard[8] = "";
    struct bell bells[4];
    for (size_t i = 0; i < 4; i++) {
        bells[i] = (struct bell){.loop = loop, .name = (char)('a' + i), .heard = heard};
        bells[i].timer = net_timer_new(loop, ring, &bells[i]);
        bells[i].due_us = clock_mono_us() + after_us[i];
        net_timer_set(bells[i].timer, after_us[i]);
    }
    net_timer_cancel(bells[3].timer);
    net_loop_run(loop);
    assert_string_equal(heard, "bca");
    for (size_t i = 0; i < 4; i++) {
        if (i != 3)
            assert_false(bells[i].early);
        net_timer_free(bells[i].timer);
    }
    net_loop_free(loop);
}

struct ticker {
    struct net_loop *loop;
    struct net_timer *timer;
    unsigned left;
};

static void tick(void *ctx)
{
    struct ticker *ticker = ctx;
    if (--ticker->left)
        net_timer_set(ticker->timer, 0);
    else
        net_loop_stop(ticker->loop);
}

static void a_timer_may_set_itself_again(void **state)
{
    struct net_loop *loop = net_loop_new();
    struct ticker ticker = {.loop = loop, .left = 1000};
    ticker.timer = net_timer_new(loop, tick, &ticker);
    net_timer_set(ticker.timer, 0);
    net_loop_run(loop);
    assert_int_equal(ticker.left, 0);
    net_timer_free(ticker.timer);
    net_loop_free(loop);
}

struct flood {
    struct letter letter;
    struct net_loop *loop;
    unsigned delivered;
};

static void post_again(struct letter *letter)
{
    struct flood *flood = (struct flood *)letter;
    flood->delivered++;
    net_loop_post(flood->loop, letter);
}

static void stop_loop(void *ctx)
{
    net_loop_stop(ctx);
}

static void a_flood_of_letters_starves_no_timer(void **state)
{
    struct net_loop *loop = net_loop_new();
    struct flood flood = {.letter.deliver = post_again, .loop = loop};
    struct net_timer *timer = net_timer_new(loop, stop_loop, loop);
    net_timer_set(timer, 10000);
    net_loop_post(loop, &flood.letter);
    net_loop_run(loop);
    assert_true(flood.delivered > 10);
    net_timer_free(timer);
    net_loop_free(loop);
}

static void drain_and_stop(void *ctx)
{
    void **both = ctx;
    char byte;
    assert_int_equal(read(*(int *)both[1], &byte, 1), 1);
    net_loop_stop(both[0]);
}

static void a_watch_calls_while_readable(void **state)
{
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    struct net_loop *loop = net_loop_new();
    void *both[2] = {loop, &pipe_fds[0]};
    struct net_watch *watch = net_watch_new(loop, pipe_fds[0], drain_and_stop, both);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(pipe_fds[1], "x", 1), 1);
        net_loop_run(loop);
    }
    net_watch_free(watch);
    net_loop_free(loop);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void a_stop_before_the_run_is_not_lost(void **state)
{
    struct net_loop *loop = net_loop_new();
    net_loop_stop(loop);
    net_loop_stop(loop);
    net_loop_run(loop);
    net_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_other_threads_arrive_once_and_in_order),
        cmocka_unit_test(timers_fire_in_order_and_never_early),
        cmocka_unit_test(a_timer_may_set_itself_again),
        cmocka_unit_test(a_flood_of_letters_starves_no_timer),
        cmocka_unit_test(a_watch_calls_while_readable),
        cmocka_unit_test(a_stop_before_the_run_is_not_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
