/*
 * role/web_guide.h - what the editor of routings asks of the routing's own tables (rest/rest.h, plan/guide.h, plan/draft.h)
 */
#pragma once
#include "rest/rest.h"

extern const struct rest_guide web_guide;
