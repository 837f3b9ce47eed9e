/*
 * plan/feature_inner.h - what the files of plan/feature_*.c share
 */
#pragma once
#include "plan/feature.h"

#define PLAN_CODES_MAX 64

/** Keys and what they do: a built-in one, or a row of table features (its name, looked up when it is pressed). */
struct plan_code {
    char keys[MODEL_CODE_MAX + 1];
    const struct plan_builtin *builtin;
    char *name;
};

/** Find the codes of side->channel, which may use `may`. @return 0; ENOMEM (it has none then) */
int plan_codes_find(struct plan_features *f, struct plan_feature_side *side, uint8_t may);
void plan_codes_free(struct plan_feature_side *side);

/**
 * The longest code that the keys begin with, or NULL.
 * @param may_grow  out: there is a longer one that begins with all of the keys
 */
const struct plan_code *plan_codes_match(const struct plan_feature_side *side, struct slice keys,
                                         bool *may_grow);

/** Events of digits with which a code begins (media_hold_digits). */
uint16_t plan_codes_first(const struct plan_feature_side *side);

/** The other side. */
struct plan_feature_side *plan_feature_other(struct plan_features *f,
                                             struct plan_feature_side *side);

/* What codes do. @return whether the talk is over */
bool plan_feature_disconnect(struct plan_features *f, struct plan_feature_side *who);
bool plan_feature_record(struct plan_features *f, struct plan_feature_side *who);
bool plan_feature_pause(struct plan_features *f, struct plan_feature_side *who);
bool plan_feature_app(struct plan_features *f, struct plan_feature_side *who, const char *name);
