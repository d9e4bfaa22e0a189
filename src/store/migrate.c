/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"

extern const unsigned char store_migration_0001[];
extern const size_t store_migration_0001_size;
extern const unsigned char store_migration_0002[];
extern const size_t store_migration_0002_size;
extern const unsigned char store_migration_0003[];
extern const size_t store_migration_0003_size;
extern const unsigned char store_migration_0004[];
extern const size_t store_migration_0004_size;
extern const unsigned char store_migration_0005[];
extern const size_t store_migration_0005_size;
extern const unsigned char store_migration_0006[];
extern const size_t store_migration_0006_size;

static const struct {
    const unsigned char *sql;
    const size_t *size;
} migrations[] = {
    {store_migration_0001, &store_migration_0001_size},
    {store_migration_0002, &store_migration_0002_size},
    {store_migration_0003, &store_migration_0003_size},
    {store_migration_0004, &store_migration_0004_size},
    {store_migration_0005, &store_migration_0005_size},
    {store_migration_0006, &store_migration_0006_size},
};
enum { MIGRATIONS = sizeof(migrations) / sizeof(migrations[0]) };

enum {
    MIGRATE_KEY = 0x6d696772, /* of db_lock: one migration at a time */
    MIGRATE_WAITS = 60 /* each as long as the engine waits for a lock: another one's may be long */
};

static enum err has_versions(bool *has, struct db *db)
{
    struct db_rows rows = db_columns(db);
    while (db_rows_next(&rows))
        *has |= str_eq(db_rows_text(&rows, 0), STR("schema_version"));
    return db_rows_close(&rows);
}

static enum err highest(int64_t *version, struct db *db)
{
    static struct db_query query = DB_QUERY("SELECT COALESCE(MAX(version), 0) FROM schema_version");
    struct db_rows rows = db_rows_open(db, &query, DB_NO_ARGS);
    while (db_rows_next(&rows))
        *version = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

/* 0 where nothing was ever made. */
static enum err version_of(int64_t *version, struct db *db)
{
    bool has = false;
    *version = 0;
    enum err e = has_versions(&has, db);
    if (!e && has)
        e = highest(version, db);
    if (e || *version != STORE_UNFINISHED)
        return e;
    *version = 0;
    return ERR_STORE_UNFINISHED;
}

enum err store_schema(int64_t *have, int64_t *want, struct db *db)
{
    *want = MIGRATIONS;
    return version_of(have, db);
}

static enum err apply(struct db *db, int64_t version)
{
    static struct db_query note = DB_QUERY("INSERT INTO schema_version VALUES ($1, $2)");
    struct str sql = {(const char *)migrations[version - 1].sql, *migrations[version - 1].size};
    enum err e = version > 1
                     ? OK
                     : db_script(db, STR("CREATE TABLE IF NOT EXISTS schema_version (version {id}, "
                                         "at BIGINT NOT NULL)"));
    if (!e)
        e = db_script(db, sql);
    return e ? e : db_run(db, &note, DB_ARGS(DB_INT(version), DB_INT(clock_now_us())), NULL);
}

/* The next migration, if there is one: what others may have done meanwhile is read only once
 * nobody else can. */
static enum err step(int64_t *version, struct db *db)
{
    enum err e = db_begin(db);
    if (e)
        return e;
    e = db_lock(db, MIGRATE_KEY);
    if (!e)
        e = version_of(version, db);
    int64_t next = *version + 1;
    bool behind = !e && next <= MIGRATIONS;
    if (behind)
        e = apply(db, next);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    if (behind && !e)
        log_info("store_migrated", "version=%lld", (long long)next);
    *version += behind && !e;
    return e;
}

enum err store_migrate(struct db *db)
{
    int64_t version = 0;
    enum err e = version_of(&version, db);
    for (int waits = 0; !e && version < MIGRATIONS;) {
        e = step(&version, db);
        if (e == ERR_BUSY && waits++ < MIGRATE_WAITS)
            e = OK;
    }
    if (e == ERR_STORE_UNFINISHED)
        log_error("store_unfinished", "hint=\"a copy into this database did not end: drop it\"");
    if (e == ERR_UNAUTHORIZED)
        log_error("store_forbidden", "hint=\"let the role own the database, or let one that may "
                                     "make tables there run navette db migrate\"");
    if (!e && version > MIGRATIONS) {
        log_error("store_newer", "database=%lld program=%d", (long long)version, MIGRATIONS);
        e = ERR_STORE_NEWER;
    }
    return e;
}

enum err store_setting_get(int64_t *value, struct store_view *view, struct str name)
{
    static struct db_query get = DB_QUERY("SELECT value FROM setting WHERE name = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_TEXT(name)));
    *value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

enum err store_setting_set(struct store_tx *tx, struct str name, int64_t value)
{
    static struct db_query set =
        DB_QUERY("INSERT INTO setting (name, value) VALUES ($1, $2) "
                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    return db_run(tx->view.db, &set, DB_ARGS(DB_TEXT(name), DB_INT(value)), NULL);
}

enum err store_setting_raise(int64_t *value, struct store_tx *tx, struct str name)
{
    static struct db_query raise =
        DB_QUERY("INSERT INTO setting (name, value) VALUES ($1, 1) "
                 "ON CONFLICT (name) DO UPDATE SET value = setting.value + 1 RETURNING value");
    struct db_rows rows = db_rows_open(tx->view.db, &raise, DB_ARGS(DB_TEXT(name)));
    while (db_rows_next(&rows))
        *value = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}
