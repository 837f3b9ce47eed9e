/* Digest over HTTP: challenges, right and wrong credentials, each good for its own request only */
#include "desk.h"
#include "ipc/manager.h"
#include "sip/auth.h"

#define URI "/arawman?action=ping"

struct guest {
    struct desk_client client;
    struct buf headers;
    char nonce[100];
};

static int ask(struct guest *g, const char *authorization, const char *uri)
{
    const struct manager_digest q = {
        .method = "GET", .uri = slice_of(uri), .authorization = slice_of(authorization)};

    buf_reset(&g->headers);
    return manager_digest(g->client.session, &q, &g->headers);
}

static int guest_come(struct guest *g, struct desk *d)
{
    const char *at;
    int err = desk_come(&g->client, d, MANAGER_HTTP);

    buf_init(&g->headers, 4000);
    if (err)
        return err;
    err = ask(g, "", URI);
    if (err != EACCES)
        return err ? err : EINVAL;
    at = strstr(buf_z(&g->headers), "nonce=\"");
    snprintf(g->nonce, sizeof(g->nonce), "%.*s", at ? (int)strcspn(at + 7, "\"") : 0,
             at ? at + 7 : "");
    return 0;
}

static void guest_leave(struct guest *g)
{
    buf_fini(&g->headers);
    desk_leave(&g->client);
}

/* The credentials that a client would send. */
static const char *credentials(const struct guest *g, const char *user, const char *password,
                               const char *algorithm, unsigned nc)
{
    static char text[600];
    char response[65], count[9];
    struct sip_digest d;
    const struct sip_credential c = {.user = user, .password = password};

    snprintf(count, sizeof(count), "%08x", nc);
    snprintf(text, sizeof(text),
             "Digest username=\"%s\", realm=\"asterisk\", nonce=\"%s\", uri=\"" URI
             "\", qop=auth, nc=%s, cnonce=\"c0ffee\", response=\"0\", algorithm=%s",
             user, g->nonce, count, algorithm);
    if (sip_digest_parse(&d, slice_of(text)) ||
        sip_digest_response(&d, &c, SLICE("GET"), SLICE_NONE, response))
        return "";
    snprintf(text, sizeof(text),
             "Digest username=\"%s\", realm=\"asterisk\", nonce=\"%s\", uri=\"" URI
             "\", qop=auth, nc=%s, cnonce=\"c0ffee\", response=\"%s\", algorithm=%s",
             user, g->nonce, count, response, algorithm);
    return text;
}

static int challenges_as_asterisk(void)
{
    struct guest g = {0};
    struct desk d;
    char want[400];
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(guest_come(&g, &d), out);
    snprintf(want, sizeof(want),
             "WWW-Authenticate: Digest algorithm=MD5, realm=\"asterisk\", nonce=\"%s\", "
             "qop=\"auth\", opaque=\"%s\"\r\n",
             g.nonce, g.nonce);
    CHECK_TO(strncmp(buf_z(&g.headers), want, strlen(want)) == 0, out);
    CHECK_TO(strstr(buf_z(&g.headers), "Digest algorithm=SHA-256, "), out);
out:
    guest_leave(&g);
    desk_fini(&d);
    return err;
}

static int lets_in_with_both_hashes(void)
{
    struct guest g = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(guest_come(&g, &d), out);
    CHECK_OK_TO(ask(&g, credentials(&g, "admin", "pw", "MD5", 1), URI), out);
    CHECK_TO(g.client.session->is_in && strcmp(g.client.session->user, "admin") == 0, out);
    CHECK_OK_TO(ask(&g, credentials(&g, "admin", "pw", "SHA-256", 2), URI), out);
    desk_ask(&g.client, "Action: Ping\n\n");
    CHECK_TO(desk_has(&g.client, "Ping: Pong\n"), out);
    /* The session is that user's. */
    CHECK_TO(ask(&g, credentials(&g, "lowly", "pw", "MD5", 3), URI) == EACCES, out);
out:
    guest_leave(&g);
    desk_fini(&d);
    return err;
}

static int refuses(void)
{
    struct guest g = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(guest_come(&g, &d), out);
    CHECK_TO(ask(&g, credentials(&g, "admin", "wrong", "MD5", 1), URI) == EACCES, out);
    CHECK_TO(ask(&g, credentials(&g, "nobody", "pw", "MD5", 2), URI) == EACCES, out);
    CHECK_TO(ask(&g, credentials(&g, "empty", "", "MD5", 3), URI) == EACCES, out);
    CHECK_TO(ask(&g, credentials(&g, "fenced", "pw", "SHA-256", 4), "/other") == EACCES, out);
    CHECK_TO(ask(&g, "Digest", URI) == EACCES && ask(&g, "Basic YTpi", URI) == EACCES, out);
    CHECK_TO(!g.client.session->is_in, out);
out:
    guest_leave(&g);
    desk_fini(&d);
    return err;
}

/* As by Login: after a few guesses even the right word is not looked at for a while. */
static int guesses_have_an_end(void)
{
    struct desk d;
    unsigned n = 0;
    int err = desk_init(&d);

    if (err)
        return err;
    for (; n < DOOR_BURST + 1; n++) {
        struct guest g = {0};
        int result;

        err = guest_come(&g, &d);
        if (err) {
            guest_leave(&g);
            goto out;
        }
        result = ask(&g, credentials(&g, "admin", n < DOOR_BURST ? "guess" : "pw", "MD5", 1), URI);
        guest_leave(&g);
        CHECK_TO(result == EACCES || unit_is_rerun(), out);
    }
out:
    desk_fini(&d);
    return err;
}

/* Right credentials seen before, or older than the nonce lives: the client asks nobody for a password. */
static int says_stale(void)
{
    struct guest g = {0};
    struct desk d;
    int err = desk_init(&d);

    if (err)
        return err;
    CHECK_OK_TO(guest_come(&g, &d), out);
    CHECK_OK_TO(ask(&g, credentials(&g, "admin", "pw", "MD5", 1), URI), out);
    CHECK_TO(ask(&g, credentials(&g, "admin", "pw", "MD5", 1), URI) == EACCES, out);
    CHECK_TO(strstr(buf_z(&g.headers), ", stale=true\r\n"), out);
    loop_fake_advance(d.loop, 301000);
    CHECK_TO(ask(&g, credentials(&g, "admin", "pw", "MD5", 2), URI) == EACCES, out);
    CHECK_TO(strstr(buf_z(&g.headers), ", stale=true\r\n"), out);
out:
    guest_leave(&g);
    desk_fini(&d);
    return err;
}

UNIT_TESTS(UNIT(challenges_as_asterisk), UNIT(lets_in_with_both_hashes), UNIT(refuses),
           UNIT(guesses_have_an_end), UNIT(says_stale))
