/*
 * manager/page.h - the manual's page of actions and events, made of their rows
 *
 * Pages:   docs/ru/manager-actions.md, docs/en/manager-actions.md; a test keeps them so. To write them again:
 *              STATION_WRITE_DOCS=1 BUILD/tests/unit/unit_manager_page
 * Thread:  any; nothing is kept.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"

/** In Markdown. @param language  "ru", else English. @return 0; ENOMEM; ENOSPC */
int manager_page_print(const char *language, struct buf *out);

/** A subject of a row ("queues") in the reader's language, for "comes with ...". */
const char *manager_subject_text(const char *subject, bool is_russian);
