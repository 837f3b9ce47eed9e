/* switch.c - see switch.h */
#include <stdint.h>
#include <string.h>

#include "loop/switch.h"

#ifdef SWITCH_UCONTEXT

/* makecontext passes ints: a pointer travels in two halves. */
static void first_steps(unsigned entry_hi, unsigned entry_lo, unsigned arg_hi, unsigned arg_lo)
{
    uintptr_t entry = (uintptr_t)((uint64_t)entry_hi << 32 | entry_lo);

    ((switch_entry_h *)entry)((void *)(uintptr_t)((uint64_t)arg_hi << 32 | arg_lo));
}

void switch_init(struct switch_point *p, void *stack, size_t size, switch_entry_h *entry, void *arg)
{
    uint64_t e = (uintptr_t)entry, a = (uintptr_t)arg;

    getcontext(&p->context);
    p->context.uc_stack.ss_sp = stack;
    p->context.uc_stack.ss_size = size;
    p->context.uc_link = NULL;
    makecontext(&p->context, (void (*)(void))first_steps, 4, (unsigned)(e >> 32), (unsigned)e,
                (unsigned)(a >> 32), (unsigned)a);
}

void switch_to(struct switch_point *from, const struct switch_point *to)
{
    swapcontext(&from->context, &to->context);
}

#else

void switch_stacks(void **from_sp, void *to_sp);
void switch_first_steps(void);

#if defined(__x86_64__)

__asm__(".text\n"
        ".type switch_stacks, @function\n"
        ".hidden switch_stacks\n"
        ".globl switch_stacks\n"
        ".align 16\n"
        "switch_stacks:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size switch_stacks, . - switch_stacks\n"
        /* entry in r12, arg in r13; debuggers see the end of the stack here */
        ".type switch_first_steps, @function\n"
        ".hidden switch_first_steps\n"
        ".globl switch_first_steps\n"
        ".align 16\n"
        "switch_first_steps:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined rip\n"
        "    movq %r13, %rdi\n"
        "    callq *%r12\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size switch_first_steps, . - switch_first_steps\n");

/* An odd number: first_steps begins with its stack pointer at a multiple of 16, as a caller must.
 */
enum { SAVED_WORDS = 7, AT_ARG = 2, AT_ENTRY = 3, AT_RETURN = 6 };

#elif defined(__aarch64__)

__asm__(".text\n"
        ".type switch_stacks, @function\n"
        ".hidden switch_stacks\n"
        ".globl switch_stacks\n"
        ".align 4\n"
        "switch_stacks:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size switch_stacks, . - switch_stacks\n"
        /* entry in x19, arg in x20; debuggers see the end of the stack here */
        ".type switch_first_steps, @function\n"
        ".hidden switch_first_steps\n"
        ".globl switch_first_steps\n"
        ".align 4\n"
        "switch_first_steps:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined x30\n"
        "    mov x0, x20\n"
        "    blr x19\n"
        "    brk #0\n"
        "    .cfi_endproc\n"
        ".size switch_first_steps, . - switch_first_steps\n");

enum { SAVED_WORDS = 20, AT_ENTRY = 0, AT_ARG = 1, AT_RETURN = 11 };

#endif

void switch_init(struct switch_point *p, void *stack, size_t size, switch_entry_h *entry, void *arg)
{
    uintptr_t top = ((uintptr_t)stack + size) & ~(uintptr_t)15;
    uintptr_t *saved = (uintptr_t *)top - SAVED_WORDS;

    memset(saved, 0, SAVED_WORDS * sizeof(*saved));
    saved[AT_ENTRY] = (uintptr_t)entry;
    saved[AT_ARG] = (uintptr_t)arg;
    saved[AT_RETURN] = (uintptr_t)switch_first_steps;
    p->sp = saved;
}

void switch_to(struct switch_point *from, const struct switch_point *to)
{
    switch_stacks(&from->sp, to->sp);
}

#endif
