/*
 * What another role, taken over, can send: packets of messages of every kind of field.
 *
 * Promise: no crash; and what is taken comes out the same when encoded again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "ipc/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct all {
    uint8_t small;
    bool flag;
    uint16_t port;
    uint32_t id;
    int32_t delta;
    uint64_t big;
    int64_t far;
    char name[8];
    struct slice payload;
    struct addr at;
    char password[16];
};

static const struct ipc_field all_fields[] = {
    IPC_FIELD(IPC_U8, struct all, small),      IPC_FIELD(IPC_BOOL, struct all, flag),
    IPC_FIELD(IPC_U16, struct all, port),      IPC_FIELD(IPC_U32, struct all, id),
    IPC_FIELD(IPC_I32, struct all, delta),     IPC_FIELD(IPC_U64, struct all, big),
    IPC_FIELD(IPC_I64, struct all, far),       IPC_FIELD(IPC_TEXT, struct all, name),
    IPC_BYTES_FIELD(struct all, payload, 100), IPC_FIELD(IPC_ADDR, struct all, at),
    IPC_FIELD(IPC_TEXT, struct all, password), {.kind = IPC_END},
};

struct short_one {
    struct addr at;
    char name[3];
};

static const struct ipc_field short_fields[] = {
    IPC_FIELD(IPC_ADDR, struct short_one, at),
    IPC_FIELD(IPC_TEXT, struct short_one, name),
    {.kind = IPC_END},
};

static const struct ipc_field no_fields[] = {{.kind = IPC_END}};

static const struct ipc_type types[] = {
    {1, "all", sizeof(struct all), all_fields},
    {2, "short", sizeof(struct short_one), short_fields},
    {3, "empty", 1, no_fields},
    {0, NULL, 0, NULL},
};
static const struct ipc_protocol proto = {"fuzz", types};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice packet = slice_from((const char *)bytes, len), before = packet;
    static uint8_t again[IPC_PACKET_BYTES * 2];
    const struct ipc_type *type;
    char text[300];
    union {
        struct all all;
        struct short_one short_one;
    } message;

    while (packet.len && len <= IPC_PACKET_BYTES &&
           !ipc_decode(&proto, &packet, &type, &message, sizeof(message))) {
        size_t used = before.len - packet.len, again_len = 0;

        BUG_IF(ipc_encode(type, &message, again, sizeof(again), &again_len));
        BUG_IF(again_len != used || memcmp(again, before.p, used) != 0);
        ipc_print(&proto, type->id, &message, text, sizeof(text));
        before = packet;
    }
    return 0;
}
