/*
 * rest/problem.h - what can go wrong, in words: RFC 9457 problems
 *
 * Scope:   a row per kind: its code, status, title in both languages. Errnos of the database have theirs.
 * Thread:  any; constant.
 */
#pragma once
#include "base/buf.h"
#include "model/field.h"

enum rest_problem_kind {
    REST_INVALID = 1000, /* members of the body, 422; the detail or errors say which */
    REST_MALFORMED,      /* no JSON, an unknown parameter: 400 */
    REST_LOGIN_WANTED,   /* 401 */
    REST_WRONG_LOGIN,
    REST_CODE_WANTED,
    REST_WRONG_CODE,
    REST_WRONG_KEY,
    REST_TOKEN_WANTED,    /* CSRF: 403 */
    REST_PASSWORD_WANTED, /* another one, first: 403 */
    REST_FORBIDDEN,       /* 403 */
    REST_NOT_FOUND,       /* 404 */
    REST_METHOD,          /* 405 */
    REST_CHANGED,         /* 412 */
    REST_IN_USE,          /* 409 */
    REST_EXISTS,          /* 409 */
    REST_CALL_FAILED,     /* 409 */
    REST_LINK_USED,       /* 410 */
    REST_TOO_LONG,        /* 413 */
    REST_MEDIA_TYPE,      /* 415 */
    REST_TOO_MANY,        /* 429 */
    REST_FAILED,          /* 500 */
    REST_BUSY,            /* 503: the database is locked, full; too many calls */
    REST_NO_ENGINE,       /* 503: the engine does not answer */
};

struct rest_problem_row {
    int kind;
    int status;
    const char *code;
    struct model_words title;
};

/** Of a kind, or of an errno (EACCES, ENOENT, EEXIST, EBUSY, ENOSPC, ENOMEM ...); never NULL. */
const struct rest_problem_row *rest_problem_of(int kind);
