/* role/engine_config.c - the configuration in force: read on the reader's thread, applied on the loop's
   (engine_inner.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/calls.h"
#include "pjsip/pjsip.h"
#include "plan/plan.h"
#include "role/engine_cdr.h"
#include "role/engine_inner.h"
#include "role/engine_manager.h"
#include "role/recordings.h"

struct media_settings engine_media_settings(const struct engine *e)
{
    const struct model_settings *s = model_settings_of(e->snapshot);
    struct media_settings m = {
        .rtp_start = e->args.rtp_start ? e->args.rtp_start : (uint16_t)s->rtp_start,
        .rtp_end = e->args.rtp_end ? e->args.rtp_end : (uint16_t)s->rtp_end,
    };

    if (slice_copy(slice_of(s->sounds), m.sounds, sizeof(m.sounds)))
        log_warning("setting sounds is longer than %d bytes, its directories are not looked into; "
                    "name fewer",
                    MEDIA_DIRS_MAX - 1);
    return m;
}

static void take_settings(struct engine *e)
{
    const struct model_settings *s = model_settings_of(e->snapshot);

    slice_copy(slice_of(s->language), e->language, sizeof(e->language));
    slice_copy(slice_of(s->tone_zone), e->zone, sizeof(e->zone));
}

/* A snapshot and its routing, made on the reader's thread. */
struct loaded {
    struct model_snapshot *snapshot;
    struct plan_routing *routing;
};

static void loaded_destroy(void *object)
{
    struct loaded *l = object;

    mem_deref(l->routing);
    mem_deref(l->snapshot);
}

int engine_config_load(struct db *d, void **object, void *arg)
{
    struct loaded *l = mem_alloc(sizeof(*l), loaded_destroy);
    int err = l ? model_snapshot_load(&l->snapshot, d) : ENOMEM;

    if (!err)
        err = plan_compile(&l->routing, l->snapshot);
    if (err)
        mem_deref(l);
    else
        *object = l;
    return err;
}

/* A new snapshot: the first before the parts exist, later ones while calls run. */
void engine_config_apply(void *object, void *arg)
{
    struct engine *e = arg;
    struct loaded *l = object;
    struct model_snapshot *s = mem_ref(l->snapshot);
    struct media_settings m;
    int err;

    model_report_log(model_snapshot_report(s),
                     e->snapshot ? model_snapshot_report(e->snapshot) : NULL);
    mem_deref(e->snapshot);
    e->snapshot = s;
    take_settings(e);
    if (!e->pjsip) {
        e->routing = mem_ref(l->routing);
        mem_deref(l);
        return;
    }
    m = engine_media_settings(e);
    media_set_settings(e->media, &m);
    engine_kept_set(e->calls, e->stories, model_settings_of(s));
    recordings_set(e->recordings, model_settings_of(s));
    calls_set_max_channels(e->calls, (uint32_t)model_settings_of(s)->max_channels);
    err = plan_set_compiled(e->plan, s, l->routing);
    mem_deref(l);
    if (!err)
        err = pjsip_set_snapshot(e->pjsip, s);
    if (e->manager)
        engine_manager_set_snapshot(e->manager, s);
    if (err)
        log_error("new configuration is in force in part only, change it again err=\"%s\"",
                  strerror(err));
    else
        log_notice("configuration changed endpoints=%u contexts=%u", model_endpoint_count(s),
                   model_context_count(s));
}

/* ---- what is asked of it while calls run ---- */

const char *engine_moh_directory(struct slice class_name, uint8_t *sort, void *arg)
{
    struct engine *e = arg;
    const char *usual = model_settings_of(e->snapshot)->moh_class;
    const struct model_moh *m = model_moh_find(
        e->snapshot, slice_eqz(class_name, "default") ? slice_of(usual) : class_name);

    if (!m)
        return NULL;
    *sort = m->sort > MODEL_SORT_ALPHA ? m->sort - MODEL_SORT_ALPHA : MEDIA_SORT_NAME;
    if (m->directory[0] == '/')
        return m->directory;
    snprintf(e->moh_dir, sizeof(e->moh_dir), "%s/moh/%s", e->args.state, m->directory);
    return e->moh_dir;
}

const char *engine_tone_list(struct slice zone, struct slice name, void *arg)
{
    return model_tone_list(((struct engine *)arg)->snapshot, zone, name);
}
