/*
 * model/rows.h - short forms for writing rows of field tables; for src/model/fields_*.c only
 */
#pragma once
#include "model/field.h"
#include "model/snapshot.h"

/* ROW("column", KIND, STATE, offset, SAYS(...), [.def = ..., .min = ..., ...]) */
#define ROW(column_, kind_, state_, offset_, ...)                                                  \
    {                                                                                              \
        .column = column_, .kind = MODEL_##kind_, .state = MODEL_##state_, .offset = offset_,      \
        __VA_ARGS__                                                                                \
    }
#define SAYS(label_ru, label_en, help_ru, help_en)                                                 \
    .label = {label_ru, label_en}, .help = {help_ru, help_en}
#define NOWHERE MODEL_NOWHERE

#define SQL_UUID                                                                                   \
    "VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))"  \
    "||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||"                 \
    "substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))))"

/* The same where the key is another column. */
#define SQL_UUID_PLAIN                                                                             \
    "VARCHAR(36) NOT NULL DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||"      \
    "substr(hex(randomblob(2)),2)||'-A'||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6))))"

#define ROW_UUID                                                                                   \
    ROW("uuid", TEXT, INNER, NOWHERE, .sql = SQL_UUID,                                             \
        SAYS("Идентификатор записи", "Record identifier",                                          \
             "Неизменный UUID записи; создаётся сам.", "The record's UUID; made by itself."))
#define ROW_NAME(offset_)                                                                          \
    ROW("name", TEXT, INNER, offset_, .sql = "VARCHAR(128) NOT NULL DEFAULT ''",                   \
        SAYS("Наименование", "Name", "Произвольное наименование. Пример: user-100-domain.",        \
             "Any name. Example: user-100-domain."))
#define ROW_DESCRIPTION                                                                            \
    ROW("description", TEXT, INNER, NOWHERE, .sql = "VARCHAR(128) NOT NULL DEFAULT ''",            \
        SAYS("Описание", "Description", "Произвольное описание.", "Any description."))
#define ROW_GROUP(offset_)                                                                         \
    ROW("group_uuid", TEXT, INNER, offset_, .sql = "VARCHAR(36) DEFAULT NULL", .refers = "groups", \
        SAYS("Группа", "Group", "Группа, в которую входит запись.",                                \
             "The group that owns the record."))
#define ROW_ID(help_ru, help_en)                                                                   \
    ROW("id", TEXT, INNER, NOWHERE, .sql = "VARCHAR(255) NOT NULL UNIQUE",                         \
        SAYS("Идентификатор", "Identifier", help_ru, help_en))

extern const struct model_field model_fields_endpoint[];
extern const struct model_field model_fields_aor[];
extern const struct model_field model_fields_auth[];
extern const struct model_field model_fields_contact[];
extern const struct model_field model_fields_identify[];
extern const struct model_field model_fields_transport[];
extern const struct model_field model_fields_registration[];
extern const struct model_field model_fields_domain_alias[];
extern const struct model_field model_fields_global[];
extern const struct model_field model_fields_system[];
extern const struct model_field model_fields_acl[];
extern const struct model_field model_fields_manager[];
extern const struct model_field model_fields_moh[];
extern const struct model_field model_fields_tone[];
extern const struct model_field model_fields_feature[];
extern const struct model_field model_fields_settings[];
extern const struct model_field model_fields_realtime_extensions[];
extern const struct model_field model_fields_static[];
extern const struct model_field model_fields_context[];
extern const struct model_field model_fields_group[];
extern const struct model_field model_fields_cdr[];
extern const struct model_field model_fields_call_quality[];
extern const struct model_field model_fields_astdb[];
extern const struct model_field model_fields_call_story[];
extern const struct model_field model_fields_import_later[];
extern const struct model_field model_fields_recording[];
extern const struct model_field model_fields_job[];
extern const struct model_field model_fields_recording_sum[];
extern const struct model_field model_fields_recording_seal[];
extern const struct model_field model_fields_user[];
extern const struct model_field model_fields_web_session[];
extern const struct model_field model_fields_api_user[];
extern const struct model_field model_fields_revision[];
extern const struct model_field model_fields_recovery[];
extern const struct model_field model_fields_webhook[];
extern const struct model_field model_fields_webhook_queue[];
extern const struct model_field model_fields_outbox[];
extern const struct model_field model_fields_sound[];

/* choices that several files name */
extern const char *const model_choices_identify_by[];
