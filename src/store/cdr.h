/*
 * store/cdr.h - rows of table cdr: the 25 columns of a call record
 *
 * Source:  manual F435-F459; texts as Asterisk writes them. Times are stored as local time
 *          "YYYY-MM-DD HH:MM:SS", a missing answer as NULL.
 */
#pragma once
#include <stdint.h>

#include "base/slice.h"
#include "base/when.h"
#include "store/db.h"

/** A plain value, in the manual's order; absent texts become NULL (accountcode, userfield,
 * peeraccount, source, destination, direction, group_uuid) or ''. */
struct store_cdr {
    struct slice accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata;
    struct wall start, answer, end; /* us 0: NULL */
    int64_t duration, billsec;      /* seconds */
    struct slice disposition, amaflags, userfield, uniqueid, linkedid, peeraccount;
    int64_t sequence;
    struct slice source, destination, direction, group_uuid;
};

/** Names of the 25 columns in order; store_cdr_columns[25] is NULL. */
extern const char *const store_cdr_columns[];

/* inner: used by the writer and the spool */
/** Where the texts of a record are, in the order of the columns. */
#define STORE_CDR_TEXTS 19
void store_cdr_texts(struct store_cdr *c, struct slice *v[STORE_CDR_TEXTS]);

/** Insert. With once, a record that is there already (equal in all columns) is left alone.
 *  @return 0; EBADMSG (the table, a rule or a trigger of it takes no records: later, not never); ERANGE,
 *  EEXIST (this record is refused); errno of the database */
int store_cdr_insert(struct db *d, const struct store_cdr *c, bool once);

/** A record that nobody keeps, whole, into the log: each column that is not empty as column="value", bytes that
 *  a terminal must not see, quotes and backslashes as \xNN; as many lines as it needs, a long value under
 *  its column's name in each. */
void store_cdr_log(const struct store_cdr *c, const char *reason);
