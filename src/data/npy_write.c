/* npy_write.c -- writes NPY: version 1.0, C order, little-endian, the header padded so that the elements start at a
 * multiple of 64.
 *
 * Invariant: the file is whole or not there. */
#include "read.h"

#include <string.h>

static const char *descr(gn_element type) { return type == GN_EL_U8 ? "|u1" : type == GN_EL_F32 ? "<f4" : "<f8"; }

static void put_header(gn_text *t, const gn_array *a)
{
    gn_text_printf(t, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr(a->type));
    for (int i = 0; i < a->rank; i++) gn_text_printf(t, i ? ", %llu" : "%llu", (unsigned long long)a->dim[i]);
    gn_text_puts(t, a->rank == 1 ? ",), }" : "), }");
    while (!t->failed && (t->length + 11) % 64) gn_text_puts(t, " ");
    gn_text_puts(t, "\n");
}

static gn_status put_elements(gn_sink *s, const gn_array *a)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    size_t size = gn_element_size(a->type);
    for (uint64_t i = 0; i < a->size; i++) {
        uint8_t b[8];
        for (size_t k = 0; k < size; k++) b[k] = ((const uint8_t *)a->at)[i * size + size - 1 - k];
        GN_TRY(gn_sink_write(s, b, size));
    }
    return GN_OK;
#else
    return gn_sink_write(s, a->at, a->size * gn_element_size(a->type));
#endif
}

static gn_status put_all(gn_sink *s, const gn_text *header, const gn_array *a)
{
    uint8_t start[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)(header->length & 255), (uint8_t)(header->length >> 8)
    };
    GN_TRY(gn_sink_write(s, start, sizeof start));
    GN_TRY(gn_sink_write(s, header->at, header->length));
    return put_elements(s, a);
}

gn_status gn_npy_write(gn_context *ctx, const char *path, const gn_array *array)
{
    gn_text header;
    gn_sink sink;
    gn_text_init(&header, ctx);
    put_header(&header, array);
    gn_status s = gn_text_done(&header);
    if (s == GN_OK) s = gn_sink_open(ctx, path, &sink);
    if (s == GN_OK) {
        s = put_all(&sink, &header, array);
        if (s == GN_OK) s = gn_sink_commit(&sink);
        else gn_sink_abandon(&sink);
    }
    gn_text_free(&header);
    return s;
}
