/* cache.c - see cache.h; what blocks is in find.c */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "media/cache.h"
#include "media/dirs.h"
#include "media/find.h"

#define FRESH_US 5000000
#define KEY_LIMIT 3000

struct media_cache {
    struct loop *loop;
    struct workers *workers; /* borrowed */
    struct hash sounds;
    struct list unused; /* by lru, longest unused first */
    uint64_t bytes, limit_bytes;
    uint32_t jobs;
    bool is_ceiling_told;
    int64_t changed_us; /* a file may have changed: what was looked at before is looked at again */
    struct media_dirs *usual, *dirs; /* without and with those of the configuration */
};

struct load {
    struct media_job job;
    struct media_dirs *dirs;   /* a reference, for the job */
    struct media_cache *cache; /* a reference */
    struct media_sound *sound;
};

static void sound_free(struct media_cache *c, struct media_sound *s)
{
    hash_del(&c->sounds, &s->hash);
    list_unlink(&s->lru);
    c->bytes -= s->bytes;
    mem_free(s->data);
    mem_free(s->key);
    mem_free(s->path);
    mem_free(s);
}

static void cache_destroy(void *arg)
{
    struct media_cache *c = arg;

    HASH_FOREACH(&c->sounds, k)
    {
        sound_free(c, CONTAINER_OF(k, struct media_sound, hash));
    }
    hash_fini(&c->sounds);
    mem_deref(c->usual);
    mem_deref(c->dirs);
}

int media_cache_alloc(struct media_cache **cp, struct loop *l, struct workers *w,
                      const char *const *dirs, size_t dir_count, uint64_t limit_bytes)
{
    struct media_cache *c = mem_alloc(sizeof(*c), cache_destroy);

    if (!c)
        return ENOMEM;
    c->loop = l;
    c->workers = w;
    c->limit_bytes = limit_bytes;
    c->changed_us = -1;
    list_init(&c->unused);
    hash_init(&c->sounds);
    if (media_dirs_alloc(&c->usual, dirs, dir_count, SLICE_NONE)) {
        mem_deref(c);
        return ENOMEM;
    }
    c->dirs = mem_ref(c->usual);
    *cp = c;
    return 0;
}

/* ---- directories ---- */

struct look {
    struct media_dirs *dirs; /* a reference */
    size_t more;             /* of them the configuration's, behind the first */
    int err[];
};

static void run_look(void *arg)
{
    struct look *l = arg;

    for (size_t i = 1; i <= l->more; i++)
        l->err[i] = media_find_directory(l->dirs->list[i]);
}

static void on_looked(void *arg)
{
    struct look *l = arg;

    for (size_t i = 1; i <= l->more; i++)
        if (l->err[i])
            log_warning("directory of sounds cannot be read, sounds are looked for in the others; "
                        "see setting sounds, and docs/media.md for where it may be "
                        "directory=\"%s\" err=\"%s\"",
                        l->dirs->list[i], strerror(l->err[i]));
    mem_deref(l->dirs);
    mem_free(l);
}

/* Says which cannot be read; without a worker or memory nobody is told. */
static void look_at(struct media_cache *c, struct media_dirs *dirs, size_t more)
{
    struct look *l = mem_zalloc(sizeof(*l) + dirs->count * sizeof(l->err[0]));

    if (!l)
        return;
    l->dirs = mem_ref(dirs);
    l->more = more;
    if (workers_submit(c->workers, run_look, on_looked, l)) {
        mem_deref(l->dirs);
        mem_free(l);
    }
}

int media_cache_look_into(struct media_cache *c, struct slice more)
{
    struct media_dirs *dirs = NULL;
    int err = media_dirs_alloc(&dirs, (const char *const *)c->usual->list, c->usual->count, more);

    if (err)
        return err;
    mem_deref(c->dirs);
    c->dirs = dirs;
    if (dirs->count > c->usual->count)
        look_at(c, dirs, dirs->count - c->usual->count);
    return 0;
}

uint64_t media_cache_bytes(const struct media_cache *c)
{
    return c->bytes;
}

/* ---- references ---- */

static struct media_sound *sound_ref(struct media_sound *s)
{
    list_unlink(&s->lru);
    s->refs++;
    return s;
}

void media_sound_release(struct media_cache *c, struct media_sound *s)
{
    if (!s)
        return;
    BUG_IF(!s->refs);
    if (--s->refs)
        return;
    if (s->hash.pprev)
        list_append(&c->unused, &s->lru);
    else
        sound_free(c, s); /* a newer one has taken its place */
}

