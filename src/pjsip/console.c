/* console.c - what `station ctl` asks about the driver: one row a command (ipc/console.h) */
#include <errno.h>
#include <stdio.h>

#include "pjsip/contact.h"
#include "pjsip/outbound.h"
#include "pjsip/session.h"
#include "pjsip/show.h"
#include "pjsip/trace.h"
#include "pjsip/transport.h"

#define RULE                                                                                       \
    "=========================================================================================="

static int nothing(struct console *c, const char *what, const char *name)
{
    console_printf(c, console_say(c, "%s %s не найден.\n", "Unable to find %s %s.\n"), what, name);
    return ENOENT;
}

static void found(struct console *c, uint32_t count)
{
    console_printf(c, console_say(c, "\nНайдено: %u\n\n", "\nObjects found: %u\n\n"), count);
}

/* ---- endpoints ---- */

static int show_endpoints(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    uint32_t count = model_endpoint_count(p->snap);
    struct show_use use;
    int err = show_use_init(&use, p->calls);

    if (err)
        return err;
    show_endpoint_head(c);
    for (uint32_t i = 0; i < count; i++)
        show_endpoint(c, p, &use, model_endpoint_at(p->snap, i));
    show_use_fini(&use);
    found(c, count);
    return 0;
}

static int show_one_endpoint(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    const struct model_endpoint *e;
    struct show_use use;
    int err;

    if (argc != 1)
        return EINVAL;
    e = model_endpoint_find(p->snap, slice_of(argv[0]));
    if (!e)
        return nothing(c, "endpoint", argv[0]);
    err = show_use_init(&use, p->calls);
    if (err)
        return err;
    show_endpoint_head(c);
    show_endpoint(c, p, &use, e);
    show_fields(c, "endpoint", e);
    show_use_fini(&use);
    return 0;
}

static void complete_endpoint(struct console_words *w, int index, void *arg)
{
    struct pjsip *p = arg;

    for (uint32_t i = 0; index == 0 && i < model_endpoint_count(p->snap); i++)
        console_offer(w, model_endpoint_at(p->snap, i)->name);
}

/* ---- addresses of record and contacts ---- */

static int show_aors(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    uint32_t count = model_aor_count(p->snap);

    show_aor_head(c);
    for (uint32_t i = 0; i < count; i++)
        show_aor(c, p, model_aor_at(p->snap, i));
    found(c, count);
    return 0;
}

static int show_one_aor(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    const struct model_aor *m;

    if (argc != 1)
        return EINVAL;
    m = model_aor_find(p->snap, slice_of(argv[0]));
    if (!m)
        return nothing(c, "aor", argv[0]);
    show_aor_head(c);
    show_aor(c, p, m);
    show_fields(c, "aor", m);
    return 0;
}

static void complete_aor(struct console_words *w, int index, void *arg)
{
    struct pjsip *p = arg;

    for (uint32_t i = 0; index == 0 && i < model_aor_count(p->snap); i++)
        console_offer(w, model_aor_at(p->snap, i)->name);
}

static int show_contacts(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    uint32_t count = 0;

    show_contact_head(c);
    for (uint32_t i = 0; i < model_aor_count(p->snap); i++) {
        struct aor *a = aor_find(p, slice_of(model_aor_at(p->snap, i)->name));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        {
            show_contact(c, contact_of_link(k));
            count++;
        }
    }
    found(c, count);
    return 0;
}

static int show_one_contact(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    struct aor *a;
    struct contact *one;

    if (argc != 1)
        return EINVAL;
    one = contact_find_id(p, slice_of(argv[0]));
    a = one ? NULL : aor_find(p, slice_of(argv[0]));
    if (!one && !a)
        return nothing(c, "contact", argv[0]);
    show_contact_head(c);
    if (one) {
        show_contact(c, one);
        show_contact_fields(c, one);
        return 0;
    }
    LIST_FOREACH(&a->contacts, k)
    {
        show_contact(c, contact_of_link(k));
        show_contact_fields(c, contact_of_link(k));
    }
    return 0;
}

static int qualify(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    const struct model_endpoint *e;
    unsigned count = 0;

    if (argc != 1)
        return EINVAL;
    e = model_endpoint_find(p->snap, slice_of(argv[0]));
    if (!e)
        return nothing(c, "endpoint", argv[0]);
    for (const struct model_aor *const *m = e->aors; *m; m++) {
        struct aor *a = aor_find(p, slice_of((*m)->name));

        if (!a)
            continue;
        LIST_FOREACH(&a->contacts, k)
        count += !qualify_now(contact_of_link(k));
    }
    console_printf(c,
                   console_say(c, "Контактам отправлен OPTIONS: %u\n",
                               "Sending qualify to all reachable contacts: %u\n"),
                   count);
    return 0;
}

/* ---- the rest of the configuration ---- */

