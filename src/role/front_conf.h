/*
 * role/front_conf.h - the configuration that nginx runs with as the role `front`
 *
 * Scope:   settings to text. Paths are relative to the folder state/front, in which nginx runs: whatever the
 *          state directory is called, nothing needs quoting.
 * Source:  nginx's documentation (1.22 to 1.26); docs/manager.md.
 */
#pragma once
#include "base/buf.h"
#include "ipc/control.h"

#define FRONT_CONF_MAX 32768

/** @return as buf_add */
int front_conf_print(struct buf *out, const struct control_http *http);
