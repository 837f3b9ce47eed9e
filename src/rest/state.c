/* rest/state.c - see state.h */
#include "rest/state.h"

#include <errno.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/answer.h"
#include "rest/inner.h"

enum { NAMES_EACH = 100 }; /* the Manager takes 128 lines a message */

static const char *const types[] = {"endpoint", "aor", "contact", "registration", NULL};

static bool has_state(const struct rest_type *t)
{
    for (int i = 0; types[i]; i++)
        if (strcmp(types[i], t->name) == 0)
            return true;
    return false;
}

/* ---- the engine's words as the interface's ---- */

struct word {
    const char *there, *here;
};

static const struct word words[] = {
    {"Not in use", "online"},   {"In use", "busy"},           {"Busy", "busy"},
    {"On Hold", "busy"},        {"Ringing", "ringing"},       {"Ring+Inuse", "ringing"},
    {"Unavailable", "offline"}, {"Reachable", "online"},      {"NonQualified", "online"},
    {"Unreachable", "offline"}, {"Registered", "registered"}, {"Unregistered", "unregistered"},
    {"Rejected", "rejected"},   {"Stopping", "stopping"}};

static const char *word_of(struct slice there)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (slice_caseeqz(there, words[i].there))
            return words[i].here;
    return "offline";
}

static void set_text(json_t *live, const char *name, struct slice v)
{
    if (v.len)
        json_object_set_new(live, name, json_stringn(v.p, v.len));
}

static void set_int(json_t *live, const char *name, const struct ami_message *m, const char *header)
{
    if (ami_message_get(m, header).len)
        json_object_set_new(live, name, json_integer(answer_int(m, header)));
}

static json_t *live_of(const struct ami_message *m)
{
    const int64_t rtt = answer_int(m, "RoundtripUsec"), status = answer_int(m, "Status");
    struct slice state = ami_message_get(m, "State");
    json_t *live = json_object();

    if (!slice_is_set(state))
        state = ami_message_get(m, "ContactStatus");
    json_object_set_new(live, "state", json_string(word_of(state)));
    set_text(live, "address", ami_message_get(m, "Address"));
    set_text(live, "uri", ami_message_get(m, "Uri"));
    set_text(live, "user_agent", ami_message_get(m, "UserAgent"));
    set_text(live, "reason", ami_message_get(m, "Reason"));
    set_int(live, "contacts", m, "Contacts");
    set_int(live, "expires", m, "Expires");
    set_int(live, "next_try", m, "NextReg");
    if (rtt)
        json_object_set_new(live, "rtt_ms", json_real((double)rtt / 1000));
    if (status)
        json_object_set_new(live, "status", json_integer(status));
    return live;
}

/* ---- rows ---- */

struct rows {
    json_t *items; /* an array, borrowed */
    size_t at;     /* the engine answers in the order of the names */
};

static void take(const struct ami_message *m, void *arg)
{
    const struct slice name = ami_message_get(m, "Name");
    struct rows *r = arg;

    if (!slice_eqz(ami_message_get(m, "Event"), "StationLive"))
        return;
    for (; r->at < json_array_size(r->items); r->at++) {
        json_t *row = json_array_get(r->items, r->at);
        const char *id = json_string_value(json_object_get(row, "id"));

        if (id && slice_eqz(name, id)) {
            json_object_set_new(row, "live", live_of(m));
            r->at++;
            return;
        }
    }
}

static int ask_some(struct rest_call *c, const struct rest_type *t, struct rows *r, size_t from)
{
    struct buf lines, answer;
    int err;

    buf_init(&lines, AMI_MESSAGE_MAX);
    buf_init(&answer, REST_ANSWER_MAX);
    err = ami_ask(&lines, "Type", slice_of(t->name));
    for (size_t i = from; !err && i < json_array_size(r->items) && i < from + NAMES_EACH; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(r->items, i), "id"));

        if (id && ami_ask(&lines, "Name", slice_of(id)) == ENOMEM)
            err = ENOMEM;
    }
    if (!err)
        err = answer_ask(c, "StationLive", &lines, &answer);
    r->at = from;
    if (!err)
        answer_each(buf_slice(&answer), take, r);
    buf_fini(&answer);
    buf_fini(&lines);
    return err;
}

static int add(struct rest_call *c, const struct rest_type *t, json_t *items)
{
    struct rows r = {.items = items};
    int err = 0;

    for (size_t i = 0; !err && i < json_array_size(items); i += NAMES_EACH)
        err = ask_some(c, t, &r, i);
    c->detail = NULL;
    return err;
}

static int write_again(struct rest_call *c, const json_t *all)
{
    char *text = json_dumps(all, JSON_COMPACT);
    int err = text ? 0 : ENOMEM;

    if (!err) {
        buf_reset(&c->text);
        err = buf_addz(&c->text, text);
    }
    mem_free(text);
    return err;
}

int state_add(struct rest_call *c, const struct rest_type *t)
{
    json_t *all, *items, *one = NULL;
    int err = 0;

    if (!has_state(t) || !c->rest->station || buf_err(&c->text))
        return 0;
    all = json_loadb(c->text.p, c->text.len, 0, NULL);
    if (!all)
        return ENOMEM;
    items = json_object_get(all, "items");
    if (!json_is_array(items)) {
        items = one = json_array();
        json_array_append(one, all);
    }
    if (add(c, t, items) == 0)
        err = write_again(c, all);
    json_decref(one);
    json_decref(all);
    return err;
}

/* ---- a registration ---- */

static void take_registration(const struct ami_message *m, void *arg)
{
    struct state_registration *r = arg;

    if (!slice_eqz(ami_message_get(m, "Event"), "StationLive"))
        return;
    r->is_known = true;
    r->is_asking = slice_eqz(ami_message_get(m, "IsAsking"), "Yes");
    slice_copy(ami_message_get(m, "State"), r->state, sizeof(r->state));
    slice_copy(ami_message_get(m, "Reason"), r->reason, sizeof(r->reason));
    r->status = answer_int(m, "Status");
    r->changed = answer_int(m, "Changed");
    r->retries = answer_int(m, "Retries");
    r->next_s = answer_int(m, "NextReg");
}

int state_registration(struct rest_call *c, struct slice name, struct state_registration *r)
{
    struct buf lines, answer;
    int err;

    *r = (struct state_registration){0};
    buf_init(&lines, REST_TARGET_MAX);
    buf_init(&answer, 65536);
    err = ami_ask(&lines, "Type", SLICE("registration"));
    if (!err)
        err = ami_ask(&lines, "Name", name);
    if (!err)
        err = answer_ask(c, "StationLive", &lines, &answer);
    if (!err)
        answer_each(buf_slice(&answer), take_registration, r);
    buf_fini(&answer);
    buf_fini(&lines);
    return err;
}
