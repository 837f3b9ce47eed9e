/* Call records: the calls of tests/golden/cdr, seen on a running Asterisk, are played through the
   hooks, and the records must be the same. Then what that cannot show. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "fixture.h"

#define GOLDEN "tests/golden/cdr"
#define LEGS 8

struct player {
    struct fixture f;
    struct channel *a, *legs[LEGS];
    char names[LEGS][16];
    struct buf got, want;
};

static void quoted(struct buf *b, const char *name, const char *value, bool always)
{
    bool q = always || strchr(value, ' ');

    buf_printf(b, "%s%s=%s", b->len && b->p[b->len - 1] != '\n' ? " " : "", name, q ? "\"" : "");
    for (; *value; value++) {
        if (*value == '"')
            buf_addc(b, '\\');
        buf_addc(b, *value);
    }
    buf_addz(b, q ? "\"" : "");
}

/* "PJSIP/101-0000000a" as "PJSIP/101-10" */
static void channel_name(struct buf *b, const char *column, const char *name)
{
    const char *dash = strrchr(name, '-');

    if (dash)
        buf_printf(b, " %s=%.*s-%lu", column, (int)(dash - name), name,
                   strtoul(dash + 1, NULL, 16));
    else
        buf_printf(b, " %s=%s", column, name);
}

static void note(const struct cdr *r, void *arg)
{
    struct buf *b = &((struct player *)arg)->got;

    ((struct player *)arg)->f.records++;
    quoted(b, "accountcode", r->accountcode, false);
    quoted(b, "src", r->src, false);
    quoted(b, "dst", r->dst, false);
    quoted(b, "dcontext", r->dcontext, false);
    quoted(b, "clid", r->clid, true);
    channel_name(b, "channel", r->channel);
    channel_name(b, "dstchannel", r->dstchannel);
    quoted(b, "lastapp", r->lastapp, false);
    quoted(b, "lastdata", r->lastdata, true);
    buf_printf(b, " duration=%lld billsec=%lld", (long long)r->duration, (long long)r->billsec);
    quoted(b, "disposition", r->disposition, false);
    quoted(b, "amaflags", r->amaflags, false);
    quoted(b, "userfield", r->userfield, true);
    quoted(b, "peeraccount", r->peeraccount, false);
    buf_printf(b, " sequence=%u\n", r->sequence);
}

static const struct channel_tech pjsip = {
    .name = "PJSIP", .hangup = fixture_hangup, .answer = fixture_answer};

static int new_leg(struct channel **chp, struct player *p, const char *name, bool is_outgoing)
{
    return channel_alloc(
        chp, p->f.calls,
        &(struct channel_args){.tech = &pjsip,
                               .resource = name,
                               .is_outgoing = is_outgoing,
                               .state = is_outgoing ? CHANNEL_DOWN : CHANNEL_RING});
}

static int player_init(struct player *p)
{
    int err;

    memset(p, 0, sizeof(*p));
    buf_init(&p->got, 64 * 1024);
    buf_init(&p->want, 64 * 1024);
    err = fixture_init(&p->f, 100);
    if (err)
        return err;
    p->f.calls = mem_deref(p->f.calls);
    err = calls_alloc(&p->f.calls, &(struct calls_args){.loop = p->f.loop,
                                                        .media = p->f.media,
                                                        .record = note,
                                                        .arg = p,
                                                        .max_channels = 1000});
    if (!err)
        err = new_leg(&p->a, p, "101", false);
    if (!err)
        err = party_set(&p->a->caller, SLICE("101"), SLICE_NONE);
    return err;
}

static void player_fini(struct player *p)
{
    for (int i = 0; i < LEGS; i++) {
        if (p->legs[i])
            channel_hangup(p->legs[i], CAUSE_NORMAL);
        mem_deref(p->legs[i]);
    }
    if (p->a)
        channel_hangup(p->a, CAUSE_NORMAL);
    mem_deref(p->a);
    fixture_fini(&p->f);
    buf_fini(&p->got);
    buf_fini(&p->want);
}

static struct channel **leg(struct player *p, const char *name)
{
    int i = 0;

    for (int k = 0; k < LEGS; k++) {
        if (p->legs[k] && strcmp(p->names[k], name) == 0)
            return &p->legs[k];
    }
    while (i < LEGS - 1 && p->legs[i])
        i++;
    snprintf(p->names[i], sizeof(p->names[i]), "%s", name);
    return &p->legs[i];
}

