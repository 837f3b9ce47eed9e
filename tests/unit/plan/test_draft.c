/* A routing being edited: its ways and what is doubtful, beside what the database has. */
#include "../model/database.h"
#include "base/buf.h"
#include "plan/draft.h"

static struct db *db; /* of all tests */

static void note_edge(const struct plan_edge *e, void *arg)
{
    buf_printf(arg, "%u-%s%s%s>%d ", e->from, e->kind, *e->when ? ":" : "", e->when, e->to);
}

static void note_doubt(uint32_t row, const char *member, const char *text, void *arg)
{
    buf_printf(arg, "!%u %s: %.30s ", row, member, text);
}

static bool has_sound(const char *name, void *arg)
{
    return strcmp(name, "hello") == 0;
}

static const struct plan_row rows[] = {
    /* 0 */ {"in", "s", 1, "", "GotoIf", "${X}?day:night,s,1", NULL},
    /* 1 */ {"in", "s", 2, "", "NoOp", "nobody comes here", NULL},
    /* 2 */ {"in", "s", 3, "day", "Playback", "hello&gone", NULL},
    /* 3 */ {"in", "s", 4, "", "Goto", "999,1", NULL},
    /* 4 */ {"in", "_1XX", 1, "", "Goto", "150,2", NULL},
    /* 5 */ {"in", "_1XX", 2, "", "Goto", "office,${EXTEN},1", NULL},
    /* 6 */ {"in", "200", 1, "", "Set", "A=1", NULL},
    /* 7 */ {"in", "200", 2, "", "Goto", "1", NULL},
    /* 8 */ {"in", "300", 1, "", "Gosub", "nosuch,s,1", NULL},
    /* 9 */ {"in", "300", 2, "", "Goto", "far,s,1", NULL},
    /* 10 */ {"in", "300", PLAN_HINT, "", "PJSIP/300", "", NULL},
    /* 11 */ {"in", "400", 1, "", "Goto", "own,1", NULL},
    /* 12 */ {"in", "400", 5, "", "Dail", "x", NULL},
};

static int check(struct buf *out, const struct plan_row *r, uint32_t count)
{
    buf_reset(out);
    return plan_draft_check(&(struct plan_draft){.context = "in",
                                                 .rows = r,
                                                 .count = count,
                                                 .has_sound = has_sound,
                                                 .edge = note_edge,
                                                 .doubt = note_doubt,
                                                 .arg = out},
                            db);
}

static int ways_and_doubts(void)
{
    static const char wanted[] =
        "0-go:yes>2 0-go:no>-1 1-next>2 !2 appdata: There is no such sound: gone.  2-next>3 !3 "
        "appdata: Leads nowhere: there is no suc 3-go>-2 4-go>5 5-go>-1 6-next>7 7-go>6 !8 "
        "appdata: There is no such context: nosu !8 appdata: Leads nowhere: there is no suc "
        "8-sub>-2 8-next>9 9-go>-1 11-go>-1 !12 app: No such application, the call  !1 appdata: "
        "No call comes here: the step a !6 appdata: The call goes in circles from  !7 appdata: "
        "The call goes in circles from  ";
    struct buf out;
    int err;

    buf_init(&out, 4000);
    err = check(&out, rows, sizeof(rows) / sizeof(rows[0]));
    if (!err)
        err = buf_err(&out);
    if (!err && !slice_eqz(buf_slice(&out), wanted)) {
        fprintf(stderr, "%s\n", buf_z(&out));
        err = unit_failed(__FILE__, __LINE__, "ways");
    }
    buf_fini(&out);
    return err;
}

static int nothing_is_no_doubt(void)
{
    struct buf out;
    int err;

    buf_init(&out, 4000);
    err = check(&out, NULL, 0);
    if (!err && out.len)
        err = unit_failed(__FILE__, __LINE__, buf_z(&out));
    buf_fini(&out);
    return err;
}

static void __attribute__((constructor)) open_database(void)
{
    database_share(
        &db,
        "INSERT INTO context (name) VALUES ('in'), ('office'), ('night');"
        "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES "
        "('in', 'old', 1, 'NoOp', ''), ('night', 's', 1, 'Hangup', ''), ('office', '_XXX', 1, 'Dial', "
        "'PJSIP/${EXTEN}'), ('more', 's', 1, 'Answer', '');"
        "INSERT INTO static_extensions (category, var_name, var_val, filename, cat_metric, var_metric, commented) "
        "VALUES ('in', 'exten', 'own,1,NoOp()', 'extensions.conf', 1, 1, 0), ('far', 'include', "
        "'more,9:00-18:00,*,*,*', 'extensions.conf', 2, 1, 0)");
}

UNIT_TESTS(UNIT(ways_and_doubts), UNIT(nothing_is_no_doubt))
