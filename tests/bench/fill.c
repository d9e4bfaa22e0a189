/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill URL [MESSAGES [INCOMING]]: a database as it is after two months: 5,000,000 messages and
 * 500,000 incoming unless told otherwise, of eight accounts, the first of which has four fifths;
 * states, lengths, senders and texts as they are met; conversations where phones answered. URL is
 * sqlite:PATH or a postgresql:// one; there must be no messages in it yet. The rows stand in the
 * indexes and orders that the clock's pass would have filled.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "store/account.h"
#include "store/carrier.h"
#include "store/conversation.h"
#include "store/id.h"
#include "store/incoming.h"
#include "store/list_order.h"
#include "store/sweep.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ACCOUNTS = 8,
    CARRIER = 1000,
    DAYS = 60,
    AT_ONCE = 20000,
    PASS_AT_ONCE = 200000,
    PHONES = 400000
};

static struct db *db;
static struct arena *arena;
static int64_t now_us, messages = 5000000, incoming = 500000;

static void must(enum err e, const char *what)
{
    if (!e)
        return;
    fprintf(stderr, "fill: %s: %s\n", what, err_text(e));
    exit(1);
}

/* The same on every run: splitmix64. */
static uint64_t random_of(uint64_t n)
{
    n += UINT64_C(0x9E3779B97F4A7C15);
    n = (n ^ n >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    n = (n ^ n >> 27) * UINT64_C(0x94D049BB133111EB);
    return n ^ n >> 31;
}

static struct store_tx begin(void)
{
    arena_reset(arena);
    must(db_begin(db), "begin");
    return (struct store_tx){.view = {.db = db, .arena = arena}, .now_us = now_us, .epoch = 32};
}

static void commit(void)
{
    must(db_commit(db), "commit");
}

/* ---- who ---- */

static void fill_accounts(void)
{
    struct store_tx tx = begin();
    for (int i = 0; i < ACCOUNTS; i++) {
        struct account a = {.id = i + 1,
                            .name = arena_printf(arena, "fill-%d", i + 1),
                            .timezone = STR("Europe/Paris"),
                            .max_parts = 8,
                            .enabled = true,
                            .created_at_us = now_us - DAYS * DAY_US};
        struct api_user u = {.id = i + 1,
                             .account_id = i + 1,
                             .login = STR("main"),
                             .password = STR(""),
                             .enabled = true,
                             .created_at_us = a.created_at_us};
        must(store_account_insert(&tx, &a), "account");
        must(store_user_insert(&tx, &u), "user");
    }
    struct carrier_row c = {.id = CARRIER,
                            .name = STR("past"),
                            .settings = STR("{\"host\":\"127.0.0.1\",\"port\":1,"
                                            "\"system_id\":\"x\",\"password\":\"x\"}"),
                            .created_at_us = now_us};
    must(store_carrier_insert(&tx, &c), "carrier");
    commit();
}

/* Four fifths of all, then less and less. */
static int64_t account_of(uint64_t r)
{
    static const unsigned upto[ACCOUNTS] = {800, 900, 950, 975, 990, 997, 999, 1000};
    int i = 0;
    while (r % 1000 >= upto[i])
        i++;
    return i + 1;
}

static int64_t phone_of(uint64_t r)
{
    return INT64_C(33600000000) + (int64_t)(random_of(r % PHONES) % 99999999);
}

/* ---- messages ---- */

static const char *const senders[] = {"Pharmacie", "PharmacieNord", "Garage", "ECOLE",
                                      "36123",     "+33757000001",  "Club",   "Infos"};
static const char *const texts[] = {
    "Votre rendez-vous est demain à 14 h 30. Répondez OUI pour confirmer.",
    "Votre commande est prête. Elle vous attend jusqu'à samedi.",
    "Soldes : -30 % sur tout le magasin jusqu'à dimanche. STOP au 36111",
    "Code de connexion : 482913. Il vaut dix minutes.",
    "Your parcel arrives today between 10 and 12.",
    "Rappel : réunion des parents d'élèves jeudi à 18 h, salle des fêtes. Merci de prévenir le "
    "secrétariat si vous ne pouvez pas venir ; un compte rendu sera envoyé à tous la semaine "
    "suivante."};
enum { SENDERS = 8, TEXTS = 6, LONG_TEXT = 5 };

static enum message_state state_of(uint64_t r, bool last_hours)
{
    unsigned x = (unsigned)(r % 1000);
    if (x < 880)
        return MESSAGE_DELIVERED;
    if (x < 930)
        return MESSAGE_UNDELIVERED;
    if (x < 955)
        return MESSAGE_EXPIRED;
    if (x < 970)
        return MESSAGE_REJECTED;
    if (x < 985)
        return last_hours ? MESSAGE_SENT : MESSAGE_UNKNOWN;
    if (x < 995)
        return MESSAGE_REFUSED;
    return x < 999 ? MESSAGE_CANCELLED : MESSAGE_IN_DOUBT;
}

static const char *receipt_of(enum message_state s)
{
    return s == MESSAGE_DELIVERED     ? "DELIVRD 000"
           : s == MESSAGE_UNDELIVERED ? "UNDELIV 027"
           : s == MESSAGE_EXPIRED     ? "EXPIRED 104"
                                      : "";
}

static int64_t at_of(int64_t i, int64_t n)
{
    return now_us - HOUR_US - (n - i) * (DAYS * DAY_US / n);
}

enum { MESSAGE_COLUMNS = 22 };

static void message_args(struct db_value *to, int64_t i)
{
    uint64_t r = random_of((uint64_t)i), r2 = random_of(r);
    int64_t at_us = at_of(i, messages);
    enum message_state state = state_of(r >> 20, at_us > now_us - 5 * HOUR_US);
    bool left = state != MESSAGE_CANCELLED && state != MESSAGE_REFUSED && state != MESSAGE_REJECTED;
    size_t text = r2 % 100 < 8 ? LONG_TEXT : r2 / 100 % LONG_TEXT;
    int64_t parts = text == LONG_TEXT ? 2 : 1;
    int64_t done_us = at_us + 2 * SEC_US + (int64_t)(r2 % (20 * SEC_US));
    const struct db_value row[MESSAGE_COLUMNS] = {
        DB_INT(store_id_at(at_us) | (i & 127)),
        DB_INT(account_of(r)),
        DB_INT(account_of(r)),
        DB_INT(CARRIER),
        DB_INT(state),
        DB_TEXT(str_of(senders[r2 >> 32 & (SENDERS - 1)])),
        DB_INT(phone_of(r >> 8)),
        DB_TEXT(str_of(texts[text])),
        DB_INT(0),
        DB_INT(parts),
        DB_NULL,
        DB_INT(text == 2),
        r2 % 5 ? DB_NULL : DB_TEXT(str_of(r2 % 10 ? "campaign" : "reminder")),
        DB_INT(i & 0xffff),
        left ? DB_INT(parts * (r % 10 ? 100 : 250)) : DB_INT(0),
        DB_INT(0),
        DB_INT(at_us),
        DB_INT(at_us),
        DB_INT(at_us + 2 * DAY_US),
        left ? DB_INT(at_us + 300 * MS_US) : DB_NULL,
        message_state_final(state) ? DB_INT(done_us) : DB_NULL,
        *receipt_of(state) ? DB_TEXT(str_of(receipt_of(state))) : DB_NULL,
    };
    memcpy(to, row, sizeof(row));
}

static void fill_messages(int64_t from, int64_t to)
{
#define INTO                                                                                     \
    "INSERT INTO message (id, account_id, user_id, carrier_id, state, sender, recipient, "       \
    "text, encoding, parts, class, marketing, tag, reference, credits, from_quota, created_at, " \
    "due_at, expires_at, sent_at, done_at, receipt) "
    static struct db_query insert = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
             "$18, $19, $20, $21, $22)",
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[], "
             "$11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::bigint[], "
             "$16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], "
             "$21::bigint[], $22::text[])");
    begin();
    size_t n = (size_t)(to - from);
    struct db_value *args = ARENA_ARRAY(arena, n * MESSAGE_COLUMNS, struct db_value);
    for (size_t i = 0; i < n; i++)
        message_args(&args[i * MESSAGE_COLUMNS], from + (int64_t)i);
    must(db_run_many(db, &insert, args, MESSAGE_COLUMNS, n, NULL), "messages");
    commit();
}

