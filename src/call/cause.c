/* cause.c - names of states and hang-up causes, as Asterisk prints them (channel.h) */
#include "call/channel.h"

const char *channel_state_name(enum channel_state s)
{
    static const char *const names[] = {"Down", "Rsrvd",   "OffHook", "Dialing",
                                        "Ring", "Ringing", "Up",      "Busy"};

    return (unsigned)s < sizeof(names) / sizeof(names[0]) ? names[s] : "Unknown";
}

static const struct {
    int cause;
    const char *text;
} causes[] = {
    {1, "Unallocated (unassigned) number"},
    {2, "No route to specified transit network"},
    {3, "No route to destination"},
    {5, "Misdialled trunk prefix"},
    {6, "Channel unacceptable"},
    {7, "Call awarded and being delivered in an established channel"},
    {8, "Pre-empted"},
    {14, "Ported Number"},
    {16, "Normal Clearing"},
    {17, "User busy"},
    {18, "No user responding"},
    {19, "User alerting, no answer"},
    {20, "Subscriber absent"},
    {21, "Call Rejected"},
    {22, "Number changed"},
    {23, "Redirected to new destination"},
    {26, "Answered elsewhere"},
    {27, "Destination out of order"},
    {28, "Invalid number format"},
    {29, "Facility rejected"},
    {30, "Response to STATus ENQuiry"},
    {31, "Normal, unspecified"},
    {34, "Circuit/channel congestion"},
    {38, "Network out of order"},
    {41, "Temporary failure"},
    {42, "Switching equipment congestion"},
    {43, "Access information discarded"},
    {44, "Requested channel not available"},
    {50, "Facility not subscribed"},
    {52, "Outgoing call barred"},
    {54, "Incoming call barred"},
    {57, "Bearer capability not authorized"},
    {58, "Bearer capability not available"},
    {65, "Bearer capability not implemented"},
    {66, "Channel not implemented"},
    {69, "Facility not implemented"},
    {81, "Invalid call reference value"},
    {88, "Incompatible destination"},
    {95, "Invalid message unspecified"},
    {96, "Mandatory information element is missing"},
    {97, "Message type nonexist."},
    {98, "Wrong message"},
    {99, "Info. element nonexist or not implemented"},
    {100, "Invalid information element contents"},
    {101, "Wrong call state"},
    {102, "Recover on timer expiry"},
    {103, "Mandatory IE length error"},
    {111, "Protocol error, unspecified"},
    {127, "Interworking, unspecified"},
};

const char *cause_text(int cause)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].cause == cause)
            return causes[i].text;
    return "Unknown";
}

/* Words of Hangup() and of Dial's option Q, also with AST_CAUSE_ before them. */
static const struct {
    int cause;
    const char *name;
} words[] = {
    {1, "UNALLOCATED"},
    {2, "NO_ROUTE_TRANSIT_NET"},
    {3, "NO_ROUTE_DESTINATION"},
    {66, "NOSUCHDRIVER"},
    {16, "NORMAL_CLEARING"},
    {16, "NORMAL"},
    {17, "USER_BUSY"},
    {17, "BUSY"},
    {18, "NO_USER_RESPONSE"},
    {19, "NO_ANSWER"},
    {19, "NOANSWER"},
    {20, "SUBSCRIBER_ABSENT"},
    {21, "CALL_REJECTED"},
    {22, "NUMBER_CHANGED"},
    {26, "ANSWERED_ELSEWHERE"},
    {27, "DESTINATION_OUT_OF_ORDER"},
    {28, "INVALID_NUMBER_FORMAT"},
    {29, "FACILITY_REJECTED"},
    {31, "NORMAL_UNSPECIFIED"},
    {34, "NORMAL_CIRCUIT_CONGESTION"},
    {34, "CONGESTION"},
    {38, "NETWORK_OUT_OF_ORDER"},
    {38, "FAILURE"},
    {41, "NORMAL_TEMPORARY_FAILURE"},
    {42, "SWITCH_CONGESTION"},
    {44, "REQUESTED_CHAN_UNAVAIL"},
    {50, "FACILITY_NOT_SUBSCRIBED"},
    {58, "BEARERCAPABILITY_NOTAVAIL"},
    {88, "INCOMPATIBLE_DESTINATION"},
    {102, "RECOVERY_ON_TIMER_EXPIRE"},
    {111, "PROTOCOL_ERROR"},
    {127, "INTERWORKING"},
};

int cause_parse(struct slice text)
{
    uint32_t n;

    if (slice_u32(text, &n) == 0)
        return n <= 127 ? (int)n : -1;
    if (slice_casestarts(text, SLICE("AST_CAUSE_")))
        text = slice_skip(text, 10);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (slice_caseeqz(text, words[i].name))
            return words[i].cause;
    return -1;
}
