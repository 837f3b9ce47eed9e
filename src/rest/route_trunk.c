/* rest/route_trunk.c - a trunk at once: address of record, authentication, endpoint, identify, registration, and the
 * routing of its calls when it is wanted; one transaction, one undo */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rest/all.h"
#include "base/rand.h"
#include "rest/object.h"
#include "rest/operators.h"
#include "rest/revision.h"

enum { ID_MAX = 120, URI_MAX = 300, STEP_MAX = 400, DIGITS_MAX = 20, PORT_MAX = 65535 };

struct trunk {
    struct rest_call *call;
    const struct rest_operator *operator;
    const char *number, *login, *password, *server, *proxy, *transport, *group, *title;
    const char *context, *ring, *prefix, *outgoing; /* routing: NULL, not wanted */
    int port;
    char id[ID_MAX], incoming[ID_MAX], registration[37];
    struct object_row row; /* 3 KiB: not for the stack */
};

static const struct model_words no_operator = {
    "Нет такого оператора: список даёт GET /wizard/operators.",
    "No such operator: GET /wizard/operators lists them."};
static const struct model_words no_digits = {
    "Нужен номер: до 20 цифр, без знаков.", "A number is wanted: up to 20 digits, no other signs."};
static const struct model_words no_server = {
    "Нужно имя или адрес сервера оператора, без порта.",
    "The name or address of the operator's server is wanted, without port."};
static const struct model_words no_password = {"Нужен пароль.", "A password is wanted."};
static const struct model_words wrong_name = {"Буквы, цифры и знаки . _ - + без пробелов.",
                                              "Letters, digits and . _ - + without spaces."};
static const struct model_words no_port = {"Порт: от 1 до 65535.", "A port: from 1 to 65535."};
static const struct model_words no_transport = {"Одно из: udp, tcp, tls.",
                                                "One of: udp, tcp, tls."};
static const struct model_words no_way = {
    "Укажите маршрутизацию входящих (context) или кому звонить (ring).",
    "Give the routing of incoming calls (context) or whom to ring (ring)."};
static const struct model_words no_outgoing = {"Префиксу нужна маршрутизация (outgoing).",
                                               "The prefix wants a routing (outgoing)."};

/* ---- the request ---- */

/* What goes into names, addresses and steps has no sign that means something there. */
static bool is_plain(const char *text, const char *also)
{
    if (!*text || strlen(text) > 100)
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(also, *text))
            return false;
    return true;
}

static void want(struct rest_call *c, bool is_well, const char *pointer,
                 const struct model_words *why)
{
    if (!is_well)
        rest_wrong(c, pointer, why);
}

static bool are_digits(const char *text)
{
    return text && *text && strlen(text) <= DIGITS_MAX &&
           strspn(text, "0123456789") == strlen(text);
}

static void read_port(struct trunk *t)
{
    const json_t *port = json_object_get(t->call->body, "port");

    t->port = t->operator->port;
    if (!port || json_is_null(port))
        return;
    t->port = (int)json_integer_value(port);
    want(t->call, json_integer_value(port) >= 1 && json_integer_value(port) <= PORT_MAX, "/port",
         &no_port);
}

static void read_place(struct rest_call *c, struct trunk *t)
{
    const char *server = rest_text(c, "server");

    t->server = server && *server ? server : t->operator->server;
    t->proxy = t->operator->proxy;
    t->transport = rest_text(c, "transport");
    if (!t->transport || !*t->transport)
        t->transport = "udp";
    want(c, t->server && is_plain(t->server, ".-:[]"), "/server", &no_server);
    want(c,
         strcmp(t->transport, "udp") == 0 || strcmp(t->transport, "tcp") == 0 ||
             strcmp(t->transport, "tls") == 0,
         "/transport", &no_transport);
    read_port(t);
}

