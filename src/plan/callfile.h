/*
 * plan/callfile.h - one call file: a call to be made, as text
 *
 * Scope:   reading Asterisk's call files: "Channel: PJSIP/101", Application/Data or
 *          Context/Extension/Priority, MaxRetries, RetryTime, WaitTime, CallerID, Account, Codecs,
 *          Set, Archive, AlwaysDelete, EarlyMedia, and the lines that say how often it was tried.
 * Shape:   its texts point into the file's, which is cut up.
 * Limits:  64 KiB, 100 variables. Lines that begin with # or ; are comments.
 * Source:  Asterisk 22's pbx_spool.c.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "plan/originate.h"

#define CALLFILE_MAX 65536
#define CALLFILE_VARS 100

struct callfile {
    char *channel;
    char *app, *app_data;
    char *context, *exten;
    int priority;
    char *caller_number, *caller_name, *account, *codecs;
    int max_retries, retry_s, wait_s;
    int tries; /* begun so far */
    bool archives, keeps_future, with_early_media;
    struct plan_originate_var vars[CALLFILE_VARS];
    unsigned var_count;
};

/**
 * @param text  cut up in place, 0-terminated
 * @param line  out: number of a line that is not understood, the first one (0: none); such lines have
 *              no effect
 * @return 0; EINVAL: no channel, or neither application nor extension
 */
int callfile_parse(struct callfile *f, char *text, int *line);
