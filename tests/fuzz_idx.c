/* fuzz_idx.c -- hostile bytes into the IDX reader, plain and through gzip. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_array(gn_idx_read, bytes, size);
    return 0;
}