static void drop(struct channel **chp)
{
    channel_hangup(*chp, CAUSE_NORMAL);
    *chp = mem_deref(*chp);
}

static int make(struct player *p, const char *name, const char *account)
{
    struct channel **b = leg(p, name);
    int err = new_leg(b, p, name, true);

    return err ? err : channel_set(&(*b)->accountcode, slice_of(account));
}

/* Names live in the table of applications for ever; here in one of our own. */
static const char *app_name(const char *name)
{
    static char table[32][32];
    int i = 0;

    while (i < 31 && table[i][0] && strcmp(table[i], name) != 0)
        i++;
    snprintf(table[i], sizeof(table[i]), "%s", name);
    return table[i];
}

/* As the routing does it: a place, an application, then the record looks. */
static int run_app(struct player *p, const char *name, const char *args)
{
    int err = channel_set(&p->a->appdata, slice_of(args));

    p->a->app = app_name(name);
    cdr_update(p->a);
    p->a->priority++;
    return err;
}

static int answered(struct player *p, const char *name)
{
    struct channel *b = *leg(p, name);
    int err;

    channel_on_answered(b);
    cdr_dial_end(p->a, b, "ANSWER");
    err = channel_answer(p->a);
    cdr_bridge(p->a, b);
    return err;
}

static void gone(struct player *p, const char *name, const char *word)
{
    struct channel **b = leg(p, name);

    if (word)
        cdr_dial_end(p->a, *b, word);
    else
        cdr_unbridge(p->a, *b);
    drop(b);
}

static int place(struct player *p, const char *context, const char *exten)
{
    int err = channel_set(&p->a->context, slice_of(context));

    p->a->priority = 1;
    return err ? err : channel_set(&p->a->exten, slice_of(exten));
}

/* One line of [hooks]. */
static int hook(struct player *p, char *line)
{
    char *save = NULL, *word = strtok_r(line, " ", &save), *one, *rest;

    if (strcmp(word, "app") == 0) {
        one = strtok_r(NULL, " ", &save);
        return run_app(p, one, save);
    }
    one = strtok_r(NULL, " ", &save);
    rest = strtok_r(NULL, " ", &save);
    if (strcmp(word, "at") == 0)
        return place(p, one, rest);
    if (strcmp(word, "wait") == 0)
        loop_fake_advance(p->f.loop, (uint64_t)(atof(one) * 1000 + 0.5));
    else if (strcmp(word, "up") == 0)
        return channel_answer(p->a);
    else if (strcmp(word, "new") == 0)
        return make(p, one, rest);
    else if (strcmp(word, "ring") == 0)
        return cdr_dial(p->a, *leg(p, one));
    else if (strcmp(word, "dial") == 0)
        return make(p, one, rest) || cdr_dial(p->a, *leg(p, one)) ? ENOMEM : 0;
    else if (strcmp(word, "answer") == 0)
        return answered(p, one);
    else if (strcmp(word, "end") == 0)
        gone(p, one, rest);
    else if (strcmp(word, "leave") == 0)
        gone(p, one, NULL);
    else if (strcmp(word, "set") == 0)
        return cdr_set(p->a, slice_of(one), slice_of(rest));
    else if (strcmp(word, "callerid") == 0)
        return party_set(&p->a->caller, slice_of(one), slice_of(p->a->caller.name));
    else if (strcmp(word, "name") == 0)
        return party_set(&p->a->caller, slice_of(p->a->caller.number), slice_of(one));
    else if (strcmp(word, "account") == 0)
        return channel_set(&p->a->accountcode, slice_of(one));
    else if (strcmp(word, "sub") == 0)
        cdr_subroutine(p->a, strcmp(one, "on") == 0);
    else if (strcmp(word, "hangup") == 0)
        channel_hangup(p->a, atoi(one));
    else
        return EINVAL;
    return 0;
}

static int play(struct player *p, FILE *in)
{
    enum { COMMENT, HOOKS, RECORDS } part = COMMENT;
    char line[2048];
    int err = 0;

    while (!err && fgets(line, sizeof(line), in)) {
        if (strcmp(line, "[hooks]\n") == 0)
            part = HOOKS;
        else if (strcmp(line, "[records]\n") == 0)
            part = RECORDS;
        else if (part == HOOKS) {
            line[strcspn(line, "\n")] = '\0';
            err = hook(p, line);
        } else if (part == RECORDS) {
            buf_addz(&p->want, line);
        }
    }
    return err ? err : buf_err(&p->want) ? buf_err(&p->want) : buf_err(&p->got);
}

