/* demo.c - see demo.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"
#include "role/demo.h"

#define GROUP "office"
#define TRUNK "peer-71234567890-" GROUP

/* ---- routing: the manual's examples ---- */

static const struct {
    const char *name, *description;
} contexts[] = {
    {"internal", "Внутренние номера: телефоны офиса звонят отсюда"},
    {"incoming", "Входящая маршрутизация: вызовы от оператора"},
    {"outgoing", "Исходящая маршрутизация: вызовы в город"},
};

#define STEP(context_, exten_, priority_, app_, data_)                                             \
    {                                                                                              \
        context_, exten_, priority_, app_, data_                                                   \
    }
static const struct step {
    const char *context, *exten;
    int priority;
    const char *app, *data;
} steps[] = {
    /* 101-104 and whatever else is added as user-1XX-office */
    STEP("internal", "_1XX", 1, "NoOp", "Вызов на внутренний номер ${EXTEN}"),
    STEP("internal", "_1XX", 2, "Dial", "PJSIP/user-${EXTEN}-" GROUP ",60,tT"),
    STEP("internal", "_1XX", 3, "Hangup", ""),
    /* group call of subscribers */
    STEP("internal", "100", 1, "NoOp", "Групповой вызов абонентов"),
    STEP("internal", "100", 2, "Set", "DIALGROUP(group_100,add)=PJSIP/user-101-" GROUP),
    STEP("internal", "100", 3, "Set", "DIALGROUP(group_100,add)=PJSIP/user-102-" GROUP),
    STEP("internal", "100", 4, "Set", "DIALGROUP(group_100,add)=PJSIP/user-103-" GROUP),
    STEP("internal", "100", 5, "Set", "DIALGROUP(group_100,add)=PJSIP/user-104-" GROUP),
    STEP("internal", "100", 6, "Dial", "${DIALGROUP(group_100)},60,tT"),
    STEP("internal", "100", 7, "Hangup", ""),
    /* forwarding to a mobile: first the desk for 15 s, then the carrier */
    STEP("internal", "110", 1, "NoOp", "Вызов на внутренний номер с переадресацией на сотовый"),
    STEP("internal", "110", 2, "Dial", "SIP/user-104-" GROUP ",15,tT"),
    STEP("internal", "110", 3, "Dial", "SIP/81234567890@" TRUNK ",60"),
    STEP("internal", "110", 4, "Hangup", ""),
    /* services to try a phone with */
    STEP("internal", "600", 1, "NoOp", "Эхо: слышно самого себя"),
    STEP("internal", "600", 2, "Answer", ""),
    STEP("internal", "600", 3, "Playback", "demo-echotest"),
    STEP("internal", "600", 4, "Echo", ""),
    STEP("internal", "600", 5, "Hangup", ""),
    STEP("internal", "601", 1, "NoOp", "Музыка на удержании"),
    STEP("internal", "601", 2, "Answer", ""),
    STEP("internal", "601", 3, "MusicOnHold", "default"),
    STEP("internal", "601", 4, "Hangup", ""),
    STEP("internal", "602", 1, "NoOp", "Голосовое сообщение"),
    STEP("internal", "602", 2, "Answer", ""),
    STEP("internal", "602", 3, "Playback", "demo-congrats"),
    STEP("internal", "602", 4, "Hangup", ""),
    /* to the city by the carrier */
    STEP("outgoing", "_8XXXXXXXXXX", 1, "NoOp", "Исходящий вызов ${EXTEN}"),
    STEP("outgoing", "_8XXXXXXXXXX", 2, "Dial", "PJSIP/${EXTEN}@" TRUNK ",60,T"),
    STEP("outgoing", "_8XXXXXXXXXX", 3, "Hangup", ""),
    /* from the city: the desk, then the mobile */
    STEP("incoming", "_X.", 1, "NoOp", "Входящий вызов с номера ${CALLERID(number)}"),
    STEP("incoming", "_X.", 2, "Dial", "SIP/user-101-" GROUP ",15,tT"),
    STEP("incoming", "_X.", 3, "Dial", "SIP/81234567890@" TRUNK ",60"),
    STEP("incoming", "_X.", 4, "Hangup", ""),
};

