/* SPDX-License-Identifier: Apache-2.0 */
#include "store/revision.h"

#include "store/rows.h"

static enum err read_edition(int64_t *edition, struct db_rows *rows)
{
    *edition = 0;
    while (db_rows_next(rows))
        *edition = db_rows_int(rows, 0);
    return db_rows_close(rows);
}

enum err store_revision_get(int64_t *edition, struct store_view *view, struct str path)
{
    static struct db_query get = DB_QUERY("SELECT edition FROM revision WHERE path = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_TEXT(path)));
    return read_edition(edition, &rows);
}

/* Writing the row as it is holds it, and makes one that is not there. */
enum err store_revision_lock(int64_t *edition, struct store_tx *tx, struct str path)
{
    static struct db_query lock =
        DB_QUERY("INSERT INTO revision (path, edition) VALUES ($1, 0) ON CONFLICT (path) DO "
                 "UPDATE SET edition = revision.edition RETURNING edition");
    struct db_rows rows = db_rows_open(tx->view.db, &lock, DB_ARGS(DB_TEXT(path)));
    return read_edition(edition, &rows);
}

enum err store_revision_put(struct store_tx *tx, struct str path, int64_t edition)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO revision (path, edition) VALUES ($1, $2) ON CONFLICT (path) DO "
                 "UPDATE SET edition = excluded.edition");
    return db_run(tx->view.db, &put, DB_ARGS(DB_TEXT(path), DB_INT(edition)), NULL);
}
