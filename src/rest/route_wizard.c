/* rest/route_wizard.c - several objects at once: a phone is an endpoint, its address of record, its password */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rest/all.h"
#include "base/rand.h"
#include "rest/object.h"
#include "rest/password.h"
#include "rest/revision.h"

enum { PHONES_MAX = 1000, NUMBER_MAX = 15 };

struct phones {
    struct rest_call *call;
    uint64_t from, to;
    int width; /* leading zeros stay */
    const char *context, *group, *name, *callerid, *password;
    int64_t revision;
    struct object_row row; /* 3 KiB: not for the stack */
};

static const struct model_words not_a_number = {"Нужен номер из цифр, не длиннее 15.",
                                                "A number is wanted, at most 15 digits."};
static const struct model_words too_many = {"От и до: не больше 1000 номеров.",
                                            "From and to: not more than 1000 numbers."};
static const struct model_words no_context = {"Нужна маршрутизация.", "A routing is wanted."};
static const struct model_words not_yours = {"Это не ваша группа.", "This is not your group."};

static int read_number(struct rest_call *c, const char *member, uint64_t *n)
{
    const char *text = rest_text(c, member);
    char pointer[20];

    snprintf(pointer, sizeof(pointer), "/%s", member);
    if (!text || !*text || strlen(text) > NUMBER_MAX || slice_u64(slice_of(text), n))
        return rest_wrong(c, pointer, &not_a_number);
    return 0;
}

/* A manager's phones stay in his groups. */
static int read_group(struct rest_call *c, struct phones *p)
{
    p->group = rest_text(c, "group_uuid");
    if (c->who.has_all)
        return 0;
    if (!p->group && c->who.group_count)
        p->group = c->who.groups[0];
    for (uint32_t i = 0; p->group && i < c->who.group_count; i++)
        if (strcmp(p->group, c->who.groups[i]) == 0)
            return 0;
    return rest_wrong(c, "/group_uuid", &not_yours);
}

static int read_rest(struct rest_call *c, struct phones *p)
{
    int err = read_group(c, p);

    p->call = c;
    p->context = rest_text(c, "context");
    p->name = rest_text(c, "name");
    p->callerid = rest_text(c, "callerid");
    p->password = rest_text(c, "password");
    if (!p->context)
        err = rest_wrong(c, "/context", &no_context);
    return c->error_count ? REST_INVALID : err;
}

/* ---- writing ---- */

static int insert(struct db *d, struct phones *p, const char *type, json_t *members)
{
    struct rest_call *c = p->call;
    char *uuid = arena_alloc(&c->arena, 37);
    int64_t id = 0;
    int err = members && uuid ? 0 : ENOMEM;

    p->row = (struct object_row){.type = rest_type_find(slice_of(type))};
    if (!err && p->group)
        err = json_object_set_new(members, "group_uuid", json_string(p->group)) ? ENOMEM : 0;
    if (!err)
        err = object_patch(c, &p->row, members, true);
    if (!err) {
        rand_uuid(uuid);
        p->row.v[0] = slice_of(uuid); /* ROW_UUID stands first in all three */
        err = object_insert(d, &p->row);
    }
    if (!err)
        err = object_read(d, p->row.type, slice_of(uuid), &c->arena, &p->row);
    if (!err)
        err = revision_add(d, c, "create", NULL, &p->row, &id);
    if (!c->part_of)
        c->part_of = p->revision = id;
    json_decref(members);
    return err;
}

static int insert_phone(struct db *d, struct phones *p, uint64_t n)
{
    char number[NUMBER_MAX + 1], made[PASSWORD_MADE];
    const char *password = p->password ? p->password : made;
    int err;

    snprintf(number, sizeof(number), "%0*" PRIu64, p->width, n);
    password_make(made);
    err = insert(d, p, "auth",
                 json_pack("{s:s,s:s,s:s,s:s,s:s*}", "id", number, "auth_type", "userpass",
                           "username", number, "password", password, "name", p->name));
    if (!err)
        err = insert(d, p, "aor",
                     json_pack("{s:s,s:i,s:b,s:i,s:s*}", "id", number, "max_contacts", 1,
                               "remove_existing", 1, "qualify_frequency", 60, "name", p->name));
    if (!err)
        err = insert(d, p, "endpoint",
                     json_pack("{s:s,s:s,s:s,s:s,s:s*,s:s*}", "id", number, "context", p->context,
                               "aors", number, "auth", number, "callerid", p->callerid, "name",
                               p->name));
    if (err)
        return err;
    jout_open(&p->call->json, '{');
    jout_put_textz(&p->call->json, "number", number);
    jout_put_textz(&p->call->json, "password", password);
    jout_put_text(&p->call->json, "uuid", p->row.v[0]);
    jout_close(&p->call->json, '}');
    return buf_err(&p->call->text);
}

static int insert_phones(struct db *d, void *arg)
{
    struct phones *p = arg;
    struct jout *j = &p->call->json;
    int err = 0;

    jout_open(j, '{');
    jout_key(j, "items");
    jout_open(j, '[');
    for (uint64_t n = p->from; n <= p->to && !err; n++)
        err = insert_phone(d, p, n);
    jout_close(j, ']');
    jout_put_int(j, "count", (int64_t)(p->to - p->from + 1));
    jout_put_int(j, "revision", p->revision);
    jout_close(j, '}');
    return err;
}

static int add_phones(struct rest_call *c)
{
    struct phones *p = arena_alloc(&c->arena, sizeof(*p));
    int err = p ? rest_only(c, "from,to,context,group_uuid,password") : ENOMEM;

    if (err == ENOMEM)
        return err;
    *p = (struct phones){.call = c};
    err = read_number(c, "from", &p->from) | read_number(c, "to", &p->to) | read_rest(c, p);
    if (!err && (p->to < p->from || p->to - p->from >= PHONES_MAX))
        err = rest_wrong(c, "/to", &too_many);
    if (err || c->error_count)
        return REST_INVALID;
    p->width = (int)strlen(rest_text(c, "from"));
    if (p->password && strcmp(p->password, "generated") == 0)
        p->password = NULL;
    err = rest_change(c, insert_phones, p);
    return err ? err : rest_reply(c, 201);
}

static int add_phone(struct rest_call *c)
{
    struct phones *p = arena_alloc(&c->arena, sizeof(*p));
    int err = p ? rest_only(c, "number,context,group_uuid,password,name,callerid") : ENOMEM;

    if (err == ENOMEM)
        return err;
    *p = (struct phones){.call = c};
    err = read_number(c, "number", &p->from) | read_rest(c, p);
    if (err || c->error_count)
        return REST_INVALID;
    p->to = p->from;
    p->width = (int)strlen(rest_text(c, "number"));
    err = rest_change(c, insert_phones, p);
    return err ? err : rest_reply(c, 201);
}

const struct rest_route rest_routes_wizard[] = {
    REST_ROUTE("POST", REST_BASE "/wizard/phone", REST_WRITERS, add_phone,
               "Абонент: конечная точка, адрес записи и аутентификация сразу",
               "A phone: endpoint, address of record and authentication at once",
               .body = "{\"number\":\"101\",\"name\":\"Иванов\",\"context\":\"local\"}"),
    REST_ROUTE("POST", REST_BASE "/wizard/phones", REST_WRITERS, add_phones,
               "Абоненты подряд, с придуманными паролями",
               "A range of phones, with passwords made up",
               .body = "{\"from\":\"100\",\"to\":\"149\",\"context\":\"local\","
                       "\"password\":\"generated\"}"),
    {0}};
