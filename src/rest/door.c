/* rest/door.c - see door.h */
#include "rest/door.h"

#include <stdio.h>

#include "base/log.h"
#include "rest/audit.h"
#include "rest/inner.h"

enum { BURST = 5, A_MINUTE = 5, MAILS_BURST = 3, MAILS_A_MINUTE = 1, QUOTED = 256 };

void rest_door_init(struct rest_door *d)
{
    tries_init(&d->logins, BURST, A_MINUTE);
    tries_init(&d->mails, MAILS_BURST, MAILS_A_MINUTE);
    tries_init(&d->keys, BURST, A_MINUTE);
}

void rest_door_fini(struct rest_door *d)
{
    tries_fini(&d->logins);
    tries_fini(&d->mails);
    tries_fini(&d->keys);
}

int rest_door_try(struct rest_call *c, struct tries *t, struct slice name)
{
    const struct mono now = loop_now(c->rest->args.loop);

    if (!tries_may(t, &c->from, name, now))
        return rest_door_wait(c, t, name);
    tries_failed(t, &c->from, name, SLICE_NONE, now);
    return 0;
}

int rest_door_wait(struct rest_call *c, const struct tries *t, struct slice name)
{
    char seconds[16];

    snprintf(seconds, sizeof(seconds), "%u",
             tries_wait_s(t, &c->from, name, loop_now(c->rest->args.loop)));
    rest_field(c, "Retry-After", seconds);
    return REST_TOO_MANY;
}

void rest_door_take_back(struct rest_call *c, struct tries *t, struct slice name)
{
    tries_take_back(t, &c->from, name);
}

/* A stranger's words must not end the quotes (control bytes: the log escapes them). */
static void quote(struct slice s, char out[QUOTED])
{
    size_t n = 0;

    for (size_t i = 0; i < s.len && n + 3 < QUOTED; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            out[n++] = '\\';
        out[n++] = s.p[i] ? s.p[i] : ' ';
    }
    out[n] = '\0';
}

void rest_door_log(struct rest_call *c, struct slice name, const char *what)
{
    char account[QUOTED];

    if (!log_gate_pass(&c->rest->door.gate, loop_now(c->rest->args.loop)))
        return;
    quote(name, account);
    log_notice("access refused event=InvalidPassword service=REST address=%s port=%u transport=TLS "
               "account=\"%s\" request=\"%s\"",
               c->peer, c->from.port, account, what);
}

static int write_down(struct db *d, void *arg)
{
    return audit_add(d, arg, NULL);
}

void rest_door_wrong(struct rest_call *c, struct slice name, const char *what)
{
    struct audit a = {.at = c->at,
                      .user = arena_strndup(&c->arena, name.p ? name.p : "", name.len),
                      .peer = c->peer,
                      .type = "users",
                      .name = what,
                      .action = "login-failed"};

    rest_door_log(c, name, what);
    rest_change(c, write_down, &a); /* when the journal cannot be written, the log has said it */
}
