/*
 * store/record.h - call records as bytes: what spool and journal files hold
 *
 * Shape:   u32 length, u32 CRC-32 of what follows, then six i64 and the texts (u32 length + 1, 0
 *          is absent), little endian.
 * Limits:  1 MiB a record.
 */
#pragma once
#include "base/buf.h"
#include "store/cdr.h"

#define RECORD_HEAD 8
#define RECORD_MOST (1u << 20)

/** The record without its head. @return 0; errno of buf */
int record_encode(struct buf *out, const struct store_cdr *c);

/** Back; slices into bytes. @return 0; EBADMSG */
int record_decode(struct slice bytes, struct store_cdr *c);

/** Add head and record; one is scratch. @return 0; errno of buf */
int record_add(struct buf *out, struct buf *one, const struct store_cdr *c);

/** Length with head of the record at p, or 0 when it is not whole and sound. */
size_t record_whole(const char *p, size_t left);

/** Write or read at a place, going on after interruptions. @return 0; errno */
int record_write(int fd, const char *p, size_t len, uint64_t at);
int record_read(int fd, char *p, size_t len, uint64_t at, size_t *got);

/** Open a file of records below DIR/spool/cdr, folders made when missing. @return 0 and *fd; errno
 */
int record_open(int *fd, char *path, size_t size, const char *dir, const char *name);
