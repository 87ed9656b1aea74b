/* fuzz.h -- what the fuzz drivers of binary readers share: a context whose memory is counted and bounded, and a plain
 * main that runs over files.
 *
 *   clang -fsanitize=fuzzer,address,undefined ... tests/fuzz_NAME.c     fuzzes
 *   gcc -DGN_FUZZ_MAIN ... tests/fuzz_NAME.c; ./fuzz_NAME FILE...       runs files that were found before
 *
 * Besides not crashing: a reader ends with a status it may have, gives back all its memory, and asks for no more of it
 * than the file's own bytes justify. */
#ifndef GN_FUZZ_H
#define GN_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../src/data/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define DEMAND(condition)                                                  \
    do {                                                                   \
        if (!(condition)) {                                                \
            fprintf(stderr, "%s: %s does not hold\n", __FILE__, #condition); \
            abort();                                                       \
        }                                                                  \
    } while (0)

typedef struct fuzz_memory {
    long blocks;                /* not given back */
    size_t largest;             /* of the blocks asked for */
} fuzz_memory;

static inline void *fuzz_alloc(void *user, void *old, size_t size)
{
    fuzz_memory *m = user;
    if (size == 0) {
        m->blocks -= old != NULL;
        free(old);
        return NULL;
    }
    if (size > m->largest) m->largest = size;
    void *at = realloc(old, size);
    m->blocks += at && !old;
    return at;
}

static inline gn_context *fuzz_context(fuzz_memory *m)
{
    gn_context *ctx;
    gn_context_settings s;
    gn_context_defaults(&s);
    s.threads = 1;
    s.alloc = fuzz_alloc;
    s.alloc_user = m;
    DEMAND(gn_context_new(&s, &ctx) == GN_OK);
    m->largest = 0;
    return ctx;
}

/* An array reader on these bytes, as a file of known size and through gzip's filter (which passes other bytes on): the
 * same verdict both ways, and no block larger than 8 bytes for each byte of a file, 64 KiB apart. */
typedef gn_status (*fuzz_reader)(gn_context *ctx, gn_source *source, gn_array *out);
static inline void fuzz_array(fuzz_reader read, const uint8_t *bytes, size_t size)
{
    gn_status status[2];
    char code[2][40];
    for (int way = 0; way < 2; way++) {
        fuzz_memory m = { 0 };
        gn_context *ctx = fuzz_context(&m);
        gn_source plain, source;
        gn_array a;
        DEMAND(gn_source_memory(ctx, "fuzz", bytes, size, &plain) == GN_OK);
        status[way] = GN_OK;
        if (way == 0) source = plain;
        else status[way] = gn_source_gunzip(ctx, &plain, &source);
        bool packed = size > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b;
        if (status[way] == GN_OK) {
            status[way] = read(ctx, &source, &a);
            gn_source_close(&source);
            DEMAND(status[way] == GN_OK || status[way] == GN_BAD_DATA);
            DEMAND(way == 1 || m.largest <= 8 * size + 65536 + 128);
            DEMAND(!packed || m.largest <= 8 * 1032 * (size + 64) + 8 * 65536 + (1 << 18));
            if (status[way] == GN_OK)
                for (uint64_t i = 0; i < a.size; i++) (void)gn_array_get(&a, i);
            gn_array_free(ctx, &a);
        }
        snprintf(code[way], sizeof code[way], "%s", status[way] ? gn_last_error(ctx)->code : "");
        gn_context_free(ctx);
        DEMAND(m.blocks == 0);
        if (packed) return;
    }
    DEMAND(status[0] == status[1] && strcmp(code[0], code[1]) == 0);
}

#ifdef GN_FUZZ_MAIN
/* Runs each file named once, whole; a file that cannot be read is a failure, not a pass. */
int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        FILE *f = fopen(paths[i], "rb");
        static uint8_t bytes[1 << 20];
        DEMAND(f != NULL);
        size_t n = fread(bytes, 1, sizeof bytes, f);
        DEMAND(!ferror(f) && fgetc(f) == EOF);
        fclose(f);
        LLVMFuzzerTestOneInput(bytes, n);
    }
    printf("%d files, no failure\n", count - 1);
    return 0;
}
#endif
#endif
