/* rest/route_check.c - "проверить": register at the carrier now, and say in plain words what came of it */
#include <errno.h>
#include <string.h>

#include "ami/writer.h"
#include "rest/all.h"
#include "rest/answer.h"
#include "rest/inner.h"
#include "rest/object.h"
#include "rest/state.h"

enum { LOOK_MS = 200, LOOKS = 175 }; /* 35 s: a request without an answer has 32 */

/* What the carrier said, and what to do. status 0: the reason's first words decide. */
struct outcome {
    int status;
    const char *reason, *code;
    struct model_words says, next;
};

static const struct outcome outcomes[] = {
    {401,
     NULL,
     "wrong-password",
     {"Оператор не принял имя или пароль.", "The carrier refused the name or the password."},
     {"Проверьте имя (username) и пароль учётной записи из поля outbound_auth; они выдаются оператором и часто "
      "отличаются от номера.",
      "Check username and password of the object in outbound_auth; the carrier gives them, and they often differ "
      "from the number."}},
    {407,
     NULL,
     "wrong-password",
     {"Прокси оператора не принял имя или пароль.",
      "The carrier's proxy refused the name or the password."},
     {"Проверьте имя и пароль учётной записи из поля outbound_auth.",
      "Check username and password of the object in outbound_auth."}},
    {403,
     NULL,
     "forbidden",
     {"Оператор запретил регистрацию (403).", "The carrier forbids to register (403)."},
     {"Обычно: неверный пароль, номер заблокирован, или оператор не ждёт запросов с этого адреса. Проверьте пароль, "
      "затем спросите оператора.",
      "Usually a wrong password, a blocked number, or an address that the carrier does not expect. Check the "
      "password, then ask the carrier."}},
    {404,
     NULL,
     "unknown-user",
     {"Оператор не знает такого номера (404).", "The carrier does not know this number (404)."},
     {"Проверьте client_uri: sip:НОМЕР@сервер.", "Check client_uri: sip:NUMBER@server."}},
    {423,
     NULL,
     "too-short",
     {"Оператор требует регистрироваться реже (423).",
      "The carrier wants a longer registration (423)."},
     {"Увеличьте expiration.", "Give a longer expiration."}},
    {503,
     NULL,
     "carrier-busy",
     {"Сервер оператора сейчас не работает (503).",
      "The carrier's server does not work now (503)."},
     {"Станция повторит сама; если долго, спросите оператора.",
      "The station tries again by itself; if it lasts, ask the carrier."}},
    {0,
     "the server's name",
     "no-name",
     {"Имя сервера не найдено в DNS.", "The server's name is not known to the DNS."},
     {"Проверьте server_uri и работу DNS на этой машине.",
      "Check server_uri, and that this machine has a DNS server."}},
    {0,
     "no answer",
     "no-answer",
     {"Сервер не ответил.", "The server did not answer."},
     {"Проверьте адрес и порт в server_uri, транспорт, и что межсетевой экран пропускает SIP.",
      "Check address and port in server_uri, the transport, and that a firewall lets SIP through."}},
    {0,
     "the server's certificate",
     "no-trust",
     {"Сертификату сервера нет доверия.", "The server's certificate is not trusted."},
     {"Укажите ca_list_file в транспорте или имя сервера из его сертификата.",
      "Give ca_list_file in the transport, or the server's name as its certificate has it."}},
};

static const struct outcome *find(const struct state_registration *r)
{
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        const struct outcome *o = &outcomes[i];

        if (o->status ? o->status == r->status
                      : !r->status && strncmp(o->reason, r->reason, strlen(o->reason)) == 0)
            return o;
    }
    return NULL;
}

static void put_outcome(struct rest_call *c, const struct state_registration *r)
{
    static const struct model_words good = {"Зарегистрировано.", "Registered."},
                                    bad = {"Не зарегистрировано.", "Not registered."},
                                    ask = {"Ответ оператора стоит в поле reason: спросите его.",
                                           "The carrier's answer is in reason: ask him."};
    const bool is_good = strcmp(r->state, "Registered") == 0;
    const struct outcome *o = is_good ? NULL : find(r);
    struct jout *j = &c->json;

    jout_open(j, '{');
    jout_put_bool(j, "is_registered", is_good);
    jout_put_textz(j, "code", is_good ? "registered" : o ? o->code : "other");
    jout_put_int(j, "status", r->status);
    jout_put_textz(j, "reason", r->reason);
    jout_put_textz(j, "says", rest_words(c, is_good ? &good : o ? &o->says : &bad));
    jout_put_textz(j, "next", is_good ? "" : rest_words(c, o ? &o->next : &ask));
    jout_close(j, '}');
}

/* ---- asking ---- */

struct wanted {
    struct rest_call *call;
    struct object_row row;
};

static int read_row(struct db *d, void *arg)
{
    struct wanted *w = arg;
    const int err = object_read(d, rest_type_find(SLICE("registration")), w->call->params[0],
                                &w->call->arena, &w->row);

    return !err && !object_is_for(&w->row, &w->call->who) ? ENOENT : err;
}

static int register_now(struct rest_call *c, struct slice name)
{
    struct buf lines, answer;
    int err;

    buf_init(&lines, REST_TARGET_MAX);
    buf_init(&answer, 65536);
    err = ami_ask(&lines, "Registration", name);
    if (!err)
        err = answer_ask(c, "PJSIPRegister", &lines, &answer);
    buf_fini(&answer);
    buf_fini(&lines);
    return err;
}

static int wait_for(struct rest_call *c, struct slice name, struct state_registration *r)
{
    int err = register_now(c, name);

    for (int i = 0; !err && i < LOOKS; i++) {
        task_sleep(LOOK_MS);
        err = state_registration(c, name, r);
        if (!err && !r->is_known)
            err = REST_NOT_FOUND;
        if (!err && !r->is_asking)
            break;
    }
    return err;
}

static int check(struct rest_call *c)
{
    struct wanted *w = arena_alloc(&c->arena, sizeof(*w));
    struct state_registration r = {0};
    int err = w ? rest_only(c, "") : ENOMEM;

    if (!err) {
        w->call = c;
        err = rest_read(c, read_row, w);
    }
    if (!err)
        err = wait_for(c, object_value(&w->row, "id"), &r);
    if (err)
        return err;
    put_outcome(c, &r);
    return rest_reply(c, 200);
}

const struct rest_route rest_routes_check[] = {
    REST_ROUTE("POST", REST_BASE "/registration/{uuid}/check", REST_WRITERS, check,
               "Проверить: зарегистрироваться сейчас и объяснить ответ",
               "Check: register now, and explain the answer", .body = "{}"),
    {0}};
