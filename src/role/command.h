/*
 * role/command.h - sub-commands of the one binary, and the texts that they say
 *
 * Shape:   argv[0] is the sub-command's name, options follow. Each returns the exit code: 0; 1 it
 * did not work (one message on standard error said why); 2 wrong usage. Language: LC_ALL,
 * LC_MESSAGES or LANG beginning with "ru" makes it Russian, else English.
 */
#pragma once
#include <stdbool.h>

int cmd_init(int argc, char **argv);       /* init.c */
int cmd_import(int argc, char **argv);     /* import_cmd.c */
int cmd_database(int argc, char **argv);   /* copy_cmd.c */
int cmd_sql(int argc, char **argv);        /* sql.c */
int cmd_user(int argc, char **argv);       /* user_cmd.c */
int cmd_setup_code(int argc, char **argv); /* user_cmd.c */
int cmd_run(int argc, char **argv);        /* run.c */
int cmd_ctl(int argc, char **argv);        /* ctl.c */
int cmd_recording(int argc, char **argv);  /* ctl.c */
int cmd_sound(int argc, char **argv);
int cmd_mail(int argc, char **argv);
int ctl_sound(int argc, char **argv); /* ctl.c: the console's part of it */
int cmd_web(int argc, char **argv);   /* web_cmd.c */
int cmd_role(int argc, char **argv);  /* role.c; inner */

struct db;
struct db_where;

/**
 * Open the database of a state directory, at the present schema (that of the station that runs, if one does),
 * patient with locks; or say why not.
 * @param dp  out: one reference; untouched unless 0 is returned
 * @return 0; 1 (said)
 */
int command_database(struct db **dp, const char *state);

/** Which database the directory has (store/where.h). @return 0; errno (said) */
int command_database_where(struct db_where *w, const char *state);

/** Write `init --database VALUE` down for all to come. @return 0; 1 (said) */
int command_database_set(const char *state, const char *value);

/** The text of a place: a file, mysql://..., or "-" for a line of standard input.
 *  @return 0; EINVAL; EPERM (a password in an argument) */
int command_database_line(struct db_where *w, const char *value);

/** Called by main. */
int command_main(int argc, char **argv);

bool command_is_russian(void);

static inline const char *command_say(const char *ru, const char *en)
{
    return command_is_russian() ? ru : en;
}

/** "station: " and the text, on standard error. @return 1 */
int command_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** Usage of one sub-command on standard error. @return 2 */
int command_usage(const char *name);

/**
 * One option of the form --name VALUE or --name=VALUE at argv[*i]; *i moves on to its last word.
 * @return true when it was that option; *value then is borrowed from argv, NULL when it is missing
 */
bool command_option(int argc, char **argv, int *i, const char *name, const char **value);
