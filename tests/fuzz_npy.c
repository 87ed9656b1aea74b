/* fuzz_npy.c -- hostile bytes into the NPY reader, plain and through gzip. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_array(gn_npy_read, bytes, size);
    return 0;
}
