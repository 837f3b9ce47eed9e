/*
 * loop/switch.h - leave one stack and go on with another (inner to loop/)
 *
 * Scope:   own assembly for x86-64 and AArch64 (only the registers that a call must keep; no system
 *          call, as signal masks stay alone); ucontext elsewhere, or with -DSWITCH_UCONTEXT.
 * Source:  System V ABI for AMD64 s3.2.1; AAPCS64 s6.1.
 */
#pragma once
#include <stddef.h>

#if !defined(SWITCH_UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define SWITCH_UCONTEXT 1
#endif

#ifdef SWITCH_UCONTEXT
#include <ucontext.h>
struct switch_point {
    ucontext_t context;
};
#else
struct switch_point {
    void *sp;
};
#endif

/** Never returns. */
typedef void(switch_entry_h)(void *arg);

/** Prepare p so that the first switch to it calls entry(arg) on the given stack. */
void switch_init(struct switch_point *p, void *stack, size_t size, switch_entry_h *entry,
                 void *arg);

/** Remember here in *from and go on at *to. */
void switch_to(struct switch_point *from, const struct switch_point *to);
