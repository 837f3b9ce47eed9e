/*
 * import/import.h - take an Asterisk configuration, or a dump of the manual's station, into the
 * station's database
 *
 * Scope:   a folder: the files of Asterisk that the table in import.c names; of later subjects they
 *          are kept in table import_later. A file or pipe: pbx.sql, the tables that the rules in dump.c and
 *          the field tables name. Every line, row and file gets a verdict: nothing is dropped
 *          silently. Sounds and music are copied, programs are only named.
 * Writes:  replaces what it brings (endpoints, addresses of record, ..., routing; of a dump the tables
 *          that it holds), in one transaction; an error leaves the database as it was. The same import
 *          again changes nothing; call records are added once.
 * Thread:  a tool's main thread; waits for the disk.
 * Limits:  files inside the folder only; 16 includes deep; lines of 8 KiB; 512 MiB in all; a dump of
 *          any length in a few MiB; a sound 512 MiB.
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

/** Bytes of a dump read so far, now and then. */
typedef void(import_progress_h)(uint64_t bytes, void *arg);

struct import_args {
    struct db *db;          /* borrowed */
    const char *dir;        /* the configuration's folder, or a dump */
    const char *sounds_dir; /* where sounds are copied to; NULL: they are not */
    const char *moh_dir;    /* the same for music */
    bool is_dry;            /* say what would be: nothing is written or copied */
    import_note_h *note;
    import_progress_h *progress; /* may be NULL */
    void *arg;
};

struct import_totals {
    uint32_t count[IMPORT_VERDICTS];
    uint32_t endpoints, extensions, sounds, rows; /* rows: of a dump */
};

/**
 * @return 0 (also when lines were not understood: see the notes); ENOENT (no such folder or file,
 * or nothing known in it); errno of reading or of the database (nothing changed then); ENOMEM
 */
int import_run(const struct import_args *args, struct import_totals *totals);
