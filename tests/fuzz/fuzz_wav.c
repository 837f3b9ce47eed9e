/* fuzz_wav.c - sound files: the first byte chooses the kind and the codec, the rest is the file */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "media/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct wav_sound s;
    int err;

    if (!len)
        return 0;
    err = wav_decode(&s, (enum wav_kind)(bytes[0] % 5), bytes[0] & 0x80 ? CODEC_ALAW : CODEC_ULAW,
                     bytes + 1, len - 1);
    if (err ? s.data != NULL : !s.data)
        abort();
    mem_free(s.data);
    return 0;
}
