/* story.c - see story.h */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/story.h"
#include "loop/loop.h"
#include "role/story.h"
#include "store/store.h"

#define CLEAN_MS 60000
#define MOST_TOLD (256u << 10)
#define DAY_US (86400ll * 1000000)

struct story_keeper {
    struct loop *loop;
    struct store *store;
    struct stories *stories;
    uint32_t days;
    struct timer clean;
};

static void keep(struct slice linkedid, struct wall start, struct slice text, void *arg)
{
    static const char sql[] = "INSERT INTO call_story (linkedid, start, story) VALUES (?, ?, ?)";
    struct story_keeper *k = arg;
    struct slice values[3] = {linkedid, SLICE_NONE, text};
    char when[WALL_TEXT];
    int err;

    values[1] = slice_of(wall_local(start, when));
    err = store_exec(k->store, sql, values, 3, NULL, NULL);
    if (err)
        log_warning("story of a call not kept call=%.*s err=\"%s\"", SLICE_ARG(linkedid),
                    strerror(err));
}

/* The oldest rows are looked at; those that are old enough go. */
static void clean(void *arg)
{
    static const char sql[] = "DELETE FROM call_story WHERE id IN (SELECT id FROM (SELECT id FROM "
                              "call_story ORDER BY id LIMIT 10000) AS oldest) AND start < ?";
    struct story_keeper *k = arg;
    struct wall limit = loop_wall(k->loop);
    char when[WALL_TEXT];
    struct slice value;

    limit.us -= k->days * DAY_US;
    value = slice_of(wall_local(limit, when));
    if (k->days)
        store_exec(k->store, sql, &value, 1, NULL, NULL);
    timer_start(k->loop, &k->clean, CLEAN_MS, clean, k);
}

static void keeper_destroy(void *object)
{
    struct story_keeper *k = object;

    timer_stop(&k->clean);
    mem_deref(k->stories);
}

int story_keeper_alloc(struct story_keeper **kp, struct loop *l, struct calls *c,
                       struct store *store)
{
    struct story_keeper *k = mem_alloc(sizeof(*k), keeper_destroy);
    int err;

    if (!k)
        return ENOMEM;
    k->loop = l;
    k->store = store;
    err = stories_alloc(&k->stories, c, keep, k);
    if (err) {
        mem_deref(k);
        return err;
    }
    timer_start(l, &k->clean, CLEAN_MS, clean, k);
    *kp = k;
    return 0;
}

void story_keeper_set_days(struct story_keeper *k, uint32_t days)
{
    k->days = days;
    stories_set_on(k->stories, days != 0);
}

/* ---- call story ID ---- */

static void print(struct console *c, struct slice text)
{
    struct buf out;

    buf_init(&out, MOST_TOLD);
    if (story_tell(text, console_is_russian(c), &out) == EBADMSG)
        buf_addz(&out, console_say(c, "(часть истории не прочитана)\n",
                                   "(a part of the story cannot be read)\n"));
    console_write(c, buf_slice(&out));
    buf_fini(&out);
}

static void tell_rows(int err, const struct store_rows *rows, void *arg)
{
    struct console *c = arg;

    if (err)
        console_printf(c, "%s: %s\n",
                       console_say(c, "База данных не ответила", "The database did not answer"),
                       strerror(err));
    else if (rows->count == 0) {
        console_printf(c, "%s\n",
                       console_say(c,
                                   "Такого вызова нет: нужен uniqueid или linkedid из таблицы cdr, "
                                   "а история хранится call_story_days дней.",
                                   "No such call: give the uniqueid or linkedid of table cdr; "
                                   "stories are kept for call_story_days days."));
        err = ENOENT;
    }
    for (uint32_t i = 0; !err && i < rows->count; i++)
        print(c, rows->cells[i]);
    console_finish(c, err);
    mem_deref(c);
}

static int call_story(struct console *c, int argc, char **argv, void *arg)
{
    static const char sql[] =
        "SELECT story FROM call_story WHERE linkedid = ? OR linkedid IN (SELECT linkedid "
        "FROM cdr WHERE uniqueid = ?) ORDER BY id LIMIT 10";
    static const char last[] = "SELECT story FROM call_story ORDER BY id DESC LIMIT 1";
    const bool is_last = argc == 1 && strcmp(argv[0], "last") == 0;
    struct story_keeper *k = arg;
    struct slice values[2], text;
    int err;

    if (argc != 1)
        return EINVAL;
    if (stories_find(k->stories, slice_of(argv[0]), &text) == 0) {
        print(c, text);
        return 0;
    }
    values[0] = values[1] = slice_of(argv[0]);
    err =
        store_query(k->store, is_last ? last : sql, values, is_last ? 0 : 2, tell_rows, mem_ref(c));
    if (err)
        mem_deref(c);
    return err ? err : EINPROGRESS;
}

const struct console_command story_console_commands[] = {
    {"call story", "UNIQUEID|last",
     "История вызова: правила, приложения, ответы SIP, кто завершил и почему. UNIQUEID, linkedid или "
     "имя канала; last: последний законченный.",
     "Story of a call: rules, applications, SIP answers, who ended it and why. UNIQUEID, linkedid or "
     "the name of a channel; last: the one that ended last.",
     call_story, NULL},
};
const size_t story_console_command_count =
    sizeof(story_console_commands) / sizeof(story_console_commands[0]);
