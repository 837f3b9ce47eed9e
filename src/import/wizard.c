/* wizard.c - pjsip_wizard.conf: each wizard becomes the objects that Asterisk makes of it (inner.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/made.h"
#include "model/field.h"

#define HINT_CATEGORY 1000000 /* behind those of extensions.conf */

struct wizard {
    struct import *im;
    const struct conf_section *s;
};

static const char *value_of(const struct wizard *w, const char *name, const char *otherwise)
{
    const struct conf_item *item = conf_find(w->s, name);

    return item ? item->value : otherwise;
}

static bool is_on(const struct wizard *w, const char *name)
{
    const struct slice v = slice_of(value_of(w, name, "no"));

    return slice_caseeqz(v, "yes") || slice_caseeqz(v, "true") || slice_caseeqz(v, "on") ||
           slice_caseeqz(v, "1");
}

/* "endpoint/context" -> "context" */
static void add_own(struct made *m, const struct wizard *w, const char *prefix)
{
    const size_t len = strlen(prefix);

    for (uint32_t i = 0; i < w->s->count; i++) {
        const struct conf_item *item = &w->s->items[i];

        if (strncasecmp(item->name, prefix, len) == 0 && item->name[len] == '/')
            made_add(m, item, item->name + len + 1, item->value);
    }
}

/* pattern with ${REMOTE_HOST} and ${USERNAME} put in. */
static void put_in(struct buf *out, const char *pattern, struct slice host, const char *username)
{
    static const char host_name[] = "${REMOTE_HOST}", user_name[] = "${USERNAME}";

    buf_reset(out);
    while (*pattern) {
        if (strncmp(pattern, host_name, sizeof(host_name) - 1) == 0) {
            buf_adds(out, host);
            pattern += sizeof(host_name) - 1;
        } else if (strncmp(pattern, user_name, sizeof(user_name) - 1) == 0) {
            buf_addz(out, username);
            pattern += sizeof(user_name) - 1;
        } else {
            buf_addc(out, *pattern++);
        }
    }
}

static int make_auth(const struct wizard *w, const char *wanted, const char *prefix,
                     const char *tail)
{
    struct made m;
    char name[200];

    if (!is_on(w, wanted))
        return 0;
    snprintf(name, sizeof(name), "%.150s%s", w->s->name, tail);
    made_init(&m, w->s, "auth", name);
    add_own(&m, w, prefix);
    return made_take(&m, w->im);
}

static struct slice next_host(struct slice *hosts)
{
    return slice_trim(slice_cut(*hosts, ',', hosts));
}

static int make_aor(const struct wizard *w, struct buf *text)
{
    struct slice hosts = slice_of(value_of(w, "remote_hosts", NULL));
    struct made m;

    made_init(&m, w->s, "aor", w->s->name);
    if (!conf_find(w->s, "aor/contact"))
        while (slice_is_set(hosts)) {
            struct slice host = next_host(&hosts);

            put_in(text, value_of(w, "contact_pattern", "sip:${REMOTE_HOST}"), host, "");
            if (host.len)
                made_add(&m, NULL, "contact", buf_z(text));
        }
    add_own(&m, w, "aor");
    return made_take(&m, w->im);
}

static int make_endpoint(const struct wizard *w)
{
    static const char *const shared[] = {"transport", "outbound_proxy"};
    struct made m;
    char name[200];

    made_init(&m, w->s, "endpoint", w->s->name);
    made_add(&m, NULL, "aors", w->s->name);
    if (is_on(w, "accepts_auth")) {
        snprintf(name, sizeof(name), "%.150s-iauth", w->s->name);
        made_add(&m, NULL, "auth", name);
    }
    if (is_on(w, "sends_auth")) {
        snprintf(name, sizeof(name), "%.150s-oauth", w->s->name);
        made_add(&m, NULL, "outbound_auth", name);
    }
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
        if (value_of(w, shared[i], NULL))
            made_add(&m, NULL, shared[i], value_of(w, shared[i], ""));
    add_own(&m, w, "endpoint");
    return made_take(&m, w->im);
}

