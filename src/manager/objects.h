/*
 * manager/objects.h - inner: endpoints, addresses of record, contacts ... as headers of the Manager
 *
 * Scope:   a header is the option's name with capitals for its underscores ("send_rpid": SendRpid), its
 *          value what model_field_print says. Which options, and in which order, are Asterisk's: the
 *          order of its tables of options, the same in every release.
 * Secrets: passwords and hashes are "***", nothing when there is none.
 * Source:  Asterisk 22's res_pjsip (pjsip_configuration.c, location.c, config_auth.c ...), reference/manager.
 */
#pragma once
#include "manager/event.h"
#include "pjsip/contact.h"

/** "ObjectType: endpoint", "ObjectName: 101" and every option. type: "auth" "endpoint" "identify"
 *  "registration" "transport". */
void manager_put_object(struct buf *out, const char *type, const char *name, const void *object);

/** The same of an address of record, with all the contacts that it has now.
 *  @param p  may be NULL: none. contacts: the name of their header */
void manager_put_aor(struct buf *out, const struct pjsip *p, const struct model_aor *m,
                     const char *contacts);

/** A registered contact, as ContactList shows it, from ObjectType on. */
void manager_put_contact(struct buf *out, const struct contact *c);

/** The same as ContactStatusDetail shows it. */
void manager_put_contact_status(struct buf *out, const struct contact *c, const char *endpoint);

/** "101/sip:101@192.0.2.7:5060,101/..." in one header. @param is_ended  a comma stands behind each, else
 *  between them */
void manager_put_contacts(struct buf *out, const struct pjsip *p, const struct model_aor *m,
                          const char *header, bool is_ended);

/** "Reachable" "Unreachable" "NonQualified" */
const char *manager_contact_status(const struct contact *c);
