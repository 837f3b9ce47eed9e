-- What a station of the release before the Manager API left behind (sqlite3 station.db .dump): an office with a record and an entry of the database
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migrations (version INTEGER PRIMARY KEY, name VARCHAR(128) NOT NULL DEFAULT '', applied DATETIME NOT NULL DEFAULT (datetime('now','localtime')));
INSERT INTO migrations VALUES(20261123060000,'make_tables','2026-11-23 18:12:38');
INSERT INTO migrations VALUES(20261123100000,'add_call_story','2026-11-23 18:12:38');
INSERT INTO migrations VALUES(20261123110000,'add_astdb','2026-11-23 18:12:38');
INSERT INTO migrations VALUES(20261123121500,'add_tones','2026-11-23 18:12:38');
CREATE TABLE config_version (name VARCHAR(128) NOT NULL PRIMARY KEY, version INTEGER NOT NULL DEFAULT 1);
INSERT INTO config_version VALUES('ps_endpoints',6);
INSERT INTO config_version VALUES('ps_aors',6);
INSERT INTO config_version VALUES('ps_auths',5);
INSERT INTO config_version VALUES('ps_endpoint_id_ips',2);
INSERT INTO config_version VALUES('ps_transports',1);
INSERT INTO config_version VALUES('ps_registrations',1);
INSERT INTO config_version VALUES('ps_globals',1);
INSERT INTO config_version VALUES('ps_systems',1);
INSERT INTO config_version VALUES('static_pjsip',14);
INSERT INTO config_version VALUES('static_sorcery',10);
INSERT INTO config_version VALUES('static_extensions',11);
INSERT INTO config_version VALUES('realtime_extensions',1);
INSERT INTO config_version VALUES('context',1);
INSERT INTO config_version VALUES('acl',1);
INSERT INTO config_version VALUES('musiconhold',2);
INSERT INTO config_version VALUES('tones',1);
INSERT INTO config_version VALUES('settings',3);
CREATE TABLE IF NOT EXISTS "ps_endpoints" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "transport" VARCHAR(255) DEFAULT NULL,
  "aors" VARCHAR(255) DEFAULT NULL,
  "auth" VARCHAR(255) DEFAULT NULL,
  "context" VARCHAR(255) DEFAULT NULL,
  "disallow" VARCHAR(255) DEFAULT NULL,
  "allow" VARCHAR(255) DEFAULT NULL,
  "direct_media" VARCHAR(5) DEFAULT NULL,
  "connected_line_method" VARCHAR(40) DEFAULT NULL,
  "direct_media_method" VARCHAR(40) DEFAULT NULL,
  "direct_media_glare_mitigation" VARCHAR(40) DEFAULT NULL,
  "disable_direct_media_on_nat" VARCHAR(5) DEFAULT NULL,
  "dtmf_mode" VARCHAR(40) DEFAULT NULL,
  "external_media_address" VARCHAR(255) DEFAULT NULL,
  "force_rport" VARCHAR(5) DEFAULT NULL,
  "ice_support" VARCHAR(5) DEFAULT NULL,
  "identify_by" VARCHAR(255) DEFAULT NULL,
  "mailboxes" VARCHAR(255) DEFAULT NULL,
  "moh_suggest" VARCHAR(255) DEFAULT NULL,
  "outbound_auth" VARCHAR(255) DEFAULT NULL,
  "outbound_proxy" VARCHAR(255) DEFAULT NULL,
  "rewrite_contact" VARCHAR(5) DEFAULT NULL,
  "rtp_ipv6" VARCHAR(5) DEFAULT NULL,
  "rtp_symmetric" VARCHAR(5) DEFAULT NULL,
  "send_diversion" VARCHAR(5) DEFAULT NULL,
  "send_pai" VARCHAR(5) DEFAULT NULL,
  "send_rpid" VARCHAR(5) DEFAULT NULL,
  "timers_min_se" INTEGER DEFAULT NULL,
  "timers" VARCHAR(40) DEFAULT NULL,
  "timers_sess_expires" INTEGER DEFAULT NULL,
  "callerid" VARCHAR(255) DEFAULT NULL,
  "callerid_privacy" VARCHAR(40) DEFAULT NULL,
  "callerid_tag" VARCHAR(255) DEFAULT NULL,
  "100rel" VARCHAR(40) DEFAULT NULL,
  "aggregate_mwi" VARCHAR(5) DEFAULT NULL,
  "trust_id_inbound" VARCHAR(5) DEFAULT NULL,
  "trust_id_outbound" VARCHAR(5) DEFAULT NULL,
  "use_ptime" VARCHAR(5) DEFAULT NULL,
  "use_avpf" VARCHAR(5) DEFAULT NULL,
  "media_encryption" VARCHAR(40) DEFAULT NULL,
  "inband_progress" VARCHAR(5) DEFAULT NULL,
  "call_group" VARCHAR(40) DEFAULT NULL,
  "pickup_group" VARCHAR(40) DEFAULT NULL,
  "named_call_group" VARCHAR(255) DEFAULT NULL,
  "named_pickup_group" VARCHAR(255) DEFAULT NULL,
  "device_state_busy_at" INTEGER DEFAULT NULL,
  "fax_detect" VARCHAR(5) DEFAULT NULL,
  "fax_detect_timeout" INTEGER DEFAULT NULL,
  "t38_udptl" VARCHAR(5) DEFAULT NULL,
  "t38_udptl_ec" VARCHAR(40) DEFAULT NULL,
  "t38_udptl_maxdatagram" INTEGER DEFAULT NULL,
  "t38_udptl_nat" VARCHAR(5) DEFAULT NULL,
  "t38_udptl_ipv6" VARCHAR(5) DEFAULT NULL,
  "t38_bind_udptl_to_media_address" VARCHAR(5) DEFAULT NULL,
  "tone_zone" VARCHAR(255) DEFAULT NULL,
  "language" VARCHAR(255) DEFAULT NULL,
  "one_touch_recording" VARCHAR(5) DEFAULT NULL,
  "record_on_feature" VARCHAR(255) DEFAULT NULL,
  "record_off_feature" VARCHAR(255) DEFAULT NULL,
  "rtp_engine" VARCHAR(255) DEFAULT NULL,
  "allow_transfer" VARCHAR(5) DEFAULT NULL,
  "allow_subscribe" VARCHAR(5) DEFAULT NULL,
  "sdp_owner" VARCHAR(255) DEFAULT NULL,
  "sdp_session" VARCHAR(255) DEFAULT NULL,
  "tos_audio" VARCHAR(255) DEFAULT NULL,
  "tos_video" VARCHAR(255) DEFAULT NULL,
  "sub_min_expiry" INTEGER DEFAULT NULL,
  "from_domain" VARCHAR(255) DEFAULT NULL,
  "from_user" VARCHAR(255) DEFAULT NULL,
  "mwi_from_user" VARCHAR(255) DEFAULT NULL,
  "dtls_verify" VARCHAR(255) DEFAULT NULL,
  "dtls_rekey" INTEGER DEFAULT NULL,
  "dtls_cert_file" VARCHAR(255) DEFAULT NULL,
  "dtls_private_key" VARCHAR(255) DEFAULT NULL,
  "dtls_cipher" VARCHAR(255) DEFAULT NULL,
  "dtls_ca_file" VARCHAR(255) DEFAULT NULL,
  "dtls_ca_path" VARCHAR(255) DEFAULT NULL,
  "dtls_setup" VARCHAR(40) DEFAULT NULL,
  "dtls_fingerprint" VARCHAR(40) DEFAULT NULL,
  "dtls_auto_generate_cert" VARCHAR(5) DEFAULT NULL,
  "srtp_tag_32" VARCHAR(5) DEFAULT NULL,
  "media_address" VARCHAR(255) DEFAULT NULL,
  "redirect_method" VARCHAR(40) DEFAULT NULL,
  "set_var" TEXT DEFAULT NULL,
  "cos_audio" INTEGER DEFAULT NULL,
  "cos_video" INTEGER DEFAULT NULL,
  "message_context" VARCHAR(255) DEFAULT NULL,
  "force_avp" VARCHAR(5) DEFAULT NULL,
  "media_use_received_transport" VARCHAR(5) DEFAULT NULL,
  "accountcode" VARCHAR(255) DEFAULT NULL,
  "user_eq_phone" VARCHAR(5) DEFAULT NULL,
  "moh_passthrough" VARCHAR(5) DEFAULT NULL,
  "media_encryption_optimistic" VARCHAR(5) DEFAULT NULL,
  "rpid_immediate" VARCHAR(5) DEFAULT NULL,
  "g726_non_standard" VARCHAR(5) DEFAULT NULL,
  "rtp_keepalive" INTEGER DEFAULT NULL,
  "rtp_timeout" INTEGER DEFAULT NULL,
  "rtp_timeout_hold" INTEGER DEFAULT NULL,
  "bind_rtp_to_media_address" VARCHAR(5) DEFAULT NULL,
  "voicemail_extension" VARCHAR(255) DEFAULT NULL,
  "mwi_subscribe_replaces_unsolicited" VARCHAR(5) DEFAULT NULL,
  "deny" TEXT DEFAULT NULL,
  "permit" TEXT DEFAULT NULL,
  "acl" VARCHAR(255) DEFAULT NULL,
  "contact_deny" TEXT DEFAULT NULL,
  "contact_permit" TEXT DEFAULT NULL,
  "contact_acl" VARCHAR(255) DEFAULT NULL,
  "subscribe_context" VARCHAR(255) DEFAULT NULL,
  "contact_user" VARCHAR(255) DEFAULT NULL,
  "preferred_codec_only" VARCHAR(5) DEFAULT NULL,
  "asymmetric_rtp_codec" VARCHAR(5) DEFAULT NULL,
  "rtcp_mux" VARCHAR(5) DEFAULT NULL,
  "allow_overlap" VARCHAR(5) DEFAULT NULL,
  "overlap_context" VARCHAR(255) DEFAULT NULL,
  "refer_blind_progress" VARCHAR(5) DEFAULT NULL,
  "notify_early_inuse_ringing" VARCHAR(5) DEFAULT NULL,
  "max_audio_streams" INTEGER DEFAULT NULL,
  "max_video_streams" INTEGER DEFAULT NULL,
  "webrtc" VARCHAR(5) DEFAULT NULL,
  "incoming_mwi_mailbox" VARCHAR(255) DEFAULT NULL,
  "bundle" VARCHAR(5) DEFAULT NULL,
  "follow_early_media_fork" VARCHAR(5) DEFAULT NULL,
  "accept_multiple_sdp_answers" VARCHAR(5) DEFAULT NULL,
  "suppress_q850_reason_headers" VARCHAR(5) DEFAULT NULL,
  "trust_connected_line" VARCHAR(5) DEFAULT NULL,
  "send_connected_line" VARCHAR(5) DEFAULT NULL,
  "ignore_183_without_sdp" VARCHAR(5) DEFAULT NULL,
  "codec_prefs_incoming_offer" VARCHAR(255) DEFAULT NULL,
  "codec_prefs_outgoing_offer" VARCHAR(255) DEFAULT NULL,
  "codec_prefs_incoming_answer" VARCHAR(255) DEFAULT NULL,
  "codec_prefs_outgoing_answer" VARCHAR(255) DEFAULT NULL,
  "incoming_call_offer_pref" VARCHAR(40) DEFAULT NULL,
  "outgoing_call_offer_pref" VARCHAR(40) DEFAULT NULL,
  "stir_shaken" VARCHAR(40) DEFAULT NULL,
  "stir_shaken_profile" VARCHAR(255) DEFAULT NULL,
  "send_history_info" VARCHAR(5) DEFAULT NULL,
  "allow_unauthenticated_options" VARCHAR(5) DEFAULT NULL,
  "geoloc_incoming_call_profile" VARCHAR(255) DEFAULT NULL,
  "geoloc_outgoing_call_profile" VARCHAR(255) DEFAULT NULL,
  "security_negotiation" VARCHAR(40) DEFAULT NULL,
  "security_mechanisms" VARCHAR(255) DEFAULT NULL,
  "send_aoc" VARCHAR(5) DEFAULT NULL,
  "tenantid" VARCHAR(255) DEFAULT NULL,
  "suppress_moh_on_sendonly" VARCHAR(5) DEFAULT NULL);
