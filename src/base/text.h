/* text.h -- text and numbers without the locale: a growing buffer, shortest and exact number printing, exact number
 * reading, and foreign text made safe to show. */
#ifndef GN_TEXT_H
#define GN_TEXT_H

#include "base.h"

/* A growing byte buffer, always NUL-terminated. After a failed append `failed` is set and later appends do nothing,
 * so that a writer checks once at the end. */
typedef struct gn_text {
    gn_context *ctx;
    char *at;
    size_t length, capacity;
    bool failed;
} gn_text;
void gn_text_init(gn_text *t, gn_context *ctx);
void gn_text_free(gn_text *t);
void gn_text_clear(gn_text *t);
void gn_text_add(gn_text *t, const char *bytes, size_t length);
void gn_text_puts(gn_text *t, const char *s);
void gn_text_printf(gn_text *t, const char *fmt, ...) GN_PRINTF(2, 3); /* no floating-point conversions */
gn_status gn_text_done(gn_text *t);                                    /* GN_NO_MEMORY when an append failed */

/* Room for one printed number or one shown text, for use as a compound literal:
 * gn_fail(ctx, code, "rate %s", gn_num(GN_NUM, lr)). */
typedef struct gn_numtext { char at[40]; } gn_numtext;
#define GN_NUM (&(gn_numtext){{0}})
/* The shortest text that reads back as the same double; plain from 1e-4 to below 1e16, else as 1.5e-7. */
const char *gn_num(gn_numtext *room, double value);
const char *gn_num32(gn_numtext *room, float value);   /* ... as the same float */
/* At most `digits` significant, 1..17, as %g but with the exponent short: 1e-7. */
const char *gn_num_digits(gn_numtext *room, double value, int digits);
/* Exactly rounded, 0..17 decimals, as %f; from |value| = 1e15 as gn_num. */
const char *gn_num_fixed(gn_numtext *room, double value, int decimals);

typedef struct gn_shown { char at[260]; } gn_shown;
#define GN_SHOWN (&(gn_shown){{0}})
/* Foreign text for a message: control bytes as \x1b, invalid UTF-8 as \xE9, cut at 60 characters with "..." */
const char *gn_show(gn_shown *room, const char *text, size_t length);

typedef enum gn_number_kind {
    GN_NUMBER_OK,        /* value is the correctly rounded double */
    GN_NUMBER_BAD,       /* not a number; *used is where reading stopped */
    GN_NUMBER_OVERFLOW,  /* magnitude above DBL_MAX; value is +-inf */
    GN_NUMBER_UNDERFLOW, /* non-zero text that rounds to 0 */
    GN_NUMBER_NONFINITE  /* inf, infinity, nan in any case, with an optional sign */
} gn_number_kind;
/* Read a decimal number that fills text[0..length): sign, digits, point, exponent; blanks around it are the caller's to
 * trim. Correctly rounded for any length; locale-free. `decimal` is '.' or ','. */
gn_number_kind gn_read_number(const char *text, size_t length, char decimal, double *value, size_t *used);
/* The same, rounded once to float32. */
gn_number_kind gn_read_number32(const char *text, size_t length, char decimal, float *value, size_t *used);
bool gn_read_uint(const char *text, size_t length, uint64_t *value); /* decimal digits only, no overflow */

bool gn_utf8_valid(const char *text, size_t length, size_t *bad); /* *bad: offset of the first wrong byte */
/* The closest of `names` to `text` by edit distance, or NULL when none is close enough to propose. */
const char *gn_closest(const char *text, const char *const *names, size_t count);

#define GN_S(n) ((n) == 1 ? "" : "s")    /* 1 row, 2 rows */

#endif
