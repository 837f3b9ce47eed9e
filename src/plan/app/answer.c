/* answer.c - Answer() */
#include <string.h>

#include "base/log.h"
#include "plan/app.h"
#include "plan/wait.h"

static int answer_exec(struct plan_run *run, char *data)
{
    int err = channel_answer(run->channel);
    uint32_t ms;

    if (err) {
        log_notice("cannot answer call=%s channel=\"%s\" err=\"%s\"", run->channel->linkedid,
                   run->channel->name, strerror(err));
        return PLAN_END;
    }
    if (slice_u32(slice_trim(slice_of(data)), &ms) == 0 && !plan_wait_ms(run, ms))
        return PLAN_END;
    return PLAN_NEXT;
}

const struct plan_app plan_app_answer = {
    .name = "Answer",
    .syntax = "Answer([delay])",
    .help_ru = "Ответить на вызов.\ndelay - подождать после ответа, мс. Уже отвеченный вызов не "
               "меняется.",
    .help_en = "Answer the call.\ndelay: wait afterwards, ms. A call that is answered stays so.",
    .exec = answer_exec,
};
