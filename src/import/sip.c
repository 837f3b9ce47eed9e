/* sip.c - sip.conf of chan_sip: phones, trunks and registrations as objects of pjsip (inner.h) */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/made.h"
#include "model/field.h"

/* Options of chan_sip that an endpoint has under another name or with other values. */
static const struct option {
    const char *name, *value; /* value NULL: any */
    const char *to, *becomes; /* becomes NULL: the value as it is; to NULL: not needed */
} options[] = {
    {"context", NULL, "context", NULL},
    {"disallow", NULL, "disallow", NULL},
    {"allow", NULL, "allow", NULL},
    {"callerid", NULL, "callerid", NULL},
    {"language", NULL, "language", NULL},
    {"accountcode", NULL, "accountcode", NULL},
    {"fromuser", NULL, "from_user", NULL},
    {"fromdomain", NULL, "from_domain", NULL},
    {"setvar", NULL, "set_var", NULL},
    {"callgroup", NULL, "call_group", NULL},
    {"pickupgroup", NULL, "pickup_group", NULL},
    {"namedcallgroup", NULL, "named_call_group", NULL},
    {"namedpickupgroup", NULL, "named_pickup_group", NULL},
    {"mailbox", NULL, "mailboxes", NULL},
    {"mohsuggest", NULL, "moh_suggest", NULL},
    {"musicclass", NULL, "moh_suggest", NULL},
    {"musiconhold", NULL, "moh_suggest", NULL},
    {"tonezone", NULL, "tone_zone", NULL},
    {"rtptimeout", NULL, "rtp_timeout", NULL},
    {"rtpholdtimeout", NULL, "rtp_timeout_hold", NULL},
    {"rtpkeepalive", NULL, "rtp_keepalive", NULL},
    {"call-limit", NULL, "device_state_busy_at", NULL},
    {"busylevel", NULL, "device_state_busy_at", NULL},
    {"outboundproxy", NULL, "outbound_proxy", NULL},
    {"deny", NULL, "deny", NULL},
    {"permit", NULL, "permit", NULL},
    {"acl", NULL, "acl", NULL},
    {"dtmfmode", "rfc2833", "dtmf_mode", "rfc4733"},
    {"dtmfmode", NULL, "dtmf_mode", NULL},
    {"directmedia", "nonat", "direct_media", "yes"},
    {"directmedia", NULL, "direct_media", NULL},
    {"canreinvite", NULL, "direct_media", NULL},
    {"trustrpid", NULL, "trust_id_inbound", NULL},
    {"sendrpid", "pai", "send_pai", "yes"},
    {"sendrpid", "yes", "send_rpid", "yes"},
    {"sendrpid", NULL, "send_rpid", NULL},
    {"progressinband", "never", "inband_progress", "no"},
    {"progressinband", NULL, "inband_progress", NULL},
    {"usereqphone", NULL, "user_eq_phone", NULL},
    {"encryption", "no", NULL, NULL},
    {"encryption", NULL, "media_encryption", "sdes"},
    {"allowtransfer", NULL, "allow_transfer", NULL},
    {"t38pt_udptl", "no", NULL, NULL},
    {"t38pt_udptl", NULL, "t38_udptl", "yes"},
};

/* Lines that say who it is and where: of other objects. */
static const char *const elsewhere[] = {"type",        "secret",      "md5secret", "username",
                                        "defaultuser", "host",        "port",      "nat",
                                        "qualify",     "qualifyfreq", "insecure",  "transport"};

static const char *value_of(const struct conf_section *s, const char *name, const char *otherwise)
{
    const struct conf_item *item = conf_find(s, name);

    return item ? item->value : otherwise;
}

static bool is_in(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, list[i]) == 0)
            return true;
    return false;
}

static const struct option *find_option(const struct conf_item *item)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strcasecmp(options[i].name, item->name) == 0 &&
            (!options[i].value || strcasecmp(options[i].value, item->value) == 0))
            return &options[i];
    return NULL;
}

static bool is_codec_line(const struct conf_item *item)
{
    return strcasecmp(item->name, "allow") == 0 || strcasecmp(item->name, "disallow") == 0;
}

static void add_option(struct import *im, struct made *m, const struct conf_item *item)
{
    const struct option *o = find_option(item);

    if (o && o->to)
        made_add(m, item, o->to, o->becomes ? o->becomes : item->value);
    else if (o)
        import_say_item(im, item, IMPORT_NOT_NEEDED, "станция и так работает так",
                        "the station works so anyway");
    else if (is_in(item->name, elsewhere, sizeof(elsewhere) / sizeof(elsewhere[0])))
        import_say_item(im, item, IMPORT_TRANSLATED, "записано в объекты pjsip",
                        "written into objects of pjsip");
    else
        import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у конечной точки нет",
                        "an endpoint has no such option");
}

