/* Objects over HTTP: every type, every field that may be written; references, settings, statistics, phones, undo */
#include "office.h"
#include "rest/type.h"
#include "rest/value.h"

static int open_as_admin(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_add_user(o, "admin", REST_ADMIN, "");
    if (!err)
        err = office_add_user(o, "boss", REST_MANAGER, "sales");
    if (!err)
        err = office_run(
            o,
            "INSERT INTO \"groups\" (uuid, name) VALUES ('11111111-1111-4111-8111-111111111111', 'sales'), "
            "('22222222-2222-4222-8222-222222222222', 'support')");
    return err ? err : office_login(o, "admin", "secret of admin") == 200 ? 0 : EACCES;
}

/* A value that the field takes and that is not its default. */
static json_t *another_value(const struct model_field *f)
{
    const char *def = f->def ? f->def : "";

    if (f->choices)
        for (size_t i = 0; f->choices[i]; i++)
            if (f->choices[i][0] && strcmp(f->choices[i], def) != 0 && !strchr(f->choices[i], ','))
                return rest_value_is_list(f) ? json_pack("[s]", f->choices[i])
                                             : json_string(f->choices[i]);
    switch (f->kind) {
    case MODEL_BOOL: return json_boolean(strcmp(def, "yes") && strcmp(def, "true"));
    case MODEL_INT:
    case MODEL_SECONDS: return json_integer(f->max > f->min ? f->max : 1);
    case MODEL_ALLOW:
    case MODEL_DISALLOW: return json_pack("[s]", "alaw");
    case MODEL_NETS:
    case MODEL_HOSTS: return json_pack("[s]", "192.0.2.0/24");
    case MODEL_NAMES: return json_pack("[s]", "one");
    case MODEL_ADDR: return json_string("192.0.2.7:5070");
    case MODEL_HOST: return json_string("192.0.2.8");
    case MODEL_CALLERID: return json_string("\"Ivan\" <101>");
    case MODEL_GROUPS: return json_string("1,3-5");
    case MODEL_VARS: return json_string("A=b");
    case MODEL_URIS: return json_string("sip:a@192.0.2.9");
    case MODEL_RULES: return json_string("deny=0.0.0.0/0,permit=192.0.2.0/24");
    case MODEL_TOS: return json_string("ef");
    default:
        return json_string(
            strcmp(f->column, "group_uuid") ? "192.0.2.6" : "11111111-1111-4111-8111-111111111111");
    }
}

static json_t *new_object(const struct rest_type *t)
{
    json_t *o = json_object();

    for (const struct model_field *f = rest_type_model(t)->fields; f->column; f++)
        if (rest_is_listed(t->required, slice_of(f->column)))
            json_object_set_new(o, f->column, another_value(f));
    return o;
}

static int ask_json(struct office *o, const char *method, const char *target, json_t *body)
{
    char *text = json_dumps(body, 0);
    const int status = office_ask(o, method, target, text);

    mem_free(text);
    json_decref(body);
    return status;
}

static int write_field(struct office *o, const char *target, const struct model_field *f)
{
    json_t *value = another_value(f), *body = json_object(), *seen;
    bool is_good;

    json_object_set(body, f->column, value);
    if (ask_json(o, "PATCH", target, body) != 200) {
        fprintf(stderr, "    %s %s: %d %s\n", target, f->column, o->status, o->body);
        json_decref(value);
        return EINVAL;
    }
    seen = json_object_get(o->json, f->column);
    is_good = model_field_is_secret(f)
                  ? strcmp(json_string_value(seen), "***") == 0
                  : json_equal(seen, value) || json_number_value(seen) == json_number_value(value);
    json_decref(value);
    if (!is_good)
        fprintf(stderr, "    %s %s: %s\n", target, f->column, o->body);
    return is_good ? 0 : EINVAL;
}

