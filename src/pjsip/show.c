/* show.c - objects as text (show.h) */
#include "pjsip/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "call/device_state.h"
#include "model/field.h"
#include "pjsip/session.h"

#define RULE                                                                                       \
    "==========================================================================================\n"

#define SHOW_FIELDS_MAX 200 /* an endpoint has about 140 */
#define SHOW_VALUE_MAX 65536

struct count {
    struct hash_link link;
    const char *name;
    uint32_t channels;
};

static struct count *find_count(const struct hash *h, const char *name)
{
    struct slice s = slice_of(name);

    for (struct hash_link *k = hash_first(h, hash_slice(s)); k; k = hash_next(k)) {
        struct count *n = CONTAINER_OF(k, struct count, link);

        if (!strcmp(n->name, name))
            return n;
    }
    return NULL;
}

int show_use_init(struct show_use *u, const struct calls *calls)
{
    hash_init(&u->counts);
    arena_init(&u->arena, 8u << 20);
    LIST_FOREACH(calls_channels(calls), k)
    {
        const struct channel *ch = channel_of_link(k);
        const char *name = ch->tech == &pjsip_tech ? session_of(ch)->endpoint : NULL;
        struct count *n = name ? find_count(&u->counts, name) : NULL;

        if (name && !n) {
            n = arena_alloc(&u->arena, sizeof(*n));
            if (!n || hash_add(&u->counts, &n->link, hash_slice(slice_of(name)))) {
                show_use_fini(u);
                return ENOMEM;
            }
            n->name = name;
        }
        if (n)
            n->channels++;
    }
    return 0;
}

void show_use_fini(struct show_use *u)
{
    hash_fini(&u->counts);
    arena_fini(&u->arena);
}

uint32_t show_use_of(const struct show_use *u, const struct model_endpoint *e)
{
    const struct count *n = find_count(&u->counts, e->name);

    return n ? n->channels : 0;
}

/* ---- fields ---- */

static int by_column(const void *a, const void *b)
{
    return strcmp((*(const struct model_field *const *)a)->column,
                  (*(const struct model_field *const *)b)->column);
}

static void print_field(struct console *c, const struct model_field *f, const void *object,
                        int width)
{
    struct buf text;

    buf_init(&text, SHOW_VALUE_MAX);
    if (!model_field_print(f, object, &text))
        console_printf(c, " %-*s : %s\n", width, f->column, buf_z(&text));
    buf_fini(&text);
}

void show_fields(struct console *c, const char *type, const void *object)
{
    const struct model_type *t = model_type_find(slice_of(type));
    const struct model_field *shown[SHOW_FIELDS_MAX];
    size_t count = 0, width = strlen("ParameterName");

    for (const struct model_field *f = t->fields; f->column && count < SHOW_FIELDS_MAX; f++) {
        if (f->state == MODEL_INNER || model_field_is_secret(f) || !strcmp(f->column, t->id))
            continue;
        if (strlen(f->column) > width)
            width = strlen(f->column);
        shown[count++] = f;
    }
    qsort(shown, count, sizeof(shown[0]), by_column);
    console_printf(c, "\n %-*s : ParameterValue\n" RULE, (int)width, "ParameterName");
    for (size_t i = 0; i < count; i++)
        print_field(c, shown[i], object, (int)width);
    console_printf(c, "\n");
}

/* ---- contacts ---- */

void show_contact_head(struct console *c)
{
    console_printf(c, "  Contact:  <Aor/ContactUri..............................> <Hash....> "
                      "<Status> <RTT(ms)..>\n" RULE "\n");
}

static void print_contact(struct console *c, const struct contact *k, const char *indent)
{
    const char *hash = k->id.p + strlen(k->aor->name) + 2;
    char rtt[24] = "nan";

    if (k->rtt_us)
        snprintf(rtt, sizeof(rtt), "%u.%03u", k->rtt_us / 1000, k->rtt_us % 1000);
    console_printf(c, "%sContact:  %s/%-40s %.10s %-8s %10s\n", indent, k->aor->name, k->uri.p,
                   hash, contact_status_name(k->status), rtt);
}

void show_contact(struct console *c, const struct contact *k)
{
    print_contact(c, k, "  ");
}

