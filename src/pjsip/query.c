/* query.c - PJSIP_ENDPOINT, PJSIP_AOR, PJSIP_CONTACT: the driver's objects, read by the routing (table.h) */
#include <errno.h>

#include "base/log.h"
#include "model/field.h"
#include "pjsip/contact.h"
#include "pjsip/table.h"

static struct pjsip *driver_of(const struct plan_env *env)
{
    void *arg = NULL;

    calls_tech_find(plan_calls(env->core), SLICE("PJSIP"), &arg);
    return arg;
}

static int nothing(const char *function, const char *what, struct slice name)
{
    log_warning("%s: no such %s name=\"%.*s\"", function, what, SLICE_ARG(name));
    return ENOENT;
}

static int print_field(const char *function, const char *type, const void *object,
                       struct slice column, struct buf *out)
{
    const struct model_field *f = model_field_find(model_type_find(slice_of(type)), column);
    int err = f ? model_field_print(f, object, out) : ENOENT;

    if (err == EACCES)
        log_warning("%s: the routing cannot read this field=\"%.*s\"", function, SLICE_ARG(column));
    return err == ENOENT ? nothing(function, "field", column) : err;
}

/* ---- PJSIP_ENDPOINT ---- */

static int endpoint_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct pjsip *p = driver_of(env);
    struct slice column, name = slice_trim(slice_cut(slice_of(args), ',', &column));
    const struct model_endpoint *e = p ? model_endpoint_find(p->snap, name) : NULL;

    if (!e)
        return nothing("PJSIP_ENDPOINT", "endpoint", name);
    return print_field("PJSIP_ENDPOINT", "endpoint", e, slice_trim(column), out);
}

const struct plan_func pjsip_endpoint_func = {
    .name = "PJSIP_ENDPOINT",
    .syntax = "PJSIP_ENDPOINT(name,field)",
    .help_ru =
        "Поле конечной точки\nfield - столбец ps_endpoints: context, aors, allow, callerid ... Да и нет - "
        "true и false, списки через запятую.",
    .help_en =
        "A field of an endpoint\nfield: a column of ps_endpoints: context, aors, allow, callerid ... Yes and "
        "no are true and false, lists are comma separated.",
    .shown = "tests/scene/objects-in-routing.scene",
    .read = endpoint_read,
};

/* ---- PJSIP_AOR ---- */

static int print_contact_ids(const struct pjsip *p, struct slice name, struct buf *out)
{
    struct aor *a = aor_find(p, name);
    const char *comma = "";

    if (!a)
        return 0;
    LIST_FOREACH(&a->contacts, k)
    {
        buf_printf(out, "%s%s", comma, contact_of_link(k)->id.p);
        comma = ",";
    }
    return buf_err(out);
}

static int aor_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct pjsip *p = driver_of(env);
    struct slice column, name = slice_trim(slice_cut(slice_of(args), ',', &column));
    const struct model_aor *m = p ? model_aor_find(p->snap, name) : NULL;

    column = slice_trim(column);
    if (!m)
        return nothing("PJSIP_AOR", "address of record", name);
    if (slice_eqz(column, "contact"))
        return print_contact_ids(p, name, out);
    return print_field("PJSIP_AOR", "aor", m, column, out);
}

const struct plan_func pjsip_aor_func = {
    .name = "PJSIP_AOR",
    .syntax = "PJSIP_AOR(name,field)",
    .help_ru =
        "Поле адреса записи\nfield - столбец ps_aors: max_contacts, qualify_frequency ...; contact - "
        "имена всех его контактов через запятую (для PJSIP_CONTACT).",
    .help_en =
        "A field of an address of record\nfield: a column of ps_aors: max_contacts, "
        "qualify_frequency ...; contact: the names of all its contacts, comma separated (for "
        "PJSIP_CONTACT).",
    .shown = "tests/scene/objects-in-routing.scene",
    .read = aor_read,
};

/* ---- PJSIP_CONTACT ---- */

