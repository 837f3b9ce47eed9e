/* The journal: what one engine writes the next one reads; records neither lost nor doubled. */
#include <sys/mman.h>
#include <unistd.h>

#include "call/journal.h"
#include "fixture.h"

#define MEMORY (16 << 20)

static void save(const struct channel *ch, struct pack *k, bool is_lean)
{
    int marker = 4711;

    pack_int(k, &marker);
}

static const struct channel_tech saved_tech;

static int restore(struct channel *ch, void *tech_arg, struct pack *k)
{
    int marker = 0;

    pack_int(k, &marker);
    if (marker != 4711)
        return EBADMSG;
    ch->tech = &saved_tech;
    return 0;
}

static const struct channel_tech saved_tech = {.name = "Saved",
                                               .hangup = fixture_hangup,
                                               .answer = fixture_answer,
                                               .save = save,
                                               .restore = restore};

/* An engine: a fixture with a journal. */
struct engine {
    struct fixture f;
    struct call_journal *journal;
};

static int memory(void)
{
    int fd = memfd_create("journal", MFD_CLOEXEC);

    return fd >= 0 && ftruncate(fd, MEMORY) == 0 ? fd : -1;
}

static int engine_up(struct engine *e, int fd)
{
    int err = fixture_init(&e->f, 100);

    e->journal = NULL;
    if (!err)
        err = calls_tech_add(e->f.calls, &saved_tech, NULL);
    if (!err)
        err = call_journal_open(&e->journal, e->f.loop, dup(fd));
    if (!err)
        call_journal_attach(e->journal, e->f.calls);
    return err;
}

/* Its memory is taken away before it can say goodbye. */
static int engine_killed(struct engine *e, int *fd)
{
    char *copy = mem_zalloc(MEMORY);
    int next = memory(), err = 0;

    if (!copy || next < 0 || pread(*fd, copy, MEMORY, 0) != MEMORY ||
        pwrite(next, copy, MEMORY, 0) != MEMORY)
        err = ENOMEM;
    mem_free(copy);
    close(*fd);
    *fd = next;
    e->f.calls = mem_deref(e->f.calls);
    e->journal = mem_deref(e->journal);
    fixture_fini(&e->f);
    return err;
}

static int new_call(struct channel **chp, struct engine *e)
{
    int err = channel_alloc(
        chp, e->f.calls,
        &(struct channel_args){.tech = &saved_tech, .resource = "101", .state = CHANNEL_RING});

    if (!err)
        err = party_set(&(*chp)->caller, SLICE("101"), SLICE("Anna"));
    if (!err)
        err = channel_set(&(*chp)->exten, SLICE("200"));
    if (!err)
        err = channel_var_set(*chp, SLICE("__colour"), SLICE("blue"));
    return err ? err : channel_answer(*chp);
}

static struct channel *seen;
static unsigned whole, replayed;

static void on_call(struct channel *ch, bool is_whole, struct pack run, const char *peer, void *arg)
{
    seen = ch;
    whole += is_whole;
}

static void on_record(const struct cdr *r, void *arg)
{
    replayed++;
}

static void take(struct engine *e)
{
    seen = NULL;
    whole = replayed = 0;
    call_journal_read(e->journal);
    call_journal_replay(e->journal, on_record, NULL);
    call_journal_take(e->journal, on_call, NULL);
    call_journal_taken(e->journal);
    loop_fake_settle(e->f.loop);
}

static int a_call_is_taken_over(void)
{
    struct engine a, b;
    struct channel *ch = NULL;
    int fd = memory(), err;

    CHECK_OK_TO(engine_up(&a, fd), out);
    CHECK_OK_TO(new_call(&ch, &a), out);
    ch = mem_deref(ch);
    loop_fake_settle(a.f.loop);
    CHECK_OK_TO(engine_killed(&a, &fd), out);
    CHECK_OK_TO(engine_up(&b, fd), out);
    CHECK_TO(call_journal_mode(b.journal) == CALL_JOURNAL_TAKE, out);
    take(&b);
    CHECK_TO(seen && whole == 1 && replayed == 0 && calls_active(b.f.calls) == 1, out);
    CHECK_TO(strcmp(seen->name, "Saved/101-00000000") == 0 && seen->state == CHANNEL_UP, out);
    CHECK_TO(strcmp(seen->caller.name, "Anna") == 0 && strcmp(seen->exten, "200") == 0, out);
    CHECK_TO(slice_eqz(channel_var_get(seen, SLICE("colour")), "blue"), out);
    CHECK_TO(calls_next_name(b.f.calls) == 1 && calls_next_unique(b.f.calls) == 1, out);
    channel_hangup(seen, CAUSE_NORMAL);
    loop_fake_settle(b.f.loop);
    CHECK_TO(b.f.records == 1 && strcmp(b.f.disposition, "ANSWERED") == 0, out);
    CHECK_TO(call_journal_count(b.journal) == 0, out);
    CHECK_OK_TO(engine_killed(&b, &fd), out);
    CHECK_OK_TO(engine_up(&a, fd), out);
    CHECK_TO(call_journal_mode(a.journal) == CALL_JOURNAL_EMPTY, out);
    CHECK_OK_TO(engine_killed(&a, &fd), out);
out:
    mem_deref(ch);
    close(fd);
    return err;
}

/* Killed in the very round in which the record was handed out: it comes once more, and the channel,
   should it be there too, gives none of its own. */
