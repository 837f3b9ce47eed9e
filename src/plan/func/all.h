/*
 * plan/func/all.h - the rows of plan/func/, one a file; table.c puts them in order
 */
#pragma once
#include "plan/func.h"

extern const struct plan_func plan_func_callerid, plan_func_cdr, plan_func_channel, plan_func_cut,
    plan_func_dialgroup, plan_func_epoch, plan_func_global, plan_func_if, plan_func_len,
    plan_func_local, plan_func_math, plan_func_regex, plan_func_strftime, plan_func_timeout;
extern const struct plan_func plan_func_device_state, plan_func_dialplan_exists,
    plan_func_exception, plan_func_extension_state, plan_func_hint, plan_func_valid_exten;
/* One a line, so that lines can be added without others moving. */
/* clang-format off */
extern const struct plan_func plan_func_ami_client;
extern const struct plan_func plan_func_callerid;
extern const struct plan_func plan_func_cdr;
extern const struct plan_func plan_func_channel;
extern const struct plan_func plan_func_cut;
extern const struct plan_func plan_func_dialgroup;
extern const struct plan_func plan_func_epoch;
extern const struct plan_func plan_func_global;
extern const struct plan_func plan_func_if;
extern const struct plan_func plan_func_len;
extern const struct plan_func plan_func_local;
extern const struct plan_func plan_func_math;
extern const struct plan_func plan_func_regex;
extern const struct plan_func plan_func_sayfiles;
extern const struct plan_func plan_func_strftime;
extern const struct plan_func plan_func_timeout;
/* clang-format on */

extern const struct plan_func plan_func_cdr_prop;
extern const struct plan_func plan_func_channels;
extern const struct plan_func plan_func_connectedline;
extern const struct plan_func plan_func_group;
extern const struct plan_func plan_func_group_count;
extern const struct plan_func plan_func_group_list;
extern const struct plan_func plan_func_group_match_count;
extern const struct plan_func plan_func_import;
extern const struct plan_func plan_func_master_channel;
extern const struct plan_func plan_func_max_forwards;
extern const struct plan_func plan_func_redirecting;
extern const struct plan_func plan_func_shared;
extern const struct plan_func plan_func_abs;
extern const struct plan_func plan_func_max;
extern const struct plan_func plan_func_min;
extern const struct plan_func plan_func_mixmonitor;
extern const struct plan_func plan_func_muteaudio;
extern const struct plan_func plan_func_inc;
extern const struct plan_func plan_func_dec;
extern const struct plan_func plan_func_digit_sum;
extern const struct plan_func plan_func_rand;
extern const struct plan_func plan_func_tolower;
extern const struct plan_func plan_func_toupper;
extern const struct plan_func plan_func_trim;
extern const struct plan_func plan_func_ltrim;
extern const struct plan_func plan_func_rtrim;
extern const struct plan_func plan_func_quote;
extern const struct plan_func plan_func_csv_quote;
extern const struct plan_func plan_func_passthru;
extern const struct plan_func plan_func_exists;
extern const struct plan_func plan_func_feature;
extern const struct plan_func plan_func_featuremap;
extern const struct plan_func plan_func_isnull;
extern const struct plan_func plan_func_basename;
extern const struct plan_func plan_func_dirname;
extern const struct plan_func plan_func_keypadhash;
extern const struct plan_func plan_func_fieldqty;
extern const struct plan_func plan_func_fieldnum;
extern const struct plan_func plan_func_listfilter;
extern const struct plan_func plan_func_pop;
extern const struct plan_func plan_func_shift;
extern const struct plan_func plan_func_presence_state;
extern const struct plan_func plan_func_push;
extern const struct plan_func plan_func_unshift;
extern const struct plan_func plan_func_sort;
extern const struct plan_func plan_func_filter;
extern const struct plan_func plan_func_replace;
extern const struct plan_func plan_func_strreplace;
extern const struct plan_func plan_func_strbetween;
extern const struct plan_func plan_func_base64_encode;
extern const struct plan_func plan_func_base64_decode;
extern const struct plan_func plan_func_uriencode;
extern const struct plan_func plan_func_uridecode;
extern const struct plan_func plan_func_md5;
extern const struct plan_func plan_func_sha1;
extern const struct plan_func plan_func_aes_encrypt;
extern const struct plan_func plan_func_aes_decrypt;
extern const struct plan_func plan_func_iconv;
extern const struct plan_func plan_func_sprintf;
extern const struct plan_func plan_func_strptime;
extern const struct plan_func plan_func_iftime;
extern const struct plan_func plan_func_testtime;
extern const struct plan_func plan_func_hash;
extern const struct plan_func plan_func_hashkeys;
extern const struct plan_func plan_func_array;
extern const struct plan_func plan_func_set;
extern const struct plan_func plan_func_delete;
extern const struct plan_func plan_func_global_delete;
extern const struct plan_func plan_func_global_exists;
extern const struct plan_func plan_func_variable_exists;
extern const struct plan_func plan_func_eval;
extern const struct plan_func plan_func_export;
extern const struct plan_func plan_func_json_decode;
extern const struct plan_func plan_func_version;
extern const struct plan_func plan_func_volume;
extern const struct plan_func plan_func_sysinfo;
extern const struct plan_func plan_func_uuid;
extern const struct plan_func plan_func_env;
extern const struct plan_func plan_func_ifmodule;
extern const struct plan_func plan_func_channel_exists;
extern const struct plan_func plan_func_lock;
extern const struct plan_func plan_func_trylock;
extern const struct plan_func plan_func_unlock;
extern const struct plan_func plan_func_stack_peek;
extern const struct plan_func plan_func_local_peek;
extern const struct plan_func plan_func_eval_exten;
extern const struct plan_func plan_func_eval_sub;
extern const struct plan_func plan_func_hangupcause;
extern const struct plan_func plan_func_hangupcause_keys;
extern const struct plan_func plan_func_sql;
extern const struct plan_func plan_func_db;
extern const struct plan_func plan_func_db_exists;
extern const struct plan_func plan_func_db_delete;
extern const struct plan_func plan_func_db_keys;
extern const struct plan_func plan_func_db_keycount;
extern const struct plan_func plan_func_blacklist;
extern const struct plan_func plan_func_shell;
extern const struct plan_func plan_func_file;
extern const struct plan_func plan_func_file_count_line;
extern const struct plan_func plan_func_file_format;
extern const struct plan_func plan_func_stat;
extern const struct plan_func plan_func_curl;
extern const struct plan_func plan_func_curlopt;
extern const struct plan_func plan_func_enumlookup;
extern const struct plan_func plan_func_enumquery;
extern const struct plan_func plan_func_enumresult;
extern const struct plan_func plan_func_txtcidname;
extern const struct plan_func plan_func_srvquery;
extern const struct plan_func plan_func_srvresult;
extern const struct plan_func plan_func_realtime;
extern const struct plan_func plan_func_realtime_destroy;
extern const struct plan_func plan_func_realtime_field;
extern const struct plan_func plan_func_realtime_hash;
extern const struct plan_func plan_func_realtime_store;

/** One warning about a function, with the channel's place. */
void plan_func_warn(const struct plan_env *env, const char *what, const char *about);

/** A leg that Dial called is over: HANGUPCAUSE of the caller will tell. @return errno of channel_var_set */
int plan_hangupcause_note(struct channel *caller, const struct channel *leg);