/* Room for bytes more. @return 0; ENOBUFS */
static int make_room(struct media_cache *c, uint64_t bytes)
{
    while (c->bytes + bytes > c->limit_bytes && !list_is_empty(&c->unused)) {
        struct media_sound *s = CONTAINER_OF(list_first(&c->unused), struct media_sound, lru);

        sound_free(c, s);
    }
    if (c->bytes + bytes <= c->limit_bytes)
        return 0;
    if (!c->is_ceiling_told)
        log_warning("sound refused, the cache is full of sounds in use limit=%llu sound=%llu",
                    (unsigned long long)c->limit_bytes, (unsigned long long)bytes);
    c->is_ceiling_told = true;
    return ENOBUFS;
}

/* ---- loading ---- */

void media_asking_cancel(struct media_asking *a)
{
    list_unlink(&a->link);
}

/* Everybody who waits for s gets it, or err. Handlers may ask, release and cancel. */
static void answer(struct media_sound *s, int err)
{
    struct list waiters;
    struct link *k;

    list_init(&waiters);
    list_move_all(&waiters, &s->waiters);
    while ((k = list_first(&waiters))) {
        struct media_asking *a = CONTAINER_OF(k, struct media_asking, link);

        list_unlink(k);
        a->h(err, err ? NULL : sound_ref(s), a->arg);
    }
}

static void take_result(struct media_cache *c, struct media_sound *s, struct media_job *j)
{
    s->data = j->data;
    s->bytes = j->bytes;
    s->repeat_at = j->repeat_at;
    s->path = j->path;
    s->mtime_ns = j->mtime_ns;
    s->file_bytes = j->file_bytes;
    c->bytes += s->bytes;
    j->data = NULL;
    j->path = NULL;
}

/* A changed file: those who play the old bytes keep them under no name, the name gets a new sound.
 */
static int replace(struct media_cache *c, struct media_sound **sp)
{
    struct media_sound *old = *sp, *s = mem_zalloc(sizeof(*s));
    uint32_t hash = old->hash.hash;

    if (!s)
        return ENOMEM;
    s->key = mem_strdup(old->key);
    if (!s->key) {
        mem_free(s);
        return ENOMEM;
    }
    list_init(&s->waiters);
    list_move_all(&s->waiters, &old->waiters);
    s->codec = old->codec;
    s->refs = 1; /* ours while it is set up */
    hash_del(&c->sounds, &old->hash);
    (void)hash_add(&c->sounds, &s->hash, hash); /* there are buckets */
    old->is_loading = false;
    media_sound_release(c, old);
    *sp = s;
    return 0;
}

static void on_loaded(void *arg)
{
    struct load *l = arg;
    struct media_cache *c = l->cache;
    struct media_sound *s = l->sound;
    int err = l->job.err;

    c->jobs--;
    if (!err && !l->job.is_unchanged)
        err = make_room(c, l->job.bytes);
    if (!err && !l->job.is_unchanged && s->data)
        err = replace(c, &s);
    if (!err && !l->job.is_unchanged)
        take_result(c, s, &l->job);
    s->is_loading = false;
    s->checked_us = loop_now(c->loop).us;
    if (err)
        hash_del(&c->sounds, &s->hash); /* asked again, it is looked for again */
    answer(s, err);
    media_sound_release(c, s);
    media_job_fini(&l->job);
    mem_deref(l->dirs);
    mem_free(l);
    mem_deref(c);
}

static void run_load(void *arg)
{
    struct load *l = arg;

    media_job_run(&l->job);
}

/* Load (or look at again) s; it keeps a reference of the job's. */
static int submit(struct media_cache *c, struct media_sound *s, const struct media_job *what)
{
    struct load *l = mem_zalloc(sizeof(*l));
    int err = ENOMEM;

    if (!l)
        return ENOMEM;
    l->job = *what;
    l->job.name = mem_strdup(what->name);
    l->job.language = mem_strdup(what->language);
    if (!l->job.name || !l->job.language)
        goto fail;
    l->dirs = mem_ref(c->dirs);
    l->job.dirs = (const char *const *)l->dirs->list;
    l->job.dir_count = l->dirs->count;
    l->job.old_path = s->path;
    l->job.old_mtime_ns = s->mtime_ns;
    l->job.old_bytes = s->file_bytes;
    l->cache = mem_ref(c);
    l->sound = s;
    err = workers_submit(c->workers, run_load, on_loaded, l);
    if (err) {
        mem_deref(c);
        goto fail;
    }
    sound_ref(s);
    s->is_loading = true;
    c->jobs++;
    return 0;
fail:
    media_job_fini(&l->job);
    mem_deref(l->dirs);
    mem_free(l);
    return err;
}

/* ---- asking ---- */

