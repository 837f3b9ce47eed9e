/*
 * plan/func/party.h - the items of a party, shared by CALLERID(), CONNECTEDLINE(), REDIRECTING()
 */
#pragma once
#include "call/party.h"
#include "plan/func.h"

/** "num" "name-pres" "subaddr" "all" ... appended to out. @return 0; ENOENT (no such item); ENOMEM */
int party_item_read(const struct party *p, const char *item, struct buf *out);

/** @return 0; ENOENT (no such item, or it cannot be set); EINVAL (no such presentation); ENOMEM */
int party_item_write(struct party *p, const char *item, struct slice value);
