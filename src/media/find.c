/* find.c - see find.h */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dsp/g711.h"
#include "dsp/tone.h"
#include "ipc/recorded.h"
#include "media/cache.h"
#include "media/find.h"
#include "media/wav.h"

#define PATH_LIMIT 1000
#define MUSIC_MAX 1000
#define DIGIT_GAP_MS 60

void media_job_fini(struct media_job *j)
{
    mem_free(j->name);
    mem_free(j->language);
    mem_free(j->path);
    mem_free(j->data);
}

/* ---- files ---- */

/* Base with each extension, until one is there. @return 0; ENOENT; errno of stat */
static int try_extensions(struct media_job *j, struct buf *base, enum wav_kind *kind)
{
    size_t len = base->len;
    struct stat st;

    for (const struct wav_extension *x = wav_extensions; x->extension; x++) {
        buf_addz(base, x->extension);
        if (buf_err(base))
            return buf_err(base) == ENOSPC ? ENOENT : ENOMEM;
        if (!stat(buf_z(base), &st) && S_ISREG(st.st_mode)) {
            j->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
            j->file_bytes = (uint64_t)st.st_size;
            *kind = x->kind;
            return 0;
        }
        base->len = len;
        base->p[len] = '\0';
    }
    return ENOENT;
}

/* DIR/LANGUAGE_something, as Debian names its voices: the first by name. */
static int find_voice(struct buf *out, const char *dir, struct slice language)
{
    struct dirent *e;
    char best[256] = "";
    DIR *d = opendir(dir);

    if (!d)
        return ENOENT;
    while ((e = readdir(d))) {
        struct slice name = slice_of(e->d_name);

        if (!slice_casestarts(name, language) || name.len <= language.len ||
            name.p[language.len] != '_')
            continue;
        if (!best[0] || strcmp(e->d_name, best) < 0)
            (void)slice_copy(name, best, sizeof(best));
    }
    closedir(d);
    return best[0] ? buf_printf(out, "%s/%s/", dir, best) : ENOENT;
}

static int try_below(struct media_job *j, const char *dir, struct slice language, struct buf *path,
                     enum wav_kind *kind)
{
    int err;

    buf_reset(path);
    if (!language.len) {
        buf_printf(path, "%s/%s", dir, j->name);
        return buf_err(path) ? ENOENT : try_extensions(j, path, kind);
    }
    buf_printf(path, "%s/%.*s/%s", dir, SLICE_ARG(language), j->name);
    err = buf_err(path) ? ENOENT : try_extensions(j, path, kind);
    if (err != ENOENT)
        return err;
    buf_reset(path);
    err = find_voice(path, dir, language);
    if (err)
        return err == ENOMEM ? ENOMEM : ENOENT;
    buf_addz(path, j->name);
    return buf_err(path) ? ENOENT : try_extensions(j, path, kind);
}

/* A place of Asterisk's that is not there: what stands below recordings (or sounds) in its stead. */
static int find_absolute(struct media_job *j, struct buf *path, enum wav_kind *kind)
{
    const struct slice below = recorded_below(slice_of(j->name));
    int err;

    buf_addz(path, j->name);
    err = buf_err(path) ? buf_err(path) : try_extensions(j, path, kind);
    for (size_t d = 0; d < j->dir_count && err == ENOENT && slice_is_set(below); d++) {
        buf_reset(path);
        err = buf_printf(path, "%s/%.*s", j->dirs[d], SLICE_ARG(below));
        err = err ? err : try_extensions(j, path, kind);
    }
    return err;
}

static int find_file(struct media_job *j, struct buf *path, enum wav_kind *kind)
{
    struct slice whole = slice_of(j->language), rest;
    struct slice languages[] = {whole, slice_cut(whole, '_', &rest), SLICE("en"), SLICE("")};
    int err = ENOENT;

    if (strstr(j->name, "..") || !j->name[0])
        return ENOENT;
    if (j->name[0] == '/')
        return find_absolute(j, path, kind);
    for (size_t l = 0; l < 4 && err == ENOENT; l++) {
        if (l == 1 && languages[1].len == whole.len)
            continue;
        if (l < 3 &&
            (!languages[l].len || slice_chr(languages[l], '/') >= 0 || languages[l].p[0] == '.'))
            continue;
        for (size_t d = 0; d < j->dir_count && err == ENOENT; d++)
            err = try_below(j, j->dirs[d], languages[l], path, kind);
    }
    return err;
}

static int load_file(struct media_job *j)
{
    struct wav_sound sound = {0};
    enum wav_kind kind = WAV_CONTAINER;
    uint8_t *file = NULL;
    size_t len = 0;
    struct buf path;
    int err;

    buf_init(&path, PATH_LIMIT);
    err = find_file(j, &path, &kind);
    if (err)
        goto out;
    if (j->old_path && !strcmp(j->old_path, buf_z(&path)) && j->old_mtime_ns == j->mtime_ns &&
        j->old_bytes == j->file_bytes) {
        j->is_unchanged = true;
        goto out;
    }
    err = wav_read_file(&file, &len, buf_z(&path));
    if (!err)
        err = wav_decode(&sound, kind, j->codec, file, len);
    if (err)
        goto out;
    j->data = sound.data;
    j->bytes = sound.bytes;
    j->path = buf_take(&path);
    err = j->path ? 0 : ENOMEM;
out:
    mem_free(file);
    buf_fini(&path);
    return err;
}