static bool is_dynamic(const struct conf_section *s)
{
    return strcasecmp(value_of(s, "host", "dynamic"), "dynamic") == 0;
}

static bool has_secret(const struct conf_section *s)
{
    return *value_of(s, "secret", "") || *value_of(s, "md5secret", "");
}

/* A trunk that is known by its address is not asked for a password. */
static bool asks(const struct conf_section *s)
{
    return has_secret(s) && !strstr(value_of(s, "insecure", ""), "invite") &&
           strcmp(value_of(s, "insecure", ""), "very") != 0;
}

static int make_auth(struct import *im, const struct conf_section *s, const char *realm)
{
    const char *md5 = value_of(s, "md5secret", "");
    struct made m;

    if (!has_secret(s))
        return 0;
    made_init(&m, s, "auth", s->name);
    made_add(&m, NULL, "auth_type", *md5 ? "md5" : "userpass");
    made_add(&m, NULL, "username",
             is_dynamic(s) ? s->name
                           : value_of(s, "defaultuser", value_of(s, "username", s->name)));
    if (*md5) {
        made_add(&m, NULL, "md5_cred", md5);
        made_add(&m, NULL, "realm", realm);
    } else {
        made_add(&m, NULL, "password", value_of(s, "secret", ""));
    }
    return made_take(&m, im);
}

static int make_aor(struct import *im, const struct conf_section *s,
                    const struct conf_section *general)
{
    const char *qualify =
        value_of(s, "qualify", general ? value_of(general, "qualify", "no") : "no");
    struct made m;
    char uri[300];

    made_init(&m, s, "aor", s->name);
    if (is_dynamic(s)) {
        made_add(&m, NULL, "max_contacts", "1");
        made_add(&m, NULL, "remove_existing", "yes");
    } else {
        snprintf(uri, sizeof(uri), "sip:%.200s:%.5s", value_of(s, "host", ""),
                 value_of(s, "port", "5060"));
        made_add(&m, NULL, "contact", uri);
    }
    if (strcasecmp(qualify, "no") != 0)
        made_add(&m, NULL, "qualify_frequency", value_of(s, "qualifyfreq", "60"));
    return made_take(&m, im);
}

static int make_identify(struct import *im, const struct conf_section *s)
{
    struct made m;

    if (is_dynamic(s))
        return 0;
    made_init(&m, s, "identify", s->name);
    made_add(&m, NULL, "endpoint", s->name);
    made_add(&m, NULL, "match", value_of(s, "host", ""));
    return made_take(&m, im);
}

static void add_nat(struct made *m, const struct conf_section *s)
{
    const char *nat = value_of(s, "nat", "");
    const bool is_old_yes = strcmp(nat, "yes") == 0;

    if (is_old_yes || strstr(nat, "force_rport")) {
        made_add(m, NULL, "force_rport", "yes");
        made_add(m, NULL, "rewrite_contact", "yes");
    }
    if (is_old_yes || strstr(nat, "comedia"))
        made_add(m, NULL, "rtp_symmetric", "yes");
}

/* What [general] says of all peers, and this one does not itself; codecs apart. */
static void add_defaults(struct made *m, const struct conf_section *s,
                         const struct conf_section *general)
{
    for (uint32_t i = 0; general && i < general->count; i++) {
        const struct conf_item *item = &general->items[i];
        const struct option *o = find_option(item);
        bool has_own = strcasecmp(item->name, "context") == 0 || is_codec_line(item);

        for (uint32_t k = 0; o && o->to && !has_own && k < s->count; k++) {
            const struct option *own = find_option(&s->items[k]);

            has_own = own && own->to && strcmp(own->to, o->to) == 0;
        }
        if (o && o->to && !has_own)
            made_add(m, NULL, o->to, o->becomes ? o->becomes : item->value);
    }
}

static int make_endpoint(struct import *im, const struct conf_section *s,
                         const struct conf_section *general)
{
    struct made m;

    made_init(&m, s, "endpoint", s->name);
    made_add(&m, NULL, "aors", s->name);
    if (asks(s))
        made_add(&m, NULL, "auth", s->name);
    if (has_secret(s) && !is_dynamic(s))
        made_add(&m, NULL, "outbound_auth", s->name);
    if (!conf_find(s, "context"))
        made_add(&m, NULL, "context",
                 general ? value_of(general, "context", "default") : "default");
    add_nat(&m, conf_find(s, "nat") || !general ? s : general);
    add_defaults(&m, s, general);
    for (uint32_t i = 0; general && !conf_find(s, "allow") && i < general->count; i++)
        if (is_codec_line(&general->items[i]))
            made_add(&m, NULL, find_option(&general->items[i])->to, general->items[i].value);
    for (uint32_t i = 0; i < s->count; i++)
        add_option(im, &m, &s->items[i]);
    return made_take(&m, im);
}