static int refuse_field(struct office *o, const char *target, const struct model_field *f)
{
    json_t *body = json_object();
    char pointer[120];

    json_object_set_new(body, f->column, json_pack("{s:i}", "a", 1));
    snprintf(pointer, sizeof(pointer), "\"/%s\"", f->column);
    if (ask_json(o, "PATCH", target, body) == 422 && strstr(o->body, pointer))
        return 0;
    fprintf(stderr, "    %s %s: %d %s\n", target, f->column, o->status, o->body);
    return EINVAL;
}

static int walk_type(struct office *o, const struct rest_type *t)
{
    char target[200], tag[60], undo[60];
    int err = 0;

    snprintf(target, sizeof(target), "/%s", t->name);
    if (ask_json(o, "POST", target, new_object(t)) != 201) {
        fprintf(stderr, "    %s: %d %s\n", t->name, o->status, o->body);
        return EINVAL;
    }
    snprintf(target, sizeof(target), "%s", office_field(o, "Location"));
    CHECK(office_ask(o, "GET", target, NULL) == 200);
    for (const struct model_field *f = rest_type_model(t)->fields; f->column && !err; f++) {
        if (!rest_field_is_shown(f) || rest_field_is_fixed(t, f) || f->kind == MODEL_PASSWORD ||
            f->kind == MODEL_KEY || strcmp(f->column, "totp_secret") == 0)
            continue;
        err = write_field(o, target, f);
        if (!err)
            err = refuse_field(o, target, f);
    }
    if (err)
        return err;
    snprintf(tag, sizeof(tag), "If-Match: \"%032d\"\r\n", 7);
    o->more = tag;
    CHECK(office_ask(o, "PATCH", target, "{\"description\":\"x\"}") == 412);
    o->more = NULL;
    CHECK(office_ask(o, "PATCH", target, "{\"nothing\":1}") == 422);
    strcat(target, "?force=1");
    CHECK(office_ask(o, "DELETE", target, NULL) == 200);
    snprintf(undo, sizeof(undo), "/revision/%lld/undo",
             (long long)json_integer_value(json_object_get(o->json, "revision")));
    *strchr(target, '?') = '\0';
    CHECK(office_ask(o, "GET", target, NULL) == 404);
    CHECK(office_ask(o, "POST", undo, NULL) == 200);
    CHECK(office_ask(o, "GET", target, NULL) == 200);
    return 0;
}

static int every_field_of_every_type_is_written(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    for (const struct rest_type *t = rest_types; t->name && !err; t++)
        if (t->writes && !t->is_single)
            err = walk_type(&o, t);
out:
    office_close(&o);
    return err;
}

static int what_is_in_use_is_not_removed(void)
{
    struct office o;
    char target[100];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_OK_TO(office_run(&o, "INSERT INTO ps_auths (uuid, id) VALUES ('a-1', 'a_b'); INSERT INTO "
                               "ps_endpoints (uuid, id, auth) VALUES ('e-1', '101', 'x, a_b'), "
                               "('e-2', '102', 'axb')"),
                out);
    CHECK_TO(office_ask(&o, "GET", "/auth/a-1/references", NULL) == 200, out);
    CHECK_TO(strcmp(o.body, "{\"items\":[{\"type\":\"endpoint\",\"uuid\":\"e-1\",\"name\":\"101\","
                            "\"field\":\"auth\"}]}") == 0,
             out);
    office_ask(&o, "DELETE", "/auth/a-1", NULL);
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    snprintf(target, sizeof(target), "/auth/a-1?force=1");
    CHECK_TO(office_ask(&o, "DELETE", target, NULL) == 200, out);
out:
    office_close(&o);
    return err;
}

static int settings_are_one_object(void)
{
    struct office o;
    char undo[60];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "PATCH", "/settings", "{\"language\":\"en\",\"realm\":\"pbx\"}") == 200,
             out);
    CHECK_TO(strcmp(office_text(&o, "SELECT value FROM settings WHERE name='realm'"), "pbx") == 0,
             out);
    CHECK_TO(office_ask(&o, "GET", "/settings", NULL) == 200, out);
    CHECK_TO(strcmp(office_member(&o, "language"), "en") == 0, out);
    office_ask(&o, "PATCH", "/settings", "{\"language\":\"xx\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/language\""), out);
    snprintf(undo, sizeof(undo), "/revision/%lld/undo",
             (long long)office_count(&o, "SELECT id FROM revision WHERE type = 'settings'"));
    CHECK_TO(office_ask(&o, "POST", undo, NULL) == 200, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM settings WHERE name='realm'") == 0, out);
    CHECK_TO(office_ask(&o, "GET", "/settings/x", NULL) == 404, out);
out:
    office_close(&o);
    return err;
}