static struct media_sound *find_sound(struct media_cache *c, const char *key, uint32_t hash)
{
    for (struct hash_link *k = hash_first(&c->sounds, hash); k; k = hash_next(k)) {
        struct media_sound *s = CONTAINER_OF(k, struct media_sound, hash);

        if (!strcmp(s->key, key))
            return s;
    }
    return NULL;
}

static int add_sound(struct media_cache *c, struct media_sound **sp, char *key, uint32_t hash,
                     enum codec codec)
{
    struct media_sound *s = mem_zalloc(sizeof(*s));

    if (!s || hash_add(&c->sounds, &s->hash, hash)) {
        mem_free(s);
        return ENOMEM;
    }
    s->key = key;
    s->codec = (uint8_t)codec;
    list_init(&s->waiters);
    *sp = s;
    return 0;
}

static bool is_fresh(const struct media_cache *c, const struct media_sound *s)
{
    return s->data && (!s->path || (s->checked_us > c->changed_us &&
                                    loop_now(c->loop).us - s->checked_us < FRESH_US));
}

void media_cache_changed(struct media_cache *c)
{
    c->changed_us = loop_now(c->loop).us;
}

/* key is taken. */
static void ask(struct media_cache *c, char *key, const struct media_job *what,
                struct media_asking *a)
{
    uint32_t hash = key ? hash_slice(slice_of(key)) : 0;
    struct media_sound *s = key ? find_sound(c, key, hash) : NULL;
    int err = key ? 0 : ENOMEM;

    if (!err && !s) {
        err = add_sound(c, &s, key, hash, what->codec);
        if (!err)
            key = NULL;
    }
    mem_free(key);
    if (!err && !s->is_loading && is_fresh(c, s)) {
        a->h(0, sound_ref(s), a->arg);
        return;
    }
    if (!err && !s->is_loading) {
        err = submit(c, s, what);
        if (err && !s->refs && !s->data)
            sound_free(c, s);
    }
    if (err) {
        a->h(err, NULL, a->arg);
        return;
    }
    list_append(&s->waiters, &a->link);
}

static char *make_key(const struct media_job *j)
{
    struct buf b;

    buf_init(&b, KEY_LIMIT);
    buf_printf(&b, "%d/%d/%u/%s/%s", (int)j->kind, (int)j->codec, j->ms, j->language, j->name);
    return buf_take(&b);
}

static void ask_for(struct media_cache *c, struct media_job *j, struct slice name,
                    struct slice language, struct media_asking *a, media_sound_h *h, void *arg)
{
    char *key = NULL;

    a->h = h;
    a->arg = arg;
    j->name = slice_dup(name);
    j->language = slice_dup(language);
    if (j->name && j->language)
        key = make_key(j);
    ask(c, key, j, a);
    mem_free(j->name);
    mem_free(j->language);
}

void media_cache_file(struct media_cache *c, struct slice name, struct slice language,
                      enum codec codec, struct media_asking *a, media_sound_h *h, void *arg)
{
    struct media_job j = {.kind = MEDIA_JOB_FILE, .codec = codec};

    ask_for(c, &j, name, language, a, h, arg);
}

void media_cache_tone(struct media_cache *c, struct slice list, enum codec codec,
                      struct media_asking *a, media_sound_h *h, void *arg)
{
    struct media_job j = {.kind = MEDIA_JOB_TONE, .codec = codec};

    ask_for(c, &j, list, SLICE(""), a, h, arg);
}

void media_cache_digits(struct media_cache *c, struct slice digits, uint16_t ms, enum codec codec,
                        struct media_asking *a, media_sound_h *h, void *arg)
{
    struct media_job j = {.kind = MEDIA_JOB_DIGITS, .codec = codec, .ms = ms};

    ask_for(c, &j, digits, SLICE(""), a, h, arg);
}

/* ---- directories of music ---- */

struct listing {
    char *directory;
    media_music_h *h;
    void *arg;
    struct media_music *music;
    int err;
};

static void run_listing(void *arg)
{
    struct listing *l = arg;

    l->err = media_find_music(&l->music, l->directory);
}

static void on_listed(void *arg)
{
    struct listing *l = arg;

    l->h(l->err, l->music, l->arg);
    mem_free(l->directory);
    mem_free(l);
}

int media_cache_list(struct media_cache *c, struct slice directory, media_music_h *h, void *arg)
{
    struct listing *l = mem_zalloc(sizeof(*l));
    int err = ENOMEM;

    if (!l)
        return ENOMEM;
    l->h = h;
    l->arg = arg;
    l->directory = slice_dup(directory);
    if (l->directory)
        err = workers_submit(c->workers, run_listing, on_listed, l);
    if (err) {
        mem_free(l->directory);
        mem_free(l);
    }
    return err;
}
