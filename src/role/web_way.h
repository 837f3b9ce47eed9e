/*
 * role/web_way.h - to whom a request of the web role belongs
 *
 * Scope:   the face that it came in on, and its path. The Manager over HTTP is on its own port only; the
 *          interface, REST, the station's API and the metrics are on the other.
 * Thread:  any; pure.
 */
#pragma once
#include "base/slice.h"

enum web_way {
    WEB_WAY_NONE,    /* 404 */
    WEB_WAY_MANAGER, /* web/manager.h */
    WEB_WAY_REST,    /* /pbx/..., /api/..., /metrics */
};

/** @param face  the front's word (HTTP_FACE_FIELD). @param path  before the question mark */
enum web_way web_way(struct slice face, struct slice path);
