/*
 * model/report.h - what was wrong with the configuration, in sentences
 *
 * Shape:   messages in the order found; each names table, object, column, value and what is
 *          allowed.
 * Owns:    its texts. Embedded in a snapshot.
 * Limits:  500 messages; the rest are counted.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/mem.h"

struct model_message {
    struct model_message *next;
    enum log_level
        level;        /* LOG_ERROR: not loaded; LOG_WARNING: loaded, but something has no effect */
    const char *text; /* "cannot load endpoint table=ps_endpoints id=... column=... value=...
                         allowed=..." */
};

struct model_report {
    struct arena arena;
    struct model_message *first, **last;
    uint32_t count;   /* kept */
    uint32_t omitted; /* beyond the limit */
};

void model_report_init(struct model_report *r);
void model_report_fini(struct model_report *r);

/** @return 0; ENOMEM */
int model_report_add(struct model_report *r, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Write to the log what stands in r and did not stand in before (NULL: everything). */
void model_report_log(const struct model_report *r, const struct model_report *before);