static void read_account(struct rest_call *c, struct trunk *t)
{
    t->number = rest_text(c, "number");
    t->login = rest_text(c, "login");
    t->password = rest_text(c, "password");
    t->group = rest_text(c, "group_uuid");
    t->title = rest_text(c, "name");
    want(c, are_digits(t->number), "/number", &no_digits);
    if (!t->login || !*t->login)
        t->login = t->number;
    want(c, !t->login || is_plain(t->login, "._-+"), "/login", &wrong_name);
    want(c, t->operator->by_address ||(t->password && *t->password), "/password", &no_password);
}

static const char *text_or_none(struct rest_call *c, const char *member)
{
    const char *text = rest_text(c, member);

    return text && *text ? text : NULL;
}

static void read_routing(struct rest_call *c, struct trunk *t)
{
    t->context = text_or_none(c, "context");
    t->ring = text_or_none(c, "ring");
    t->prefix = text_or_none(c, "prefix");
    t->outgoing = text_or_none(c, "outgoing");
    want(c, t->context || t->ring, "/context", &no_way);
    want(c, !t->ring || is_plain(t->ring, "._-"), "/ring", &wrong_name);
    want(c, !t->prefix || are_digits(t->prefix), "/prefix", &no_digits);
    want(c, !t->prefix || t->outgoing, "/outgoing", &no_outgoing);
}

/* ---- writing ---- */

static int note(struct db *d, struct trunk *t, const char *type)
{
    struct rest_call *c = t->call;
    const struct slice uuid = object_value(&t->row, "uuid");
    int64_t id = 0;
    int err = object_read(d, t->row.type, uuid, &c->arena, &t->row);

    if (!err)
        err = revision_add(d, c, "create", NULL, &t->row, &id);
    if (err)
        return err;
    if (!c->part_of)
        c->part_of = id;
    jout_open(&c->json, '{');
    jout_put_textz(&c->json, "type", type);
    jout_put_text(&c->json, "uuid", object_value(&t->row, "uuid"));
    jout_close(&c->json, '}');
    return buf_err(&c->text);
}

/* @param members  taken */
static int insert(struct db *d, struct trunk *t, const char *type, json_t *members)
{
    const bool is_step = strcmp(type, "realtime_extensions") == 0;
    char *uuid = arena_alloc(&t->call->arena, 37);
    int err = members && uuid ? 0 : ENOMEM;

    t->row = (struct object_row){.type = rest_type_find(slice_of(type))};
    if (!err && t->group && *t->group)
        err = json_object_set_new(members, "group_uuid", json_string(t->group)) ? ENOMEM : 0;
    if (!err)
        err = object_patch(t->call, &t->row, members, true);
    if (!err) {
        rand_uuid(uuid);
        t->row.v[is_step ? 1 : 0] = slice_of(uuid); /* behind a step's id */
        err = object_insert(d, &t->row);
    }
    if (!err)
        err = note(d, t, type);
    if (!err && strcmp(type, "registration") == 0)
        memcpy(t->registration, uuid, 37);
    json_decref(members);
    return err;
}

/* sip:HOST[:PORT][;transport=tcp] */
static void print_uri(const struct trunk *t, const char *host, char uri[URI_MAX])
{
    char port[8] = "";

    if (t->port)
        snprintf(port, sizeof(port), ":%d", t->port);
    snprintf(uri, URI_MAX, "sip:%s%s%s%s", host, port,
             strcmp(t->transport, "udp") ? ";transport=" : "",
             strcmp(t->transport, "udp") ? t->transport : "");
}

static int insert_account(struct db *d, struct trunk *t)
{
    char uri[URI_MAX];
    int err = 0;

    print_uri(t, t->proxy ? t->proxy : t->server, uri);
    if (t->password && *t->password)
        err = insert(d, t, "auth",
                     json_pack("{s:s,s:s,s:s,s:s,s:s*}", "id", t->id, "auth_type", "userpass",
                               "username", t->login, "password", t->password, "name", t->title));
    if (!err)
        err = insert(d, t, "aor",
                     json_pack("{s:s,s:s,s:i,s:s*}", "id", t->id, "contact", uri,
                               "qualify_frequency", 60, "name", t->title));
    return err;
}