static int take_peer(struct import *im, const struct conf_section *s,
                     const struct conf_section *general)
{
    int err = make_auth(im, s, general ? value_of(general, "realm", "asterisk") : "asterisk");

    if (!err)
        err = make_aor(im, s, general);
    if (!err)
        err = make_endpoint(im, s, general);
    return err ? err : make_identify(im, s);
}

/* Lines of a template are silent in the peers that use it. */
static void judge_template(struct import *im, const struct conf_section *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct conf_item *item = &s->items[i];
        const struct option *o = find_option(item);
        const struct model_field *f =
            o && o->to ? model_field_find(model_type_find(SLICE("endpoint")), slice_of(o->to))
                       : NULL;
        const char *value = o && o->becomes ? o->becomes : item->value;

        if (f && model_field_set(f, NULL, slice_of(value), NULL))
            import_say_item(im, item, IMPORT_WRONG,
                            "недопустимое значение: объект не будет загружен",
                            "value not allowed: the object will not be loaded");
        else if (o || is_in(item->name, elsewhere, sizeof(elsewhere) / sizeof(elsewhere[0])))
            import_say_item(im, item, IMPORT_TRANSLATED, "записано в объекты pjsip",
                            "written into objects of pjsip");
        else
            import_say_item(im, item, IMPORT_UNSUPPORTED, "такого параметра у конечной точки нет",
                            "an endpoint has no such option");
    }
}

/* ---- [general] ---- */

/* "user[:secret[:authuser]]@host[:port][/extension]". @return 0; EINVAL; ENOMEM; errno */
static int take_register(struct import *im, const struct conf_section *s,
                         const struct conf_item *item, unsigned number)
{
    char name[40], text[600], user[128], secret[128], authuser[128], host[200], exten[80];
    struct slice rest, whole = slice_of(item->value), who, at;
    const char *mark = strrchr(item->value, '@');
    struct made m;
    int err;

    if (!mark || strchr(item->value, '?') || strstr(item->value, "://"))
        return EINVAL;
    who = slice_from(whole.p, (size_t)(mark - whole.p));
    at = slice_cut(slice_of(mark + 1), '/', &rest);
    at = slice_cut(at, '~', &(struct slice){0});
    if (slice_copy(at, host, sizeof(host)) || !at.len ||
        slice_copy(slice_is_set(rest) ? rest : SLICE(""), exten, sizeof(exten)) ||
        slice_copy(slice_cut(who, ':', &who), user, sizeof(user)) || !*user)
        return EINVAL;
    if (slice_copy(slice_is_set(who) ? slice_cut(who, ':', &who) : SLICE(""), secret,
                   sizeof(secret)) ||
        slice_copy(slice_is_set(who) ? who : slice_of(user), authuser, sizeof(authuser)))
        return EINVAL;
    snprintf(name, sizeof(name), "register-%u", number);
    made_init(&m, s, "auth", name);
    made_add(&m, NULL, "username", authuser);
    made_add(&m, NULL, "password", secret);
    err = *secret ? made_take(&m, im) : 0;
    if (!*secret)
        arena_fini(&m.arena);
    if (err)
        return err;
    made_init(&m, s, "registration", name);
    snprintf(text, sizeof(text), "sip:%s", host);
    made_add(&m, NULL, "server_uri", text);
    snprintf(text, sizeof(text), "sip:%s@%s", user, host);
    made_add(&m, NULL, "client_uri", text);
    made_add(&m, NULL, "contact_user", *exten ? exten : "s");
    if (*secret)
        made_add(&m, NULL, "outbound_auth", name);
    return made_take(&m, im);
}