static int golden(const char *name)
{
    struct player p;
    char path[512];
    FILE *in;
    int err;

    snprintf(path, sizeof(path), GOLDEN "/%s", name);
    in = fopen(path, "r");
    CHECK(in);
    err = player_init(&p);
    if (!err)
        err = play(&p, in);
    fclose(in);
    if (!err && strcmp(buf_z(&p.got), buf_z(&p.want)) != 0) {
        err = unit_is_rerun() ? ENOMEM : unit_failed(__FILE__, __LINE__, name);
        if (!unit_is_rerun())
            printf("  want:\n%s  got:\n%s", buf_z(&p.want), buf_z(&p.got));
    } else if (err && !unit_is_rerun()) {
        unit_failed(__FILE__, __LINE__, name);
    }
    player_fini(&p);
    return err;
}

static int every_golden_call_gives_asterisks_records(void)
{
    struct dirent *e;
    DIR *dir = opendir(GOLDEN);
    int err = 0, played = 0;

    CHECK(dir);
    while ((e = readdir(dir))) {
        if (!strstr(e->d_name, ".txt"))
            continue;
        played++;
        err |= golden(e->d_name);
    }
    closedir(dir);
    CHECK(!err && played >= 30);
    return 0;
}

static int a_group_call_survives_lack_of_memory(void)
{
    return golden("group-of-four.txt");
}

static int forwarding_survives_lack_of_memory(void)
{
    return golden("callerid-between.txt");
}

static int get(struct player *p, const char *name, const char *want)
{
    struct buf b;
    int err;

    buf_init(&b, 1000);
    err = cdr_get(p->a, slice_of(name), &b);
    if (!err && strcmp(buf_z(&b), want) != 0) {
        err = unit_failed(__FILE__, __LINE__, name);
        printf("  got %s\n", buf_z(&b));
    }
    buf_fini(&b);
    return err;
}

static int the_function_reads_the_open_record(void)
{
    struct player p;
    int err;

    setenv("TZ", "UTC", 1);
    CHECK_OK_TO(player_init(&p), out);
    CHECK_OK_TO(place(&p, "office", "636"), out);
    CHECK_OK_TO(run_app(&p, "Wait", "1.6"), out);
    CHECK_OK_TO(get(&p, "clid", "\"\" <101>"), out);
    CHECK_OK_TO(get(&p, "dst", "636"), out);
    CHECK_OK_TO(get(&p, "disposition", "NO ANSWER"), out);
    CHECK_OK_TO(get(&p, "answer", ""), out);
    CHECK_OK_TO(get(&p, "billsec", "0"), out);
    CHECK_OK_TO(channel_answer(p.a), out);
    loop_fake_advance(p.f.loop, 1600);
    CHECK_OK_TO(get(&p, "start", "2023-11-14 22:13:20"), out);
    CHECK_OK_TO(get(&p, "answer,u", "1700000000.000000"), out);
    CHECK_OK_TO(get(&p, "end,u", "0.000000"), out);
    CHECK_OK_TO(get(&p, "duration", "1"), out);
    CHECK_OK_TO(get(&p, "billsec,f", "1.600000"), out);
    CHECK_OK_TO(get(&p, "disposition,u", "1"), out);
    CHECK_OK_TO(get(&p, "amaflags,u", "3"), out);
    CHECK_OK_TO(get(&p, "LASTAPP", "Wait"), out);
    CHECK_OK_TO(get(&p, "direction", "internal"), out);
    CHECK_TO(get(&p, "nosuch", "") == ENOENT, out);
out:
    player_fini(&p);
    return err;
}

static int the_function_sets_what_may_be_set(void)
{
    struct player p;
    int err;

    CHECK_OK_TO(player_init(&p), out);
    CHECK_TO(cdr_set(p.a, SLICE("src"), SLICE("55")) == EACCES, out);
    CHECK_TO(cdr_set(p.a, SLICE("amaflags"), SLICE("nonsense")) == EINVAL, out);
    CHECK_OK_TO(cdr_set(p.a, SLICE("amaflags"), SLICE("billing")), out);
    CHECK_OK_TO(get(&p, "amaflags", "BILLING"), out);
    CHECK_OK_TO(cdr_set(p.a, SLICE("color"), SLICE("red")), out);
    CHECK_OK_TO(cdr_set(p.a, SLICE("Color"), SLICE("blue")), out);
    CHECK_OK_TO(get(&p, "color", "blue"), out);
    CHECK_OK_TO(cdr_set(p.a, SLICE("direction"), SLICE("in")), out);
    CHECK_OK_TO(get(&p, "direction", "in"), out);
    for (int i = 0; i < 62; i++) {
        char name[16];

        snprintf(name, sizeof(name), "v%d", i);
        CHECK_OK_TO(cdr_set(p.a, slice_of(name), SLICE("x")), out);
    }
    err = cdr_set(p.a, SLICE("one-too-many"), SLICE("x"));
    CHECK_TO(err == ENOSPC, out);
    err = 0;
out:
    player_fini(&p);
    return err;
}

