/*
 * test_static.c - static_pjsip, static_sorcery, static_extensions: what each column of them does. One
 * statement is run on the same few rows, and the text that they make changes.
 */
#include "database.h"

static const char rows[] =
    "UPDATE static_sorcery SET commented = 1 WHERE var_name = 'endpoint';"
    "INSERT INTO static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val) "
    "VALUES (1,0,0,'pjsip.conf','101','type','endpoint'),"
    "(1,1,0,'pjsip.conf','101','context','first'),(1,2,0,'pjsip.conf','101','context','second'),"
    "(2,0,0,'pjsip.conf','102','type','endpoint'),(2,1,0,'pjsip.conf','102','context','third');"
    "INSERT INTO static_extensions (cat_metric,var_metric,commented,filename,category,var_name,"
    "var_val) VALUES (1,0,0,'extensions.conf','globals','A','1'),"
    "(1,1,0,'extensions.conf','globals','A','2'),"
    "(2,0,0,'extensions.conf','menu','exten','s,1,NoOp(x)'),"
    "(2,1,0,'extensions.conf','menu','same','n,NoOp(y)');";

/* Endpoints with their contexts, variables, steps of all contexts. */
static void print(const struct model_snapshot *s, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < model_endpoint_count(s); i++)
        at += (size_t)snprintf(out + at, size - at, "%s:%s ", model_endpoint_at(s, i)->name,
                               model_endpoint_at(s, i)->context);
    for (uint32_t i = 0; i < model_var_count(s); i++)
        at += (size_t)snprintf(out + at, size - at, "%s=%s ", model_var_at(s, i)->name,
                               model_var_at(s, i)->value);
    for (uint32_t i = 0; i < model_context_count(s); i++)
        for (uint32_t k = 0; k < model_context_at(s, i)->step_count; k++)
            at += (size_t)snprintf(out + at, size - at, "%s/%s(%s) ", model_context_at(s, i)->name,
                                   model_context_at(s, i)->steps[k].app,
                                   model_context_at(s, i)->steps[k].appdata);
}

#define PHONES "101:second 102:third "
#define REST "A=2 menu/NoOp(x) menu/NoOp(y) "

static const struct {
    const char *sql, *result;
} cases[] = {
    {"SELECT 1", PHONES REST},
    /* var_metric, var_val, var_name, category, commented, filename, cat_metric */
    {"UPDATE static_pjsip SET var_metric = 5 WHERE var_val = 'first'", "101:first 102:third " REST},
    {"UPDATE static_pjsip SET var_val = 'last' WHERE var_val = 'second'",
     "101:last 102:third " REST},
    {"UPDATE static_pjsip SET var_name = 'language' WHERE var_val = 'second'",
     "101:first 102:third " REST},
    {"UPDATE static_pjsip SET category = '103' WHERE category = '102'",
     "101:second 103:third " REST},
    {"UPDATE static_pjsip SET commented = 1 WHERE var_val = 'second'", "101:first 102:third " REST},
    {"UPDATE static_pjsip SET filename = 'other.conf' WHERE category = '102'", "101:second " REST},
    /* a section of its own, whose name is taken; or more lines of the same */
    {"UPDATE static_pjsip SET category = '101', var_metric = var_metric + 8 WHERE category = '102'",
     "101:second " REST},
    {"UPDATE static_pjsip SET cat_metric = 1, category = '101', var_metric = var_metric + 8 WHERE "
     "category = '102'",
     "101:third " REST},
    {"UPDATE static_sorcery SET commented = 0 WHERE var_name = 'endpoint'", REST},
    {"UPDATE static_sorcery SET commented = 0, var_val = 'config,pjsip.conf' WHERE var_name = "
     "'endpoint'",
     PHONES REST},
    {"UPDATE static_sorcery SET commented = 0, filename = 'x' WHERE var_name = 'endpoint'",
     PHONES REST},
    {"UPDATE static_sorcery SET commented = 0, var_name = 'contact' WHERE var_name = 'endpoint'",
     PHONES REST},
    {"UPDATE static_extensions SET var_metric = 2 WHERE var_val = '1'",
     PHONES "A=1 menu/NoOp(x) menu/NoOp(y) "},
    {"UPDATE static_extensions SET var_val = '3' WHERE var_val = '2'",
     PHONES "A=3 menu/NoOp(x) menu/NoOp(y) "},
    {"UPDATE static_extensions SET var_name = 'B' WHERE var_val = '2'",
     PHONES "A=1 B=2 menu/NoOp(x) menu/NoOp(y) "},
    {"UPDATE static_extensions SET commented = 1 WHERE var_name = 'same'",
     PHONES "A=2 menu/NoOp(x) "},
    {"UPDATE static_extensions SET category = 'hall' WHERE category = 'menu'",
     PHONES "A=2 hall/NoOp(x) hall/NoOp(y) "},
    {"UPDATE static_extensions SET filename = 'x' WHERE category = 'menu'", PHONES "A=2 "},
    {"INSERT INTO static_extensions (cat_metric,var_metric,filename,category,var_name,var_val) "
     "VALUES (0,0,'extensions.conf','globals','A','of an earlier section')",
     PHONES REST},
};

static int every_column_of_the_static_tables_counts(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct model_snapshot *s = NULL;
        struct db *d = NULL;
        char is[1000];
        int err = database_make(&d, rows);

        if (!err)
            err = db_run(d, cases[i].sql);
        if (!err)
            err = model_snapshot_load(&s, d);
        if (!err) {
            print(s, is, sizeof(is));
            if (strcmp(is, cases[i].result) != 0) {
                fprintf(stderr, "%s\n is %s\n not %s\n", cases[i].sql, is, cases[i].result);
                err = EINVAL;
            }
        }
        mem_deref(s);
        mem_deref(d);
        CHECK_OK(err);
    }
    return 0;
}

UNIT_TESTS(UNIT_ONCE(every_column_of_the_static_tables_counts))
