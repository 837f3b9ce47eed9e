/* kept.c - see kept.h */
#include "plan/kept.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/core.h"

static plan_kept_read_h *const readers[] = {
    [PLAN_KEPT_GLOBAL] = plan_global_kept,
    [PLAN_KEPT_GROUP] = plan_dialgroup_kept,
    [PLAN_KEPT_LOCK] = plan_lock_kept,
    [PLAN_KEPT_CHANGE] = plan_change_kept,
};

static void on_kept(uint32_t slot, uint8_t what, struct pack *k, void *arg)
{
    struct plan_core *p = arg;
    const bool is_known = what < sizeof(readers) / sizeof(readers[0]) && readers[what];
    int err = is_known ? readers[what](p, slot, k) : EBADMSG;

    if (!err)
        return;
    log_error("something that the routing has set is lost kind=%u err=\"%s\"", what, strerror(err));
    call_journal_unkeep(p->journal, &slot);
}

void plan_kept_load(struct plan_core *p)
{
    call_journal_each_kept(p->journal, on_kept, p);
    plan_changes_kept(p);
}