static int phones_are_made_at_once_and_taken_back_at_once(void)
{
    struct office o;
    char undo[60];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "POST", "/wizard/phones",
                        "{\"from\":\"098\",\"to\":\"101\",\"context\":\"local\",\"password\":"
                        "\"generated\"}") == 201,
             out);
    CHECK_TO(json_integer_value(json_object_get(o.json, "count")) == 4, out);
    snprintf(undo, sizeof(undo), "/revision/%lld/undo",
             (long long)json_integer_value(json_object_get(o.json, "revision")));
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints e JOIN ps_aors a ON a.id = e.aors "
                              "JOIN ps_auths u ON u.id = e.auth WHERE length(u.password) > 12 AND "
                              "e.id IN ('098','099','100','101')") == 4,
             out);
    /* one that is there: none is made */
    office_ask(&o, "POST", "/wizard/phones", "{\"from\":\"100\",\"to\":\"110\",\"context\":\"x\"}");
    CHECK_TO(office_is(&o, 409, "exists"), out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_aors") == 4, out);
    office_ask(&o, "POST", "/wizard/phones", "{\"from\":\"1\",\"to\":\"9999\",\"context\":\"x\"}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/to\""), out);
    CHECK_TO(office_ask(&o, "POST", undo, NULL) == 204, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_aors") == 0, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints") == 0, out);
    /* a manager's are in his group */
    office_login(&o, "boss", "secret of boss");
    CHECK_TO(office_ask(&o, "POST", "/wizard/phone", "{\"number\":\"7\",\"context\":\"x\"}") == 201,
             out);
    CHECK_TO(
        office_count(
            &o,
            "SELECT count(*) FROM ps_auths WHERE group_uuid = '11111111-1111-4111-8111-111111111111'") ==
            1,
        out);
    office_ask(
        &o, "POST", "/wizard/phone",
        "{\"number\":\"8\",\"context\":\"x\",\"group_uuid\":\"22222222-2222-4222-8222-222222222222\"}");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
out:
    office_close(&o);
    return err;
}

static int calls_are_listed_newest_first_and_found_by_number(void)
{
    struct office o;
    const json_t *items;
    char next[400];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_OK_TO(
        office_run(
            &o,
            "INSERT INTO cdr (src, dst, start, uniqueid, sequence, group_uuid) "
            "VALUES ('101', '74951234567', '2026-01-01 10:00:00', 'a', 1, NULL), "
            "('102', '101', '2026-01-02 10:00:00', 'b', 2, '11111111-1111-4111-8111-111111111111'), "
            "('103', '104', '2026-01-02 10:00:00', 'b', 3, '22222222-2222-4222-8222-222222222222')"),
        out);
    CHECK_TO(office_ask(&o, "GET", "/cdr?limit=2", NULL) == 200, out);
    items = json_object_get(o.json, "items");
    CHECK_TO(json_array_size(items) == 2, out);
    CHECK_TO(json_integer_value(json_object_get(o.json, "total")) == 3, out);
    snprintf(next, sizeof(next), "/cdr?limit=2&after=%s", office_member(&o, "next"));
    CHECK_TO(office_ask(&o, "GET", next, NULL) == 200 && strstr(o.body, "74951234567"), out);
    CHECK_TO(json_array_size(json_object_get(o.json, "items")) == 1, out);
    CHECK_TO(office_ask(&o, "GET", "/cdr?number=101", NULL) == 200, out);
    CHECK_TO(json_array_size(json_object_get(o.json, "items")) == 2, out);
    office_ask(&o, "GET", "/cdr?number=*4567", NULL);
    CHECK_TO(json_array_size(json_object_get(o.json, "items")) == 1, out);
    office_ask(&o, "GET", "/cdr?start=2026-01-02%2000:00:00..2026-01-02%2023:59:59", NULL);
    CHECK_TO(json_array_size(json_object_get(o.json, "items")) == 2, out);
    office_login(&o, "boss", "secret of boss");
    CHECK_TO(office_ask(&o, "GET", "/cdr", NULL) == 200, out);
    CHECK_TO(json_array_size(json_object_get(o.json, "items")) == 1, out);
out:
    office_close(&o);
    return err;
}