/* Lines of extensions.conf: what is no step. */
static const char *const statics[][3] = {
    {"globals", "MIXMONITOR_COMMAND",
     "/var/lib/asterisk/scripts/wavtompeg/script.php --uniqueid=\"^{UNIQUEID}\""},
    {"internal", "include", "outgoing"},
};

static const char *const settings[][2] = {{"language", "ru"}, {"tone_zone", "ru"}};

/* ---- writing ---- */

/* @param values  absent ones are NULL */
static int put(struct db *d, const char *sql, const struct slice *values, int count)
{
    struct stmt *s;
    int err = db_stmt(&s, d, sql);

    for (int i = 0; i < count && !err; i++)
        err = stmt_text(s, i + 1, values[i]);
    if (!err)
        err = stmt_run(s);
    return err;
}

static int put_static(struct db *d, const char *table_sql, int metric, const char *category,
                      const char *name, const char *value)
{
    char at[12];

    snprintf(at, sizeof(at), "%d", metric);
    const struct slice v[] = {slice_of(at), slice_of(category), slice_of(name), slice_of(value)};
    return put(d, table_sql, v, 4);
}

static int put_pjsip(struct db *d, const char *category, const char *name, const char *value)
{
    return put_static(d,
                      "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,"
                      "var_name,var_val) VALUES (0,?1,0,'pjsip.conf',?2,?3,?4)",
                      0, category, name, value);
}

static int put_transport(struct db *d, const struct demo_args *a, const char *protocol,
                         uint16_t port)
{
    char name[40], bind[80];
    int err;

    snprintf(name, sizeof(name), "transport-%s", protocol);
    snprintf(bind, sizeof(bind), strchr(a->bind, ':') ? "[%s]:%u" : "%s:%u", a->bind, port);
    err = put_pjsip(d, name, "type", "transport");
    if (!err)
        err = put_pjsip(d, name, "protocol", protocol);
    if (!err)
        err = put_pjsip(d, name, "bind", bind);
    if (!err && strcmp(protocol, "tls") == 0)
        err = put_pjsip(d, name, "cert_file", a->cert);
    return err ? err : put_pjsip(d, name, "allow_reload", "yes");
}

static int write_transports(struct db *d, const struct demo_args *a)
{
    int err = put_transport(d, a, "udp", a->sip_port);

    if (!err)
        err = put_transport(d, a, "tcp", a->sip_port);
    return err ? err : put_transport(d, a, "tls", (uint16_t)(a->sip_port + 1));
}

static int write_settings(struct db *d)
{
    const struct slice music = SLICE("/usr/share/asterisk/moh");
    int err =
        put(d,
            "INSERT INTO musiconhold (name, description, mode, directory, sort) VALUES ('default', "
            "'Музыка по умолчанию', 'files', ?1, 'random')",
            &music, 1);

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && !err; i++) {
        const struct slice v[] = {slice_of(settings[i][0]), slice_of(settings[i][1])};

        err = put(d, "INSERT INTO settings (name, value) VALUES (?1, ?2)", v, 2);
    }
    return err;
}

/* Who is heard on one address only is served there only. */
static int write_web(struct db *d, const struct demo_args *a)
{
    const bool is_v6 = strchr(a->bind, ':') != NULL;
    char text[80];
    struct slice both[] = {SLICE("web_bind"), {text, 0}};

    if (strcmp(a->bind, "0.0.0.0") == 0)
        return 0;
    both[1].len = (size_t)snprintf(text, sizeof(text), is_v6 ? "[%s]" : "%s", a->bind);
    return put(d, "INSERT INTO settings (name, value) VALUES (?1, ?2)", both, 2);
}

