/* Where a webhook may lead */
#include "notify/guard.h"

#include "base/addr.h"
#include "unit.h"

static bool is_allowed(const char *allow, const char *host)
{
    struct sockaddr_storage ss;
    struct addr a;

    if (addr_parse_host(&a, slice_of(host), 80))
        return false;
    addr_to_sockaddr(&a, &ss);
    return notify_address_is_allowed(allow, (const struct sockaddr *)&ss);
}

static int only_public_addresses(void)
{
    static const char *const refused[] = {
        "127.0.0.1",
        "127.255.0.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "64:ff9b::a9fe:a9fe",
    };
    static const char *const allowed[] = {
        "8.8.8.8",      "172.15.0.1",     "172.32.0.1",      "1.1.1.1",
        "2a00:1450::1", "2002:808:808::", "64:ff9b::808:808"};

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        CHECK(!is_allowed("", refused[i]));
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        CHECK(is_allowed("", allowed[i]));
    return 0;
}

static int what_the_setting_names(void)
{
    const char *allow = "10.1.0.0/16, 127.0.0.1,::1, nonsense";

    CHECK(is_allowed(allow, "10.1.2.3"));
    CHECK(!is_allowed(allow, "10.2.0.1"));
    CHECK(is_allowed(allow, "127.0.0.1"));
    CHECK(is_allowed(allow, "::ffff:127.0.0.1"));
    CHECK(!is_allowed(allow, "127.0.0.2"));
    CHECK(is_allowed(allow, "::1"));
    CHECK(!is_allowed(allow, "fe80::1"));
    return 0;
}

static int no_other_family(void)
{
    const struct sockaddr local = {.sa_family = AF_UNIX};

    CHECK(!notify_address_is_allowed("0.0.0.0/0", &local));
    return 0;
}

UNIT_TESTS(UNIT(only_public_addresses), UNIT(what_the_setting_names), UNIT(no_other_family))