static int insert_endpoint(struct db *d, struct trunk *t)
{
    const bool has_password = t->password && *t->password;
    const char *context = t->context ? t->context : t->incoming;
    json_t *m = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s*,s:s*}", "id", t->id, "context",
                          context, "aors", t->id, "disallow", "all", "allow", "alaw,ulaw",
                          "dtmf_mode", t->operator->dtmf_mode, "direct_media", 0, "name", t->title,
                          "outbound_auth", has_password ? t->id : NULL);

    if (m && !t->operator->by_address &&(
                 json_object_set_new(m, "from_user", json_string(t->login)) ||
                 json_object_set_new(m, "from_domain", json_string(t->server)))) {
        json_decref(m);
        return ENOMEM;
    }
    return insert(d, t, "endpoint", m);
}

static int insert_registration(struct db *d, struct trunk *t)
{
    char server[URI_MAX], client[URI_MAX], proxy[URI_MAX] = "";

    print_uri(t, t->server, server);
    snprintf(client, sizeof(client), "sip:%s@%s", t->login, t->server);
    if (t->proxy) {
        print_uri(t, t->proxy, proxy);
        strncat(proxy, ";lr", sizeof(proxy) - strlen(proxy) - 1);
    }
    return insert(d, t, "registration",
                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s*,s:s*}", "id", t->id, "server_uri",
                            server, "client_uri", client, "contact_user", t->number,
                            "outbound_auth", t->id, "line", 1, "endpoint", t->id, "outbound_proxy",
                            *proxy ? proxy : NULL, "name", t->title));
}

static int insert_identify(struct db *d, struct trunk *t)
{
    return insert(d, t, "identify",
                  json_pack("{s:s,s:s,s:s,s:s*}", "id", t->id, "endpoint", t->id, "match",
                            t->proxy ? t->proxy : t->server, "name", t->title));
}

/* ---- routing ---- */

static int insert_step(struct db *d, struct trunk *t, const char *context, const char *exten,
                       int priority, const char *app, const char *appdata)
{
    return insert(d, t, "realtime_extensions",
                  json_pack("{s:s,s:s,s:i,s:s,s:s}", "context", context, "exten", exten, "priority",
                            priority, "app", app, "appdata", appdata));
}

static int insert_dial(struct db *d, struct trunk *t, const char *context, const char *exten,
                       const char *appdata)
{
    int err = insert_step(d, t, context, exten, 1, "Dial", appdata);

    return err ? err : insert_step(d, t, context, exten, 2, "Hangup", "");
}

/* Called is the number, or what the registration's contact has. */
static int insert_incoming(struct db *d, struct trunk *t)
{
    char appdata[STEP_MAX];
    int err = insert(d, t, "context",
                     json_pack("{s:s,s:s*}", "name", t->incoming, "description", t->title));

    snprintf(appdata, sizeof(appdata), "PJSIP/%s,60", t->ring);
    if (!err)
        err = insert_dial(d, t, t->incoming, "_X.", appdata);
    return err ? err : insert_dial(d, t, t->incoming, "s", appdata);
}

static int insert_outgoing(struct db *d, struct trunk *t)
{
    char exten[DIGITS_MAX + 8], appdata[STEP_MAX];

    snprintf(exten, sizeof(exten), "_%sX.", t->prefix);
    snprintf(appdata, sizeof(appdata), "PJSIP/${EXTEN:%zu}@%s,60", strlen(t->prefix), t->id);
    return insert_dial(d, t, t->outgoing, exten, appdata);
}

/* peer-NUMBER-GROUP, as the manual names trunks. */
static int name_it(struct db *d, struct trunk *t)
{
    char group[60] = "office";
    struct stmt *s;
    bool row = false;
    int err = db_stmt(&s, d, "SELECT name FROM `groups` WHERE uuid = ?");

    if (err)
        return err;
    stmt_text(s, 1, t->group ? slice_of(t->group) : SLICE_NONE);
    err = stmt_step(s, &row);
    if (!err && row)
        slice_copy(stmt_col(s, 0), group, sizeof(group));
    stmt_reset(s);
    for (char *p = group; *p; p++)
        if (strchr(" \t;,/@\"", *p))
            *p = '_';
    snprintf(t->id, sizeof(t->id), "peer-%s-%s", t->number, group);
    snprintf(t->incoming, sizeof(t->incoming), "incoming-%s-%s", t->number, group);
    return err;
}

