/*
 * role/engine_orders.h - what the web role orders through the Manager (manager.h: convert, sound, sound_remove, music)
 *
 * Thread:  the loop's. arg is the struct engine.
 */
#pragma once
#include "manager/manager.h"

int engine_order_convert(struct slice recording, manager_order_h *done, void *done_arg, void *arg);
int engine_order_sound(const struct manager_sound *n, manager_order_h *done, void *done_arg,
                       void *arg);
int engine_order_music(const struct manager_music *m, manager_order_h *done, void *done_arg,
                       void *arg);
int engine_order_sound_remove(struct slice uuid, bool is_forced, manager_order_h *done,
                              void *done_arg, void *arg);