static int add_status(const struct contact *c, struct buf *out)
{
    static const char *const names[] = {[CONTACT_NONQUAL] = "NonQualified",
                                        [CONTACT_UNKNOWN] = "Unknown",
                                        [CONTACT_AVAIL] = "Reachable",
                                        [CONTACT_UNAVAIL] = "Unreachable"};

    return buf_addz(out, names[c->status]);
}

static int add_rtt(const struct contact *c, struct buf *out)
{
    return buf_printf(out, "%u", c->rtt_us);
}

static int add_uri(const struct contact *c, struct buf *out)
{
    return buf_adds(out, c->uri);
}

static int add_user_agent(const struct contact *c, struct buf *out)
{
    return buf_adds(out, c->user_agent);
}

static int add_endpoint(const struct contact *c, struct buf *out)
{
    return buf_adds(out, c->endpoint);
}

static int add_path(const struct contact *c, struct buf *out)
{
    return buf_adds(out, c->path);
}

static int add_call_id(const struct contact *c, struct buf *out)
{
    return buf_adds(out, c->call_id);
}

static int add_expiration(const struct contact *c, struct buf *out)
{
    return buf_printf(out, "%lld", (long long)(c->expires.us / 1000000));
}

static int add_via_addr(const struct contact *c, struct buf *out)
{
    char text[ADDR_TEXT];

    return addr_is_set(&c->source) ? buf_addz(out, addr_host(&c->source, text)) : 0;
}

static int add_via_port(const struct contact *c, struct buf *out)
{
    return buf_printf(out, "%u", c->source.port);
}

static const struct {
    const char *name;
    int (*add)(const struct contact *c, struct buf *out);
} items[] = {
    {"call_id", add_call_id},
    {"endpoint", add_endpoint},
    {"expiration_time", add_expiration},
    {"path", add_path},
    {"rtt", add_rtt},
    {"status", add_status},
    {"uri", add_uri},
    {"user_agent", add_user_agent},
    {"via_addr", add_via_addr},
    {"via_port", add_via_port},
};

/* What a contact has of its address of record. */
static int print_inherited(const struct pjsip *p, const struct contact *c, struct slice column,
                           struct buf *out)
{
    const struct model_aor *m = model_aor_find(p->snap, slice_of(c->aor->name));

    if (!m || (!slice_starts(column, SLICE("qualify_")) && !slice_eqz(column, "outbound_proxy") &&
               !slice_eqz(column, "authenticate_qualify")))
        return nothing("PJSIP_CONTACT", "field", column);
    return print_field("PJSIP_CONTACT", "aor", m, column, out);
}

static int contact_read(const struct plan_env *env, char *args, struct buf *out)
{
    const struct pjsip *p = driver_of(env);
    struct slice column, name = slice_trim(slice_cut(slice_of(args), ',', &column));
    const struct contact *c = p ? contact_find_id(p, name) : NULL;

    column = slice_trim(column);
    if (!c)
        return nothing("PJSIP_CONTACT", "contact", name);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        if (slice_eqz(column, items[i].name))
            return items[i].add(c, out);
    return print_inherited(p, c, column, out);
}

const struct plan_func pjsip_contact_func = {
    .name = "PJSIP_CONTACT",
    .syntax = "PJSIP_CONTACT(name,field)",
    .help_ru =
        "Поле контакта\nname - одно из имён, которые даёт PJSIP_AOR(...,contact). field: uri, status "
        "(Reachable, Unreachable, Unknown, NonQualified), rtt (микросекунды), user_agent, endpoint, "
        "path, call_id, expiration_time, via_addr, via_port, qualify_frequency ...",
    .help_en =
        "A field of a contact\nname: one of those that PJSIP_AOR(...,contact) gives. field: uri, status "
        "(Reachable, Unreachable, Unknown, NonQualified), rtt (microseconds), user_agent, endpoint, "
        "path, call_id, expiration_time, via_addr, via_port, qualify_frequency ...",
    .shown = "tests/scene/objects-in-routing.scene",
    .read = contact_read,
};
