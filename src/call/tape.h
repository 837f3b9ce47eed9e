/*
 * call/tape.h - tapes: what a stream says and hears, written to files by the media role
 *
 * Scope:   the commands of ipc/media.h that begin with MEDIA_TAPE, as an object. Who records what, under which
 *          names and why is recording.h's.
 * Owns:    struct media holds a reference to each tape until it has ended; who started it holds another. It
 *          holds none to its stream: that one may end, and the tape goes on in silence or moves to another.
 * Thread:  the engine's loop.
 * Failure: after a death of the media role each tape is named anew with the time of its first sample: what is
 *          missing is silence. One that is to end is named, too, so that its file is whole and its length known:
 *          nothing is added to it.
 * Limits:  TAPES_MAX.
 * Source:  docs/recording.md.
 */
#pragma once
#include "call/media.h"

#define TAPES_MAX 4000

struct tape;

struct tape_args {
    /* Below STATE/recordings, with extension; absent: not wanted. Copied. */
    struct slice mixed, rx, tx;
    bool is_stereo, is_append, is_joined_only;
    int8_t rx_db, tx_db; /* -24..24 */
    uint8_t muted;       /* enum media_tape_muted */
};

/** Neither is called from inside a call into this header, none after tape_forget. */
struct tape_handlers {
    /** err 0: it writes. Else as struct media_tape_begun: nothing is written, the tape is over, ended does not follow. */
    void (*begun)(int err, void *arg);
    /** It is over, by tape_stop or by itself; the last call. ETIMEDOUT: media did not say so within 60 s. */
    void (*ended)(const struct media_tape_ended *e, void *arg);
    void *arg;
};

/**
 * @param tp  out: one reference
 * @param s   borrowed during the call
 * @return 0 (begun follows, as soon as there is a media role); EINVAL (no name); ENAMETOOLONG; EAGAIN (TAPES_MAX); ENOMEM
 */
int tape_start(struct tape **tp, struct media_stream *s, const struct tape_args *args,
               const struct tape_handlers *h);

/** Which sides are silent in the files (enum media_tape_muted); harmless when it is over. @return 0; ENOMEM: media was not told */
int tape_set_muted(struct tape *t, uint8_t muted);
uint8_t tape_muted(const struct tape *t);

/** From now on it is this stream that is recorded; files and time go on. */
int tape_move(struct tape *t, struct media_stream *s);

/** End it: the last cut_ms are left out; is_deleted: the files are removed. Harmless twice. */
void tape_stop(struct tape *t, uint32_t cut_ms, bool is_deleted);

/** The owner goes: no handler any more; a tape that was not stopped ends. The caller still derefs its reference. */
void tape_forget(struct tape *t);

/** Wall clock of the first sample, us; 0 before begun. */
uint64_t tape_begun_us(const struct tape *t);

/* ---- an engine that takes over from a dead one ---- */

/** What makes a tape: a plain value, to be kept outside the process. */
struct tape_saved {
    uint32_t tape, stream;
    uint64_t begun_us;
    bool is_stereo, is_append, is_joined_only, is_stopping, is_deleted;
    int8_t rx_db, tx_db;
    uint8_t muted;
    uint32_t cut_ms;
    char mixed[MEDIA_PATH_MAX + 1], rx[MEDIA_PATH_MAX + 1], tx[MEDIA_PATH_MAX + 1];
};

void tape_save(const struct tape *t, struct tape_saved *saved);

/** A tape of the engine before us; with its streams, before the loop runs. begun follows only if it had not yet.
 *  @return 0; EINVAL (no tape); EEXIST; EAGAIN; ENOMEM */
int tape_adopt(struct tape **tp, struct media *m, const struct tape_saved *saved,
               const struct tape_handlers *h);
