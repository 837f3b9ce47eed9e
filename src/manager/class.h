/*
 * manager/class.h - permission classes: who may run an action, who sees an event
 *
 * Shape:   a mask of bits, in Asterisk's order, in which "Privilege: call,reporting,all" names them.
 * Source:  Asterisk 22's manager.h (EVENT_FLAG_*), manual F504.
 */
#pragma once
#include <stdint.h>

#include "base/buf.h"
#include "model/snapshot.h"

enum manager_class {
    CLASS_NONE = 0, /* everybody who is in */
    CLASS_SYSTEM = 1 << 0,
    CLASS_CALL = 1 << 1,
    CLASS_LOG = 1 << 2,
    CLASS_VERBOSE = 1 << 3,
    CLASS_COMMAND = 1 << 4,
    CLASS_AGENT = 1 << 5,
    CLASS_USER = 1 << 6,
    CLASS_CONFIG = 1 << 7,
    CLASS_DTMF = 1 << 8,
    CLASS_REPORTING = 1 << 9,
    CLASS_CDR = 1 << 10,
    CLASS_DIALPLAN = 1 << 11,
    CLASS_ORIGINATE = 1 << 12,
    CLASS_AGI = 1 << 13,
    CLASS_HOOKRESPONSE = 1 << 14,
    CLASS_CC = 1 << 15,
    CLASS_AOC = 1 << 16,
    CLASS_TEST = 1 << 17,
    CLASS_SECURITY = 1 << 18,
    CLASS_MESSAGE = 1 << 19,
    CLASS_ALL = (1 << 20) - 1,
};

/** "call,reporting,all"; "<none>" for no class. @return as buf_add */
int class_print(uint32_t classes, struct buf *out);

/** What names say ("all" too). @param unknown  out: the first that is no class, or NULL; may be NULL */
uint32_t class_of_names(const struct model_names *names, const char **unknown);

/**
 * An event mask as a client gives it: "on", "off", "call,cdr", "all", "true", a number.
 * Unknown names are passed over, as in Asterisk. @return the mask; -1: ""
 */
int64_t class_of_mask(struct slice text);
