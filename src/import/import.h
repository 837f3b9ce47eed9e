/*
 * import/import.h - take an Asterisk configuration into the station's database
 *
 * Scope:   extensions.conf, pjsip.conf, rtp.conf, musiconhold.conf, acl.conf; manager.conf and
 *          http.conf are kept for later; sounds/ is copied. Every line of every file gets a
 *          verdict: nothing is dropped silently.
 * Writes:  replaces endpoints, addresses of record, authentications, transports,
 *          identification, access lists, music, globals and routing of the database, in one
 *          transaction; an error leaves the database as it was.
 * Thread:  a tool's main thread; waits for the disk.
 * Limits:  files inside the folder only; 16 includes deep; lines of 8 KiB; 512 MiB in all.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

enum import_verdict {
    IMPORT_TAKEN,
    IMPORT_TRANSLATED,  /* taken in another form; the text says which */
    IMPORT_LATER,       /* kept; works with a later version of the station */
    IMPORT_NOT_NEEDED,  /* the station needs no such setting */
    IMPORT_UNSUPPORTED, /* the station cannot do this */
    IMPORT_WRONG,       /* the line itself is wrong */
    IMPORT_VERDICTS
};

struct import_note {
    const char *file; /* relative to the folder */
    uint32_t line;    /* 0: the file as a whole */
    enum import_verdict verdict;
    const char *text_ru, *text_en; /* what happened and why; "" for lines plainly taken */
    const char *what;              /* the line itself, cut to 200 bytes, secrets as *** */
};

/** Called once per line (or file); everything is borrowed during the call. */
typedef void(import_note_h)(const struct import_note *note, void *arg);

struct import_args {
    struct db *db;          /* borrowed */
    const char *dir;        /* the configuration's folder */
    const char *sounds_dir; /* where its sounds/ is copied to; NULL: they are not */
    import_note_h *note;
    void *arg;
};

struct import_totals {
    uint32_t count[IMPORT_VERDICTS];
    uint32_t endpoints, extensions, sounds;
};

/**
 * @return 0 (also when lines were not understood: see the notes); ENOENT (no such folder, or none
 * of the known files in it); errno of reading or of the database (nothing changed then); ENOMEM
 */
int import_run(const struct import_args *args, struct import_totals *totals);
