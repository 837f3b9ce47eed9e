/* custom.c - see custom.h */
#include "plan/custom.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "call/device_state.h"
#include "plan/core.h"

#define FAMILY "CustomDevstate"

static void keep(struct slice name, enum device_state s, bool is_gone, void *arg)
{
    struct plan_core *p = arg;
    int err = plan_astdb_put(p, SLICE(FAMILY), name,
                             is_gone ? SLICE_NONE : slice_of(device_state_name(s)));

    if (err && err != ENOENT)
        log_warning("custom device state is not kept over a restart device=\"Custom:%.*s\" "
                    "err=\"%s\"",
                    SLICE_ARG(name), strerror(err));
}

void plan_custom_keep(struct plan_core *p)
{
    device_custom_keeper(p->calls, keep, p);
}

static bool load(struct slice name, struct slice value, void *arg)
{
    struct plan_core *p = arg;
    enum device_state s;
    int err;

    if (device_state_parse(&s, value))
        return true; /* somebody wrote it by hand */
    err = device_custom_set(p->calls, slice_skip(name, sizeof(FAMILY)), s);
    if (err)
        log_warning("custom device state is not known after the restart name=\"%.*s\" err=\"%s\"",
                    SLICE_ARG(name), strerror(err));
    return true;
}

void plan_custom_load(struct plan_core *p)
{
    device_custom_keeper(p->calls, NULL, NULL); /* it stands there already */
    if (plan_astdb_each(p, SLICE(FAMILY), load, p))
        log_error("custom device states are not known after the restart, no memory");
    plan_custom_keep(p);
}
