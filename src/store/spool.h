/*
 * store/spool.h - call records on their way to a database that is away
 *
 * Shape:   one file, state/spool/cdr/cdr.spool: a line of magic, then records
 *          (store/record.h). Appended with fdatasync before it counts.
 * Torn:    a record without its whole length or with a wrong sum ends the file: a power cut in
 *          the middle of an append leaves such a tail, and that record was never reported as
 *          safe. The tail is copied to cdr.spool.torn and cut off.
 * Twice:   a cut between COMMIT and emptying the file would bring records again: each is
 *          inserted only when no row equal in all 25 columns is there.
 * Thread:  the writer's.
 * Limits:  1 GiB of file; more is ENOSPC.
 */
#pragma once
#include <stdint.h>

#include "store/cdr.h"

struct spool;

/** Open or make the file in state directory dir. @return 0; ENOMEM; errno of mkdir/open/read */
int spool_open(struct spool **sp, const char *dir);

/** Append records; all of them are safe on return 0, else none is. */
int spool_append(struct spool *s, const struct store_cdr *records, size_t count);

/** Bytes of records in the file. */
uint64_t spool_bytes(const struct spool *s);

/**
 * Move up to most records into the database, one transaction; the file is emptied after the last.
 * @param moved  out: records moved (0: nothing was left)
 */
int spool_drain(struct spool *s, struct db *d, uint32_t most, uint32_t *moved);