/* ---- replies, each in a conversation that a message of before opened ---- */

enum { INCOMING_COLUMNS = 12, CONVERSATION_COLUMNS = 10 };

static void reply_args(struct db_value *in, struct db_value *talk, int64_t i)
{
    uint64_t r = random_of(UINT64_C(1) << 40 | (uint64_t)i);
    int64_t at_us = at_of(i, incoming), phone = phone_of(r >> 8), account = account_of(r);
    int64_t id = store_id_at(at_us) | 0x80 | (i & 127); /* of another node: messages have 0 */
    int64_t talk_id = store_id_at(at_us - MIN_US) | 0x100 | (i & 127);
    unsigned x = (unsigned)(r >> 30) % 100;
    enum standing standing = x < 90 ? STANDING_IN_TIME : x < 95 ? STANDING_LATE : STANDING_NONE;
    const struct db_value row[INCOMING_COLUMNS] = {
        DB_INT(id),
        DB_INT(account),
        DB_INT(CARRIER),
        DB_TEXT(arena_printf(arena, "+%lld", (long long)phone)),
        DB_TEXT(r % 3 ? STR("36123") : STR("36124")),
        DB_TEXT(r % 20 == 0  ? STR("STOP")
                : r % 3 == 0 ? STR("OUI merci, à demain")
                             : STR("Non, je ne peux pas venir, quand est-ce possible ?")),
        DB_INT(1),
        DB_INT(0),
        DB_INT(at_us),
        DB_INT(standing),
        DB_INT(at_us),
        standing ? DB_INT(talk_id) : DB_NULL};
    const struct db_value open[CONVERSATION_COLUMNS] = {
        DB_INT(talk_id),
        DB_INT(account),
        DB_INT(CARRIER),
        DB_INT(phone),
        DB_TEXT(r % 3 ? STR("36123") : STR("36124")),
        DB_INT(NUMBER_SHORT),
        DB_INT(at_us - MIN_US),
        DB_INT(at_us),
        DB_INT(at_us + DAY_US),
        DB_INT(r >> 50 & 1)};
    memcpy(in, row, sizeof(row));
    memcpy(talk, open, sizeof(open));
}

