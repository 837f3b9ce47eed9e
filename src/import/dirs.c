/* dirs.c - asterisk.conf: where an Asterisk keeps its sounds, music and programs (inner.h) */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/inner.h"

#define HOME "/etc/asterisk"
#define SPOOL "/var/spool/asterisk"

void import_dirs_init(struct import *im)
{
    struct import_dirs *d = &im->dirs;
    char *whole = realpath(im->args->dir, NULL);
    size_t len = whole ? strlen(whole) : 0;

    strcpy(d->varlib, "/var/lib/asterisk");
    strcpy(d->data, "/usr/share/asterisk");
    strcpy(d->agi, "/var/lib/asterisk/agi-bin");
    strcpy(d->spool, SPOOL);
    /* a backup has the same tree somewhere else */
    if (len >= strlen(HOME) && strcmp(whole + len - strlen(HOME), HOME) == 0 &&
        len - strlen(HOME) < sizeof(d->root)) {
        d->is_root_known = true;
        memcpy(d->root, whole, len - strlen(HOME));
    }
    free(whole); /* the C library's */
}

static bool is_there(const struct import_dirs *d, const char *folder)
{
    char path[2 * IMPORT_MOST_PATH];
    struct stat st;

    snprintf(path, sizeof(path), "%s%s", d->root, folder);
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Files of before stay where they are; steps that name it are taken as those of Asterisk's usual folder. */
static int take_spool(struct import *im, const struct conf_item *item)
{
    struct import_dirs *d = &im->dirs;

    if (item->value[0] != '/' || slice_copy(slice_of(item->value), d->spool, sizeof(d->spool))) {
        strcpy(d->spool, SPOOL);
        import_say_item(im, item, IMPORT_WRONG, "это не полный путь", "this is no whole path");
        return 0;
    }
    import_say_item(
        im, item, IMPORT_TAKEN,
        "записи теперь в каталоге recordings; имена внутри astspooldir в маршрутизации становятся именами "
        "в " SPOOL ", прежние файлы перенесите сами",
        "recordings are in folder recordings now; names below astspooldir in the routing become "
        "names below " SPOOL ", bring the files of before over yourself");
    return 0;
}

static int take_directory(struct import *im, const struct conf_item *item)
{
    struct import_dirs *d = &im->dirs;
    char *to = NULL;

    if (strcmp(item->name, "astspooldir") == 0 && strcmp(item->value, SPOOL) != 0)
        return take_spool(im, item);
    if (strcmp(item->name, "astvarlibdir") == 0) {
        to = d->varlib;
        d->is_varlib_named = true;
    } else if (strcmp(item->name, "astdatadir") == 0) {
        to = d->data;
        d->is_data_named = true;
    } else if (strcmp(item->name, "astagidir") == 0) {
        to = d->agi;
        d->is_agi_named = true;
    }
    if (!to) {
        import_say_item(im, item, IMPORT_NOT_NEEDED, "у станции свой каталог состояния",
                        "the station has its own state directory");
    } else if (item->value[0] != '/' || slice_copy(slice_of(item->value), to, IMPORT_MOST_PATH)) {
        import_say_item(im, item, IMPORT_WRONG, "это не полный путь", "this is no whole path");
        strcpy(to, "/nonexistent");
    } else if (!is_there(d, to)) {
        import_say_item(im, item, IMPORT_WRONG,
                        "такого каталога здесь нет: перенесите его сюда, или положите звуки и "
                        "программы в каталоги станции сами",
                        "there is no such folder here: bring it over, or put sounds and programs "
                        "into the station's folders yourself");
    } else {
        import_say_item(im, item, IMPORT_TAKEN, "", "");
    }
    return 0;
}

static int take_option(struct import *im, const struct conf_item *item)
{
    const struct slice value = slice_of(item->value);

    if (strcmp(item->name, "defaultlanguage") != 0) {
        import_say_item(im, item, IMPORT_NOT_NEEDED, "станции этот параметр не нужен",
                        "the station needs no such option");
        return 0;
    }
    if (!slice_starts(value, SLICE("ru")) && !slice_starts(value, SLICE("en"))) {
        import_say_item(im, item, IMPORT_UNSUPPORTED, "язык станции - ru или en",
                        "the station's language is ru or en");
        return 0;
    }
    import_say_item(im, item, IMPORT_TAKEN, "", "");
    return import_setting(im, "language", slice_starts(value, SLICE("ru")) ? "ru" : "en");
}

int import_asterisk(struct import *im, const struct conf *conf)
{
    struct import_dirs *d = &im->dirs;
    int err = 0;

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        import_unused(im, s);
        for (uint32_t i = 0; !err && !s->is_template && i < s->count; i++)
            err = strcmp(s->name, "directories") == 0 ? take_directory(im, &s->items[i])
                                                      : take_option(im, &s->items[i]);
    }
    if (d->is_varlib_named && !d->is_agi_named)
        snprintf(d->agi, sizeof(d->agi), "%.1000s/agi-bin", d->varlib);
    return err;
}

/* ---- folders in the data of steps ---- */

/* Without each "folder/" in it. */
static void take_off(struct buf *b, const char *folder, const char *tail, bool *is_moved)
{
    char whole[IMPORT_MOST_PATH + 20];
    size_t len;
    char *at;

    snprintf(whole, sizeof(whole), "%s%s/", folder, tail);
    len = strlen(whole);
    while (b->len && (at = strstr(b->p, whole))) {
        memmove(at, at + len, b->len - (size_t)(at - b->p) - len + 1);
        b->len -= len;
        *is_moved = true;
    }
}

/* Each "folder/" in text as Asterisk's usual one: what comes out of steps knows that (ipc/recorded.h). */
static int put_usual_spool(const char *spool, struct slice text, bool *is_moved, struct buf *out)
{
    char whole[IMPORT_MOST_PATH + 2];
    const char *at;

    snprintf(whole, sizeof(whole), "%s/", spool);
    while (strcmp(spool, SPOOL) != 0 && text.len &&
           (at = memmem(text.p, text.len, whole, strlen(whole)))) {
        buf_add(out, text.p, (size_t)(at - text.p));
        buf_addz(out, SPOOL "/");
        text = slice_skip(text, (size_t)(at - text.p) + strlen(whole));
        *is_moved = true;
    }
    return buf_adds(out, text);
}

static bool runs_programs(struct slice app)
{
    return slice_caseeqz(app, "System") || slice_caseeqz(app, "TrySystem") ||
           slice_caseeqz(app, "MixMonitor") || slice_caseeqz(app, "ExternalIVR");
}

int import_dirs_off(const struct import *im, struct slice app, struct slice appdata, bool *is_moved,
                    struct buf *out)
{
    const struct import_dirs *d = &im->dirs;

    *is_moved = false;
    buf_reset(out);
    if (put_usual_spool(d->spool, appdata.p ? appdata : SLICE(""), is_moved, out) ||
        runs_programs(app))
        return buf_err(out);
    if (slice_caseeqz(app, "AGI") || slice_caseeqz(app, "DeadAGI") || slice_caseeqz(app, "EAGI")) {
        take_off(out, d->agi, "", is_moved);
        return 0;
    }
    take_off(out, d->varlib, "/sounds", is_moved);
    if (strcmp(d->data, "/usr/share/asterisk") != 0) /* that one is read where it is */
        take_off(out, d->data, "/sounds", is_moved);
    return 0;
}
