/* What a name server, or somebody in its place, can answer to an SRV, NAPTR or TXT question. */
#include <string.h>

#include "base/bug.h"
#include "loop/dns_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct dns_answer answer;

    if (!dns_records_parse(DNS_NAPTRS, bytes, len, &answer)) {
        BUG_IF(answer.count == 0 || answer.count > DNS_MOST_ANSWERS);
        for (uint32_t i = 0; i < answer.count; i++)
            BUG_IF(!answer.naptrs[i].replacement[0] ||
                   !memchr(answer.naptrs[i].replacement, '\0', 256) ||
                   !memchr(answer.naptrs[i].service, '\0', 32));
    }
    if (!dns_records_parse(DNS_RULES, bytes, len, &answer)) {
        BUG_IF(answer.count == 0 || answer.count > DNS_MOST_ANSWERS);
        for (uint32_t i = 0; i < answer.count; i++)
            BUG_IF(!answer.rules[i].service[0] || !memchr(answer.rules[i].service, '\0', 64) ||
                   !memchr(answer.rules[i].expression, '\0', 256) ||
                   !memchr(answer.rules[i].flags, '\0', 8));
    }
    if (!dns_records_parse(DNS_TEXTS, bytes, len, &answer)) {
        BUG_IF(answer.count == 0 || answer.count > DNS_MOST_ANSWERS);
        for (uint32_t i = 0; i < answer.count; i++)
            BUG_IF(!memchr(answer.texts[i].text, '\0', 512));
    }
    if (dns_records_parse(DNS_SRVS, bytes, len, &answer))
        return 0;
    BUG_IF(answer.count == 0 || answer.count > DNS_MOST_ANSWERS);
    for (uint32_t i = 0; i < answer.count; i++)
        BUG_IF(!answer.srvs[i].target[0] || !memchr(answer.srvs[i].target, '\0', 256));
    return 0;
}
