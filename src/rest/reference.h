/*
 * rest/reference.h - who refers to an object by its name
 *
 * Scope:   columns whose field says .refers; groups are referred to by UUID. Texts of the routing are not looked into.
 * Owns:    texts are the caller's arena.
 * Thread:  a worker's.
 * Limits:  REFERENCES_MAX are found, more are not counted.
 */
#pragma once
#include "rest/object.h"

enum { REFERENCES_MAX = 100 };

struct reference {
    const struct rest_type *type;
    const char *field;
    struct slice key, name, group;
};

struct reference_list {
    struct reference items[REFERENCES_MAX];
    uint32_t count;
};

/** @return 0; ENOMEM; errno of db.h */
int reference_read(struct db *d, const struct object_row *row, struct arena *a,
                   struct reference_list *l);

/** {"items":[{"type","uuid","name","field"}]}: those that this user may read. */
void reference_put(struct jout *j, const struct reference_list *l, const struct rest_user *who);