static int check_doubtful(const struct rest_draft *d, struct db *db)
{
    const struct slice place[3] = {SLICE_NONE, SLICE("9"), SLICE("1")}, own[3] = {SLICE_NONE};

    for (uint32_t i = 0; i < d->count; i++)
        if (strcmp(d->steps[i].app, "Dail") == 0 && d->steps[i].priority == 2 &&
            strcmp(d->context, "in") == 0)
            d->doubt(i, "app", "No such application.", d->arg);
    d->edge(0, 1, "next", "", own, d->arg);
    d->edge(1, -2, "go", "", place, d->arg);
    return 0;
}

static int doubts_about_a_routing_name_the_step(void)
{
    static const struct rest_guide guide = {.check = check_doubtful};
    struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "GET", "/applications", NULL) == 404, out);
    o.rest->args.guide = &guide;
    CHECK_TO(
        office_ask(
            &o, "POST", "/routing/check",
            "{\"context\":\"in\",\"extensions\":[{\"exten\":\"1\",\"steps\":[{\"app\":\"Answer\"},"
            "{\"app\":\"Dail\"}]}]}") == 200,
        out);
    CHECK_TO(strstr(o.body, "{\"pointer\":\"/extensions/0/steps/1/app\",") &&
                 json_array_size(json_object_get(o.json, "warnings")) == 1,
             out);
    CHECK_TO(strstr(o.body, "{\"from\":\"/extensions/0/steps/0\",\"to\":\"/extensions/0/steps/1\","
                            "\"place\":\"here\",\"kind\":\"next\",\"when\":\"\",\"context\":null,"
                            "\"exten\":null,\"priority\":null}") &&
                 strstr(o.body, "\"to\":null,\"place\":\"nowhere\",\"kind\":\"go\""),
             out);
    office_ask(&o, "POST", "/routing/check", "{\"steps\":[]}");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    office_ask(&o, "POST", "/routing/dry", "{\"context\":\"local\",\"exten\":\"1\"}");
    CHECK_TO(office_is(&o, 503, "no-engine"), out);
out:
    office_close(&o);
    return err;
}

static int a_routing_is_put_as_a_whole(void)
{
    struct office o;
    char undo[60], tag[60], more[80];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_OK_TO(office_run(&o,
                           "INSERT INTO context (uuid, name) VALUES ('c-1', 'local'); INSERT INTO "
                           "realtime_extensions (context, exten, priority, app, appdata) VALUES "
                           "('local','101',1,'Dial','PJSIP/101'), ('local','101',2,'Hangup',''), "
                           "('other','101',1,'Hangup','')"),
                out);
    CHECK_TO(office_ask(&o, "GET", "/routing/nothing", NULL) == 404, out);
    CHECK_TO(office_ask(&o, "GET", "/routing/local", NULL) == 200, out);
    snprintf(tag, sizeof(tag), "%s", office_field(&o, "ETag"));
    snprintf(more, sizeof(more), "If-Match: %s\r\n", tag);
    o.more = more;
    CHECK_TO(office_ask(&o, "PUT", "/routing/local",
                        "{\"extensions\":[{\"exten\":\"101\",\"steps\":[{\"app\":\"Answer\"}]},"
                        "{\"exten\":\"_2XX\",\"steps\":[{\"app\":\"Dial\",\"appdata\":"
                        "\"PJSIP/${EXTEN}\"},{\"app\":\"Hangup\",\"label\":\"end\"}]}]}") == 200,
             out);
    snprintf(undo, sizeof(undo), "/revision/%s/undo", office_field(&o, "X-Revision"));
    CHECK_TO(office_count(&o, "SELECT count(*) FROM realtime_extensions WHERE context='local'") ==
                 3,
             out);
    CHECK_TO(office_count(
                 &o, "SELECT count(*) FROM realtime_extensions WHERE app='Answer' AND id=1") == 1,
             out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM realtime_extensions WHERE label='end' AND "
                              "priority=2 AND exten='_2XX'") == 1,
             out);
    office_ask(&o, "PUT", "/routing/local", "{\"extensions\":[]}");
    CHECK_TO(office_is(&o, 412, "changed-meanwhile"), out);
    o.more = NULL;
    office_ask(&o, "PUT", "/routing/local", "{\"extensions\":[{\"exten\":\"1\",\"steps\":[{}]}]}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/extensions/0/steps/0/app\""), out);
    CHECK_TO(office_ask(&o, "POST", undo, NULL) < 300, out);
    CHECK_TO(office_ask(&o, "GET", "/routing/local", NULL) == 200, out);
    CHECK_TO(strcmp(office_field(&o, "ETag"), tag) == 0, out);