void show_contact_fields(struct console *c, const struct contact *k)
{
    char source[ADDR_TEXT] = "";

    if (addr_is_set(&k->source))
        addr_text(&k->source, source);
    console_printf(c,
                   "\n id                 : %s\n uri                : %s\n"
                   " endpoint           : %s\n transport          : %s\n"
                   " source             : %s\n user_agent         : %s\n"
                   " call_id            : %s\n expires_in         : %lld\n\n",
                   k->id.p, k->uri.p, k->endpoint.p, k->transport.p, source, k->user_agent.p,
                   k->call_id.p, k->is_permanent ? -1LL : (long long)contact_left_s(k));
}

/* ---- addresses of record ---- */

void show_aor_head(struct console *c)
{
    console_printf(c, "      Aor:  <Aor..............................................>  "
                      "<MaxContact>\n"
                      "    Contact:  <Aor/ContactUri............................> <Hash....> "
                      "<Status> <RTT(ms)..>\n" RULE "\n");
}

static void print_aor(struct console *c, const struct pjsip *p, const struct model_aor *m,
                      const char *indent)
{
    struct aor *a = aor_find(p, slice_of(m->name));

    console_printf(c, "%sAor:  %-48s  %d\n", indent, m->name, m->max_contacts);
    if (!a)
        return;
    LIST_FOREACH(&a->contacts, k)
    print_contact(c, contact_of_link(k), indent[6] ? "      " : "    ");
}

void show_aor(struct console *c, const struct pjsip *p, const struct model_aor *m)
{
    print_aor(c, p, m, "      ");
}

/* ---- endpoints ---- */

void show_endpoint_head(struct console *c)
{
    console_printf(c, " Endpoint:  <Endpoint/CID.....................................>  "
                      "<State.....>  <Channels.>\n"
                      "    I/OAuth:  <AuthId/UserName......................................>\n"
                      "        Aor:  <Aor............................................>  "
                      "<MaxContact>\n"
                      "      Contact:  <Aor/ContactUri..........................> <Hash....> "
                      "<Status> <RTT(ms)..>\n"
                      "  Transport:  <TransportId........>\n" RULE "\n");
}

void show_endpoint(struct console *c, const struct pjsip *p, const struct show_use *u,
                   const struct model_endpoint *e)
{
    char name[200], device[300];

    snprintf(device, sizeof(device), "PJSIP/%.290s", e->name);
    snprintf(name, sizeof(name), "%s%s%s", e->name, e->callerid.number[0] ? "/" : "",
             e->callerid.number);
    console_printf(c, " Endpoint:  %-52s  %-12s  %u of inf\n", name,
                   device_state_text(device_state_get(p->calls, slice_of(device))),
                   show_use_of(u, e));
    for (const struct model_auth *const *a = e->auths; *a; a++)
        console_printf(c, "     InAuth:  %s/%s\n", (*a)->name, (*a)->username);
    for (const struct model_auth *const *a = e->outbound_auths; *a; a++)
        console_printf(c, "    OutAuth:  %s/%s\n", (*a)->name, (*a)->username);
    for (const struct model_aor *const *m = e->aors; *m; m++)
        print_aor(c, p, *m, "        ");
    if (e->transport[0])
        console_printf(c, "  Transport:  %s\n", e->transport);
    console_printf(c, "\n");
}

/* ---- channels ---- */

void show_channel_head(struct console *c)
{
    console_printf(
        c, "  Channel:  <ChannelId........................................>  "
           "<State.....>  <Time.....>\n"
           "      Exten: <DialedExten...........>  CLCID: <ConnectedLineCID.......>\n" RULE "\n");
}

void show_channel(struct console *c, const struct channel *ch)
{
    int64_t s = mono_diff_us(loop_now(calls_loop(ch->calls)), ch->created_mono) / 1000000;
    const char *name = ch->connected.name ? ch->connected.name : "";
    const char *number = ch->connected.number ? ch->connected.number : "";

    console_printf(c, "  Channel:  %-52s  %-12s  %02lld:%02lld:%02lld\n", ch->name,
                   channel_state_name(ch->state), (long long)(s / 3600), (long long)(s / 60 % 60),
                   (long long)(s % 60));
    console_printf(c, "      Exten: %-26s  CLCID: \"%s\" <%s>\n\n", ch->exten ? ch->exten : "",
                   name, number);
}
