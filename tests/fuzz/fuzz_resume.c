/*
 * What the routing of an engine reads that another one has left (plan/resume.h, plan/kept.h): its own
 * entries, with changes of three bytes each, and bytes that were never written by one.
 *
 * Promise: no crash and no leak; an entry is taken whole or refused.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/log.h"
#include "base/mem.h"
#include "call/media.h"
#include "plan/args.h"
#include "plan/bridging.h"
#include "plan/change_inner.h"
#include "plan/core.h"
#include "plan/course.h"
#include "plan/frame.h"
#include "plan/handler.h"
#include "plan/kept.h"
#include "plan/resume.h"
#include "plan/subst.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define MEMORY (1 << 20)
#define ROOM 8192

struct entry {
    char bytes[ROOM];
    size_t size;
};

static struct {
    struct loop *loop;
    struct media *media;
    struct calls *calls;
    struct plan_core *core;
    struct entry kept[PLAN_KEPT_CHANGE + 1], run;
} world;

static int dead_call(struct channel *ch)
{
    return 0;
}

static void dead_hangup(struct channel *ch, int cause)
{
}

static const struct channel_tech dead = {.name = "Dead", .call = dead_call, .hangup = dead_hangup};

static struct channel *channel_open(void)
{
    const struct channel_args args = {.tech = &dead, .resource = "1", .state = CHANNEL_UP};
    struct channel *ch = NULL;

    BUG_IF(channel_alloc(&ch, world.calls, &args));
    BUG_IF(channel_set(&ch->context, SLICE("office")) || channel_set(&ch->exten, SLICE("100")));
    return ch;
}

static void channel_close(struct channel *ch)
{
    channel_hangup(ch, CAUSE_NORMAL);
    mem_deref(ch);
    loop_fake_settle(world.loop);
}

/* ---- what an engine writes ---- */

static void take_kept(uint32_t slot, uint8_t what, struct pack *k, void *arg)
{
    struct entry *e = &world.kept[what];

    e->size = k->size - k->at;
    memcpy(e->bytes, k->p + k->at, e->size);
}

/* A step added by hand, as change.c writes it. */
static void write_change(struct entry *e)
{
    char office[] = "office", exten[] = "700", app[] = "NoOp", data[] = "by hand";
    char *texts[] = {office, exten, NULL, app, data, NULL, NULL, NULL};
    uint32_t number = 1;
    int priority = 1;
    struct pack k;

    pack_init(&k, e->bytes, ROOM);
    (void)pack_enum(&k, 0, 3);
    pack_u32(&k, &number);
    pack_string(&k, &texts[0]);
    pack_string(&k, &texts[1]);
    pack_int(&k, &priority);
    for (int i = 2; i < 8; i++)
        pack_string(&k, &texts[i]);
    e->size = k.at;
}

static void evaluate(struct channel *ch, const char *text)
{
    const struct plan_env env = {.core = world.core, .channel = ch};
    struct buf out;

    buf_init(&out, PLAN_TEXT_MAX);
    BUG_IF(plan_subst(&env, slice_of(text), &out));
    buf_fini(&out);
}

static void write_kept(void)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct channel *ch = channel_open();
    struct call_journal *j = NULL;

    BUG_IF(fd < 0 || ftruncate(fd, MEMORY) || call_journal_open(&j, world.loop, fd));
    plan_journal(world.core, j);
    BUG_IF(plan_global_set(world.core, SLICE("MODE"), SLICE("night")));
    evaluate(ch, "${SET(DIALGROUP(all)=PJSIP/101&PJSIP/102)}${TRYLOCK(door)}");
    call_journal_each_kept(j, take_kept, NULL);
    plan_journal(world.core, NULL);
    mem_deref(j);
    channel_close(ch);
    write_change(&world.kept[PLAN_KEPT_CHANGE]);
}

static void write_run(void)
{
    char one[] = "one", two[] = "two", *args[] = {one, two}, *texts[PLAN_BRIDGING_TEXTS];
    struct plan_bridging b = {.goes_on = true, .callee_goes = "", .limit = {.ms = 60000}};
    struct channel *ch = channel_open();
    struct plan_run *run = NULL;
    struct pack k;

    BUG_IF(plan_run_alloc(&run, world.core, ch));
    BUG_IF(plan_frame_push(run, "sub", "s", 1, args, 2));
    BUG_IF(plan_frame_local(run, SLICE("COLOUR"), SLICE("blue")));
    BUG_IF(plan_handler_push(run, SLICE("over,s,1(x)")));
    pack_init(&k, world.run.bytes, ROOM);
    plan_run_pack(run, &k);
    plan_bridging_pack(&b, texts, &k);
    BUG_IF(pack_err(&k));
    world.run.size = k.at;
    plan_run_release(run);
    channel_close(ch);
}

static void begin(void)
{
    log_set_stderr(false);
    BUG_IF(loop_alloc_fake(&world.loop, (struct wall){1700000000000000}));
    BUG_IF(media_alloc(&world.media, world.loop, &(struct media_args){0}));
    BUG_IF(
        calls_alloc(&world.calls, &(struct calls_args){.loop = world.loop, .media = world.media}));
    BUG_IF(plan_core_alloc(&world.core, &(struct plan_core_args){.calls = world.calls}));
    write_kept();
    write_run();
}

/* ---- what the next one reads ---- */

/* The entry with changes of three bytes each: where, and to what; or the bytes as they are. */
static struct slice spoil(const struct entry *e, bool is_raw, const uint8_t *bytes, size_t len,
                          char *room)
{
    if (is_raw)
        return slice_from((const char *)bytes, len);
    memcpy(room, e->bytes, e->size);
    for (; len >= 3 && e->size; bytes += 3, len -= 3)
        room[(size_t)(bytes[0] | bytes[1] << 8) % e->size] = (char)bytes[2];
    return slice_from(room, e->size);
}

static void read_run(struct slice in)
{
    char *texts[PLAN_BRIDGING_TEXTS] = {NULL};
    struct channel *ch = channel_open();
    struct plan_bridging b = {.callee = NULL};
    struct plan_run *run = NULL;
    struct pack k;

    BUG_IF(plan_run_alloc(&run, world.core, ch));
    unpack_init(&k, in);
    plan_run_pack(run, &k);
    plan_bridging_pack(&b, texts, &k);
    for (int i = 0; i < PLAN_BRIDGING_TEXTS; i++)
        mem_free(texts[i]);
    plan_run_release(run);
    channel_close(ch);
}

static void read_kept(uint8_t what, struct slice in)
{
    plan_kept_read_h *const readers[] = {NULL, plan_global_kept, plan_dialgroup_kept,
                                         plan_lock_kept, plan_change_kept};
    struct plan_core *core = NULL;
    struct pack k;

    BUG_IF(plan_core_alloc(&core, &(struct plan_core_args){.calls = world.calls}));
    core->snapshot = mem_alloc(sizeof(int), NULL); /* changes want one to stand on */
    unpack_init(&k, in);
    (void)readers[what](core, 0, &k);
    plan_changes_free(core);
    mem_deref(core);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static char room[ROOM];
    uint8_t what;
    bool is_raw;

    if (!world.loop)
        begin();
    if (!len)
        return 0;
    what = bytes[0] % 5;
    is_raw = bytes[0] & 0x80;
    if (what)
        read_kept(what, spoil(&world.kept[what], is_raw, bytes + 1, len - 1, room));
    else
        read_run(spoil(&world.run, is_raw, bytes + 1, len - 1, room));
    return 0;
}
