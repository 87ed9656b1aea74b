/* fuzz_st.c -- hostile bytes into the safetensors reader, and into the loader of models, which goes on with what it
 * accepts. */
#include "fuzz.h"

#include <unistd.h>
#include "../src/data/json.h"
#include "../src/data/model.h"

/* Every byte of what was accepted belongs to one tensor. */
static void demand_whole(const gn_st_file *f)
{
    uint64_t at = 0;
    for (size_t i = 0; i < f->tensors; i++) {
        DEMAND(f->tensor[i].begin == at && f->tensor[i].end >= at);
        at = f->tensor[i].end;
        const uint8_t *data = gn_st_data(f, &f->tensor[i]);
        if (at > f->tensor[i].begin) DEMAND(data[at - f->tensor[i].begin - 1] <= 255);
    }
    DEMAND(f->data_offset + at == f->bytes.size);
}

/* The loader reads files; a file in memory is one through the seam. */
typedef struct one_file { const uint8_t *bytes; size_t size, at; } one_file;

static int file_open(void *user, const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    ((one_file *)user)->at = 0;
    return 100;
}

static int64_t file_read(void *user, int fd, void *to, size_t size)
{
    one_file *f = user;
    (void)fd;
    if (size > f->size - f->at) size = f->size - f->at;
    memcpy(to, f->bytes + f->at, size);
    f->at += size;
    return (int64_t)size;
}

static int file_close(void *user, int fd)
{
    (void)user, (void)fd;
    return 0;
}

static int file_status(void *user, const char *path, int fd, gn_filestat *out)
{
    (void)path, (void)fd;
    *out = (gn_filestat){ .size = ((one_file *)user)->size, .regular = true };
    return 0;
}

static void load(const uint8_t *bytes, size_t size)
{
    fuzz_memory memory = { 0 };
    gn_context *ctx = fuzz_context(&memory);
    one_file file = { bytes, size, 0 };
    gn_vfs vfs = { .user = &file, .open = file_open, .read = file_read, .close = file_close, .status = file_status };
    gn_model *m;
    gn_context_set_vfs(ctx, &vfs);
    gn_status s = gn_model_load_as(ctx, "fuzz", size % 2, &m);
    DEMAND(s == GN_OK || s == GN_BAD_DATA);
    DEMAND((m != NULL) == (s == GN_OK));
    /* A description may ask for four times the weights, and some millions of bytes, before it is refused by name. */
    DEMAND(memory.largest <= 128 * size + (1u << 24));
    if (s == GN_OK) {
        gn_text t;
        gn_text_init(&t, ctx);
        DEMAND(gn_model_describe(ctx, m, &t) == GN_OK);
        gn_text_free(&t);
    }
    gn_model_free(m);
    gn_context_free(ctx);
    DEMAND(memory.blocks == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_memory memory = { 0 };
    gn_context *ctx = fuzz_context(&memory);
    gn_st_file f;
    void *copy = gn_alloc(ctx, size);
    DEMAND(copy);
    if (size) memcpy(copy, bytes, size);
    gn_status s = gn_st_read(ctx, "fuzz", (gn_bytes){ .at = copy, .size = size, .owned = copy }, &f);
    DEMAND(s == GN_OK || s == GN_BAD_DATA);
    DEMAND(memory.largest <= 64 * size + 65536);
    if (s == GN_OK) {
        demand_whole(&f);
        gn_st_free(ctx, &f);
    }
    gn_context_free(ctx);
    DEMAND(memory.blocks == 0);
    if (s == GN_OK) load(bytes, size);
    return 0;
}
