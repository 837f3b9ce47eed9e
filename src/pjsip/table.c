/* table.c - the driver's applications and functions of the routing (table.h) */
#include <stddef.h>

#include "pjsip/session.h"
#include "pjsip/table.h"

/* One a line, so that lines can be added without others moving. */
/* clang-format off */
const struct plan_app *const pjsip_apps[] = {
    &pjsip_hangup_app,
    &pjsip_message_send_app,
    &pjsip_notify_app,
    NULL,
};

const struct plan_func *const pjsip_funcs[] = {
    &pjsip_message_func,
    &pjsip_message_data_func,
    &pjsip_aor_func,
    &pjsip_contact_func,
    &pjsip_dial_contacts_func,
    &pjsip_dtmf_mode_func,
    &pjsip_endpoint_func,
    &pjsip_header_func,
    &pjsip_header_param_func,
    &pjsip_headers_func,
    &pjsip_inheritable_header_func,
    &pjsip_media_offer_func,
    &pjsip_moh_passthrough_func,
    &pjsip_parse_uri_func,
    &pjsip_parse_uri_from_func,
    &pjsip_response_header_func,
    &pjsip_response_headers_func,
    &pjsip_send_session_refresh_func,
    NULL,
};
/* clang-format on */