static int show_auths(struct console *c, int argc, char **argv, void *arg)
{
    static const char *const types[] = {"userpass", "md5", "digest", "google_oauth"};
    struct pjsip *p = arg;
    uint32_t count = model_auth_count(p->snap);

    console_printf(c, "  I/OAuth:  <AuthId/UserName............................................."
                      "..............>\n" RULE "\n\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct model_auth *a = model_auth_at(p->snap, i);

        console_printf(c, "     Auth:  %s/%s  %s\n", a->name, a->username, types[a->type]);
    }
    found(c, count);
    return 0;
}

static void show_transport(const char *name, const char *protocol, const struct addr *local,
                           enum transport_state s, int err, uint32_t conns, void *arg)
{
    static const char *const states[] = {"waiting", "open", "failed", "later"};
    char where[ADDR_TEXT];

    console_printf(arg, "Transport:  %-20.20s  %-5s  %-7s  %-28s  %u%s%s\n", name, protocol,
                   states[s], addr_text(local, where), conns, err ? "  " : "",
                   err ? strerror(err) : "");
}

static int show_transports(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;

    console_printf(c, "Transport:  <TransportId......>  <Type>  <State>  "
                      "<BindAddress................>  <Conns>\n" RULE "\n\n");
    transports_each(p, show_transport, c);
    found(c, model_transport_count(p->snap));
    return 0;
}

static int show_identifies(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    uint32_t count = model_identify_count(p->snap);

    console_printf(c, " Identify:  <Identify/Endpoint.....................................>\n"
                      "      Match:  <criteria.........................>\n" RULE "\n\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct model_identify *m = model_identify_at(p->snap, i);

        console_printf(c, " Identify:  %s/%s\n", m->name, m->endpoint);
        for (uint32_t n = 0; n < m->match.count; n++)
            console_printf(c, "      Match:  %s\n", m->match.v[n]);
        if (m->match_header[0])
            console_printf(c, "      Match:  %s\n", m->match_header);
    }
    found(c, count);
    return 0;
}

static int show_channels(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    uint32_t count = 0;

    show_channel_head(c);
    LIST_FOREACH(calls_channels(p->calls), k)
    {
        const struct channel *ch = channel_of_link(k);

        if (ch->tech != &pjsip_tech)
            continue;
        show_channel(c, ch);
        count++;
    }
    found(c, count);
    return 0;
}

/* ---- trace ---- */

static int trace(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    struct addr only = {.family = AF_UNSPEC};
    bool is_on = argc > 0 && !strcmp(argv[0], "on");
    int err;

    if (argc < 1 || argc > 2 || (!is_on && strcmp(argv[0], "off")))
        return EINVAL;
    if (!is_on) {
        trace_stop_all(p);
        console_printf(c, "%s",
                       console_say(c, "Трассировка SIP выключена.\n", "SIP trace is off.\n"));
        return 0;
    }
    if (argc == 2 && addr_parse_host(&only, slice_of(argv[1]), 0)) {
        console_printf(c, console_say(c, "Это не адрес: %s\n", "This is not an address: %s\n"),
                       argv[1]);
        return EDOM;
    }
    err = trace_start(p, c, &only);
    if (!err)
        console_printf(c, "%s",
                       console_say(c, "Трассировка SIP включена; пароли скрыты.\n",
                                   "SIP trace is on; secrets are hidden.\n"));
    return err;
}

static const struct console_command commands[] = {
    {"pjsip show endpoints", "", "Конечные точки, их контакты и состояние",
     "Endpoints, their contacts and state", show_endpoints, NULL},
    {"pjsip show endpoint", "NAME", "Одна конечная точка со всеми полями",
     "One endpoint with all fields", show_one_endpoint, complete_endpoint},
    {"pjsip show aors", "", "Адреса записи и их контакты", "Addresses of record and their contacts",
     show_aors, NULL},
    {"pjsip show aor", "NAME", "Один адрес записи со всеми полями",
     "One address of record with all fields", show_one_aor, complete_aor},
    {"pjsip show contacts", "", "Все контакты: адрес, состояние, время отклика",
     "All contacts: address, status, round trip", show_contacts, NULL},
    {"pjsip show contact", "AOR|ID", "Один контакт или контакты одного адреса записи",
     "One contact, or those of one address of record", show_one_contact, complete_aor},
    {"pjsip show auths", "", "Аутентификации (без паролей)", "Authentications (no passwords)",
     show_auths, NULL},
    {"pjsip show transports", "", "Транспорты: адрес, состояние, соединения",
     "Transports: address, state, connections", show_transports, NULL},
    {"pjsip show identifies", "", "Определение конечной точки по адресу",
     "Endpoints identified by address", show_identifies, NULL},
    {"pjsip show channels", "", "Каналы PJSIP", "PJSIP channels", show_channels, NULL},
    {"pjsip qualify", "ENDPOINT", "Спросить контакты конечной точки сейчас",
     "Ask the contacts of an endpoint now", qualify, complete_endpoint},
    {"sip trace", "on|off [ADDRESS]", "Показывать сообщения SIP в этой консоли",
     "Show SIP messages on this console", trace, NULL},
    {"pjsip set logger", "on|off [ADDRESS]", "То же, что sip trace", "The same as sip trace", trace,
     NULL},
    {NULL},
};

const struct console_command *const pjsip_commands[] = {commands, outbound_commands, NULL};
