/*
 * store/journal.h - call records that are given in and not yet committed, so that a killed engine
 * loses none
 *
 * Scope:   a record is written here in the round that brings it, without waiting for the disk:
 *          what the kernel has taken outlives the process (a power cut it does not; what is
 *          reported as safe is in the database or in the spool).
 * Shape:   two files, spool/cdr/journal.0 and .1, used in turn and emptied when none of their
 *          records waits any more. What the next engine finds in them goes to the spool, and from
 *          there to the database where it is not there already.
 * Thread:  the loop's; journal_open before it runs.
 * Limits:  64 MiB a file: beyond it, and when the disk is full, records are not written here.
 */
#pragma once
#include <stdint.h>

#include "loop/loop.h"
#include "store/cdr.h"
#include "store/spool.h"

struct journal;

/** Open the two files and move what a killed engine left to the spool. @return 0; ENOMEM; errno of
 * open, read, spool */
int journal_open(struct journal **jp, struct loop *l, const char *dir, struct spool *spool);

/** Write a record, at the end of this round. @return which file it is in, for journal_done */
uint8_t journal_add(struct journal *j, const struct store_cdr *c);

/** A record of that file is committed, in the spool, or given up. */
void journal_done(struct journal *j, uint8_t which);
