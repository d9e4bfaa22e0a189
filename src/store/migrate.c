/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"

extern const unsigned char store_migration_0001[];
extern const size_t store_migration_0001_size;
extern const unsigned char store_migration_0002[];
extern const size_t store_migration_0002_size;

static const struct {
    const unsigned char *sql;
    const size_t *size;
} migrations[] = {
    {store_migration_0001, &store_migration_0001_size},
    {store_migration_0002, &store_migration_0002_size},
};
enum { MIGRATIONS = sizeof(migrations) / sizeof(migrations[0]) };

static enum err version_of(int64_t *version, struct db *db)
{
    static struct db_query highest = DB_QUERY("SELECT COALESCE(MAX(version), 0) FROM "
                                              "schema_version");
    enum err e = db_script(db, STR("CREATE TABLE IF NOT EXISTS schema_version ("
                                   "version {id}, at BIGINT NOT NULL)"));
    if (e)
        return e;
    struct db_rows rows = db_rows_open(db, &highest, DB_NO_ARGS);
    if (db_rows_next(&rows))
        *version = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

static enum err apply(struct db *db, int64_t version)
{
    static struct db_query note = DB_QUERY("INSERT INTO schema_version VALUES ($1, $2)");
    struct str sql = {(const char *)migrations[version - 1].sql, *migrations[version - 1].size};
    enum err e = db_begin(db);
    if (!e)
        e = db_script(db, sql);
    if (!e)
        e = db_run(db, &note, DB_ARGS(DB_INT(version), DB_INT(clock_now_us())), NULL);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e;
}

enum err store_migrate(struct db *db)
{
    int64_t version = 0;
    enum err e = version_of(&version, db);
    if (e)
        return e;
    if (version > MIGRATIONS) {
        log_error("store_newer", "database=%lld program=%d", (long long)version, MIGRATIONS);
        return ERR_STORE_NEWER;
    }
    while (version < MIGRATIONS && !e) {
        e = apply(db, ++version);
        log_info("store_migrated", "version=%lld result=%s", (long long)version, err_name(e));
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