static int insert_trunk(struct db *d, void *arg)
{
    struct trunk *t = arg;
    struct jout *j = &t->call->json;
    int err;

    jout_open(j, '{');
    jout_key(j, "items");
    jout_open(j, '[');
    err = name_it(d, t);
    if (!err)
        err = insert_account(d, t);
    if (!err)
        err = insert_endpoint(d, t);
    if (!err)
        err = insert_identify(d, t);
    if (!err && !t->operator->by_address)
        err = insert_registration(d, t);
    if (!err && !t->context)
        err = insert_incoming(d, t);
    if (!err && t->prefix)
        err = insert_outgoing(d, t);
    jout_close(j, ']');
    jout_put_textz(j, "name", t->id);
    jout_put_text(j, "registration", *t->registration ? slice_of(t->registration) : SLICE_NONE);
    jout_put_int(j, "revision", t->call->part_of);
    jout_close(j, '}');
    return err;
}

static int add_trunk(struct rest_call *c)
{
    struct trunk *t = arena_alloc(&c->arena, sizeof(*t));
    const char *name;
    int err = t ? rest_only(c, "operator,number,login,password,server,port,transport,name,"
                               "group_uuid,context,ring,prefix,outgoing")
                : ENOMEM;

    if (err)
        return err;
    name = rest_text(c, "operator");
    *t = (struct trunk){.call = c, .operator= rest_operator_find(slice_of(name ? name : ""))};
    if (!t->operator)
        return rest_wrong(c, "/operator", &no_operator);
    read_place(c, t);
    read_account(c, t);
    read_routing(c, t);
    if (c->error_count)
        return REST_INVALID;
    err = rest_change(c, insert_trunk, t);
    return err ? err : rest_reply(c, 201);
}

static void put_operator(struct rest_call *c, const struct rest_operator *o)
{
    struct jout *j = &c->json;

    jout_open(j, '{');
    jout_put_textz(j, "name", o->name);
    jout_put_textz(j, "label", rest_words(c, &o->label));
    jout_put_text(j, "server", o->server ? slice_of(o->server) : SLICE_NONE);
    if (o->port)
        jout_put_int(j, "port", o->port);
    jout_put_bool(j, "by_address", o->by_address);
    jout_put_textz(j, "dtmf_mode", o->dtmf_mode);
    jout_put_textz(j, "login", rest_words(c, &o->login));
    jout_put_textz(j, "help", rest_words(c, &o->help));
    jout_close(j, '}');
}

static int list_operators(struct rest_call *c)
{
    jout_open(&c->json, '{');
    jout_key(&c->json, "items");
    jout_open(&c->json, '[');
    for (const struct rest_operator *o = rest_operators; o->name; o++)
        put_operator(c, o);
    jout_close(&c->json, ']');
    jout_close(&c->json, '}');
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_trunk[] = {
    REST_ROUTE("GET", REST_BASE "/wizard/operators", REST_ADMIN, list_operators,
               "Операторы, которых знает мастер транков", "Operators that the trunk wizard knows"),
    REST_ROUTE(
        "POST", REST_BASE "/wizard/trunk", REST_ADMIN, add_trunk,
        "Транк: учётная запись, адрес, опознание, регистрация, маршрутизация сразу",
        "A trunk: account, address, identify, registration and routing at once",
        .body = "{\"operator\":\"zadarma\",\"number\":\"74951234567\",\"login\":\"123456\","
                "\"password\":\"...\",\"ring\":\"101\",\"prefix\":\"9\",\"outgoing\":\"local\"}"),
    {0}};
