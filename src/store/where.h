/*
 * store/where.h - which database a state directory has
 *
 * Scope:   DIR/database holds one line, mysql://USER[:PASSWORD]@HOST[:PORT]/NAME[?socket=PATH][&tls=yes|no]
 *          [&ca=FILE]: the station keeps its data on that MariaDB server. Without the file it is
 *          DIR/station.db, SQLite. Bytes may be written as %XX.
 * Limits:  1,000 bytes a line; the password is never printed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define DB_SERVER "mysql://"
#define WHERE_FILE "database"

struct db_where {
    char text[1024];  /* for db_open: secret */
    char shown[1024]; /* for people */
    bool is_server;
};

/** Of a state directory. @return 0; EINVAL (no such line, too long); errno of open */
int db_where_read(struct db_where *w, const char *dir);

/** Fill in shown and is_server from text. @return 0; EINVAL */
int db_where_check(struct db_where *w);

/* The parts of a server's line, decoded. */
struct db_server {
    char host[256], user[128], password[256], name[65], socket[256], ca[256];
    uint16_t port; /* 0: the usual one */
    bool is_tls;
};

/** @return 0; EINVAL: no server's line, an unknown option, a part too long, name or user empty */
int db_server_parse(struct db_server *to, const char *text);