static void fill_replies(int64_t from, int64_t to)
{
    static struct db_query replies = DB_QUERY_MANY(
        "INSERT INTO incoming (id, account_id, carrier_id, sender, number, text, parts, missing, "
        "received_at, standing, released_at, conversation_id) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        "INSERT INTO incoming (id, account_id, carrier_id, sender, number, text, parts, missing, "
        "received_at, standing, released_at, conversation_id) "
        "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], "
        "$6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], "
        "$12::bigint[])");
    static struct db_query talks = DB_QUERY_MANY(
        "INSERT INTO conversation (id, account_id, carrier_id, recipient, number, kind, opened_at, "
        "last_at, until_at, unread) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        "INSERT INTO conversation (id, account_id, carrier_id, recipient, number, kind, opened_at, "
        "last_at, until_at, unread) "
        "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], "
        "$6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])");
    begin();
    size_t n = (size_t)(to - from);
    struct db_value *in = ARENA_ARRAY(arena, n * INCOMING_COLUMNS, struct db_value);
    struct db_value *talk = ARENA_ARRAY(arena, n * CONVERSATION_COLUMNS, struct db_value);
    for (size_t i = 0; i < n; i++)
        reply_args(&in[i * INCOMING_COLUMNS], &talk[i * CONVERSATION_COLUMNS], from + (int64_t)i);
    must(db_run_many(db, &replies, in, INCOMING_COLUMNS, n, NULL), "incoming");
    must(db_run_many(db, &talks, talk, CONVERSATION_COLUMNS, n, NULL), "conversations");
    commit();
}

/* ---- all ---- */

static void in_slices(int64_t all, const char *what, void (*fill)(int64_t from, int64_t to))
{
    int64_t began_us = clock_mono_us();
    for (int64_t i = 0; i < all; i += AT_ONCE)
        fill(i, i + AT_ONCE < all ? i + AT_ONCE : all);
    printf("%lld %s in %.1f s\n", (long long)all, what,
           (double)(clock_mono_us() - began_us) / (double)SEC_US);
    fflush(stdout);
}

static void pass(void)
{
    int64_t began_us = clock_mono_us(), middle_us;
    struct index_slice slice;
    size_t seen = 1;
    do {
        struct store_tx tx = begin();
        must(store_index_slice(&slice, &tx, now_us, PASS_AT_ONCE), "indexes");
        must(store_sweep_slice(&seen, &tx, now_us, PASS_AT_ONCE), "sweep");
        commit();
    } while (slice.seen || seen);
    middle_us = clock_mono_us();
    do {
        struct store_tx tx = begin();
        must(store_list_slice(&seen, &tx, now_us, PASS_AT_ONCE), "orders");
        commit();
    } while (seen);
    printf("indexes in %.1f s, orders of lists in %.1f s\n",
           (double)(middle_us - began_us) / (double)SEC_US,
           (double)(clock_mono_us() - middle_us) / (double)SEC_US);
}

static void analyze(void)
{
    must(db_script(db, STR("ANALYZE")), "analyze");
}

int main(int argc, char **argv)
{
    uint64_t counts[2] = {(uint64_t)messages, (uint64_t)incoming};
    bool good = argc >= 2 && argc <= 4;
    for (int i = 2; i < argc && good; i++)
        good = str_to_u64(&counts[i - 2], str_of(argv[i])) == OK && counts[i - 2] > 0;
    if (!good) {
        fprintf(stderr, "usage: fill URL [MESSAGES [INCOMING]]\n");
        return 2;
    }
    messages = (int64_t)counts[0];
    incoming = (int64_t)counts[1];
    must(secret_init(), "secret");
    now_us = clock_now_us();
    arena = arena_new();
    must(db_open(&db, argv[1], DB_READ_WRITE), argv[1]);
    must(db_patient(db), "patience");
    must(store_migrate(db), "schema");
    fill_accounts();
    in_slices(messages, "messages", fill_messages);
    in_slices(incoming, "incoming", fill_replies);
    pass();
    analyze();
    db_close(db);
    arena_free(arena);
    return 0;
}
