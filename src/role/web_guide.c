/* role/web_guide.c - see web_guide.h */
#include "role/web_guide.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "media/dirs.h"
#include "media/find.h"
#include "pjsip/table.h"
#include "plan/draft.h"
#include "plan/guide.h"
#include "role/role.h"

static void print(bool is_ru, struct jout *j)
{
    plan_guide_print(pjsip_apps, pjsip_funcs, is_ru, j);
}

/* ---- a draft ---- */

struct drafted {
    const struct rest_draft *asked;
    struct plan_row *rows;
    char **extens; /* "100/555" without its caller */
    struct media_dirs *dirs;
};

static bool has_sound(const char *name, void *arg)
{
    static const char *const languages[] = {"ru", "en"};
    const struct drafted *d = arg;

    for (int i = 0; i < 2; i++)
        if (media_find_sound((const char *const *)d->dirs->list, d->dirs->count, name,
                             languages[i]) != ENOENT)
            return true;
    return false;
}

static void on_edge(const struct plan_edge *e, void *arg)
{
    const struct rest_draft *r = ((const struct drafted *)arg)->asked;
    const struct slice place[] = {e->context, e->exten, e->priority};

    r->edge(e->from, e->to, e->kind, e->when, place, r->arg);
}

static void on_doubt(uint32_t row, const char *member, const char *text, void *arg)
{
    const struct rest_draft *r = ((const struct drafted *)arg)->asked;

    r->doubt(row, member, text, r->arg);
}

static int copy_row(struct drafted *d, uint32_t i)
{
    const struct rest_draft_step *s = &d->asked->steps[i];
    char *exten = mem_strdup(s->exten), *caller;

    if (!exten)
        return ENOMEM;
    d->extens[i] = exten;
    caller = strchr(exten, '/');
    if (caller)
        *caller++ = '\0';
    d->rows[i] = (struct plan_row){.context = d->asked->context,
                                   .exten = exten,
                                   .priority = s->priority,
                                   .label = s->label,
                                   .app = s->app,
                                   .data = s->data,
                                   .cid = caller};
    return 0;
}

/* Setting `sounds` names more folders. */
static int read_folders(struct drafted *d, struct db *db, const char *const *usual, size_t count)
{
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, db, "SELECT value FROM settings WHERE name = 'sounds'");

    if (!err)
        err = stmt_step(s, &row);
    if (err)
        return err;
    err = media_dirs_alloc(&d->dirs, usual, count, row ? stmt_col(s, 0) : SLICE_NONE);
    if (row)
        stmt_reset(s);
    return err;
}

static int find_folders(struct drafted *d, struct db *db)
{
    char own[PATH_MAX], recordings[PATH_MAX];
    const char *const usual[] = {own, ROLE_SYSTEM_SOUNDS, recordings};
    int err = role_file(own, sizeof(own), d->asked->state, ROLE_SOUNDS_DIR);

    if (!err)
        err = role_file(recordings, sizeof(recordings), d->asked->state, ROLE_RECORDINGS_DIR);
    return err ? err : read_folders(d, db, usual, sizeof(usual) / sizeof(usual[0]));
}

static int look(struct drafted *d, struct db *db)
{
    const uint32_t count = d->asked->count;
    int err = find_folders(d, db);

    d->rows = mem_zalloc((count + 1) * sizeof(*d->rows));
    d->extens = mem_zalloc((count + 1) * sizeof(*d->extens));
    if (!d->rows || !d->extens)
        return ENOMEM;
    for (uint32_t i = 0; !err && i < count; i++)
        err = copy_row(d, i);
    return err ? err
               : plan_draft_check(&(struct plan_draft){.context = d->asked->context,
                                                       .rows = d->rows,
                                                       .count = count,
                                                       .is_ru = d->asked->is_ru,
                                                       .has_sound = has_sound,
                                                       .edge = on_edge,
                                                       .doubt = on_doubt,
                                                       .arg = d},
                                  db);
}

static int check(const struct rest_draft *asked, struct db *db)
{
    struct drafted d = {.asked = asked};
    const int err = look(&d, db);

    for (uint32_t i = 0; d.extens && i < asked->count; i++)
        mem_free(d.extens[i]);
    mem_free(d.extens);
    mem_free(d.rows);
    mem_deref(d.dirs);
    return err;
}

const struct rest_guide web_guide = {.print = print, .check = check};
