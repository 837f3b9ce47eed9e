/*
 * ipc/ipc.h - typed, bounded messages between roles, over a local seqpacket socket
 *
 * Scope:   a message is a plain struct described by a table of fields (struct ipc_type); encoding,
 *          decoding, checks and the debug print come from that table. Both ends are one binary,
 *          so the two tables never differ; a wrong length or a field out of bounds all the same
 *          closes the connection (EBADMSG): the other role may have been taken over.
 * Shape:   a packet holds several messages (they are gathered and leave at the end of the round),
 *          each: u16 type, u16 length, fields in table order, little endian; strings and bytes
 *          with a u16 length before them.
 * Limits:  a packet is at most 32 KiB; 4 MiB may wait to be sent: more closes the connection
 *          (ENOBUFS), as a role that does not read is as good as dead.
 * Thread:  the loop's.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "loop/loop.h"

enum ipc_kind {
    IPC_END = 0,
    IPC_U8,    /* uint8_t */
    IPC_BOOL,  /* bool */
    IPC_U16,   /* uint16_t */
    IPC_U32,   /* uint32_t */
    IPC_I32,   /* int32_t */
    IPC_U64,   /* uint64_t */
    IPC_I64,   /* int64_t */
    IPC_TEXT,  /* char[size], terminated; no NUL inside */
    IPC_BYTES, /* struct slice; points into the packet when received (valid during the handler) */
    IPC_ADDR,  /* struct addr */
};

struct ipc_field {
    enum ipc_kind kind;
    const char *name;
    size_t offset;
    size_t size; /* IPC_TEXT: of the array; IPC_BYTES: most bytes */
};

/** A row of fields: IPC_FIELD(IPC_U32, struct media_create, id) */
#define IPC_FIELD(kind_, type_, member_)                                                           \
    {                                                                                              \
        .kind = kind_, .name = #member_, .offset = offsetof(type_, member_),                       \
        .size = sizeof(((type_ *)0)->member_)                                                      \
    }
#define IPC_BYTES_FIELD(type_, member_, max_)                                                      \
    {                                                                                              \
        .kind = IPC_BYTES, .name = #member_, .offset = offsetof(type_, member_), .size = max_      \
    }

struct ipc_type {
    uint16_t id;
    const char *name;
    size_t size; /* sizeof the struct */
    const struct ipc_field *fields;
};

/** The messages that one kind of connection carries; types ends with a row whose name is NULL. */
struct ipc_protocol {
    const char *name;
    const struct ipc_type *types;
};

struct ipc;

/** One message: id of its type, the decoded struct (valid during the handler); fd >= 0 when a
 *  descriptor came along (then taken by the handler). The handler may close. */
typedef void(ipc_recv_h)(struct ipc *c, uint16_t id, const void *message, int fd, void *arg);

/** The other end is gone (0), or closed for an error; the last call made. */
typedef void(ipc_closed_h)(struct ipc *c, int err, void *arg);

/** Over a connected seqpacket socket (taken, even on error). With recv NULL nothing is read until
 *  ipc_set_handlers. The last mem_deref closes. @return 0; ENOMEM; errno. */
int ipc_alloc(struct ipc **cp, struct loop *l, int fd, const struct ipc_protocol *proto,
              ipc_recv_h *recv, ipc_closed_h *closed, void *arg);

/** Both ends inside one process, without sockets (tests; scenes with a fake media role). */
int ipc_pair(struct ipc **a, struct ipc **b, struct loop *l, const struct ipc_protocol *proto);
void ipc_set_handlers(struct ipc *c, ipc_recv_h *recv, ipc_closed_h *closed, void *arg);

/** Queue a message (copied). @return 0; EINVAL (no such id, a text without end, bytes too long,
 * more than a packet); ENOBUFS (closed, too: the handler tells it later); ENOTCONN; ENOMEM. */
int ipc_send(struct ipc *c, uint16_t id, const void *message);

/** The same, but it may wait up to ms for company: it leaves with the next message of ipc_send. For
 *  what nobody waits for; it saves a wake of the other role. */
int ipc_send_later(struct ipc *c, uint16_t id, const void *message, uint32_t ms);

/** The same with a descriptor (duplicated); leaves in a packet of its own. @return also errno of
 * dup. */
int ipc_send_fd(struct ipc *c, uint16_t id, const void *message, int fd);

/** How much may wait to be sent, in place of 4 MiB: where one message may be long and the other end reads
 *  all the time. */
void ipc_set_room(struct ipc *c, size_t bytes);

/** Bytes that wait to be sent: to refuse what would close the connection. */
size_t ipc_waiting(const struct ipc *c);

/** No handler is called any more; what waits is sent if the socket takes it at once. */
void ipc_close(struct ipc *c);

/** Who is at the other end (SO_PEERCRED). @return 0; errno. */
int ipc_peer(const struct ipc *c, uint32_t *uid, int32_t *pid);

/** Connect to / listen on a seqpacket socket by path (at most 107 bytes). *fd is the caller's.
 *  A path on which nobody listens any more is taken over. @return 0; ENAMETOOLONG; errno. */
int ipc_connect(int *fd, const char *path);
int ipc_listen(int *fd, const char *path);

/** Print a message for a log at level debug. Fields with secret or password in their name print as
 *  ***. @return 0; EINVAL (no such id); ENOSPC (cut); ENOMEM. */
int ipc_print(const struct ipc_protocol *proto, uint16_t id, const void *message, char *out,
              size_t size);
