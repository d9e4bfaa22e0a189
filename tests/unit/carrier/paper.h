/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pump with a wire of paper, in virtual time: submits are written down, answers are given by
 * hand, outcomes lie at a writer until paper_commit.
 */
#ifndef NAVETTE_TESTS_UNIT_CARRIER_PAPER_H
#define NAVETTE_TESTS_UNIT_CARRIER_PAPER_H

#include "base/clock.h"
#include "carrier/pump.h"
#include "testing.h"

#define START_US (INT64_C(1795269900) * SEC_US)
enum { WIRE_MAX = 20000, OUTCOMES_MAX = 20000 };

struct paper {
    struct pump *pump;
    struct mailbox *home;
    struct outbox_slot slot;
    _Atomic int64_t send_until_us;
    struct pump_settings settings;
    struct {
        void *tag; /* NULL once answered */
        char text[16];
        int64_t id;
        uint32_t part;
    } wire[WIRE_MAX]; /* all submits, oldest first */
    size_t submits;
    enum err wire_says;
    int64_t stands_still_us; /* after each submit */
    struct outcome_job *at_writer[OUTCOMES_MAX];
    size_t at_writer_n;
    struct {
        enum outcome_kind kind;
        int64_t id;
        uint32_t part;
        uint32_t status;
        int64_t retry_in_us;
        int64_t due_in_us;
        enum doubt_policy policy;
        bool doubt;
        bool other;
        char ref[CARRIER_REF_SIZE];
    } outcomes[OUTCOMES_MAX];
    size_t outcomes_n;
    struct take_job *take;
    int wakes;
};
extern struct paper f;

/* cmocka: before and after each test. */
int paper_set_up(void **state);
int paper_tear_down(void **state);
#define PUMP_TEST(name) cmocka_unit_test_setup_teardown(name, paper_set_up, paper_tear_down)

/* Takes over f.settings. */
void configure(void);
int64_t run(void);
/* Runs as a loop would until so many submits were made, or this time has passed. */
void run_until(size_t submits, int64_t most_us);
/* One to each recipient, unless it is changed before it arrives; its text is "m" and its id. */
struct outgoing *make(int64_t id, uint32_t parts);
struct outgoing *arrive(int64_t id, uint32_t parts);
void arrive_many(int n);
void answer(size_t nth, uint32_t status);
/* Its answer never comes. */
void lose(size_t nth);
void commit(void);
struct pump_figures figures(void);

void assert_wire(size_t nth, const char *text);
void assert_outcome(size_t nth, enum outcome_kind kind, int64_t id);

#endif
