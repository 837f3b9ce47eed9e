/*
 * store/inner.h - what store.c, writer.c and watch.c share; for this folder only
 *
 * Thread:  `writer`, `spool` and `batch` belong to the writing worker while is_writing, `reader`
 *          and `look` to the reading one while is_looking, `asker` to the asking one; everything
 *          else is the loop's.
 */
#pragma once
#include "base/list.h"
#include "loop/worker.h"
#include "store/journal.h"
#include "store/spool.h"
#include "store/store.h"
#include "store/where.h"

enum item_kind {
    ITEM_CONTACT_PUT,
    ITEM_CONTACT_DELETE,
    ITEM_CDR,
    ITEM_EXEC,
    ITEM_WORK,
    ITEM_FLUSH
};
enum item_state { ITEM_WAITS, ITEM_DONE };

#define EXEC_VALUES 16
#define QUERY_VALUES 16

/* One write, in one block with its texts behind it. */
struct item {
    struct link link;
    enum item_kind kind;
    enum item_state state;
    bool is_once;    /* of a record: it may be there already */
    uint8_t journal; /* of a record: file of the journal that has it */
    int err;         /* once done */
    struct mono since;
    store_done_h *done;
    void *arg;
    union {
        struct store_contact contact;
        struct store_cdr cdr;
        struct {
            const char *sql;
            size_t count;
            struct slice values[EXEC_VALUES];
        } exec;
        store_work_h *work;
    };
    char *fill; /* next free byte of text */
    char text[];
};

struct batch {
    struct list items;
    int err; /* of the database; items that wait are tried again */
    uint32_t committed, spooled, drained;
    uint64_t spool_bytes;
    char why[200];
};

/* A look at config_version, and what was loaded when it had moved. */
struct look {
    int64_t version;
    bool is_changed; /* since the look before */
    void *object;
    int err;
    char why[200];
};

struct store {
    struct loop *loop;
    char *dir;
    struct db_where where;
    struct db *writer, *reader, *asker;
    struct spool *spool;
    struct journal *journal;
    struct workers *writers, *readers, *askers;

    struct list waiting; /* struct item, oldest first */
    uint32_t count;      /* waiting and under way */
    struct batch batch;
    struct timer retry, gather;
    struct deferred kick;
    bool is_urgent; /* somebody waits for a write that waits */
    bool is_writing, is_closing;
    bool is_away; /* said so in the log */
    struct store_stats stats;

    store_load_h *load;
    store_apply_h *apply;
    void *watch_arg;
    struct timer poll;
    struct look look;
    bool is_looking, is_poked, is_look_failed;
};

/* writer.c */
void writer_kick(struct store *s);
void writer_close(struct store *s);

/* query.c, on the asking worker: its connection is there; drop it after errors that spoil it. */
int asker_ready(struct store *s);
void asker_check(struct store *s, int err);

/* watch.c */
void watch_close(struct store *s);
