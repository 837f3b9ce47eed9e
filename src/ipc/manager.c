/* ipc/manager.c - see manager.h */
#include "ipc/manager.h"

static const struct ipc_field open_fields[] = {IPC_FIELD(IPC_U32, struct manager_open, session),
                                               IPC_FIELD(IPC_U8, struct manager_open, kind),
                                               IPC_FIELD(IPC_ADDR, struct manager_open, peer),
                                               IPC_FIELD(IPC_ADDR, struct manager_open, local),
                                               {0}};
/* Texts of requests may hold secrets: the name of the field keeps them out of logs. */
static const struct ipc_field ask_fields[] = {IPC_FIELD(IPC_U32, struct manager_ask, session),
                                              IPC_FIELD(IPC_U32, struct manager_ask, request),
                                              IPC_FIELD(IPC_BOOL, struct manager_ask, is_last),
                                              {.kind = IPC_BYTES,
                                               .name = "secret_text",
                                               .offset = offsetof(struct manager_ask, text),
                                               .size = MANAGER_TEXT_MAX},
                                              {0}};
static const struct ipc_field digest_fields[] = {
    IPC_FIELD(IPC_U32, struct manager_digest, session),
    IPC_FIELD(IPC_U32, struct manager_digest, request),
    IPC_FIELD(IPC_TEXT, struct manager_digest, method),
    {.kind = IPC_BYTES,
     .name = "secret_uri", /* its query may have one */
     .offset = offsetof(struct manager_digest, uri),
     .size = MANAGER_URI_MAX},
    {.kind = IPC_BYTES,
     .name = "secret_authorization",
     .offset = offsetof(struct manager_digest, authorization),
     .size = MANAGER_HEADER_MAX},
    {0}};
static const struct ipc_field leave_fields[] = {IPC_FIELD(IPC_U32, struct manager_leave, session),
                                                {0}};
static const struct ipc_field answer_fields[] = {
    IPC_FIELD(IPC_U32, struct manager_answer, session),
    IPC_FIELD(IPC_U32, struct manager_answer, request),
    IPC_FIELD(IPC_BOOL, struct manager_answer, is_last),
    {.kind = IPC_BYTES,
     .name = "secret_text",
     .offset = offsetof(struct manager_answer, text),
     .size = MANAGER_TEXT_MAX},
    {0}};
static const struct ipc_field verdict_fields[] = {
    IPC_FIELD(IPC_U32, struct manager_verdict, session),
    IPC_FIELD(IPC_U32, struct manager_verdict, request),
    IPC_FIELD(IPC_I32, struct manager_verdict, err),
    IPC_BYTES_FIELD(struct manager_verdict, headers, MANAGER_HEADER_MAX),
    {0}};

#define TYPE(id_, struct_, fields_)                                                                \
    {                                                                                              \
        .id = id_, .name = #struct_, .size = sizeof(struct struct_), .fields = fields_             \
    }
static const struct ipc_type types[] = {TYPE(MANAGER_OPEN, manager_open, open_fields),
                                        TYPE(MANAGER_ASK, manager_ask, ask_fields),
                                        TYPE(MANAGER_DIGEST, manager_digest, digest_fields),
                                        TYPE(MANAGER_LEAVE, manager_leave, leave_fields),
                                        TYPE(MANAGER_ANSWER, manager_answer, answer_fields),
                                        TYPE(MANAGER_VERDICT, manager_verdict, verdict_fields),
                                        TYPE(MANAGER_LEFT, manager_leave, leave_fields),
                                        {0}};

const struct ipc_protocol manager_protocol = {.name = "manager", .types = types};