INSERT INTO ps_endpoints VALUES('729ffe0d-6729-4c1a-b84c-a137812ea2c0','','',NULL,'101',NULL,'101','101','office','all','alaw,ulaw','no',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'<101>',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_endpoints VALUES('9a951fb1-6452-4c12-910a-93ea5304c0aa','','',NULL,'102',NULL,'102','102','office','all','alaw,ulaw','no',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'<102>',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_endpoints VALUES('7aea2133-d029-438d-a1e2-d7bcaeac7f6d','','',NULL,'103',NULL,'103','103','office','all','alaw,ulaw','no',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'<103>',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_endpoints VALUES('181fd819-7dc4-4f8b-834a-2bb32ed0204c','','',NULL,'104',NULL,'104','104','office','all','alaw,ulaw','no',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'yes',NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,'<104>',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_endpoints VALUES('ea45be8d-a281-4d26-aaa9-1cb2b443786d','','',NULL,'trunk',NULL,'trunk',NULL,'from-trunk','all','alaw,ulaw','no',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "ps_aors" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "contact" TEXT DEFAULT NULL,
  "default_expiration" INTEGER DEFAULT NULL,
  "mailboxes" VARCHAR(255) DEFAULT NULL,
  "max_contacts" INTEGER DEFAULT NULL,
  "minimum_expiration" INTEGER DEFAULT NULL,
  "remove_existing" VARCHAR(5) DEFAULT NULL,
  "qualify_frequency" INTEGER DEFAULT NULL,
  "authenticate_qualify" VARCHAR(5) DEFAULT NULL,
  "maximum_expiration" INTEGER DEFAULT NULL,
  "outbound_proxy" VARCHAR(255) DEFAULT NULL,
  "qualify_2xx_only" VARCHAR(5) DEFAULT NULL,
  "support_path" VARCHAR(5) DEFAULT NULL,
  "qualify_timeout" VARCHAR(20) DEFAULT NULL,
  "voicemail_extension" VARCHAR(255) DEFAULT NULL,
  "remove_unavailable" VARCHAR(5) DEFAULT NULL);
INSERT INTO ps_aors VALUES('aaf5ee90-ded6-43df-9996-4be85fd8557e','','',NULL,'101',NULL,NULL,NULL,1,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_aors VALUES('77d17f67-f38a-4495-8c41-cb4b79e73848','','',NULL,'102',NULL,NULL,NULL,1,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_aors VALUES('764d7c7d-03aa-4d73-9b08-fbedcb7cc4fd','','',NULL,'103',NULL,NULL,NULL,1,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_aors VALUES('ca959421-6d78-4d50-a2d3-ca7fba2cbe82','','',NULL,'104',NULL,NULL,NULL,1,NULL,'yes',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_aors VALUES('6a9b002b-ea72-4c36-b504-916898a91a72','','',NULL,'trunk','sip:127.0.0.2:23110',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "ps_auths" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "auth_type" VARCHAR(40) DEFAULT NULL,
  "nonce_lifetime" INTEGER DEFAULT NULL,
  "md5_cred" VARCHAR(255) DEFAULT NULL,
  "password" VARCHAR(255) DEFAULT NULL,
  "realm" VARCHAR(255) DEFAULT NULL,
  "username" VARCHAR(255) DEFAULT NULL,
  "password_digest" VARCHAR(255) DEFAULT NULL,
  "supported_algorithms_uas" VARCHAR(255) DEFAULT NULL,
  "supported_algorithms_uac" VARCHAR(255) DEFAULT NULL,
  "refresh_token" VARCHAR(255) DEFAULT NULL,
  "oauth_clientid" VARCHAR(255) DEFAULT NULL,
  "oauth_secret" VARCHAR(255) DEFAULT NULL);
INSERT INTO ps_auths VALUES('a23dee3d-0b03-45c7-91fa-783d7135964c','','',NULL,'101','userpass',NULL,NULL,'pw-101',NULL,'101',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_auths VALUES('8402cc29-63c4-45e7-87c0-607642bbfbc6','','',NULL,'102','userpass',NULL,NULL,'pw-102',NULL,'102',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_auths VALUES('92b15406-e556-4384-9605-d7b7dd2058c2','','',NULL,'103','userpass',NULL,NULL,'pw-103',NULL,'103',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ps_auths VALUES('63969b9d-90ab-46a8-875d-79ff1867e61e','','',NULL,'104','userpass',NULL,NULL,'pw-104',NULL,'104',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "ps_contacts" (
  "uuid" VARCHAR(36) DEFAULT NULL,
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL PRIMARY KEY,
  "aor" TEXT NOT NULL DEFAULT '',
  "uri" TEXT NOT NULL DEFAULT '',
  "expiration_time" INTEGER NOT NULL DEFAULT 0,
  "qualify_frequency" INTEGER NOT NULL DEFAULT 0,
  "outbound_proxy" TEXT NOT NULL DEFAULT '',
  "path" TEXT NOT NULL DEFAULT '',
  "user_agent" TEXT NOT NULL DEFAULT '',
  "qualify_timeout" VARCHAR(20) NOT NULL DEFAULT '3.0',
  "reg_server" TEXT NOT NULL DEFAULT '',
  "authenticate_qualify" VARCHAR(5) NOT NULL DEFAULT 'no',
  "via_addr" TEXT NOT NULL DEFAULT '',
  "via_port" INTEGER NOT NULL DEFAULT 0,
  "call_id" TEXT NOT NULL DEFAULT '',
  "endpoint" TEXT NOT NULL DEFAULT '',
  "transport" TEXT NOT NULL DEFAULT '',
  "prune_on_boot" VARCHAR(5) NOT NULL DEFAULT 'no',
  "qualify_2xx_only" VARCHAR(5) NOT NULL DEFAULT 'no') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "ps_endpoint_id_ips" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "endpoint" VARCHAR(255) DEFAULT NULL,
  "match" TEXT DEFAULT NULL,
  "srv_lookups" VARCHAR(5) DEFAULT NULL,
  "match_header" VARCHAR(255) DEFAULT NULL,
  "match_request_uri" VARCHAR(255) DEFAULT NULL);
INSERT INTO ps_endpoint_id_ips VALUES('f3cbb061-45f2-4bc3-9644-1133feb1d942','','',NULL,'trunk','trunk','127.0.0.2',NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "ps_transports" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "protocol" VARCHAR(40) DEFAULT NULL,
  "bind" VARCHAR(255) DEFAULT NULL,
  "local_net" TEXT DEFAULT NULL,
  "external_media_address" VARCHAR(255) DEFAULT NULL,
  "external_signaling_address" VARCHAR(255) DEFAULT NULL,
  "external_signaling_port" INTEGER DEFAULT NULL,
  "allow_reload" VARCHAR(5) DEFAULT NULL,
  "cert_file" VARCHAR(255) DEFAULT NULL,
  "priv_key_file" VARCHAR(255) DEFAULT NULL,
  "ca_list_file" VARCHAR(255) DEFAULT NULL,
  "ca_list_path" VARCHAR(255) DEFAULT NULL,
  "verify_server" VARCHAR(5) DEFAULT NULL,
  "verify_client" VARCHAR(5) DEFAULT NULL,
  "require_client_cert" VARCHAR(5) DEFAULT NULL,
  "domain" VARCHAR(255) DEFAULT NULL,
  "method" VARCHAR(40) DEFAULT NULL,
  "cipher" VARCHAR(255) DEFAULT NULL,
  "cos" INTEGER DEFAULT NULL,
  "tos" VARCHAR(255) DEFAULT NULL,
  "password" VARCHAR(255) DEFAULT NULL,
  "async_operations" INTEGER DEFAULT NULL,
  "websocket_write_timeout" INTEGER DEFAULT NULL,
  "symmetric_transport" VARCHAR(5) DEFAULT NULL,
  "allow_wildcard_certs" VARCHAR(5) DEFAULT NULL,
  "tcp_keepalive_enable" VARCHAR(5) DEFAULT NULL,
  "tcp_keepalive_idle_time" INTEGER DEFAULT NULL,
  "tcp_keepalive_interval_time" INTEGER DEFAULT NULL,
  "tcp_keepalive_probe_count" INTEGER DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "ps_registrations" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "server_uri" VARCHAR(255) DEFAULT NULL,
  "client_uri" VARCHAR(255) DEFAULT NULL,
  "contact_user" VARCHAR(255) DEFAULT NULL,
  "contact_header_params" VARCHAR(255) DEFAULT NULL,
  "transport" VARCHAR(255) DEFAULT NULL,
  "outbound_auth" VARCHAR(255) DEFAULT NULL,
  "outbound_proxy" VARCHAR(255) DEFAULT NULL,
  "expiration" INTEGER DEFAULT NULL,
  "retry_interval" INTEGER DEFAULT NULL,
  "max_retries" INTEGER DEFAULT NULL,
  "forbidden_retry_interval" INTEGER DEFAULT NULL,
  "fatal_retry_interval" INTEGER DEFAULT NULL,
  "auth_rejection_permanent" VARCHAR(5) DEFAULT NULL,
  "line" VARCHAR(5) DEFAULT NULL,
  "endpoint" VARCHAR(255) DEFAULT NULL,
  "support_path" VARCHAR(5) DEFAULT NULL,
  "support_outbound" VARCHAR(5) DEFAULT NULL,
  "max_random_initial_delay" INTEGER DEFAULT NULL,
  "security_negotiation" VARCHAR(40) DEFAULT NULL,
  "security_mechanisms" VARCHAR(255) DEFAULT NULL,
  "user_agent" VARCHAR(255) DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "ps_globals" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "max_forwards" INTEGER DEFAULT NULL,
  "user_agent" VARCHAR(255) DEFAULT NULL,
  "default_realm" VARCHAR(255) DEFAULT NULL,
  "default_from_user" VARCHAR(255) DEFAULT NULL,
  "endpoint_identifier_order" VARCHAR(255) DEFAULT NULL,
  "max_initial_qualify_time" INTEGER DEFAULT NULL,
  "keep_alive_interval" INTEGER DEFAULT NULL,
  "contact_expiration_check_interval" INTEGER DEFAULT NULL,
  "disable_multi_domain" VARCHAR(5) DEFAULT NULL,
  "debug" VARCHAR(255) DEFAULT NULL,
  "default_outbound_endpoint" VARCHAR(255) DEFAULT NULL,
  "default_voicemail_extension" VARCHAR(255) DEFAULT NULL,
  "regcontext" VARCHAR(255) DEFAULT NULL,
  "ignore_uri_user_options" VARCHAR(5) DEFAULT NULL,
  "use_callerid_contact" VARCHAR(5) DEFAULT NULL,
  "send_contact_status_on_update_registration" VARCHAR(5) DEFAULT NULL,
  "norefersub" VARCHAR(5) DEFAULT NULL,
  "allow_sending_180_after_183" VARCHAR(5) DEFAULT NULL,
  "all_codecs_on_empty_reinvite" VARCHAR(5) DEFAULT NULL,
  "taskprocessor_overload_trigger" VARCHAR(40) DEFAULT NULL,
  "unidentified_request_count" INTEGER DEFAULT NULL,
  "unidentified_request_period" INTEGER DEFAULT NULL,
  "unidentified_request_prune_interval" INTEGER DEFAULT NULL,
  "mwi_tps_queue_high" INTEGER DEFAULT NULL,
  "mwi_tps_queue_low" INTEGER DEFAULT NULL,
  "mwi_disable_initial_unsolicited" VARCHAR(5) DEFAULT NULL,
  "rls_send_full_state" VARCHAR(255) DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "ps_systems" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "id" VARCHAR(255) NOT NULL UNIQUE,
  "timer_t1" INTEGER DEFAULT NULL,
  "timer_b" INTEGER DEFAULT NULL,
  "compact_headers" VARCHAR(5) DEFAULT NULL,
  "threadpool_initial_size" INTEGER DEFAULT NULL,
  "threadpool_auto_increment" INTEGER DEFAULT NULL,
  "threadpool_idle_timeout" INTEGER DEFAULT NULL,
  "threadpool_max_size" INTEGER DEFAULT NULL,
  "disable_tcp_switch" VARCHAR(5) DEFAULT NULL,
  "follow_early_media_fork" VARCHAR(5) DEFAULT NULL,
  "accept_multiple_sdp_answers" VARCHAR(5) DEFAULT NULL,
  "disable_rport" VARCHAR(5) DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "static_pjsip" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "cat_metric" INTEGER NOT NULL DEFAULT 0,
  "var_metric" INTEGER NOT NULL DEFAULT 0,
  "commented" INTEGER NOT NULL DEFAULT 0,
  "filename" VARCHAR(128) NOT NULL DEFAULT '',
  "category" VARCHAR(128) NOT NULL DEFAULT '',
  "var_name" VARCHAR(128) NOT NULL DEFAULT '',
  "var_val" TEXT NOT NULL DEFAULT '');
INSERT INTO static_pjsip VALUES(1,0,0,0,'pjsip.conf','transport-udp','type','transport');
INSERT INTO static_pjsip VALUES(2,0,0,0,'pjsip.conf','transport-udp','protocol','udp');
INSERT INTO static_pjsip VALUES(3,0,0,0,'pjsip.conf','transport-udp','bind','127.0.0.1:23100');
INSERT INTO static_pjsip VALUES(4,0,0,0,'pjsip.conf','transport-udp','allow_reload','yes');
INSERT INTO static_pjsip VALUES(5,0,0,0,'pjsip.conf','transport-tcp','type','transport');
INSERT INTO static_pjsip VALUES(6,0,0,0,'pjsip.conf','transport-tcp','protocol','tcp');
INSERT INTO static_pjsip VALUES(7,0,0,0,'pjsip.conf','transport-tcp','bind','127.0.0.1:23100');
INSERT INTO static_pjsip VALUES(8,0,0,0,'pjsip.conf','transport-tcp','allow_reload','yes');
INSERT INTO static_pjsip VALUES(9,0,0,0,'pjsip.conf','transport-tls','type','transport');
INSERT INTO static_pjsip VALUES(10,0,0,0,'pjsip.conf','transport-tls','protocol','tls');
INSERT INTO static_pjsip VALUES(11,0,0,0,'pjsip.conf','transport-tls','bind','127.0.0.1:23101');
INSERT INTO static_pjsip VALUES(12,0,0,0,'pjsip.conf','transport-tls','cert_file','tls/station.pem');
INSERT INTO static_pjsip VALUES(13,0,0,0,'pjsip.conf','transport-tls','allow_reload','yes');
CREATE TABLE IF NOT EXISTS "static_sorcery" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "cat_metric" INTEGER NOT NULL DEFAULT 0,
  "var_metric" INTEGER NOT NULL DEFAULT 0,
  "commented" INTEGER NOT NULL DEFAULT 0,
  "filename" VARCHAR(128) NOT NULL DEFAULT '',
  "category" VARCHAR(128) NOT NULL DEFAULT '',
  "var_name" VARCHAR(128) NOT NULL DEFAULT '',
  "var_val" TEXT NOT NULL DEFAULT '');
INSERT INTO static_sorcery VALUES(1,0,0,0,'sorcery.conf','res_pjsip','endpoint','realtime,ps_endpoints');
INSERT INTO static_sorcery VALUES(2,0,1,0,'sorcery.conf','res_pjsip','auth','realtime,ps_auths');
INSERT INTO static_sorcery VALUES(3,0,2,0,'sorcery.conf','res_pjsip','aor','realtime,ps_aors');
INSERT INTO static_sorcery VALUES(4,0,3,0,'sorcery.conf','res_pjsip','contact','realtime,ps_contacts');
INSERT INTO static_sorcery VALUES(5,0,4,1,'sorcery.conf','res_pjsip','transport','realtime,ps_transports');
INSERT INTO static_sorcery VALUES(6,0,5,1,'sorcery.conf','res_pjsip','global','realtime,ps_globals');
INSERT INTO static_sorcery VALUES(7,0,6,1,'sorcery.conf','res_pjsip','system','realtime,ps_systems');
INSERT INTO static_sorcery VALUES(8,1,0,0,'sorcery.conf','res_pjsip_endpoint_identifier_ip','identify','realtime,ps_endpoint_id_ips');
INSERT INTO static_sorcery VALUES(9,2,0,0,'sorcery.conf','res_pjsip_outbound_registration','registration','realtime,ps_registrations');
CREATE TABLE IF NOT EXISTS "static_extensions" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "cat_metric" INTEGER NOT NULL DEFAULT 0,
  "var_metric" INTEGER NOT NULL DEFAULT 0,
  "commented" INTEGER NOT NULL DEFAULT 0,
  "filename" VARCHAR(128) NOT NULL DEFAULT '',
  "category" VARCHAR(128) NOT NULL DEFAULT '',
  "var_name" VARCHAR(128) NOT NULL DEFAULT '',
  "var_val" TEXT NOT NULL DEFAULT '');
INSERT INTO static_extensions VALUES(1,1,2,0,'extensions.conf','office','exten','_10X,1,Dial(PJSIP/${EXTEN},5)');
INSERT INTO static_extensions VALUES(2,1,3,0,'extensions.conf','office','exten','200,1,Dial(PJSIP/101&PJSIP/102&PJSIP/103&PJSIP/104,20)');
INSERT INTO static_extensions VALUES(3,1,4,0,'extensions.conf','office','exten','300,1,Answer()');
INSERT INTO static_extensions VALUES(4,1,5,0,'extensions.conf','office','same','n,Echo()');
INSERT INTO static_extensions VALUES(5,1,6,0,'extensions.conf','office','exten','301,1,Answer()');
INSERT INTO static_extensions VALUES(6,1,7,0,'extensions.conf','office','same','n,Read(PIN,,4,,1,10)');
INSERT INTO static_extensions VALUES(7,1,8,0,'extensions.conf','office','same','n,Verbose(0,pin=${PIN})');
INSERT INTO static_extensions VALUES(8,1,9,0,'extensions.conf','office','same','n,Wait(2)');
INSERT INTO static_extensions VALUES(9,1,10,0,'extensions.conf','office','exten','_8X.,1,Dial(PJSIP/${EXTEN:1}@trunk,20)');
INSERT INTO static_extensions VALUES(10,2,12,0,'extensions.conf','from-trunk','exten','_X.,1,Goto(office,${EXTEN},1)');
CREATE TABLE IF NOT EXISTS "realtime_extensions" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "uuid" VARCHAR(36) NOT NULL DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-A'||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL DEFAULT '',
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "context" VARCHAR(80) NOT NULL DEFAULT '',
  "exten" VARCHAR(80) NOT NULL DEFAULT '',
  "priority" INTEGER NOT NULL DEFAULT 0,
  "label" VARCHAR(80) NOT NULL DEFAULT '',
  "app" VARCHAR(80) NOT NULL DEFAULT '',
  "appdata" TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS "context" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL UNIQUE,
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "acl" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL UNIQUE,
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "rules" TEXT DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "musiconhold" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL UNIQUE,
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "mode" VARCHAR(40) DEFAULT NULL,
  "directory" VARCHAR(255) DEFAULT NULL,
  "sort" VARCHAR(40) DEFAULT NULL,
  "application" VARCHAR(255) DEFAULT NULL,
  "digit" VARCHAR(255) DEFAULT NULL,
  "format" VARCHAR(255) DEFAULT NULL);
INSERT INTO musiconhold VALUES('5dcf4eaa-c43b-4e3a-bf59-b7026d5ac76c','default','Музыка по умолчанию',NULL,'files','/usr/share/asterisk/moh','random',NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "tones" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL UNIQUE,
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL,
  "list" TEXT DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "settings" (uuid VARCHAR(36) NOT NULL DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-A'||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))), name VARCHAR(128) NOT NULL PRIMARY KEY, description VARCHAR(128) NOT NULL DEFAULT '', group_uuid VARCHAR(36) DEFAULT NULL, value TEXT NOT NULL DEFAULT '');
INSERT INTO settings VALUES('4d1ebf6d-877b-42e6-a283-61ee3dd2ef23','language','',NULL,'ru');
INSERT INTO settings VALUES('45304179-9f02-42b8-a6c6-00659468af21','tone_zone','',NULL,'ru');
CREATE TABLE IF NOT EXISTS "groups" (
  "uuid" VARCHAR(36) NOT NULL PRIMARY KEY DEFAULT (lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))),
  "name" VARCHAR(128) NOT NULL UNIQUE,
  "description" VARCHAR(128) NOT NULL DEFAULT '',
  "group_uuid" VARCHAR(36) DEFAULT NULL);
CREATE TABLE IF NOT EXISTS "cdr" (
  "accountcode" VARCHAR(80) DEFAULT NULL,
  "src" TEXT NOT NULL DEFAULT '',
  "dst" TEXT NOT NULL DEFAULT '',
  "dcontext" TEXT NOT NULL DEFAULT '',
  "clid" TEXT NOT NULL DEFAULT '',
  "channel" TEXT NOT NULL DEFAULT '',
  "dstchannel" TEXT NOT NULL DEFAULT '',
  "lastapp" TEXT NOT NULL DEFAULT '',
  "lastdata" TEXT NOT NULL DEFAULT '',
  "start" DATETIME DEFAULT NULL,
  "answer" DATETIME DEFAULT NULL,
  "end" DATETIME DEFAULT NULL,
  "duration" INTEGER NOT NULL DEFAULT 0,
  "billsec" INTEGER NOT NULL DEFAULT 0,
  "disposition" VARCHAR(45) NOT NULL DEFAULT '',
  "amaflags" VARCHAR(45) NOT NULL DEFAULT '',
  "userfield" VARCHAR(255) DEFAULT NULL,
  "uniqueid" VARCHAR(150) NOT NULL DEFAULT '',
  "linkedid" VARCHAR(150) NOT NULL DEFAULT '',
  "peeraccount" VARCHAR(80) DEFAULT NULL,
  "sequence" INTEGER NOT NULL DEFAULT 0,
  "source" VARCHAR(80) DEFAULT NULL,
  "destination" VARCHAR(80) DEFAULT NULL,
  "direction" VARCHAR(20) DEFAULT NULL,
  "group_uuid" VARCHAR(36) DEFAULT NULL);
INSERT INTO cdr VALUES(NULL,'101','102','','"101" <101>','PJSIP/101-00000001','','','','2026-11-01 10:00:00',NULL,NULL,20,15,'ANSWERED','',NULL,'1793527200.1','',NULL,0,NULL,NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "call_quality" (
  "uniqueid" VARCHAR(150) NOT NULL DEFAULT '',
  "linkedid" VARCHAR(150) NOT NULL DEFAULT '',
  "channel" TEXT NOT NULL DEFAULT '',
  "end" DATETIME DEFAULT NULL,
  "rx_packets" INTEGER NOT NULL DEFAULT 0,
  "rx_lost" INTEGER NOT NULL DEFAULT 0,
  "rx_jitter_us" INTEGER NOT NULL DEFAULT 0,
  "tx_packets" INTEGER NOT NULL DEFAULT 0,
  "tx_lost" INTEGER NOT NULL DEFAULT 0,
  "tx_jitter_us" INTEGER NOT NULL DEFAULT 0,
  "rtt_us" INTEGER NOT NULL DEFAULT 0,
  "rtt_max_us" INTEGER NOT NULL DEFAULT 0,
  "foreign" INTEGER NOT NULL DEFAULT 0,
  "remote" TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS "astdb" (
  "name" VARCHAR(255) NOT NULL PRIMARY KEY,
  "value" TEXT NOT NULL DEFAULT '');
INSERT INTO astdb VALUES('/office/night','yes');
CREATE TABLE IF NOT EXISTS "call_story" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "linkedid" VARCHAR(150) NOT NULL DEFAULT '',
  "start" DATETIME DEFAULT NULL,
  "story" TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS "import_later" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "filename" VARCHAR(255) NOT NULL DEFAULT '',
  "category" VARCHAR(255) NOT NULL DEFAULT '',
  "var_name" VARCHAR(255) NOT NULL DEFAULT '',
  "var_val" TEXT NOT NULL DEFAULT '');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('static_sorcery',9);
INSERT INTO sqlite_sequence VALUES('static_pjsip',13);
INSERT INTO sqlite_sequence VALUES('static_extensions',10);
CREATE TRIGGER "ps_endpoints_INSERT" AFTER INSERT ON "ps_endpoints" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoints'; END;
CREATE TRIGGER "ps_endpoints_UPDATE" AFTER UPDATE ON "ps_endpoints" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoints'; END;
CREATE TRIGGER "ps_endpoints_DELETE" AFTER DELETE ON "ps_endpoints" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoints'; END;
CREATE TRIGGER "ps_aors_INSERT" AFTER INSERT ON "ps_aors" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_aors'; END;
CREATE TRIGGER "ps_aors_UPDATE" AFTER UPDATE ON "ps_aors" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_aors'; END;
CREATE TRIGGER "ps_aors_DELETE" AFTER DELETE ON "ps_aors" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_aors'; END;
CREATE TRIGGER "ps_auths_INSERT" AFTER INSERT ON "ps_auths" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_auths'; END;
CREATE TRIGGER "ps_auths_UPDATE" AFTER UPDATE ON "ps_auths" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_auths'; END;
CREATE TRIGGER "ps_auths_DELETE" AFTER DELETE ON "ps_auths" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_auths'; END;
CREATE TRIGGER "ps_endpoint_id_ips_INSERT" AFTER INSERT ON "ps_endpoint_id_ips" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoint_id_ips'; END;
CREATE TRIGGER "ps_endpoint_id_ips_UPDATE" AFTER UPDATE ON "ps_endpoint_id_ips" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoint_id_ips'; END;
CREATE TRIGGER "ps_endpoint_id_ips_DELETE" AFTER DELETE ON "ps_endpoint_id_ips" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_endpoint_id_ips'; END;
CREATE TRIGGER "ps_transports_INSERT" AFTER INSERT ON "ps_transports" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_transports'; END;
CREATE TRIGGER "ps_transports_UPDATE" AFTER UPDATE ON "ps_transports" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_transports'; END;
CREATE TRIGGER "ps_transports_DELETE" AFTER DELETE ON "ps_transports" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_transports'; END;
CREATE TRIGGER "ps_registrations_INSERT" AFTER INSERT ON "ps_registrations" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_registrations'; END;
CREATE TRIGGER "ps_registrations_UPDATE" AFTER UPDATE ON "ps_registrations" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_registrations'; END;
CREATE TRIGGER "ps_registrations_DELETE" AFTER DELETE ON "ps_registrations" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_registrations'; END;
CREATE TRIGGER "ps_globals_INSERT" AFTER INSERT ON "ps_globals" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_globals'; END;
CREATE TRIGGER "ps_globals_UPDATE" AFTER UPDATE ON "ps_globals" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_globals'; END;
CREATE TRIGGER "ps_globals_DELETE" AFTER DELETE ON "ps_globals" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_globals'; END;
CREATE TRIGGER "ps_systems_INSERT" AFTER INSERT ON "ps_systems" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_systems'; END;
CREATE TRIGGER "ps_systems_UPDATE" AFTER UPDATE ON "ps_systems" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_systems'; END;
CREATE TRIGGER "ps_systems_DELETE" AFTER DELETE ON "ps_systems" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'ps_systems'; END;
CREATE INDEX "static_pjsip_index" ON "static_pjsip" (filename,category);
CREATE TRIGGER "static_pjsip_INSERT" AFTER INSERT ON "static_pjsip" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_pjsip'; END;
CREATE TRIGGER "static_pjsip_UPDATE" AFTER UPDATE ON "static_pjsip" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_pjsip'; END;
CREATE TRIGGER "static_pjsip_DELETE" AFTER DELETE ON "static_pjsip" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_pjsip'; END;
CREATE TRIGGER "static_sorcery_INSERT" AFTER INSERT ON "static_sorcery" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_sorcery'; END;
CREATE TRIGGER "static_sorcery_UPDATE" AFTER UPDATE ON "static_sorcery" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_sorcery'; END;
CREATE TRIGGER "static_sorcery_DELETE" AFTER DELETE ON "static_sorcery" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_sorcery'; END;
CREATE TRIGGER "static_extensions_INSERT" AFTER INSERT ON "static_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_extensions'; END;
CREATE TRIGGER "static_extensions_UPDATE" AFTER UPDATE ON "static_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_extensions'; END;
CREATE TRIGGER "static_extensions_DELETE" AFTER DELETE ON "static_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'static_extensions'; END;
CREATE INDEX "realtime_extensions_index" ON "realtime_extensions" (context,exten,priority);
CREATE TRIGGER "realtime_extensions_INSERT" AFTER INSERT ON "realtime_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'realtime_extensions'; END;
CREATE TRIGGER "realtime_extensions_UPDATE" AFTER UPDATE ON "realtime_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'realtime_extensions'; END;
CREATE TRIGGER "realtime_extensions_DELETE" AFTER DELETE ON "realtime_extensions" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'realtime_extensions'; END;
CREATE TRIGGER "context_INSERT" AFTER INSERT ON "context" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'context'; END;
CREATE TRIGGER "context_UPDATE" AFTER UPDATE ON "context" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'context'; END;
CREATE TRIGGER "context_DELETE" AFTER DELETE ON "context" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'context'; END;
CREATE TRIGGER "acl_INSERT" AFTER INSERT ON "acl" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'acl'; END;
CREATE TRIGGER "acl_UPDATE" AFTER UPDATE ON "acl" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'acl'; END;
CREATE TRIGGER "acl_DELETE" AFTER DELETE ON "acl" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'acl'; END;
CREATE TRIGGER "musiconhold_INSERT" AFTER INSERT ON "musiconhold" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'musiconhold'; END;
CREATE TRIGGER "musiconhold_UPDATE" AFTER UPDATE ON "musiconhold" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'musiconhold'; END;
CREATE TRIGGER "musiconhold_DELETE" AFTER DELETE ON "musiconhold" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'musiconhold'; END;
CREATE TRIGGER "tones_INSERT" AFTER INSERT ON "tones" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'tones'; END;
CREATE TRIGGER "tones_UPDATE" AFTER UPDATE ON "tones" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'tones'; END;
CREATE TRIGGER "tones_DELETE" AFTER DELETE ON "tones" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'tones'; END;
CREATE TRIGGER "settings_INSERT" AFTER INSERT ON "settings" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'settings'; END;
CREATE TRIGGER "settings_UPDATE" AFTER UPDATE ON "settings" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'settings'; END;
CREATE TRIGGER "settings_DELETE" AFTER DELETE ON "settings" FOR EACH ROW BEGIN UPDATE config_version SET version = version + 1 WHERE name = 'settings'; END;
CREATE INDEX "cdr_index" ON "cdr" (uniqueid);
CREATE INDEX "call_quality_index" ON "call_quality" (linkedid);
CREATE INDEX "call_story_index" ON "call_story" (linkedid);
COMMIT;