out:
    office_close(&o);
    return err;
}

static int several_are_changed_together_or_not_at_all(void)
{
    struct office o;
    char undo[60];
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_OK_TO(office_run(&o,
                           "INSERT INTO ps_endpoints (uuid, id, context) VALUES ('e-1','1','a'), "
                           "('e-2','2','b'), ('e-3','3','c')"),
                out);
    office_ask(&o, "POST", "/endpoint/bulk",
               "{\"uuids\":[\"e-1\",\"e-9\"],\"patch\":{\"context\":\"x\"}}");
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "\"/uuids/1\""), out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints WHERE context = 'x'") == 0, out);
    CHECK_TO(office_ask(
                 &o, "POST", "/endpoint/bulk",
                 "{\"uuids\":[\"e-1\",\"e-2\"],\"patch\":{\"context\":\"x\"},\"dry\":true}") == 200,
             out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints WHERE context = 'x'") == 0, out);
    CHECK_TO(office_ask(&o, "POST", "/endpoint/bulk",
                        "{\"uuids\":[\"e-1\",\"e-2\"],\"patch\":{\"context\":\"x\"}}") == 200,
             out);
    snprintf(undo, sizeof(undo), "/revision/%lld/undo",
             (long long)json_integer_value(json_object_get(o.json, "revision")));
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints WHERE context = 'x'") == 2, out);
    CHECK_TO(office_ask(&o, "POST", undo, NULL) == 200, out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints WHERE context IN ('a','b')") == 2,
             out);
    CHECK_TO(office_ask(&o, "POST", "/endpoint/bulk",
                        "{\"uuids\":[\"e-1\",\"e-3\"],\"remove\":true}") == 200,
             out);
    CHECK_TO(office_count(&o, "SELECT count(*) FROM ps_endpoints") == 1, out);
out:
    office_close(&o);
    return err;
}

static int what_rest_answers_is_told_as_openapi(void)
{
    static struct office o;
    int err;

    CHECK_OK_TO(open_as_admin(&o), out);
    CHECK_TO(office_ask(&o, "GET", "/openapi.json", NULL) == 200, out);
    CHECK_TO(strstr(o.body, "\"/pbx/api/v1/{type}/{uuid}\":{\"get\"") != NULL, out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_routing_is_put_as_a_whole), UNIT_ONCE(doubts_about_a_routing_name_the_step),
           UNIT_ONCE(what_rest_answers_is_told_as_openapi),
           UNIT_ONCE(several_are_changed_together_or_not_at_all),
           UNIT_ONCE(every_field_of_every_type_is_written),
           UNIT_ONCE(what_is_in_use_is_not_removed), UNIT_ONCE(settings_are_one_object),
           UNIT_ONCE(phones_are_made_at_once_and_taken_back_at_once),
           UNIT_ONCE(calls_are_listed_newest_first_and_found_by_number))
