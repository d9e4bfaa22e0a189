/* SPDX-License-Identifier: Apache-2.0 */
/* core/route: which route wins, as a table of cases; hours over both nights of the year; and why.
 */
#include "base/clock.h"
#include "core/directory.h"
#include "core/outbox.h"
#include "core/route.h"
#include "testing.h"
#include "text/date.h"

enum { SHOP = 1, OTHER = 2, ORANGE = 11, SFR = 12, FREE = 13, ROUTES = 16 };
enum { WEEKDAYS = 0x1F };
static const uint64_t phone = 33612345678;

static struct {
    struct arena *arena;
    struct outbox *outbox;
    struct account accounts[2];
    struct directory_carrier carriers[3];
    struct route routes[ROUTES];
    struct directory d;
    struct route_ask ask;
} f;

static int set_up(void **state)
{
    static const char *const names[] = {"free", "orange", "sfr"};
    static const int64_t ids[] = {FREE, ORANGE, SFR};
    (void)state;
    memset(&f, 0, sizeof(f));
    f.arena = arena_new();
    f.outbox = outbox_new(false);
    f.accounts[0] = (struct account){.id = OTHER, .name = STR("other"), .grade = GRADE_PREMIUM};
    f.accounts[1] = (struct account){.id = SHOP, .name = STR("shop"), .grade = GRADE_PREMIUM};
    for (size_t i = 0; i < 3; i++)
        f.carriers[i] = (struct directory_carrier){
            .row = {.id = ids[i], .name = str_of(names[i]), .enabled = true},
            .slot = outbox_slot(f.outbox, ids[i])};
    f.d = (struct directory){.accounts = f.accounts,
                             .accounts_n = 2,
                             .carriers = f.carriers,
                             .carriers_n = 3,
                             .routes = f.routes};
    f.ask = (struct route_ask){.recipient = phone,
                               .account_id = SHOP,
                               .grade = GRADE_PREMIUM,
                               .sender = STR("Shop"),
                               .sender_kind = SENDER_ALPHANUMERIC};
    assert_int_equal(date_parse_iso(&f.ask.at_us, STR("2026-11-25T11:00:00Z")), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    outbox_free(f.outbox);
    arena_free(f.arena);
    return 0;
}

static struct route *add(const char *prefix, int64_t carrier)
{
    struct route *r = &f.routes[f.d.routes_n++];
    *r = (struct route){.id = (int64_t)f.d.routes_n,
                        .prefix = str_of(prefix),
                        .carrier_id = carrier,
                        .days = ROUTE_ALL_DAYS,
                        .until_min = ROUTE_DAY_MIN,
                        .weight = 1};
    return r;
}

static int64_t chosen(void)
{
    f.d.table = route_table_new(f.arena, &f.d);
    const struct directory_carrier *c = route_choose(&f.d, &f.ask);
    return c ? c->row.id : 0;
}

static void away(int64_t carrier, bool throttled)
{
    struct outbox_slot *slot = outbox_slot(f.outbox, carrier);
    atomic_store(&slot->away_throttled, throttled);
    atomic_store(&slot->away_since_us, f.ask.at_us - 90 * SEC_US);
}

/* ---- selection ---- */

static void the_longest_prefix_wins(void **state)
{
    (void)state;
    add("", ORANGE);
    add("336", SFR);
    add("33612345679", FREE);
    assert_int_equal(chosen(), SFR);
    f.ask.recipient = 33612345679;
    assert_int_equal(chosen(), FREE);
    f.ask.recipient = 44;
    assert_int_equal(chosen(), ORANGE);
    f.ask.recipient = 33;
    assert_int_equal(chosen(), ORANGE);
}

/* Each is closer than all before it, and does not match when the message is another's. */
static void the_closest_of_one_prefix_wins(void **state)
{
    (void)state;
    add("33", ORANGE);
    for (int close = 0; close < 5; close++) {
        struct route *r = add("33", close % 2 ? ORANGE : SFR);
        if (close == 0) {
            r->timezone = STR("Europe/Paris");
            r->days = WEEKDAYS;
        } else if (close == 1) {
            r->grade = GRADE_PREMIUM;
        } else if (close == 2) {
            r->sender_kind = SENDER_ALPHANUMERIC;
        } else if (close == 3) {
            r->sender = STR("Shop");
        } else {
            r->account_id = SHOP;
        }
        assert_int_equal(chosen(), close % 2 ? ORANGE : SFR);
    }
    f.ask.account_id = OTHER;
    assert_int_equal(chosen(), ORANGE); /* the sender's */
    f.ask.sender = STR("Bank");
    assert_int_equal(chosen(), SFR); /* the kind's */
    f.ask.sender_kind = SENDER_SHORT;
    assert_int_equal(chosen(), ORANGE); /* the grade's */
    f.ask.grade = GRADE_LOW_COST;
    assert_int_equal(chosen(), SFR); /* the hours' */
    f.ask.at_us += 3 * DAY_US;
    assert_int_equal(chosen(), ORANGE); /* what is left on a Saturday */
}

static void a_route_for_an_account_beats_all_the_rest_together(void **state)
{
    (void)state;
    struct route *close = add("33", ORANGE);
    close->sender = STR("Shop");
    close->sender_kind = SENDER_ALPHANUMERIC;
    close->grade = GRADE_PREMIUM;
    close->timezone = STR("UTC");
    add("33", SFR)->account_id = SHOP;
    assert_int_equal(chosen(), SFR);
}

static void the_lowest_turn_is_first_and_the_oldest_of_equal_turns_shares(void **state)
{
    (void)state;
    add("33", ORANGE)->turn = 2;
    add("33", SFR)->turn = 1;
    assert_int_equal(chosen(), SFR);
}

static void equal_routes_share_by_weight_and_a_phone_keeps_its_carrier(void **state)
{
    enum { PHONES = 100000 };
    size_t orange = 0;
    (void)state;
    add("33", ORANGE)->weight = 3;
    add("33", SFR)->weight = 1;
    f.d.table = route_table_new(f.arena, &f.d);
    for (uint64_t i = 0; i < PHONES; i++) {
        f.ask.recipient = UINT64_C(33600000000) + i;
        const struct directory_carrier *c = route_choose(&f.d, &f.ask);
        assert_ptr_equal(c, route_choose(&f.d, &f.ask));
        orange += c->row.id == ORANGE;
    }
    assert_in_range(orange, PHONES * 74 / 100, PHONES * 76 / 100);
}

static void one_that_cannot_take_it_leaves_its_share_to_the_others(void **state)
{
    (void)state;
    add("33", ORANGE)->draining = true;
    add("33", SFR);
    for (f.ask.recipient = 33600000000; f.ask.recipient < 33600000050; f.ask.recipient++)
        assert_int_equal(chosen(), SFR);
}

static void what_does_not_count_falls_to_the_next(void **state)
{
    (void)state;
    struct route *first = add("336", ORANGE);
    add("33", SFR);
    add("", FREE);
    first->draining = true;
    assert_int_equal(chosen(), SFR);
    first->draining = false;
    f.carriers[1].row.enabled = false;
    assert_int_equal(chosen(), SFR);
    f.carriers[2].row.enabled = false;
    assert_int_equal(chosen(), FREE);
    f.carriers[0].row.enabled = false;
    assert_int_equal(chosen(), 0);
    f.carriers[1].row.enabled = true;
    first->carrier_id = 99; /* gone */
    assert_int_equal(chosen(), 0);
}

static void a_carrier_that_is_away_takes_only_what_no_other_takes(void **state)
{
    (void)state;
    add("336", ORANGE);
    add("33", SFR);
    away(ORANGE, false);
    assert_int_equal(chosen(), SFR);
    away(SFR, true);
    assert_int_equal(chosen(), ORANGE);
    f.ask.present = true;
    assert_int_equal(chosen(), 0);
}

static void no_carrier_that_was_tried_is_chosen_again(void **state)
{
    static const int64_t tried[] = {SFR, ORANGE};
    (void)state;
    add("336", ORANGE);
    add("33", ORANGE);
    add("33", SFR);
    f.ask.without = tried;
    f.ask.without_n = 1;
    assert_int_equal(chosen(), ORANGE);
    f.ask.without_n = 2;
    assert_int_equal(chosen(), 0);
}

static void senders_are_of_three_kinds(void **state)
{
    static const struct {
        const char *sender;
        enum sender_kind kind;
    } cases[] = {{"Shop", SENDER_ALPHANUMERIC},   {"36184", SENDER_SHORT},
                 {"12345678", SENDER_SHORT},      {"123456789", SENDER_LONG},
                 {"+3361", SENDER_LONG},          {"+33612345678", SENDER_LONG},
                 {"7 Shops", SENDER_ALPHANUMERIC}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(sender_kind_of(str_of(cases[i].sender)), cases[i].kind);
}

/* ---- hours ---- */

static bool open_at(const struct route *r, const char *iso)
{
    int64_t at_us;
    assert_int_equal(date_parse_iso(&at_us, str_of(iso)), OK);
    return route_hours_open(r, at_us);
}

static void opens(const struct route *r, const char *iso, const char *wanted)
{
    int64_t at_us;
    char text[CLOCK_ISO_SIZE];
    assert_int_equal(date_parse_iso(&at_us, str_of(iso)), OK);
    clock_iso(text, route_hours_next(r, at_us));
    text[16] = '\0';
    assert_string_equal(text, wanted);
}

static void hours_follow_the_clock_on_the_wall(void **state)
{
    struct route r = {.timezone = STR("Europe/Paris"),
                      .days = WEEKDAYS,
                      .from_min = 8 * 60,
                      .until_min = 20 * 60};
    (void)state;
    assert_true(open_at(&r, "2026-07-01T06:00:00Z")); /* summer: 08:00 */
    assert_false(open_at(&r, "2026-07-01T05:59:59Z"));
    assert_false(open_at(&r, "2026-07-01T18:00:00Z"));
    assert_false(open_at(&r, "2026-12-01T06:00:00Z")); /* winter: 07:00 */
    assert_true(open_at(&r, "2026-12-01T07:00:00Z"));
    assert_false(open_at(&r, "2026-11-28T12:00:00Z")); /* a Saturday */
    opens(&r, "2026-11-27T19:30:00Z", "2026-11-30T07:00");
    opens(&r, "2026-03-27T19:30:00Z", "2026-03-30T06:00"); /* over the night of summer time */
}

static void a_night_belongs_to_the_day_on_which_it_begins(void **state)
{
    struct route r = {
        .timezone = STR("UTC"), .days = 1 << 4, .from_min = 22 * 60, .until_min = 360};
    (void)state;
    assert_true(open_at(&r, "2026-11-27T22:00:00Z")); /* Friday */
    assert_true(open_at(&r, "2026-11-28T05:59:00Z"));
    assert_false(open_at(&r, "2026-11-28T06:00:00Z"));
    assert_false(open_at(&r, "2026-11-27T05:00:00Z"));
    assert_false(open_at(&r, "2026-11-28T22:00:00Z"));
}

static void an_hour_that_is_skipped_is_not_there_and_one_repeated_is_twice(void **state)
{
    struct route skipped = {.timezone = STR("Europe/Paris"),
                            .days = ROUTE_ALL_DAYS,
                            .from_min = 150,
                            .until_min = 210}; /* 02:30 to 03:30 */
    struct route repeated = skipped;
    (void)state;
    assert_false(open_at(&skipped, "2026-03-29T00:59:00Z")); /* 01:59, then 03:00 */
    assert_true(open_at(&skipped, "2026-03-29T01:00:00Z"));
    assert_false(open_at(&skipped, "2026-03-29T01:30:00Z"));
    opens(&skipped, "2026-03-29T00:10:00Z", "2026-03-29T01:00");
    repeated.until_min = 180; /* 02:30 to 03:00 */
    opens(&repeated, "2026-10-25T00:10:00Z", "2026-10-25T00:30");
    opens(&repeated, "2026-10-25T01:10:00Z", "2026-10-25T01:30");
    opens(&repeated, "2026-10-25T02:10:00Z", "2026-10-26T01:30");
    assert_true(open_at(&repeated, "2026-10-25T00:30:00Z"));  /* 02:30 of summer */
    assert_false(open_at(&repeated, "2026-10-25T01:00:00Z")); /* 02:00 again */
    assert_true(open_at(&repeated, "2026-10-25T01:30:00Z"));
    assert_false(open_at(&repeated, "2026-10-25T02:00:00Z"));
}

static void what_is_remembered_of_the_hours_is_of_that_minute(void **state)
{
    (void)state;
    struct route *day = add("33", SFR);
    day->timezone = STR("UTC");
    day->from_min = 11 * 60;
    day->until_min = 12 * 60;
    add("33", ORANGE);
    f.d.table = route_table_new(f.arena, &f.d);
    int64_t noon_us = f.ask.at_us + HOUR_US;
    for (int i = 0; i < 3; i++) {
        f.ask.at_us = noon_us - 1;
        assert_int_equal(route_choose(&f.d, &f.ask)->row.id, SFR);
        f.ask.at_us = noon_us;
        assert_int_equal(route_choose(&f.d, &f.ask)->row.id, ORANGE);
    }
}

static void days_and_hours_are_read_and_written(void **state)
{
    static const struct {
        const char *said, *written;
    } days[] = {{"mon-fri", "mon-fri"},           {"sat,sun", "sat,sun"},
                {"mon , wed-fri", "mon,wed-fri"}, {"sat-mon", "mon,sat,sun"},
                {"mon-sun", "mon-sun"},           {"tue", "tue"}};
    static const char *const bad_days[] = {"", "monday", "mon-", "-fri", "mon;tue", "mon,,tue"};
    static const char *const bad_hours[] = {
        "",           "8-20", "08:00", "08:00-08:00", "24:00-06:00", "08:60-09:00", "08:00-24:01",
        "08:00-25:00"};
    char text[ROUTE_DAYS_SIZE];
    char hours[ROUTE_HOURS_SIZE];
    uint32_t mask;
    uint32_t from;
    uint32_t until;
    (void)state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        assert_int_equal(route_days_parse(&mask, str_of(days[i].said)), OK);
        assert_true(str_eq(route_days_write(text, mask), str_of(days[i].written)));
    }
    for (size_t i = 0; i < sizeof(bad_days) / sizeof(bad_days[0]); i++)
        assert_int_equal(route_days_parse(&mask, str_of(bad_days[i])), ERR_INVALID);
    for (size_t i = 0; i < sizeof(bad_hours) / sizeof(bad_hours[0]); i++)
        assert_int_equal(route_hours_parse(&from, &until, str_of(bad_hours[i])), ERR_INVALID);
    assert_int_equal(route_hours_parse(&from, &until, STR("22:05-06:00")), OK);
    assert_string_equal(route_hours_write(hours, from, until).p, "22:05-06:00");
    assert_int_equal(route_hours_parse(&from, &until, STR("08:00-00:00")), OK);
    assert_string_equal(route_hours_write(hours, from, until).p, "08:00-24:00");
}

/* ---- explaining ---- */

static const struct route_told *told_of(const struct route_told *told, size_t n,
                                        const struct route *r)
{
    for (size_t i = 0; i < n; i++)
        if (told[i].route == r)
            return &told[i];
    fail();
    return NULL;
}

static void says(const struct route *r, enum route_verdict verdict, unsigned place, const char *why)
{
    size_t n;
    f.d.table = route_table_new(f.arena, &f.d);
    const struct route_told *told = route_explain(&f.d, &f.ask, f.arena, &n);
    assert_int_equal(n, f.d.routes_n);
    told = told_of(told, n, r);
    assert_string_equal(route_verdict_code(told->verdict), route_verdict_code(verdict));
    assert_int_equal(told->place, place);
    char text[200];
    assert_int_equal(str_copy(text, sizeof(text), told->why), OK);
    assert_string_equal(text, why);
}

static void explain_says_of_each_route_why_it_does_not_win(void **state)
{
    (void)state;
    struct route *wins = add("336", ORANGE);
    wins->account_id = SHOP;
    struct route *r = add("337", SFR);
    says(wins, ROUTE_WINS, 1, "wins");
    says(r, ROUTE_PREFIX, 0, "prefix does not match");
    r->prefix = STR("336123456789"); /* longer than the number */
    says(r, ROUTE_PREFIX, 0, "prefix does not match");
    r->prefix = STR("336");
    r->account_id = OTHER;
    says(r, ROUTE_ACCOUNT, 0, "for another account: other");
    r->account_id = SHOP;
    r->sender = STR("Bank");
    says(r, ROUTE_SENDER, 0, "for another sender: Bank");
    r->sender = (struct str){0};
    r->sender_kind = SENDER_SHORT;
    says(r, ROUTE_SENDER_KIND, 0, "for other senders: short numbers");
    r->sender_kind = SENDER_ANY;
    r->grade = GRADE_LOW_COST;
    says(r, ROUTE_GRADE, 0, "for another grade: low cost");
    r->grade = GRADE_ANY;
    r->timezone = STR("Europe/Paris");
    r->from_min = 20 * 60;
    says(r, ROUTE_HOURS, 0, "outside its hours: opens at 2026-11-25T19:00Z");
    r->timezone = (struct str){0};
    r->draining = true;
    says(r, ROUTE_DRAINING, 0, "draining: takes nothing new");
    r->draining = false;
    f.carriers[2].row.enabled = false;
    says(r, ROUTE_DISABLED, 0, "carrier disabled");
    f.carriers[2].row.enabled = true;
    r->turn = 1;
    says(r, ROUTE_LATER, 2, "later turn than the winner");
    r->account_id = 0;
    says(r, ROUTE_FARTHER, 2, "less close to this account, sender, grade and hour than the winner");
    r->prefix = STR("33");
    says(r, ROUTE_SHORTER, 2, "shorter prefix than the winner");
    r->carrier_id = ORANGE;
    says(r, ROUTE_SAME_CARRIER, 0, "leads to the winner's carrier too");
}

static void explain_says_since_when_a_carrier_is_away_and_what_share_one_has(void **state)
{
    (void)state;
    struct route *a = add("336", ORANGE);
    struct route *b = add("336", SFR);
    a->weight = 3;
    bool orange = chosen() == ORANGE;
    says(orange ? b : a, ROUTE_SHARE, 2,
         orange ? "takes its share of other numbers: weight 1 of 4"
                : "takes its share of other numbers: weight 3 of 4");
    away(ORANGE, false);
    says(a, ROUTE_DOWN, 2, "carrier down since 2026-11-25T10:58:30Z");
    says(b, ROUTE_WINS, 1, "wins");
    away(ORANGE, true);
    says(a, ROUTE_THROTTLED, 2, "carrier throttled since 2026-11-25T10:58:30Z");
    away(SFR, false);
    says(orange ? a : b, ROUTE_WINS, 1, "wins: its carrier is away, and no other route is there");
}

static void P4_2_reply_numbers_choose_among_the_carriers(void **state)
{
    (void)state;
    struct directory_pool pools[] = {{STR("BE"), NUMBER_SHORT, 4}, {STR("FR"), NUMBER_SHORT, 5}};
    add("33", FREE);
    add("33", ORANGE)->turn = 1;
    add("33", SFR)->turn = 2;
    assert_int_equal(chosen(), FREE);
    f.ask.reply = NUMBER_SHORT;
    memcpy(f.ask.country, "FR", 3);
    assert_int_equal(chosen(), 0);
    f.carriers[0].pools = pools;
    f.carriers[0].pools_n = 1;
    f.carriers[1].pools = pools;
    f.carriers[1].pools_n = 2;
    assert_int_equal(chosen(), ORANGE);
    f.ask.reply = NUMBER_LOW_COST;
    assert_int_equal(chosen(), 0);
    f.carriers[2].rules.picks_numbers = true;
    assert_int_equal(chosen(), SFR);
    f.ask.reply = NUMBER_VIRTUAL;
    f.ask.number_carrier_id = ORANGE;
    assert_int_equal(chosen(), ORANGE);
}

int main(void)
{
#define ROUTE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROUTE(the_longest_prefix_wins),
        ROUTE(the_closest_of_one_prefix_wins),
        ROUTE(a_route_for_an_account_beats_all_the_rest_together),
        ROUTE(the_lowest_turn_is_first_and_the_oldest_of_equal_turns_shares),
        ROUTE(equal_routes_share_by_weight_and_a_phone_keeps_its_carrier),
        ROUTE(one_that_cannot_take_it_leaves_its_share_to_the_others),
        ROUTE(what_does_not_count_falls_to_the_next),
        ROUTE(a_carrier_that_is_away_takes_only_what_no_other_takes),
        ROUTE(no_carrier_that_was_tried_is_chosen_again),
        ROUTE(senders_are_of_three_kinds),
        ROUTE(hours_follow_the_clock_on_the_wall),
        ROUTE(a_night_belongs_to_the_day_on_which_it_begins),
        ROUTE(an_hour_that_is_skipped_is_not_there_and_one_repeated_is_twice),
        ROUTE(what_is_remembered_of_the_hours_is_of_that_minute),
        ROUTE(days_and_hours_are_read_and_written),
        ROUTE(explain_says_of_each_route_why_it_does_not_win),
        ROUTE(explain_says_since_when_a_carrier_is_away_and_what_share_one_has),
        ROUTE(P4_2_reply_numbers_choose_among_the_carriers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
