/* json.h -- JSON of model files: jansson reads the values; what it does not say (places, depth, which name stands
 * twice) is found here, and text is written with the numbers' shortest digits.
 *
 * Invariant: no value is handed to jansson before its depth and UTF-8 are checked. */
#ifndef GN_JSON_H
#define GN_JSON_H

#include "read.h"
#include <jansson.h>

enum { GN_JSON_DEPTH = 32 };

/* The members of an object, cut without reading their values. */
typedef struct gn_json_cut {
    const char *text;
    size_t length, at;
    bool first, ended;
} gn_json_cut;
typedef struct gn_json_member {
    size_t key, key_length, value, value_length;
} gn_json_member; /* offsets; key with its quotes */
typedef enum gn_json_fault { GN_JSON_FINE, GN_JSON_SYNTAX, GN_JSON_DEEP } gn_json_fault;
/* Start at the object's '{', after blanks. The fault's offset is cut->at. */
gn_json_fault gn_json_open(gn_json_cut *cut, const char *text, size_t length);
/* The next member; cut->ended after the last, when nothing but blanks follows the object. */
gn_json_fault gn_json_next(gn_json_cut *cut, gn_json_member *out);

/* Depth of the brackets open at `at`, strings apart. */
size_t gn_json_depth_at(const char *text, size_t at);
bool gn_json_too_deep(const char *text, size_t length, size_t *at); /* more than GN_JSON_DEPTH, at *at */

/* Writing: a string with its quotes; invalid UTF-8 does not occur in names that were read under checks. */
void gn_json_put_string(gn_text *to, const char *text);
void gn_json_put_strings(gn_text *to, const char *const *text, size_t n);
void gn_json_put_numbers(gn_text *to, const double *v, size_t n);

/* Read a whole JSON text of a model's metadata: MOD-META with the field's name when it cannot be. flags are jansson's.
 */
gn_status gn_json_read(gn_context *ctx, const char *file, const char *field, const char *text, size_t flags,
                       json_t **out);

/* The whole of a safetensors header (st_check.c): names once, no hole, no overlap, no byte left; f->tensor by begin. */
gn_status gn_st_check(gn_context *ctx, const char *path, gn_st_file *f);

#endif
