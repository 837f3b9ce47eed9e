/*
 * tests/scene/client.h - one who speaks to the Manager, as a scene plays him
 *
 * Scope:   a TCP connection on the fake network to 127.0.0.1:5038: logs in, asks, keeps all that comes.
 * Owns:    its connection, what came.
 * Sees:    answers and events are looked at apart, each once and in order, as `receives` does with messages.
 */
#pragma once
#include "scene.h"

struct client {
    struct link link;
    struct scene *scene;
    char name[32];
    struct conn *conn;
    struct buf text;       /* all that came, without CR */
    size_t seen, answered; /* up to here the story has looked at events, at answers */
    bool is_gone;          /* the station closed */
    char odd[200];         /* a header that its event's row does not have; "" */
};

/** A line of [managers]: the client, and its row. @return 0; 1 */
int client_alloc(struct scene *s, char *line);
struct client *client_find(struct scene *s, const char *name);
void client_free_all(struct scene *s);

/** Connect and log in; more: further headers as "KEY=VALUE ...", or "". @return 0; 1 */
int client_come(struct client *c, const char *more);
void client_leave(struct client *c);

/** "ACTION KEY=VALUE ..." @return 0; 1 */
int client_ask(struct client *c, const char *what);

/** The next answer must be "WORD KEY=VALUE ..." @return 0; 1 */
int client_see_answer(struct client *c, const char *what);
/** The next event that is "EVENT KEY=VALUE ..."; those before are passed over, unless is_next. */
int client_see_event(struct client *c, const char *what, bool is_next);
/** None such since the one seen last. */
int client_see_no_event(struct client *c, const char *what);
