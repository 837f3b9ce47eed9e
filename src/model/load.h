/*
 * model/load.h - reading the tables into a snapshot; for this folder only
 *
 * Shape:   rows of a ps_* table and sections of static_pjsip both become objects by way of the
 *          field tables (load.c); routing is read apart (routing.c); then names are resolved
 *          (resolve.c).
 */
#pragma once
#include "base/buf.h"
#include "model/field.h"
#include "model/pool.h"
#include "model/snapshot.h"
#include "store/db.h"

/* Objects of one type, by number and by name. */
struct shelf {
    void **v;
    uint32_t count, room;
    struct hash by_name;
};

/* Where a type's struct keeps its name and its link; MODEL_NOWHERE: not found by name. */
struct shelf_kind {
    const char *type;
    size_t name_at, link_at;
};

/* Another name by which an endpoint is found. */
struct alias {
    struct hash_link link;
    const void *key;
    const struct model_endpoint *endpoint;
};

struct net_entry {
    struct hash_link link;
    struct addr_net net; /* host bits cleared */
    const struct model_endpoint *endpoint;
};

struct global_var {
    struct hash_link link;
    struct model_var var;
};

struct model_snapshot {
    struct model_pool pool;
    struct model_report report;
    struct shelf endpoints, aors, auths, transports, identifies, registrations, acls, mohs,
        managers, tones, features, contexts, domain_aliases;
    struct shelf globals;    /* struct global_var */
    struct hash by_username; /* struct alias: text of an auth's username */
    struct hash by_aor;      /* struct alias: the address of record itself */
    struct hash by_net;      /* struct net_entry */
    uint8_t bits4[33];       /* prefix lengths in use, longest first */
    uint8_t bits6[129];
    uint32_t bits4_count, bits6_count;
    struct model_global global;
    struct model_system system;
    struct model_settings settings;
    struct buf later; /* columns that are set although nothing obeys them; only while loading */
};

/* shelf.c */
int shelf_add(struct shelf *sh, const struct shelf_kind *k, void *object);
void *shelf_find(const struct shelf *sh, const struct shelf_kind *k, struct slice name);
void shelf_take(struct shelf *sh, const struct shelf_kind *k, uint32_t i); /* leaves a hole: NULL */
void shelf_close(struct shelf *sh, const struct shelf_kind *k); /* no holes, sorted by name */
void shelf_fini(struct shelf *sh);

extern const struct shelf_kind shelf_endpoint, shelf_aor, shelf_auth, shelf_transport,
    shelf_identify, shelf_registration, shelf_acl, shelf_manager, shelf_moh, shelf_tone,
    shelf_context, shelf_global_var, shelf_domain_alias, shelf_feature;

/* load.c */
int load_type(struct model_snapshot *s, struct db *d, const struct shelf_kind *k, struct shelf *to);
int load_single(struct model_snapshot *s, struct db *d, const char *type, void *object);
int load_settings(struct model_snapshot *s, struct db *d);
/** Is the type read from its ps_ table, and not from static_pjsip? @return 0; errno of the database */
int load_is_realtime(struct db *d, const struct model_type *t, bool *answer);

/* routing.c */
/* @param but  a context whose rows of realtime_extensions are left out; absent: none */
int load_routing(struct model_snapshot *s, struct db *d, struct slice but);

/* resolve.c */
int resolve_all(struct model_snapshot *s);
uint32_t net_hash(const struct addr_net *n);
void net_mask(struct addr_net *n);
