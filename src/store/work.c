/* work.c - reading with several statements, on the asking worker (store.h) */
#include <errno.h>

#include "base/mem.h"
#include "store/inner.h"

struct work {
    struct store *s;
    store_work_h *work;
    store_done_h *done;
    void *arg;
    int err;
};

/* What is read belongs together: one transaction. */
static void run(void *arg)
{
    struct work *w = arg;
    struct store *s = w->s;

    w->err = asker_ready(s);
    if (!w->err)
        w->err = db_run(s->asker, "BEGIN");
    if (!w->err)
        w->err = w->work(s->asker, w->arg);
    if (s->asker && db_is_in_transaction(s->asker))
        db_rollback(s->asker);
    if (s->asker)
        db_trim(s->asker);
    asker_check(s, w->err);
}

static void finish(void *arg)
{
    struct work *w = arg;

    w->done(w->err, w->arg);
    mem_free(w);
}

int store_read(struct store *s, store_work_h *work, store_done_h *done, void *arg)
{
    struct work *w = mem_zalloc(sizeof(*w));
    int err;

    if (!w)
        return ENOMEM;
    *w = (struct work){.s = s, .work = work, .done = done, .arg = arg};
    err = workers_submit(s->askers, run, finish, w);
    if (err)
        mem_free(w);
    return err;
}