static int a_record_is_not_lost_between(void)
{
    struct engine a, b;
    struct channel *ch = NULL;
    int fd = memory(), err;

    CHECK_OK_TO(engine_up(&a, fd), out);
    CHECK_OK_TO(new_call(&ch, &a), out);
    loop_fake_settle(a.f.loop);
    channel_hangup(ch, CAUSE_NORMAL);
    ch = mem_deref(ch);
    CHECK_TO(a.f.records == 1, out);
    CHECK_OK_TO(engine_killed(&a, &fd), out); /* before the end of the round */
    CHECK_OK_TO(engine_up(&b, fd), out);
    CHECK_TO(call_journal_mode(b.journal) == CALL_JOURNAL_TAKE, out);
    take(&b);
    CHECK_TO(replayed == 1 && seen, out);
    channel_hangup(seen, CAUSE_NORMAL);
    loop_fake_settle(b.f.loop);
    CHECK_TO(b.f.records == 0 && call_journal_count(b.journal) == 0, out);
    CHECK_OK_TO(engine_killed(&b, &fd), out);
out:
    mem_deref(ch);
    close(fd);
    return err;
}

static int expect_id(struct engine *e, const char *id)
{
    struct channel *ch = NULL;
    int err;

    CHECK_OK_TO(new_call(&ch, e), out);
    CHECK_TO(strcmp(ch->uniqueid, id) == 0, out);
out:
    mem_deref(ch);
    return err;
}

/* Who begins to count anew leaves out the second in which its predecessor may have counted; who takes over
   counts on. */
static int ids_are_never_given_twice(void)
{
    struct engine e;
    int fd = memory(), err;

    CHECK_OK_TO(engine_up(&e, fd), out);
    CHECK_OK_TO(expect_id(&e, "1700000001.0"), out);
    loop_fake_advance(e.f.loop, 5000);
    CHECK_OK_TO(expect_id(&e, "1700000005.1"), out);
    CHECK_OK_TO(engine_killed(&e, &fd), out);
    CHECK_OK_TO(engine_up(&e, fd), out);
    CHECK_OK_TO(expect_id(&e, "1700000001.2"), out); /* its clock says so again */
    CHECK_OK_TO(engine_killed(&e, &fd), out);
out:
    close(fd);
    return err;
}

/* However many calls end in one round: none of their records is given back before the round is over. */
static int a_round_full_of_records_is_kept(void)
{
    const struct cdr r = {.accountcode = "",
                          .src = "",
                          .dst = "",
                          .dcontext = "",
                          .clid = "",
                          .channel = "",
                          .dstchannel = "",
                          .lastapp = "",
                          .lastdata = "",
                          .disposition = "ANSWERED",
                          .amaflags = "",
                          .userfield = "",
                          .uniqueid = "1.1",
                          .linkedid = "",
                          .peeraccount = "",
                          .source = "",
                          .destination = "",
                          .direction = "",
                          .group_uuid = ""};
    struct engine e;
    int fd = memory(), err;

    CHECK_OK_TO(engine_up(&e, fd), out);
    for (unsigned i = 0; i < 1500; i++)
        call_journal_record(e.journal, &r);
    CHECK_TO(call_journal_count(e.journal) == 1500, out);
    CHECK_OK_TO(engine_killed(&e, &fd), out);
    CHECK_OK_TO(engine_up(&e, fd), out);
    take(&e);
    CHECK_TO(replayed == 1500 && call_journal_count(e.journal) == 0, out);
    CHECK_OK_TO(engine_killed(&e, &fd), out);
out:
    close(fd);
    return err;
}

/* Engines that die of what they take over are told from those that live. */
static int dying_again_and_again_is_noticed(void)
{
    static const enum call_journal_mode modes[] = {CALL_JOURNAL_TAKE, CALL_JOURNAL_TAKE,
                                                   CALL_JOURNAL_END, CALL_JOURNAL_DROP};
    struct channel *ch = NULL;
    struct engine e;
    int fd = memory(), err;

    CHECK_OK_TO(engine_up(&e, fd), out);
    CHECK_OK_TO(new_call(&ch, &e), out);
    ch = mem_deref(ch);
    loop_fake_settle(e.f.loop);
    CHECK_OK_TO(engine_killed(&e, &fd), out);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        CHECK_OK_TO(engine_up(&e, fd), out);
        CHECK_TO(call_journal_mode(e.journal) == modes[i], out);
        if (modes[i] == CALL_JOURNAL_DROP)
            call_journal_drop(e.journal);
        loop_fake_advance(e.f.loop, 100);
        CHECK_OK_TO(engine_killed(&e, &fd), out);
    }
    CHECK_OK_TO(engine_up(&e, fd), out);
    CHECK_TO(call_journal_mode(e.journal) == CALL_JOURNAL_EMPTY, out);
    CHECK_OK_TO(new_call(&ch, &e), out);
    ch = mem_deref(ch);
    loop_fake_settle(e.f.loop);
    CHECK_OK_TO(engine_killed(&e, &fd), out);
    for (int i = 0; i < 5; i++) { /* who lives for two seconds has not died of it */
        CHECK_OK_TO(engine_up(&e, fd), out);
        CHECK_TO(call_journal_mode(e.journal) == CALL_JOURNAL_TAKE, out);
        loop_fake_advance(e.f.loop, 2001);
        CHECK_OK_TO(engine_killed(&e, &fd), out);
    }
out:
    mem_deref(ch);
    close(fd);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_call_is_taken_over), UNIT_ONCE(a_record_is_not_lost_between),
           UNIT_ONCE(a_round_full_of_records_is_kept), UNIT_ONCE(ids_are_never_given_twice),
           UNIT_ONCE(dying_again_and_again_is_noticed))
