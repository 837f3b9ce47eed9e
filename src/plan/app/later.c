/* app/later.c - applications of Asterisk that are not here yet, and those that never will be */
#include <string.h>

#include "base/log.h"
#include "plan/app/all.h"
#include "plan/core.h"

static int later_exec(struct plan_run *run, char *data)
{
    const struct channel *ch = run->channel;

    if (plan_tell_once(run->core, "later", ch->app))
        log_warning(
            "application comes with a later version, the routing goes on without it call=%s "
            "at=\"%s,%s,%d\" application=%s",
            ch->linkedid, ch->context, ch->exten, ch->priority, ch->app);
    return PLAN_NEXT;
}

#define LATER(n)                                                                                   \
    {                                                                                              \
        .name = n, .syntax = n "(...)", .help_ru = "Появится в следующей версии",                  \
        .help_en = "Comes with a later version", .exec = later_exec                                \
    }

const struct plan_app plan_apps_later[] = {
    LATER("AddQueueMember"),
    LATER("AgentLogin"),
    LATER("AgentRequest"),
    LATER("AMD"),
    LATER("AttendedTransfer"),
    LATER("AudioSocket"),
    LATER("Authenticate"),
    LATER("BackgroundDetect"),
    LATER("BlindTransfer"),
    LATER("Bridge"),
    LATER("BridgeAdd"),
    LATER("BridgeWait"),
    LATER("Broadcast"),
    LATER("CallCompletionCancel"),
    LATER("CallCompletionRequest"),
    LATER("CELGenUserEvent"),
    LATER("ChanIsAvail"),
    LATER("ChannelRedirect"),
    LATER("ChanSpy"),
    LATER("ClearHash"),
    LATER("ConfBridge"),
    LATER("ConfKick"),
    LATER("ContinueWhile"),
    LATER("ControlPlayback"),
    LATER("DateTime"),
    LATER("DBdeltree"),
    LATER("DeadAGI"),
    LATER("Dictate"),
    LATER("Directory"),
    LATER("DISA"),
    LATER("DumpChan"),
    LATER("EAGI"),
    LATER("Else"),
    LATER("ElseIf"),
    LATER("EndIf"),
    LATER("EndWhile"),
    LATER("Exec"),
    LATER("ExecIfTime"),
    LATER("ExitIf"),
    LATER("ExitWhile"),
    LATER("ExtenSpy"),
    LATER("FollowMe"),
    LATER("ForkCDR"),
    LATER("GotoIfTime"),
    LATER("HangupCauseClear"),
    LATER("If"),
    LATER("Incomplete"),
    LATER("Log"),
    LATER("MessageSend"),
    LATER("MixMonitor"),
    LATER("MSet"),
    LATER("Originate"),
    LATER("Page"),
    LATER("Park"),
    LATER("ParkAndAnnounce"),
    LATER("ParkedCall"),
    LATER("PauseQueueMember"),
    LATER("Pickup"),
    LATER("PickupChan"),
    LATER("PJSIPHangup"),
    LATER("PJSIPNotify"),
    LATER("PlayTones"),
    LATER("PrivacyManager"),
    LATER("Queue"),
    LATER("QueueLog"),
    LATER("QueueUpdate"),
    LATER("RaiseException"),
    LATER("ReadExten"),
    LATER("ReceiveFAX"),
    LATER("ReceiveText"),
    LATER("Record"),
    LATER("RemoveQueueMember"),
    LATER("ResetCDR"),
    LATER("RetryDial"),
    LATER("SayAlpha"),
    LATER("SayAlphaCase"),
    LATER("SayDigits"),
    LATER("SayMoney"),
    LATER("SayNumber"),
    LATER("SayOrdinal"),
    LATER("SayPhonetic"),
    LATER("SayUnixTime"),
    LATER("SendDTMF"),
    LATER("SendFAX"),
    LATER("SendText"),
    LATER("SoftHangup"),
    LATER("StopMixMonitor"),
    LATER("StopPlayTones"),
    LATER("StoreDTMF"),
    LATER("StreamEcho"),
    LATER("System"),
    LATER("Transfer"),
    LATER("TryExec"),
    LATER("TrySystem"),
    LATER("UnpauseQueueMember"),
    LATER("UserEvent"),
    LATER("VMAuthenticate"),
    LATER("VMSayName"),
    LATER("VoiceMail"),
    LATER("VoiceMailMain"),
    LATER("VoiceMailPlayMsg"),
    LATER("WaitDigit"),
    LATER("WaitForCondition"),
    LATER("WaitForNoise"),
    LATER("WaitForRing"),
    LATER("WaitForSilence"),
    LATER("WaitUntil"),
    LATER("While"),
};

const size_t plan_apps_later_count = sizeof(plan_apps_later) / sizeof(plan_apps_later[0]);

bool plan_app_is_later(const struct plan_app *app)
{
    return app->exec == later_exec;
}

/* Asterisk's own innards and hardware that is gone. */
static const char *const foreign[] = {
    "DAHDIScan",
    "ExternalIVR",
    "Milliwatt",
    "MinivmAccMess",
    "MinivmDelete",
    "MinivmGreet",
    "MinivmMWI",
    "MinivmNotify",
    "MinivmRecord",
    "Morsecode",
    "MP3Player",
    "ReceiveMF",
    "ReceiveSF",
    "Reload",
    "SendMF",
    "SendSF",
    "Signal",
    "SLAStation",
    "SLATrunk",
    "SpeechActivateGrammar",
    "SpeechBackground",
    "SpeechCreate",
    "SpeechDeactivateGrammar",
    "SpeechDestroy",
    "SpeechLoadGrammar",
    "SpeechProcessingSound",
    "SpeechStart",
    "SpeechUnloadGrammar",
    "Stasis",
    "StasisBroadcast",
    "ToneScan",
    "WaitForSignal",
    "WaitForTone",
    "Zapateller",
};

bool plan_app_is_foreign(const char *name)
{
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (strcasecmp(name, foreign[i]) == 0)
            return true;
    return false;
}
