/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libphonenumber's check takes 5 to 20 us, which at 50,000 new numbers a second would be most of a
 * core. It decides by patterns over leading digits: numbering plans are given out in blocks of
 * 10,000 numbers and more, so that the last four digits hardly ever matter. Therefore:
 *
 * - The first number of a block (all but the last four digits) gets the full check, and so do ten
 *   more of the block, chosen so that each of the last four places takes each digit. If all are
 *   valid, so is the block. This was never wrong on two million random numbers held against the
 *   library, from the blocks of 90,000 valid ones of all regions and kinds.
 * - Numbers in other blocks, and those of fewer than nine digits, where four are too large a part,
 *   always get the full check, whose answer is remembered for the number.
 *
 * Both memories are bounded and forget the oldest first.
 */
#include "text/phone.h"

#include "base/map.h"
#include "base/secret.h"
#include "text/phone_library.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

enum {
    DIGITS_MAX = 15, /* E.164 */
    BLOCK = 10000,
    BLOCKS_MAX = 1 << 16,
    ANSWERS_MAX = 1 << 16,
    MOBILES_MAX = 1 << 15
};

/* Nine digits. */
static const uint64_t block_number_min = 100000000;

enum block_verdict { BLOCK_VALID = 1, BLOCK_MIXED };

static pthread_once_t started = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under the lock. A stranger chooses what `answers` holds, so its keys are hashed under our key. */
static struct map *verdicts; /* number / BLOCK, valid ones only -> enum block_verdict */
static struct map *answers;  /* hash of the digits -> E.164, 0 when not valid */
static struct map *mobiles;  /* number / BLOCK -> the two letters of the region, 0 when none */

static void start(void)
{
    phone_library_init();
    verdicts = map_new(BLOCKS_MAX);
    answers = map_new(ANSWERS_MAX);
    mobiles = map_new(MOBILES_MAX);
}

void phone_init(void)
{
    pthread_once(&started, start);
}

static bool recall(const struct map *m, uint64_t key, uint64_t *value)
{
    pthread_mutex_lock(&lock);
    bool known = map_get(m, key, value);
    pthread_mutex_unlock(&lock);
    return known;
}

static void remember(struct map *m, uint64_t key, uint64_t value)
{
    pthread_mutex_lock(&lock);
    map_put(m, key, value);
    pthread_mutex_unlock(&lock);
}

static enum block_verdict judge_block(uint64_t e164)
{
    /* Each column holds each digit once. */
    static const uint32_t tails[] = {0, 1379, 2648, 3917, 4286, 5555, 6824, 7193, 8462, 9731};
    bool valid = phone_library_tails_valid(e164, tails, sizeof(tails) / sizeof(tails[0]), BLOCK);
    return valid ? BLOCK_VALID : BLOCK_MIXED;
}

/* 0 when not valid. */
static uint64_t check(uint64_t digits)
{
    bool in_block = digits >= block_number_min;
    uint64_t verdict = 0;
    if (in_block && recall(verdicts, digits / BLOCK, &verdict) && verdict == BLOCK_VALID)
        return digits;
    uint64_t key = secret_hash((struct str){(const char *)&digits, sizeof(digits)});
    uint64_t e164;
    if (recall(answers, key, &e164))
        return e164;

    e164 = phone_library_valid(digits);
    if (in_block && verdict == 0 && e164 == digits) {
        verdict = judge_block(e164);
        remember(verdicts, digits / BLOCK, verdict);
    }
    if (verdict != BLOCK_VALID)
        remember(answers, key, e164);
    return e164;
}

/* Bytes of a sign that people write between digits, 0 for anything else. */
static size_t separator_size(struct str s)
{
    static const struct str wide[] = {
        {"\u00A0", 2}, {"\u202F", 3}, {"\u2009", 3}, {"\u2010", 3}, {"\u2011", 3}, {"\u2013", 3},
    };
    if (memchr(" \t.-/()", s.p[0], sizeof(" \t.-/()") - 1))
        return 1;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (str_starts(s, wide[i]))
            return wide[i].n;
    return 0;
}

/* The digits as a number, without "+" or "00". False for anything that cannot be a number. */
static bool read_digits(uint64_t *digits, struct str input)
{
    bool plus = false;
    size_t zeros = 0; /* in front of the first other digit */
    size_t count = 0; /* from there on */
    *digits = 0;
    while (input.n > 0) {
        char c = input.p[0];
        size_t size = 1;
        if (c >= '0' && c <= '9') {
            if (c == '0' && count == 0)
                zeros++;
            else if (++count > DIGITS_MAX)
                return false;
            *digits = *digits * 10 + (uint64_t)(c - '0');
        } else if (c == '+' && !plus && zeros + count == 0) {
            plus = true;
        } else {
            size = separator_size(input);
            if (size == 0)
                return false;
        }
        input = str_sub(input, size, input.n);
    }
    return count > 0 && zeros == (zeros && !plus ? 2 : 0);
}

enum err phone_parse(uint64_t *e164, struct str input)
{
    uint64_t digits;
    if (!read_digits(&digits, input))
        return ERR_BAD_NUMBER;
    *e164 = check(digits);
    return *e164 ? OK : ERR_BAD_NUMBER;
}

struct str phone_format(char out[PHONE_SIZE], uint64_t e164)
{
    int n = snprintf(out, PHONE_SIZE, "+%" PRIu64, e164);
    return (struct str){.p = out, .n = n < PHONE_SIZE ? (size_t)n : PHONE_SIZE - 1};
}

void phone_region(char out[3], uint64_t e164)
{
    phone_library_region(out, e164);
}

void phone_mobile_region(char out[3], uint64_t e164)
{
    bool in_block = e164 >= block_number_min;
    uint64_t letters = 0;
    if (!in_block || !recall(mobiles, e164 / BLOCK, &letters)) {
        out[0] = out[1] = '\0';
        if (phone_library_mobile(e164))
            phone_region(out, e164);
        letters = (uint64_t)(uint8_t)out[0] << 8 | (uint8_t)out[1];
        if (in_block)
            remember(mobiles, e164 / BLOCK, letters);
    }
    out[0] = (char)(letters >> 8);
    out[1] = (char)(letters & UINT8_MAX);
    out[2] = '\0';
}
