/*
 * import/inner.h - what the files of import/ share: one import under way
 */
#pragma once
#include "import/conf.h"
#include "base/buf.h"
#include "import/import.h"

#define IMPORT_MOST_PATH 1024

struct model_exten_line;

/* Where an Asterisk keeps things, as its asterisk.conf says. */
struct import_dirs {
    char root
        [IMPORT_MOST_PATH]; /* in front of them: the configuration's folder is root/etc/asterisk */
    char varlib[IMPORT_MOST_PATH], data[IMPORT_MOST_PATH], agi[IMPORT_MOST_PATH];
    char spool[IMPORT_MOST_PATH]; /* of recordings: none is looked for */
    bool is_root_known, is_varlib_named, is_data_named, is_agi_named;
};

struct import {
    const struct import_args *args;
    struct import_totals *totals;
    int dir_fd;
    const char *file; /* being read */
    struct import_dirs dirs;
    bool is_pjsip_empty;         /* the driver's tables, for this import */
    bool has_global, has_system; /* sections of these types were taken */
    int pjsip_sections;
    bool is_plan_empty;            /* the routing's tables */
    struct buf read;               /* "\nname\n" of each file that was opened */
    struct buf acls, contact_acls; /* names of lists that pjsip.conf has for all endpoints */
};

/** A verdict about a line. */
void import_say(struct import *im, const char *file, uint32_t line, enum import_verdict v,
                struct slice what, const char *ru, const char *en);

/** The same about an item; values that look like secrets are hidden. */
void import_say_item(struct import *im, const struct conf_item *item, enum import_verdict v,
                     const char *ru, const char *en);

/** Lines of a template: taken with the sections that use it, which are silent about them. */
void import_template(struct import *im, const struct conf_section *s);

/** Lines of a template in a file whose sections use none: said so. Other sections: nothing. */
void import_unused(struct import *im, const struct conf_section *s);

/** conf_trouble_h of an import (arg: struct import): verdict WRONG, or UNSUPPORTED for #exec. */
void import_trouble(const char *file, uint32_t line, struct slice what, const char *ru,
                    const char *en, void *arg);

/** One file each: its sections into the database. @return 0; errno of the database; ENOMEM */
int import_pjsip(struct import *im, const struct conf *conf);
int import_wizard(struct import *im, const struct conf *conf);
int import_sip(struct import *im, const struct conf *conf);
int import_extensions(struct import *im, const struct conf *conf);
int import_moh(struct import *im, const struct conf *conf);
int import_features(struct import *im, const struct conf *conf);
int import_acl(struct import *im, const struct conf *conf);

/** A section type=acl of pjsip.conf, before the endpoints: to be asked for each of them. @return 0; ENOSPC;
 *  errno of the database; ENOMEM */
int import_acl_of_all(struct import *im, const struct conf_section *s);

/** Do deny and permit of an endpoint (contact_deny ...) mean something else with all denials first? */
bool import_acl_is_ordered(const struct conf_section *s, bool of_contacts);

/** Is it one of those lines? */
bool import_acl_has(const struct conf_item *item, bool of_contacts);

/** These lines of an object as a list, type_SECTION; its name is added to names. @return 0; ENOSPC; errno
 *  of the database; ENOMEM */
int import_acl_of_one(struct import *im, const char *type, const struct conf_section *s,
                      bool of_contacts, struct buf *names);

int import_manager(struct import *im, const struct conf *conf);

/* settings.c */
int import_rtp(struct import *im, const struct conf *conf);
int import_http(struct import *im, const struct conf *conf);
int import_cdr(struct import *im, const struct conf *conf);

/** A setting of the station. @return 0; errno of the database */
int import_setting(struct import *im, const char *name, const char *value);

/** The lines of a section that are settings of ours, or said to be none. @return 0; errno of the database */
int import_settings(struct import *im, const struct conf_section *s);

/** Before it: the file's settings that an earlier import left go. @return 0; errno of the database */
int import_settings_forget(struct import *im);

/** Asterisk's Manager, and its HTTP, are off until the file says enabled. @return 0; errno of the database */
int import_switch_off(struct import *im, const struct conf *conf, const char *setting);

int import_asterisk(struct import *im, const struct conf *conf);
int import_indications(struct import *im, const struct conf *conf);

/** Keep the file as it is in table import_later. */
int import_keep(struct import *im, const struct conf *conf);

/** Empty the driver's tables, the first time. Then one section of pjsip.conf, also one made of others.
 *  @return 0; errno of the database; ENOMEM */
int import_pjsip_begin(struct import *im);
int import_pjsip_section(struct import *im, const struct conf_section *s);

struct model_type;

/** A section as a row of its type's table. @return 0 (also when it was refused: said); ENOMEM; errno */
int import_object(struct import *im, const struct model_type *t, const struct conf_section *s);

/** Empty the routing's tables, the first time. @return 0; errno of the database */
int import_extensions_begin(struct import *im);

/** The folders before asterisk.conf is read: Asterisk's own. */
void import_dirs_init(struct import *im);

/** A step's data without the folders of sounds (of AGI programs) that the station has elsewhere.
 *  @param is_moved  out: there were such. @return 0; ENOSPC; ENOMEM */
int import_dirs_off(const struct import *im, struct slice app, struct slice appdata, bool *is_moved,
                    struct buf *out);

/** Is there such a folder ("moh") to copy? */
bool import_sounds_has(const struct import *im, const char *name);

/** Copy sounds and music (regular files, no links), name the AGI programs. @return 0; errno */
int import_sounds(struct import *im);

/** pbx.sql. @param fd borrowed. @return 0; ENOENT (no rows in it); errno; ENOMEM */
int import_dump(struct import *im, int fd, const char *name);

/** The verdict on a step of a routing, said; its data as the station wants it goes to data. @return
 *  0; ENOSPC; ENOMEM */
int import_step(struct import *im, const struct conf_item *item, const struct model_exten_line *l,
                struct buf *data);

/** A value of that name is shown as ***. */
bool import_is_secret(const char *name);

/** INSERT INTO static_... (cat_metric, var_metric, commented, filename, category, var_name,
 * var_val) */
int import_static(struct import *im, const char *table, const char *filename, int cat, int var,
                  const char *category, const char *name, const char *value);
