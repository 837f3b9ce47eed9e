/* Forms with files: parts as they come, whatever the pieces; what is refused */
#include "http/multipart.h"

#include <errno.h>

#include "base/buf.h"
#include "base/mem.h"
#include "unit.h"

#define TYPE "multipart/form-data; boundary=----Web.Kit"
#define FIELD(name_) "Content-Disposition: form-data; name=\"" name_ "\"\r\n\r\n"
#define LINE "------Web.Kit\r\n"
#define LAST "------Web.Kit--\r\n"

/* What is heard, as text: <name|filename|type>bytes. */
static int began(const struct multipart_part *p, void *arg)
{
    return buf_printf(arg, "<%.*s|%.*s|%.*s>", SLICE_ARG(p->name),
                      SLICE_ARG(slice_is_set(p->filename) ? p->filename : SLICE("-")),
                      SLICE_ARG(p->type));
}

static int came(struct slice s, void *arg)
{
    return buf_adds(arg, s);
}

static int ended(void *arg)
{
    return buf_addz(arg, ".");
}

/* @return the error of the end; out is what was heard */
static int play(struct buf *out, const char *type, struct slice body, size_t step)
{
    const struct multipart_handlers h = {began, came, ended, out};
    struct multipart *m = NULL;
    int err = multipart_alloc(&m, slice_of(type), &h);

    for (size_t i = 0; i < body.len && !err; i += step)
        err = multipart_feed(m, slice_from(body.p + i, body.len - i < step ? body.len - i : step));
    if (!err)
        err = multipart_end(m);
    mem_deref(m);
    return err;
}

/* In pieces of any size the same is heard. */
static int hears(const char *body, const char *want)
{
    int err = 0;

    for (size_t step = 1; step <= strlen(body) && !err; step++) {
        struct buf out;

        buf_init(&out, 4096);
        err = play(&out, TYPE, slice_of(body), step);
        if (!err && strcmp(buf_z(&out), want) != 0)
            err = unit_failed(__FILE__, __LINE__, buf_z(&out));
        buf_fini(&out);
    }
    return err;
}

static int fields_and_files(void)
{
    return hears(
        LINE FIELD(
            "api_key") "k1\r\n" LINE
                       "content-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n"
                       "Content-Type: audio/wav\r\n\r\nRIFF\r\n\r\n--\r\r\n-\r\n------Web.Ki\r\n" LINE
                           FIELD("") "\r\n" LAST "trailing",
        "<api_key|-|>k1.<file|a.wav|audio/wav>RIFF\r\n\r\n--\r\r\n-\r\n------Web.Ki.<|-|>.");
}

static int names_of_files(void)
{
    return hears(
        "before\r\n" LINE
        "Content-Disposition: form-data; filename=\"C:\\\\x\\\\\xd0\xb9 \\\"1\\\".wav\"; name=f\r\n\r\n"
        "1\r\n" LINE
        "Content-Disposition: form-data; name=\"f[]\"; filename=\"../../etc/b;c\"\r\n\r\n2\r\n" LINE
        "Content-Disposition: form-data; name=g; filename=\"\"\r\n\r\n\r\n" LAST,
        "<f|\xd0\xb9 \"1\".wav|>1.<f[]|b;c|>2.<g||>.");
}

static int refused(const char *type, const char *body, int want)
{
    struct buf out;
    int err;

    buf_init(&out, 1 << 20);
    err = play(&out, type, slice_of(body), 7);
    buf_fini(&out);
    if (err == ENOMEM)
        return err;
    return err == want ? 0 : unit_failed(__FILE__, __LINE__, body);
}

static int what_is_no_form(void)
{
    static const struct {
        const char *type, *body;
        int want;
    } cases[] = {
        {TYPE, LAST, 0},
        {"multipart/form-data; x=y; boundary=\"a b\"", LAST, EINVAL},
        {"multipart/form-data; boundary=", LAST, EINVAL},
        {"multipart/form-data", LAST, EINVAL},
        {"multipart/mixed; boundary=x", LAST, EINVAL},
        {"text/plain", LAST, EINVAL},
        {"multipart/form-data; boundary=x23456789012345678901234567890123456789012345678901234567890"
         "12345678901",
         LAST, EINVAL},
        {TYPE, "", EINVAL},
        {TYPE, "no boundary at all", EINVAL},
        {TYPE, LINE FIELD("a") "cut short", EINVAL},
        {TYPE, LINE "Content-Disposition: attachment; name=a\r\n\r\n1\r\n" LAST, EINVAL},
        {TYPE, LINE "\r\n1\r\n" LAST, EINVAL},
        {TYPE, "------Web.KitX\r\n" FIELD("a") "1\r\n" LAST, EINVAL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int err = refused(cases[i].type, cases[i].body, cases[i].want);

        if (err)
            return err;
    }
    return 0;
}

static int ceilings(void)
{
    struct buf body;
    int err;

    buf_init(&body, 1 << 20);
    buf_printf(&body, LINE "X: %*s\r\n", MULTIPART_HEAD_MAX, "");
    err = buf_err(&body);
    if (!err)
        err = refused(TYPE, buf_z(&body), EMSGSIZE);
    buf_reset(&body);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
        buf_addz(&body, LINE FIELD("a") "\r\n");
    if (!err)
        err = buf_err(&body);
    if (!err)
        err = refused(TYPE, buf_z(&body), EMSGSIZE);
    buf_fini(&body);
    return err;
}

static int fails(const struct multipart_part *p, void *arg)
{
    return EACCES;
}

static int a_handler_ends_it(void)
{
    const struct multipart_handlers h = {.begin = fails};
    struct multipart *m = NULL;
    int err = multipart_alloc(&m, SLICE(TYPE), &h);

    if (!err)
        err = multipart_feed(m, SLICE(LINE FIELD("a")));
    if (err == EACCES)
        err = multipart_feed(m, SLICE("1\r\n" LAST)) == EACCES && multipart_end(m) == EACCES
                  ? 0
                  : unit_failed(__FILE__, __LINE__, "the error does not stick");
    mem_deref(m);
    return err;
}

UNIT_TESTS(UNIT(fields_and_files), UNIT(names_of_files), UNIT(what_is_no_form), UNIT(ceilings),
           UNIT(a_handler_ends_it))
