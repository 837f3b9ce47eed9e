/*
 * ipc/codec.h - a message's struct to bytes and back, by its table of fields
 *
 * Scope:   what ipc.c puts into packets; on its own for tests and the fuzzer.
 * Limits:  as in ipc.h; decoding is strict: every byte of a message is accounted for, a bool is 0
 *          or 1, a text holds no NUL and fits its array, an address is of a known family.
 */
#pragma once
#include "base/slice.h"
#include "ipc/ipc.h"

#define IPC_PACKET_BYTES 32768
#define IPC_HEAD_BYTES 4

/** The type with this id, or NULL. */
const struct ipc_type *ipc_type_find(const struct ipc_protocol *proto, uint16_t id);

/**
 * Append one message to the size bytes at out, of which *len are used.
 * @return 0 (*len moved on); EINVAL (a text without end, bytes too long); ENOSPC (no room; *len as
 * before)
 */
int ipc_encode(const struct ipc_type *type, const void *message, uint8_t *out, size_t size,
               size_t *len);

/**
 * Take the first message off packet.
 * @param packet   moved on behind the message
 * @param type     out
 * @param message  out: type->size bytes, zeroed first; room for size
 * @return 0; EBADMSG
 */
int ipc_decode(const struct ipc_protocol *proto, struct slice *packet, const struct ipc_type **type,
               void *message, size_t size);