static int make_identify(const struct wizard *w)
{
    struct slice hosts = slice_of(value_of(w, "remote_hosts", NULL));
    struct made m;
    char name[200], host[256];

    if (!slice_is_set(hosts))
        return 0;
    snprintf(name, sizeof(name), "%.150s-identify", w->s->name);
    made_init(&m, w->s, "identify", name);
    made_add(&m, NULL, "endpoint", w->s->name);
    while (slice_is_set(hosts)) {
        struct slice one = next_host(&hosts);

        if (one.len && one.p[0] != '[') /* the port does not identify */
            one = slice_cut(one, ':', &(struct slice){0});
        if (one.len && slice_copy(one, host, sizeof(host)) == 0)
            made_add(&m, NULL, "match", host);
    }
    add_own(&m, w, "identify");
    return made_take(&m, w->im);
}

static int make_registration(const struct wizard *w, struct slice host, unsigned number,
                             struct buf *text)
{
    const char *user = value_of(w, "outbound_auth/username", w->s->name);
    struct made m;
    char name[200];

    snprintf(name, sizeof(name), "%.150s-reg-%u", w->s->name, number);
    made_init(&m, w->s, "registration", name);
    put_in(text, value_of(w, "server_uri_pattern", "sip:${REMOTE_HOST}"), host, user);
    made_add(&m, NULL, "server_uri", buf_z(text));
    put_in(text, value_of(w, "client_uri_pattern", "sip:${USERNAME}@${REMOTE_HOST}"), host, user);
    made_add(&m, NULL, "client_uri", buf_z(text));
    if (is_on(w, "sends_auth")) {
        snprintf(name, sizeof(name), "%.150s-oauth", w->s->name);
        made_add(&m, NULL, "outbound_auth", name);
    }
    if (value_of(w, "transport", NULL))
        made_add(&m, NULL, "transport", value_of(w, "transport", ""));
    if (is_on(w, "sends_line_with_registrations")) {
        made_add(&m, NULL, "line", "yes");
        made_add(&m, NULL, "endpoint", w->s->name);
    }
    add_own(&m, w, "registration");
    return made_take(&m, w->im);
}

static int make_registrations(const struct wizard *w, struct buf *text)
{
    struct slice hosts = slice_of(value_of(w, "remote_hosts", NULL));
    unsigned number = 0;
    int err = 0;

    while (!err && is_on(w, "sends_registrations") && slice_is_set(hosts)) {
        struct slice host = next_host(&hosts);

        if (host.len)
            err = make_registration(w, host, number++, text);
    }
    return err;
}

static int add_context(const struct wizard *w, const char *name)
{
    struct stmt *st;
    int err = db_stmt(&st, w->im->args->db, "INSERT OR IGNORE INTO context (name) VALUES (?)");

    if (!err)
        err = stmt_text(st, 1, slice_of(name));
    return err ? err : stmt_run(st);
}

/* hint_application: what a call to the extension runs. */
static int add_step(const struct wizard *w, const char *context, const char *exten,
                    const char *application)
{
    const char *open = strchr(application, '(');
    const size_t len = open ? (size_t)(open - application) : strlen(application);
    struct slice data = slice_of(open ? open + 1 : "");
    struct stmt *st;
    int err = db_stmt(&st, w->im->args->db,
                      "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) "
                      "VALUES (?, ?, 1, ?, ?)");

    if (data.len && data.p[data.len - 1] == ')')
        data.len--;
    if (!err)
        err = stmt_text(st, 1, slice_of(context));
    if (!err)
        err = stmt_text(st, 2, slice_of(exten));
    if (!err)
        err = stmt_text(st, 3, slice_trim(slice_from(application, len)));
    if (!err)
        err = stmt_text(st, 4, data);
    if (!err)
        err = stmt_run(st);
    w->im->totals->extensions += !err;
    return err;
}

/* has_hint: the phone's state under hint_exten, in hint_context or where the endpoint's calls begin. */
static int make_hint(const struct wizard *w, struct buf *text)
{
    const char *context = value_of(w, "hint_context", value_of(w, "endpoint/context", "default"));
    const char *exten = value_of(w, "hint_exten", ""), *app = value_of(w, "hint_application", "");
    int err;

    if (!is_on(w, "has_hint"))
        return 0;
    if (!*exten) {
        import_say(w->im, w->s->file, w->s->line, IMPORT_WRONG, slice_of(w->s->name),
                   "has_hint без hint_exten: подсказки не будет",
                   "has_hint without hint_exten: no hint");
        return 0;
    }
    err = import_extensions_begin(w->im);
    if (!err)
        err = add_context(w, context);
    buf_reset(text);
    buf_printf(text, "%s,hint,PJSIP/%s", exten, w->s->name);
    if (!err)
        err = buf_err(text);
    if (!err)
        err = import_static(w->im, "static_extensions", "extensions.conf", HINT_CATEGORY,
                            w->im->pjsip_sections, context, "exten", buf_z(text));
    return err || !*app ? err : add_step(w, context, exten, app);
}

