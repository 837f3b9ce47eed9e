/* invite_reliable.c - invite.h for the called side: reliable provisional answers (RFC 3262) */
#include "sip/invite_inner.h"