static int take_general_line(struct import *im, const struct conf_section *s,
                             const struct conf_item *item, unsigned *registers)
{
    static const char *const used[] = {
        "realm",    "context",  "disallow",   "allow", "bindport", "udpbindaddr", "bindaddr",
        "localnet", "externip", "externaddr", "nat",   "qualify",  "tcpenable"};
    static const char *const is_so[][2] = {
        {"allowguest", "no"},     {"alwaysauthreject", "yes"}, {"srvlookup", "yes"},
        {"allowoverlap", "no"},   {"udpenable", "yes"},        {"tcpenable", "no"},
        {"tlsenable", "no"},      {"limitonpeers", "yes"},     {"callcounter", "yes"},
        {"videosupport", "no"},   {"rtcachefriends", "yes"},   {"match_auth_username", "no"},
        {"allowsubscribe", "yes"}};
    int err = 0;

    if (strcasecmp(item->name, "register") == 0) {
        err = take_register(im, s, item, ++*registers);
        if (err == EINVAL)
            import_say_item(
                im, item, IMPORT_UNSUPPORTED,
                "строка register не разобрана: опишите регистрацию в pjsip.conf",
                "the register line cannot be read: write the registration in pjsip.conf");
        else if (!err)
            import_say_item(im, item, IMPORT_TRANSLATED, "стала объектом registration",
                            "became an object of type registration");
        return err == EINVAL ? 0 : err;
    }
    for (size_t i = 0; i < sizeof(is_so) / sizeof(is_so[0]); i++)
        if (strcasecmp(item->name, is_so[i][0]) == 0 && strcasecmp(item->value, is_so[i][1]) == 0) {
            import_say_item(im, item, IMPORT_NOT_NEEDED, "станция и так работает так",
                            "the station works so anyway");
            return 0;
        }
    if (strcasecmp(item->name, "useragent") == 0) {
        import_say_item(im, item, IMPORT_TRANSLATED, "записано в настройку user_agent",
                        "written into the setting user_agent");
        return import_setting(im, "user_agent", item->value);
    }
    if (find_option(item) || is_in(item->name, used, sizeof(used) / sizeof(used[0])))
        import_say_item(im, item, IMPORT_TRANSLATED, "записано в объекты pjsip",
                        "written into objects of pjsip");
    else
        import_say_item(im, item, IMPORT_UNSUPPORTED,
                        "общего параметра chan_sip с этим именем у станции нет",
                        "the station has no such general option of chan_sip");
    return 0;
}

static int make_transport(struct import *im, const struct conf_section *s, const char *protocol)
{
    const char *address = value_of(s, "udpbindaddr", value_of(s, "bindaddr", "0.0.0.0"));
    const char *outside = value_of(s, "externaddr", value_of(s, "externip", ""));
    struct made m;
    char bind[100], name[40];

    snprintf(name, sizeof(name), "transport-%s", protocol);
    made_init(&m, s, "transport", name);
    made_add(&m, NULL, "protocol", protocol);
    if (strchr(address, ':'))
        snprintf(bind, sizeof(bind), "%.80s", address);
    else
        snprintf(bind, sizeof(bind), "%.80s:%.5s", address, value_of(s, "bindport", "5060"));
    made_add(&m, NULL, "bind", bind);
    for (uint32_t i = 0; i < s->count; i++)
        if (strcasecmp(s->items[i].name, "localnet") == 0)
            made_add(&m, NULL, "local_net", s->items[i].value);
    if (*outside) {
        made_add(&m, NULL, "external_media_address", outside);
        made_add(&m, NULL, "external_signaling_address", outside);
    }
    return made_take(&m, im);
}

static int take_general(struct import *im, const struct conf_section *s, bool is_alone)
{
    unsigned registers = 0;
    int err = is_alone ? make_transport(im, s, "udp") : 0;

    if (!err && is_alone && strcasecmp(value_of(s, "tcpenable", "no"), "yes") == 0)
        err = make_transport(im, s, "tcp");

    for (uint32_t i = 0; !err && i < s->count; i++)
        err = take_general_line(im, s, &s->items[i], &registers);
    return err;
}

static const struct conf_section *find_general(const struct conf *conf)
{
    for (const struct conf_section *s = conf_first(conf); s; s = s->next)
        if (!s->is_template && strcmp(s->name, "general") == 0)
            return s;
    return NULL;
}

int import_sip(struct import *im, const struct conf *conf)
{
    const struct conf_section *general = find_general(conf);
    const bool is_alone = !im->is_pjsip_empty; /* with a pjsip.conf, that one has the transports */
    int err = import_pjsip_begin(im);

    for (const struct conf_section *s = conf_first(conf); !err && s; s = s->next) {
        if (s->is_template)
            judge_template(im, s);
        else if (s == general)
            err = take_general(im, s, is_alone);
        else if (conf_find(s, "type") || conf_find(s, "host"))
            err = take_peer(im, s, general);
        else
            import_say(im, s->file, s->line, IMPORT_UNSUPPORTED, slice_of(s->name),
                       "секция не телефон и не транк",
                       "the section is neither a phone nor a trunk");
        if (err == ENOSPC) {
            import_say(im, s->file, s->line, IMPORT_WRONG, slice_of(s->name),
                       "секция слишком велика", "the section is too big");
            err = 0;
        }
    }
    return err;
}