/* Lines of the wizard itself; those with a / were judged with their objects. */
static void judge(const struct wizard *w)
{
    static const char *const known[] = {"type",
                                        "accepts_auth",
                                        "sends_auth",
                                        "accepts_registrations",
                                        "transport",
                                        "sends_registrations",
                                        "server_uri_pattern",
                                        "client_uri_pattern",
                                        "remote_hosts",
                                        "contact_pattern",
                                        "outbound_proxy",
                                        "sends_line_with_registrations",
                                        "has_hint",
                                        "hint_context",
                                        "hint_exten",
                                        "hint_application"};

    for (uint32_t i = 0; i < w->s->count; i++) {
        const struct conf_item *item = &w->s->items[i];
        bool is_known = false;

        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
            is_known = is_known || strcasecmp(known[k], item->name) == 0;
        if (is_known)
            import_say_item(w->im, item, IMPORT_TRANSLATED, "мастер раскрыт в объекты",
                            "the wizard was expanded into its objects");
        else if (!strchr(item->name, '/'))
            import_say_item(w->im, item, IMPORT_UNSUPPORTED, "такого параметра у мастера нет",
                            "a wizard has no such option");
        else if (strncasecmp(item->name, "phoneprov", 9) == 0 ||
                 (strncasecmp(item->name, "inbound_auth/", 13) == 0 && !is_on(w, "accepts_auth")) ||
                 (strncasecmp(item->name, "outbound_auth/", 14) == 0 && !is_on(w, "sends_auth")))
            import_say_item(w->im, item, IMPORT_NOT_NEEDED, "мастер этого не включает",
                            "the wizard does not switch this on");
    }
}

static int expand(const struct wizard *w)
{
    struct buf text;
    int err;

    buf_init(&text, 1000);
    judge(w);
    err = make_auth(w, "accepts_auth", "inbound_auth", "-iauth");
    if (!err)
        err = make_auth(w, "sends_auth", "outbound_auth", "-oauth");
    if (!err)
        err = make_aor(w, &text);
    if (!err)
        err = make_endpoint(w);
    if (!err)
        err = make_identify(w);
    if (!err)
        err = make_registrations(w, &text);
    if (!err)
        err = make_hint(w, &text);
    if (!err)
        err = buf_err(&text);
    buf_fini(&text);
    return err;
}

static const struct model_type *type_of_prefix(struct slice prefix)
{
    if (slice_caseeqz(prefix, "inbound_auth") || slice_caseeqz(prefix, "outbound_auth"))
        return model_type_find(SLICE("auth"));
    return model_type_find(prefix);
}

/* Lines of a template are silent in the wizards that use it. */
static void judge_template(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        struct slice option, prefix = slice_cut(slice_of(item->name), '/', &option);
        const struct model_type *t = slice_is_set(option) ? type_of_prefix(prefix) : NULL;
        const struct model_field *f = t ? model_field_find(t, option) : NULL;

        if (slice_is_set(option) && !f)
            import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у объекта нет",
                            "the object has no such option");
        else if (f && model_field_set(f, NULL, slice_of(item->value), NULL))
            import_say_item(im, item, IMPORT_WRONG,
                            "недопустимое значение: объект не будет загружен",
                            "value not allowed: the object will not be loaded");
        else
            import_say_item(im, item, IMPORT_TRANSLATED, "мастер раскрыт в объекты",
                            "the wizard was expanded into its objects");
    }
}

int import_wizard(struct import *im, const struct conf *conf)
{
    int err = import_pjsip_begin(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        const struct wizard w = {.im = im, .s = s};

        if (s->is_template)
            judge_template(im, s);
        else if (strcmp(value_of(&w, "type", ""), "wizard") == 0)
            err = expand(&w);
        else
            import_say(im, s->file, s->line, IMPORT_UNSUPPORTED, slice_of(s->name),
                       "в секции нет type=wizard", "the section has no type=wizard");
        if (err == ENOSPC || err == EINVAL) {
            import_say(im, s->file, s->line, IMPORT_WRONG, slice_of(s->name),
                       "мастер слишком велик", "the wizard is too big");
            err = 0;
        }
    }
    return err;
}
