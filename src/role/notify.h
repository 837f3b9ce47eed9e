/*
 * role/notify.h - tell systemd how the station is (its datagram protocol, without its library)
 *
 * Source:  sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names; '@' is an abstract one.
 */
#pragma once

/** "READY=1", "STOPPING=1", "STATUS=..."; nothing happens when nobody asked for it. */
void notify_send(const char *text);