static int a_trunk_gives_direction_and_numbers(void)
{
    struct player p;
    struct channel *b;
    int err;

    CHECK_OK_TO(player_init(&p), out);
    CHECK_OK_TO(place(&p, "office", "89161234567"), out);
    CHECK_OK_TO(run_app(&p, "Dial", "PJSIP/79161234567@trunk"), out);
    CHECK_OK_TO(make(&p, "trunk", NULL), out);
    b = *leg(&p, "trunk");
    CHECK_OK_TO(channel_set(&b->dnid, SLICE("79161234567")), out);
    CHECK_OK_TO(cdr_leg(b, true, SLICE_NONE), out);
    CHECK_OK_TO(cdr_leg(p.a, false, SLICE("11111111-2222")), out);
    CHECK_OK_TO(cdr_dial(p.a, b), out);
    CHECK_OK_TO(get(&p, "direction", "out"), out);
    CHECK_TO(unit_is_rerun() || get(&p, "destination", "79161234567") == 0, out);
    CHECK_OK_TO(get(&p, "group_uuid", "11111111-2222"), out);
    CHECK_OK_TO(cdr_leg(p.a, true, SLICE_NONE), out);
    CHECK_OK_TO(get(&p, "direction", "in"), out);
out:
    player_fini(&p);
    return err;
}

static int a_call_without_end_hands_records_out_early(void)
{
    struct player p;
    int err;

    CHECK_OK_TO(player_init(&p), out);
    CHECK_OK_TO(place(&p, "office", "1"), out);
    for (int i = 0; i < 150; i++) {
        CHECK_OK_TO(run_app(&p, "Dial", "PJSIP/104"), out);
        CHECK_OK_TO(make(&p, "104", NULL), out);
        CHECK_OK_TO(cdr_dial(p.a, *leg(&p, "104")), out);
        gone(&p, "104", "BUSY");
    }
    CHECK_TO(p.f.records == 50, out);
    channel_hangup(p.a, CAUSE_NORMAL);
    CHECK_TO(p.f.records == 150, out);
out:
    player_fini(&p);
    return err;
}

static int forks_without_end_stop_at_a_hundred(void)
{
    struct player p;
    int err;

    CHECK_OK_TO(player_init(&p), out);
    cdr_set_options(p.f.calls, &(struct cdr_options){.has_unanswered = true});
    CHECK_OK_TO(run_app(&p, "Wait", "1"), out);
    for (int i = 0; i < 1000; i++)
        cdr_fork(p.a, false, false);
    channel_hangup(p.a, CAUSE_NORMAL);
    CHECK_TO(p.f.records == 100, out);
out:
    player_fini(&p);
    return err;
}

static int unanswered_calls_are_written_when_asked(void)
{
    struct player p;
    int err;

    CHECK_OK_TO(player_init(&p), out);
    cdr_set_options(p.f.calls, &(struct cdr_options){.has_unanswered = true});
    CHECK_OK_TO(run_app(&p, "Wait", "1"), out);
    channel_hangup(p.a, CAUSE_NO_ROUTE);
    CHECK_TO(p.f.records == 1 && strstr(buf_z(&p.got), "disposition=FAILED"), out);
out:
    if (unit_is_rerun() && err == EINVAL)
        err = ENOMEM; /* a record that could not be printed is logged instead */
    player_fini(&p);
    return err;
}

UNIT_TESTS(UNIT_ONCE(every_golden_call_gives_asterisks_records),
           UNIT(a_group_call_survives_lack_of_memory), UNIT(forwarding_survives_lack_of_memory),
           UNIT(the_function_reads_the_open_record), UNIT(the_function_sets_what_may_be_set),
           UNIT(a_trunk_gives_direction_and_numbers),
           UNIT_ONCE(a_call_without_end_hands_records_out_early),
           UNIT_ONCE(forks_without_end_stop_at_a_hundred),
           UNIT(unanswered_calls_are_written_when_asked))
