/* shelf.c - objects of one type, by number and by name; see load.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/load.h"

#define KIND(type_, struct_)                                                                       \
    {                                                                                              \
        .type = type_, .name_at = offsetof(struct struct_, name),                                  \
        .link_at = offsetof(struct struct_, link)                                                  \
    }
#define KIND_UNLINKED(type_, struct_)                                                              \
    {                                                                                              \
        .type = type_, .name_at = offsetof(struct struct_, name), .link_at = MODEL_NOWHERE         \
    }

const struct shelf_kind shelf_endpoint = KIND("endpoint", model_endpoint);
const struct shelf_kind shelf_aor = KIND("aor", model_aor);
const struct shelf_kind shelf_auth = KIND("auth", model_auth);
const struct shelf_kind shelf_transport = KIND("transport", model_transport);
const struct shelf_kind shelf_identify = KIND_UNLINKED("identify", model_identify);
const struct shelf_kind shelf_registration = KIND_UNLINKED("registration", model_registration);
const struct shelf_kind shelf_acl = KIND("acl", model_acl);
const struct shelf_kind shelf_manager = KIND("manager", model_manager);
const struct shelf_kind shelf_moh = KIND("musiconhold", model_moh);
const struct shelf_kind shelf_feature = KIND("feature", model_feature);
const struct shelf_kind shelf_tone = KIND("tone", model_tone);
const struct shelf_kind shelf_domain_alias = KIND("domain_alias", model_domain_alias);
const struct shelf_kind shelf_context = KIND("context", model_context);
const struct shelf_kind shelf_global_var = {.type = "static_extensions",
                                            .name_at = offsetof(struct global_var, var.name),
                                            .link_at = offsetof(struct global_var, link)};

static const char *name_of(const struct shelf_kind *k, const void *object)
{
    const char *name;

    memcpy(&name, (const char *)object + k->name_at, sizeof(name));
    return name;
}

static struct hash_link *link_of(const struct shelf_kind *k, void *object)
{
    return (struct hash_link *)(void *)((char *)object + k->link_at);
}

static int grow(struct shelf *sh)
{
    uint32_t room = sh->room ? sh->room * 2 : 16;
    void **v = mem_realloc(sh->v, room * sizeof(*v));

    if (!v)
        return ENOMEM;
    sh->v = v;
    sh->room = room;
    return 0;
}

int shelf_add(struct shelf *sh, const struct shelf_kind *k, void *object)
{
    struct slice name = slice_of(name_of(k, object));
    int err = sh->count == sh->room ? grow(sh) : 0;

    if (!err && k->link_at != MODEL_NOWHERE) {
        if (shelf_find(sh, k, name))
            return EEXIST;
        err = hash_add(&sh->by_name, link_of(k, object), hash_slice(name));
    }
    if (!err)
        sh->v[sh->count++] = object;
    return err;
}

void *shelf_find(const struct shelf *sh, const struct shelf_kind *k, struct slice name)
{
    for (struct hash_link *l = hash_first(&sh->by_name, hash_slice(name)); l; l = hash_next(l)) {
        void *object = (char *)l - k->link_at;

        if (slice_eqz(name, name_of(k, object)))
            return object;
    }
    return NULL;
}

void shelf_take(struct shelf *sh, const struct shelf_kind *k, uint32_t i)
{
    if (k->link_at != MODEL_NOWHERE)
        hash_del(&sh->by_name, link_of(k, sh->v[i]));
    sh->v[i] = NULL;
}

static int by_name(const void *a, const void *b, void *arg)
{
    return strcmp(name_of(arg, *(void *const *)a), name_of(arg, *(void *const *)b));
}

void shelf_close(struct shelf *sh, const struct shelf_kind *k)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < sh->count; i++)
        if (sh->v[i])
            sh->v[n++] = sh->v[i];
    sh->count = n;
    if (n > 1)
        qsort_r(sh->v, n, sizeof(*sh->v), by_name, (void *)(uintptr_t)k);
}

void shelf_fini(struct shelf *sh)
{
    hash_fini(&sh->by_name);
    mem_free(sh->v);
    sh->v = NULL;
}
