/*
 * rest/type.h - what REST and the interface show of an object type
 *
 * Scope:   a row a type: who reads and writes it, where it stands in the menu, what a list shows. All else
 *          is said by its field table (model/field.h). A type that is not here has no REST.
 * Thread:  any; constant.
 */
#pragma once
#include "model/field.h"
#include "rest/route.h"

struct rest_type {
    const char *name; /* of model_types; NULL ends the table */
    const char *
        section; /* of the menu: "driver", "routing", "media", "statistics", "access", "settings" */
    const char *key;        /* the column by which paths name a row: "uuid" */
    unsigned reads, writes; /* enum rest_who, of users; 0: nobody */
    const char *listed;     /* columns of a list, comma separated */
    const char *basic;      /* columns that a form shows first */
    const char *required;   /* columns that a new row must bring */
    const char *sort;       /* of a list that asks for none: "-start"; NULL: by key */
    const char *searched;   /* columns that q= looks into; NULL: those of a list */
    const char *numbers;    /* columns that number= looks into; NULL: it has none */
    const char
        *always_set; /* columns that never are NULL, whatever SQL says: an index serves them */
    bool is_common;  /* who may read it reads all rows, whatever group they have */
    bool is_single;  /* one object, not rows: it has routes of its own (settings) */
};

extern const struct rest_type rest_types[];

/** NULL: no such type, or one that REST does not show. */
const struct rest_type *rest_type_find(struct slice name);

const struct model_type *rest_type_model(const struct rest_type *t);

/** A column is among these (comma separated). */
bool rest_is_listed(const char *list, struct slice name);

/** REST shows this column; secrets as ***. */
bool rest_field_is_shown(const struct model_field *f);
/** The station writes it, nobody else. */
bool rest_field_is_fixed(const struct rest_type *t, const struct model_field *f);
