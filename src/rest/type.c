/* rest/type.c - see type.h */
#include "rest/type.h"

#include <string.h>

#define TYPE(...) TYPE_BY("uuid", __VA_ARGS__)
#define TYPE_BY(key_, name_, section_, reads_, writes_, listed_, basic_, required_, ...)           \
    {                                                                                              \
        .name = name_, .section = section_, .key = key_, .reads = reads_, .writes = writes_,       \
        .listed = listed_, .basic = basic_, .required = required_, __VA_ARGS__                     \
    }
#define SEERS (REST_ADMIN | REST_AUDITOR)

const struct rest_type rest_types[] = {
    TYPE(
        "endpoint", "driver", REST_READERS, REST_WRITERS,
        "id,name,description,context,callerid,aors,allow",
        "id,name,description,group_uuid,context,aors,auth,callerid,transport,disallow,allow,direct_media,"
        "dtmf_mode,media_encryption,outbound_auth,outbound_proxy,from_user,from_domain,language,moh_suggest",
        "id"),
    TYPE("aor", "driver", REST_READERS, REST_WRITERS,
         "id,name,description,contact,max_contacts,default_expiration,qualify_frequency",
         "id,name,description,group_uuid,contact,default_expiration,max_contacts,remove_existing,"
         "qualify_frequency,qualify_timeout",
         "id"),
    TYPE("auth", "driver", REST_READERS, REST_WRITERS,
         "id,name,description,auth_type,username,realm",
         "id,name,description,group_uuid,auth_type,username,password,realm", "id"),
    TYPE(
        "registration", "driver", REST_READERS, REST_ADMIN,
        "id,name,description,server_uri,client_uri,outbound_auth,expiration",
        "id,name,description,group_uuid,server_uri,client_uri,outbound_auth,transport,contact_user,expiration,"
        "retry_interval,line,endpoint",
        "id,server_uri,client_uri"),
    TYPE(
        "transport", "driver", SEERS, REST_ADMIN,
        "id,name,description,protocol,bind,external_signaling_address",
        "id,name,description,protocol,bind,local_net,external_media_address,external_signaling_address,cert_file,"
        "priv_key_file,method",
        "id,bind", .is_common = true),
    TYPE("identify", "driver", REST_READERS, REST_ADMIN, "id,name,description,endpoint,match",
         "id,name,description,group_uuid,endpoint,match,match_header", "id,endpoint"),
    TYPE_BY("id", "contact", "driver", REST_READERS, 0,
            "aor,uri,user_agent,via_addr,via_port,expiration_time,endpoint", "", "",
            .is_common = true),
    TYPE("domain_alias", "driver", SEERS, REST_ADMIN, "id,domain", "id,domain", "id,domain",
         .is_common = true),
    TYPE("acl", "driver", SEERS, REST_ADMIN, "name,description", "name,description", "name",
         .is_common = true),
    TYPE("context", "routing", REST_READERS, REST_WRITERS, "name,description",
         "name,description,group_uuid", "name"),
    TYPE("realtime_extensions", "routing", REST_READERS, REST_ADMIN,
         "context,exten,priority,label,app,appdata",
         "context,exten,priority,label,app,appdata,group_uuid", "context,exten,priority,app"),
    TYPE("musiconhold", "media", REST_READERS, REST_ADMIN, "name,mode,directory",
         "name,mode,directory,sort", "name", .is_common = true),
    TYPE("tone", "media", SEERS, REST_ADMIN, "name", "name", "name", .is_common = true),
    TYPE("sound", "media", REST_READERS, 0, "name,folder,description,ms,bytes,source,state,changed",
         "", ""),
    TYPE_BY("sequence", "cdr", "statistics", REST_READERS, 0,
            "start,src,dst,source,destination,direction,duration,billsec,disposition,uniqueid", "",
            "", .sort = "-start", .searched = "src,dst,clid", .numbers = "src,dst",
            .always_set = "start"),
    TYPE("recording", "statistics", REST_READERS, 0,
         "begun,uniqueid,caller,connected,exten,ms,state,mp3", "", ""),
    TYPE_BY("id", "job", "statistics", SEERS, 0, "kind,state,next_at,attempts", "", "",
            .is_common = true),
    TYPE("manager", "access", SEERS, REST_ADMIN, "name,description,read,write",
         "name,description,secret,read,write,deny,permit", "name", .is_common = true),
    TYPE("users", "access", SEERS, REST_ADMIN,
         "name,full_name,email,role,groups,enable,last_login_at",
         "name,full_name,email,role,groups,language,enable,password,must_change", "name,role",
         .is_common = true),
    TYPE("api_user", "access", SEERS, REST_ADMIN, "name,description,enable",
         "name,description,enable,group_uuid,api_key", "name", .is_common = true),
    TYPE("groups", "access", REST_READERS, REST_ADMIN, "name,description",
         "name,description,recording_days,recording_mib", "name", .is_common = true),
    TYPE_BY("language", "settings", "settings", SEERS, REST_ADMIN, "language", "", "",
            .is_common = true, .is_single = true),
    {0}};

const struct rest_type *rest_type_find(struct slice name)
{
    for (const struct rest_type *t = rest_types; t->name; t++)
        if (slice_eqz(name, t->name))
            return t;
    return NULL;
}

const struct model_type *rest_type_model(const struct rest_type *t)
{
    return model_type_find(slice_of(t->name));
}

bool rest_is_listed(const char *list, struct slice name)
{
    struct slice rest = slice_of(list);

    while (slice_is_set(rest))
        if (slice_eq(slice_trim(slice_cut(rest, ',', &rest)), name))
            return true;
    return false;
}

bool rest_field_is_shown(const struct model_field *f)
{
    return f->state != MODEL_MOOT;
}

bool rest_field_is_fixed(const struct rest_type *t, const struct model_field *f)
{
    return !t->writes || f->kind == MODEL_WALL || (f->sql && strstr(f->sql, "AUTOINCREMENT")) ||
           strcmp(f->column, "uuid") == 0 || strcmp(f->column, "last_login_peer") == 0 ||
           strcmp(f->column, "totp_step") == 0 || (strcmp(f->column, t->key) == 0 && !t->is_single);
}