/* The three steps of the manual: address of record, authentication, endpoint. */
static int write_phone(struct db *d, const struct demo_phone *p)
{
    char id[40], about[60];
    struct slice v[4];
    int err;

    snprintf(id, sizeof(id), "user-%s-%s", p->number, GROUP);
    snprintf(about, sizeof(about), "Телефон %s", p->number);
    v[0] = slice_of(id);
    v[1] = slice_of(about);
    v[2] = slice_of(p->number);
    v[3] = slice_of(p->password);
    err = put(d,
              "INSERT INTO ps_aors (id, name, description, max_contacts, remove_existing, "
              "default_expiration, qualify_frequency) VALUES (?1, ?1, ?2, 3, 'yes', 600, 60)",
              v, 2);
    if (!err)
        err = put(
            d,
            "INSERT INTO ps_auths (id, name, description, auth_type, username, password) VALUES "
            "(?1, ?1, ?2, 'userpass', ?3, ?4)",
            v, 4);
    if (!err)
        err = put(
            d,
            "INSERT INTO ps_endpoints (id, name, description, aors, auth, context, disallow, allow, "
            "callerid, identify_by, direct_media, dtmf_mode, force_rport, rewrite_contact, "
            "rtp_symmetric, language) VALUES (?1, ?1, ?2, ?1, ?1, 'internal', 'all', 'alaw,ulaw', "
            "?3 || ' <' || ?3 || '>', 'username,auth_username', 'no', 'rfc4733', 'yes', 'yes', "
            "'yes', 'ru')",
            v, 3);
    return err;
}

/* A carrier to fill in: without a contact calls to it fail as unavailable. */
static int write_trunk(struct db *d)
{
    int err =
        db_run(d, "INSERT INTO ps_aors (id, name, description, contact) VALUES ('" TRUNK
                  "', '" TRUNK "', 'Оператор: впишите contact, например sip:10.0.0.1:5060', NULL)");

    if (!err)
        err =
            db_run(d, "INSERT INTO ps_endpoints (id, name, description, aors, context, disallow, "
                      "allow, direct_media) VALUES ('" TRUNK "', '" TRUNK
                      "', 'Транк к оператору', '" TRUNK "', 'incoming', 'all', 'alaw,ulaw', 'no')");
    return err;
}

static int write_routing(struct db *d)
{
    int err = 0;

    for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]) && !err; i++) {
        const struct slice v[] = {slice_of(contexts[i].name), slice_of(contexts[i].description)};

        err = put(d, "INSERT INTO context (name, description) VALUES (?1, ?2)", v, 2);
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++) {
        const struct step *s = &steps[i];
        char priority[12];

        snprintf(priority, sizeof(priority), "%d", s->priority);
        const struct slice v[] = {slice_of(s->context), slice_of(s->exten), slice_of(priority),
                                  slice_of(s->app), slice_of(s->data)};
        err = put(d,
                  "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES "
                  "(?1, ?2, ?3, ?4, ?5)",
                  v, 5);
    }
    for (size_t i = 0; i < sizeof(statics) / sizeof(statics[0]) && !err; i++)
        err = put_static(d,
                         "INSERT INTO static_extensions (cat_metric,var_metric,commented,filename,"
                         "category,var_name,var_val) VALUES (0,?1,0,'extensions.conf',?2,?3,?4)",
                         0, statics[i][0], statics[i][1], statics[i][2]);
    return err;
}

static int write_office(struct db *d, struct demo_phone phones[DEMO_PHONES])
{
    const struct slice office[] = {SLICE(GROUP), SLICE("Показательный офис")};
    int err = put(d, "INSERT INTO groups (name, description) VALUES (?1, ?2)", office, 2);

    for (int i = 0; i < DEMO_PHONES && !err; i++) {
        snprintf(phones[i].number, sizeof(phones[i].number), "%d", 101 + i);
        rand_text(phones[i].password, 12);
        err = write_phone(d, &phones[i]);
    }
    if (!err)
        err = write_trunk(d);
    if (!err)
        err = write_routing(d);
    if (!err)
        err = db_run(d, "UPDATE ps_endpoints SET group_uuid = (SELECT uuid FROM groups); "
                        "UPDATE ps_aors SET group_uuid = (SELECT uuid FROM groups); "
                        "UPDATE ps_auths SET group_uuid = (SELECT uuid FROM groups); "
                        "UPDATE context SET group_uuid = (SELECT uuid FROM groups)");
    return err;
}

int demo_write(struct db *d, const struct demo_args *args, struct demo_phone phones[DEMO_PHONES])
{
    int err = db_begin(d);

    if (!err)
        err = write_settings(d);
    if (!err)
        err = write_web(d, args);
    if (!err)
        err = write_transports(d, args);
    if (!err && !args->is_bare)
        err = write_office(d, phones);
    if (!err)
        err = db_commit(d);
    if (err)
        db_rollback(d);
    return err;
}
