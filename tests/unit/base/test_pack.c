/* base/pack: what is packed comes back; other bytes are refused */
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "unit.h"

struct thing {
    bool is_on;
    uint8_t small;
    uint32_t number;
    int64_t wide;
    int level;
    char *text, *nothing;
    char name[8];
    struct addr where;
    struct wall at;
};

static void pack_thing(struct pack *k, struct thing *t)
{
    pack_bool(k, &t->is_on);
    pack_u8(k, &t->small);
    pack_u32(k, &t->number);
    pack_i64(k, &t->wide);
    t->level = pack_enum(k, t->level, 6);
    pack_string(k, &t->text);
    pack_string(k, &t->nothing);
    pack_chars(k, t->name, sizeof(t->name));
    pack_addr(k, &t->where);
    pack_wall(k, &t->at);
}

static void free_thing(struct thing *t)
{
    mem_free(t->text);
    mem_free(t->nothing);
}

static size_t packed(char *room, size_t size)
{
    struct thing t = {.is_on = true,
                      .small = 7,
                      .number = 70000,
                      .wide = -5,
                      .level = 6,
                      .text = (char *)(uintptr_t) "hello",
                      .name = "abc",
                      .at = {1234}};
    struct pack k;

    addr_parse(&t.where, SLICE("127.0.0.1:5060"), 0);
    pack_init(&k, room, size);
    pack_thing(&k, &t);
    return pack_err(&k) ? 0 : k.at;
}

static int comes_back(void)
{
    struct thing t = {.nothing = mem_strdup("old")};
    char room[256], text[ADDR_TEXT];
    size_t len = packed(room, sizeof(room));
    struct pack k;
    int err = t.nothing ? 0 : ENOMEM;

    if (err)
        goto out;
    unpack_init(&k, slice_from(room, len));
    pack_thing(&k, &t);
    CHECK_OK_TO(pack_err(&k), out);
    CHECK_TO(t.is_on && t.small == 7 && t.number == 70000 && t.wide == -5 && t.level == 6, out);
    CHECK_TO(strcmp(t.text, "hello") == 0 && !t.nothing && strcmp(t.name, "abc") == 0, out);
    CHECK_TO(strcmp(addr_text(&t.where, text), "127.0.0.1:5060") == 0 && t.at.us == 1234, out);
    CHECK_TO(k.at == len, out);
out:
    free_thing(&t);
    return err;
}

static int no_room_is_told(void)
{
    char room[256];
    size_t len = packed(room, sizeof(room));

    CHECK(len > 0 && packed(room, len) == len);
    for (size_t i = 0; i < len; i++)
        CHECK(packed(room, i) == 0);
    return 0;
}

/* Every cut, and every byte wrong: an error or a value, never a read beyond the end. */
static int other_bytes_are_refused(void)
{
    char room[256], copy[256];
    size_t len = packed(room, sizeof(room));

    for (size_t i = 0; i < len; i++) {
        struct thing t = {0};
        struct pack k;

        unpack_init(&k, slice_from(room, i));
        pack_thing(&k, &t);
        free_thing(&t);
        CHECK(pack_err(&k) == EBADMSG || pack_err(&k) == ENOMEM);
        memcpy(copy, room, len);
        copy[i] = (char)(copy[i] ^ 0x55);
        t = (struct thing){0};
        unpack_init(&k, slice_from(copy, len));
        pack_thing(&k, &t);
        free_thing(&t);
        CHECK(t.level >= 0 && t.level <= 6);
    }
    return 0;
}

static int a_part_fails_alone(void)
{
    uint32_t before = 1, inside = 2, behind = 3, got = 0;
    struct pack k, part;
    char room[100];

    pack_init(&k, room, sizeof(room));
    pack_u32(&k, &before);
    pack_begin(&k, &part);
    pack_u32(&part, &inside);
    pack_fail(&part, ENOTSUP);
    pack_end(&k, &part);
    pack_begin(&k, &part);
    pack_u32(&part, &inside);
    pack_end(&k, &part);
    pack_u32(&k, &behind);
    CHECK(!pack_err(&k));
    unpack_init(&k, slice_from(room, k.at));
    pack_u32(&k, &got);
    CHECK(got == 1);
    pack_begin(&k, &part);
    pack_u32(&part, &got);
    CHECK(pack_err(&part) == EBADMSG && got == 1);
    pack_end(&k, &part);
    pack_begin(&k, &part);
    pack_end(&k, &part); /* looked at by nobody */
    pack_u32(&k, &got);
    CHECK(!pack_err(&k) && got == 3);
    return 0;
}

UNIT_TESTS(UNIT(comes_back), UNIT(no_room_is_told), UNIT(other_bytes_are_refused),
           UNIT(a_part_fails_alone))
