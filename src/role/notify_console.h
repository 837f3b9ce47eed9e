/*
 * role/notify_console.h - commands of the engine's console about mails and webhooks
 *
 * Scope:   they read the database; arg is the engine's store.
 * Thread:  the loop's.
 */
#pragma once
#include "role/console.h"

extern const struct console_command notify_console_commands[];
extern const size_t notify_console_command_count;
