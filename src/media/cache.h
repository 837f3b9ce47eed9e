/*
 * media/cache.h - sounds by name, loaded once, shared by all streams
 *
 * Scope:   a name without extension is looked for in each sound directory under the language (its
 *          own directory, or one that begins with it and '_', as Debian's ru_RU_f_IvrvoiceRU), the
 *          language's part before '_', en, and without language; each with the extensions of wav.h.
 *          Absolute names are taken as they are. Tones are rendered the same way. Reading and
 *          encoding happens on workers.
 * Owns:    the sounds.
 * Thread:  the control loop's; handlers run there.
 * Limits:  limit_bytes of sound; the longest unused goes first. When all is in use a new one is
 *          refused (ENOBUFS). A file is looked at again 5 s after the last time: changed ones are
 *          loaded anew. Names with ".." are refused.
 * Source:  Asterisk's search order of sounds.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "dsp/codec.h"
#include "loop/worker.h"
#include "media/reel.h"

struct media_cache;

/** dirs: sound directories, most important first; copied. @return 0; ENOMEM */
int media_cache_alloc(struct media_cache **cp, struct loop *l, struct workers *w,
                      const char *const *dirs, size_t dir_count, uint64_t limit_bytes);

/** Directories of the configuration (dirs.h) instead of those that were said before; one that cannot
 *  be read gives a warning. Sounds that are loaded are looked for again when they are. @return 0; ENOMEM */
int media_cache_look_into(struct media_cache *c, struct slice more);

/** err 0: *s with a reference that the handler takes. ENOENT (no such file), EINVAL (broken),
 * EFBIG, ENOBUFS, ENOMEM */
typedef void(media_sound_h)(int err, struct media_sound *s, void *arg);

/** A question under way; embedded in who asks. */
struct media_asking {
    struct link link;
    media_sound_h *h;
    void *arg;
};

/**
 * Ask for a sound. The handler is called before return when the sound is there, else later.
 * @param a  in no list; stays valid until the handler was called or media_asking_cancel
 */
void media_cache_file(struct media_cache *c, struct slice name, struct slice language,
                      enum codec codec, struct media_asking *a, media_sound_h *h, void *arg);

/** A tone by its list ("425/1000,0/4000"); likewise. */
void media_cache_tone(struct media_cache *c, struct slice list, enum codec codec,
                      struct media_asking *a, media_sound_h *h, void *arg);

/** The tones of digits (in band), 100 ms each or as told, with pauses; not kept after use. */
void media_cache_digits(struct media_cache *c, struct slice digits, uint16_t ms, enum codec codec,
                        struct media_asking *a, media_sound_h *h, void *arg);

/** No handler call any more; harmless when none was to come. */
void media_asking_cancel(struct media_asking *a);

/** One reference less; NULL is fine. */
void media_sound_release(struct media_cache *c, struct media_sound *s);

uint64_t media_cache_bytes(const struct media_cache *c);

/** A file was written: each is looked at again when it is asked for next. */
void media_cache_changed(struct media_cache *c);

/* ---- directories of music ---- */

struct media_music {
    uint32_t count;
    char **names; /* absolute, without extension, sorted */
};

typedef void(media_music_h)(int err, struct media_music *m, void *arg);

/** List a directory's sounds on a worker; always answered later. The handler takes *m (mem_deref).
 * @return 0; EAGAIN; ENOMEM */
int media_cache_list(struct media_cache *c, struct slice directory, media_music_h *h, void *arg);
