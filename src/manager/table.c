/* manager/table.c - all actions in the order of their names (case does not matter), all events */
#include <string.h>
#include <strings.h>

#include "manager/all.h"

/* clang-format off */
const struct manager_action *const manager_actions[] = {
    &manager_action_absolutetimeout,
    &manager_action_agentlogoff,
    &manager_action_agents,
    &manager_action_agi,
    &manager_action_aocmessage,
    &manager_action_atxfer,
    &manager_action_blindtransfer,
    &manager_action_bridge,
    &manager_action_bridgedestroy,
    &manager_action_bridgeinfo,
    &manager_action_bridgekick,
    &manager_action_bridgelist,
    &manager_action_bridgetechnologylist,
    &manager_action_bridgetechnologysuspend,
    &manager_action_bridgetechnologyunsuspend,
    &manager_action_cancelatxfer,
    &manager_action_challenge,
    &manager_action_command,
    &manager_action_confbridgekick,
    &manager_action_confbridgelist,
    &manager_action_confbridgelistrooms,
    &manager_action_confbridgelock,
    &manager_action_confbridgemute,
    &manager_action_confbridgesetsinglevideosrc,
    &manager_action_confbridgestartrecord,
    &manager_action_confbridgestoprecord,
    &manager_action_confbridgeunlock,
    &manager_action_confbridgeunmute,
    &manager_action_controlplayback,
    &manager_action_coresettings,
    &manager_action_coreshowchannelmap,
    &manager_action_coreshowchannels,
    &manager_action_corestatus,
    &manager_action_createconfig,
    &manager_action_dbdel,
    &manager_action_dbdeltree,
    &manager_action_dbget,
    &manager_action_dbgettree,
    &manager_action_dbput,
    &manager_action_devicestatelist,
    &manager_action_dialplanextensionadd,
    &manager_action_dialplanextensionremove,
    &manager_action_events,
    &manager_action_extensionstate,
    &manager_action_extensionstatelist,
    &manager_action_faxsession,
    &manager_action_faxsessions,
    &manager_action_faxstats,
    &manager_action_filter,
    &manager_action_getconfig,
    &manager_action_getconfigjson,
    &manager_action_getvar,
    &manager_action_hangup,
    &manager_action_listcategories,
    &manager_action_listcommands,
    &manager_action_localoptimizeaway,
    &manager_action_loggerrotate,
    &manager_action_login,
    &manager_action_logoff,
    &manager_action_mailboxcount,
    &manager_action_mailboxstatus,
    &manager_action_messagesend,
    &manager_action_mixmonitor,
    &manager_action_mixmonitormute,
    &manager_action_modulecheck,
    &manager_action_moduleload,
    &manager_action_muteaudio,
    &manager_action_originate,
    &manager_action_park,
    &manager_action_parkedcalls,
    &manager_action_parkinglots,
    &manager_action_ping,
    &manager_action_pjsiphangup,
    &manager_action_pjsipnotify,
    &manager_action_pjsipqualify,
    &manager_action_pjsipregister,
    &manager_action_pjsipshowaors,
    &manager_action_pjsipshowauths,
    &manager_action_pjsipshowcontacts,
    &manager_action_pjsipshowendpoint,
    &manager_action_pjsipshowendpoints,
    &manager_action_pjsipshowregistrationinboundcontactstatuses,
    &manager_action_pjsipshowregistrationsinbound,
    &manager_action_pjsipshowregistrationsoutbound,
    &manager_action_pjsipshowresourcelists,
    &manager_action_pjsipshowsubscriptionsinbound,
    &manager_action_pjsipshowsubscriptionsoutbound,
    &manager_action_pjsipunregister,
    &manager_action_playdtmf,
    &manager_action_presencestate,
    &manager_action_presencestatelist,
    &manager_action_queueadd,
    &manager_action_queuechangeprioritycaller,
    &manager_action_queuelog,
    &manager_action_queuememberringinuse,
    &manager_action_queuepause,
    &manager_action_queuepenalty,
    &manager_action_queuereload,
    &manager_action_queueremove,
    &manager_action_queuereset,
    &manager_action_queuerule,
    &manager_action_queuestatus,
    &manager_action_queuesummary,
    &manager_action_queuewithdrawcaller,
    &manager_action_redirect,
    &manager_action_reload,
    &manager_action_sendtext,
    &manager_action_setvar,
    &manager_action_showdialplan,
    &manager_action_sorcerymemorycacheexpire,
    &manager_action_sorcerymemorycacheexpireobject,
    &manager_action_sorcerymemorycachepopulate,
    &manager_action_sorcerymemorycachestale,
    &manager_action_sorcerymemorycachestaleobject,
    &manager_action_stationcalls,
    &manager_action_stationconvert,
    &manager_action_stationdry,
    &manager_action_stationlive,
    &manager_action_stationmusic,
    &manager_action_stationoverview,
    &manager_action_stationsound,
    &manager_action_stationsoundremove,
    &manager_action_status,
    &manager_action_stopmixmonitor,
    &manager_action_updateconfig,
    &manager_action_userevent,
    &manager_action_voicemailboxsummary,
    &manager_action_voicemailforward,
    &manager_action_voicemailmove,
    &manager_action_voicemailrefresh,
    &manager_action_voicemailremove,
    &manager_action_voicemailuserslist,
    &manager_action_voicemailuserstatus,
    &manager_action_waitevent,
    NULL,
};
enum { ACTIONS = sizeof(manager_actions) / sizeof(manager_actions[0]) - 1 };

const struct manager_event *const manager_events[] = {
    manager_events_agi,
    manager_events_calls,
    manager_events_cel,
    manager_events_media,
    manager_events_originate,
    manager_events_records,
    manager_events_security,
    manager_events_states,
    manager_events_station,
    manager_events_user,
    NULL,
};
/* clang-format on */

static int compare(struct slice name, const char *other)
{
    const size_t len = strlen(other);
    const int c = strncasecmp(name.p, other, name.len < len ? name.len : len);

    return c ? c : name.len < len ? -1 : name.len > len;
}

const struct manager_action *manager_action_find(struct slice name)
{
    size_t low = 0, high = ACTIONS;

    while (low < high) {
        const size_t at = (low + high) / 2;
        const int c = compare(name, manager_actions[at]->name);

        if (c == 0)
            return manager_actions[at];
        if (c < 0)
            high = at;
        else
            low = at + 1;
    }
    return NULL;
}