int media_find_sound(const char *const *dirs, size_t dir_count, const char *name,
                     const char *language)
{
    struct media_job j = {.kind = MEDIA_JOB_FILE, .dirs = dirs, .dir_count = dir_count};
    enum wav_kind kind = WAV_CONTAINER;
    struct buf path;
    int err;

    j.name = mem_strdup(name);
    j.language = mem_strdup(language);
    buf_init(&path, PATH_LIMIT);
    err = j.name && j.language ? find_file(&j, &path, &kind) : ENOMEM;
    buf_fini(&path);
    media_job_fini(&j);
    return err;
}

int media_find_directory(const char *path)
{
    DIR *d = opendir(path);

    if (!d)
        return errno;
    closedir(d);
    return 0;
}

/* ---- tones ---- */

/* Append a rendered tone to the result. */
static int add_tone(struct media_job *j, const struct tone *t)
{
    size_t n = tone_samples(t);
    int16_t *linear = mem_zalloc(n * sizeof(*linear));
    uint8_t *data = mem_realloc(j->data, j->bytes + n);

    if (data)
        j->data = data;
    if (!linear || !data) {
        mem_free(linear);
        return ENOMEM;
    }
    tone_render(t, linear);
    g711_encode(j->codec, j->data + j->bytes, linear, n);
    j->bytes += (uint32_t)n;
    mem_free(linear);
    return 0;
}

static int render_tone(struct media_job *j)
{
    struct tone t;
    int err = tone_parse(&t, slice_of(j->name));

    if (err)
        return err;
    j->repeat_at = (uint32_t)tone_repeat_sample(&t);
    return add_tone(j, &t);
}

static int render_digits(struct media_job *j)
{
    struct tone t;
    int err = 0;

    for (const char *p = j->name; !err && *p; p++) {
        char digit = *p >= 'a' && *p <= 'd' ? (char)(*p - 'a' + 'A') : *p;

        if (*p == 'w' || *p == 'W')
            err = tone_parse(&t, SLICE("0/500"));
        else
            err = tone_digit(&t, digit, j->ms, DIGIT_GAP_MS);
        if (!err)
            err = add_tone(j, &t);
    }
    return err ? err : j->bytes ? 0 : EINVAL;
}

void media_job_run(struct media_job *j)
{
    switch (j->kind) {
    case MEDIA_JOB_FILE: j->err = load_file(j); break;
    case MEDIA_JOB_TONE: j->err = render_tone(j); break;
    case MEDIA_JOB_DIGITS: j->err = render_digits(j); break;
    }
}

/* ---- directories ---- */

static void music_destroy(void *arg)
{
    struct media_music *m = arg;

    for (uint32_t i = 0; i < m->count; i++)
        mem_free(m->names[i]);
    mem_free(m->names);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Length of a sound's name without its extension; 0 when it is no sound. */
static size_t stem_len(const char *name)
{
    const char *dot = strrchr(name, '.');

    if (!dot || dot == name)
        return 0;
    for (const struct wav_extension *x = wav_extensions; x->extension; x++) {
        if (!strcmp(dot, x->extension))
            return (size_t)(dot - name);
    }
    return 0;
}

static int add_name(struct media_music *m, const char *directory, const char *name, size_t len)
{
    struct buf b;

    buf_init(&b, PATH_LIMIT);
    buf_printf(&b, "%s/%.*s", directory, (int)len, name);
    m->names[m->count] = buf_take(&b);
    if (!m->names[m->count])
        return ENOMEM;
    /* the same piece in two formats is one piece */
    for (uint32_t i = 0; i < m->count; i++) {
        if (!strcmp(m->names[i], m->names[m->count])) {
            mem_free(m->names[m->count]);
            return 0;
        }
    }
    m->count++;
    return 0;
}

int media_find_music(struct media_music **mp, const char *directory)
{
    struct media_music *m = mem_alloc(sizeof(*m), music_destroy);
    struct dirent *e;
    int err = ENOMEM;
    DIR *d = NULL;

    if (!m)
        goto out;
    m->names = mem_zalloc(MUSIC_MAX * sizeof(char *));
    if (!m->names)
        goto out;
    d = opendir(directory);
    err = d ? 0 : errno;
    while (!err && m->count < MUSIC_MAX && (e = readdir(d))) {
        size_t len = stem_len(e->d_name);

        if (len && len < 256)
            err = add_name(m, directory, e->d_name, len);
    }
    if (err)
        goto out;
    qsort(m->names, m->count, sizeof(char *), compare);
    *mp = m;
    m = NULL;
out:
    if (d)
        closedir(d);
    mem_deref(m);
    return err;
}
