/* st_write.c -- writes safetensors: the metadata first, then the tensors in the order given, one after another from
 * offset 0.
 *
 * Invariant: the same input gives the same bytes; the file is whole or not there; elements start at a multiple of 8. */
#include "json.h"

#include <string.h>

static void put_meta(gn_text *t, const char *const *key, const char *const *value, size_t n)
{
    gn_text_puts(t, "\"__metadata__\":{");
    for (size_t i = 0; i < n; i++) {
        if (i) gn_text_puts(t, ",");
        gn_json_put_string(t, key[i]);
        gn_text_puts(t, ":");
        gn_json_put_string(t, value[i]);
    }
    gn_text_puts(t, "}");
}

static void put_tensor(gn_text *t, const gn_st_out *o, uint64_t begin)
{
    gn_json_put_string(t, o->name);
    gn_text_printf(t, ":{\"dtype\":\"%s\",\"shape\":[", o->dtype);
    for (int i = 0; i < o->rank; i++) gn_text_printf(t, i ? ",%llu" : "%llu", (unsigned long long)o->dim[i]);
    gn_text_printf(t, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)begin,
                   (unsigned long long)(begin + o->bytes));
}

static void put_header(gn_text *t, const gn_st_out *tensor, size_t tensors, const char *const *key,
                       const char *const *value, size_t metas)
{
    uint64_t begin = 0;
    gn_text_puts(t, "{");
    if (metas) put_meta(t, key, value, metas);
    for (size_t i = 0; i < tensors; i++) {
        if (i || metas) gn_text_puts(t, ",");
        put_tensor(t, &tensor[i], begin);
        begin += tensor[i].bytes;
    }
    gn_text_puts(t, "}");
    while (!t->failed && t->length % 8) gn_text_puts(t, " ");
}

static gn_status put_data(gn_sink *s, const gn_st_out *o)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    size_t size = strcmp(o->dtype, "F64") == 0 || strcmp(o->dtype, "I64") == 0   ? 8
                  : strcmp(o->dtype, "F32") == 0 || strcmp(o->dtype, "I32") == 0 ? 4
                                                                                 : 1;
    for (uint64_t i = 0; i < o->bytes; i += size) {
        uint8_t b[8];
        for (size_t k = 0; k < size; k++) b[k] = ((const uint8_t *)o->data)[i + size - 1 - k];
        GN_TRY(gn_sink_write(s, b, size));
    }
    return GN_OK;
#else
    return gn_sink_write(s, o->data, o->bytes);
#endif
}

static gn_status put_all(gn_sink *s, const gn_text *header, const gn_st_out *tensor, size_t tensors)
{
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)((uint64_t)header->length >> 8 * i);
    GN_TRY(gn_sink_write(s, length, 8));
    GN_TRY(gn_sink_write(s, header->at, header->length));
    for (size_t i = 0; i < tensors; i++) GN_TRY(put_data(s, &tensor[i]));
    return GN_OK;
}

gn_status gn_st_write(gn_context *ctx, const char *path, const gn_st_out *tensor, size_t tensors,
                      const char *const *meta_key, const char *const *meta_value, size_t metas)
{
    gn_text header;
    gn_sink sink;
    gn_text_init(&header, ctx);
    put_header(&header, tensor, tensors, meta_key, meta_value, metas);
    gn_status s = gn_text_done(&header);
    if (s == GN_OK) s = gn_sink_open(ctx, path, &sink);
    if (s == GN_OK) {
        s = put_all(&sink, &header, tensor, tensors);
        if (s == GN_OK) s = gn_sink_commit(&sink);
        else gn_sink_abandon(&sink);
    }
    gn_text_free(&header);
    return s;
}
