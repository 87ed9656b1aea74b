/* show_test.h -- sheets rendered, and what their text holds, for the tests of the renderers. */
#ifndef SHOW_TEST_H
#define SHOW_TEST_H

#include "sheet_test.h"

static inline const char *render(gn_context *ctx, gn_arena *arena, const gn_sheet *s, const gn_render *how)
{
    gn_text t;
    gn_text_init(&t, ctx);
    if (gn_sheet_render(s, how, &t) != GN_OK) fail_msg("%s", gn_last_error(ctx)->message);
    const char *kept = gn_arena_text(arena, t.at, t.length);
    gn_text_free(&t);
    return kept;
}

static inline gn_render settings(gn_format format, int digits)
{
    gn_render how;
    gn_render_defaults(&how);
    how.format = format;
    how.digits = digits;
    return how;
}

static inline void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("no '%s' in:\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part)) fail_msg("'%s' in:\n%s", part, text);
}

static inline size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) n++;
    return n;
}

/* Columns of the widest line: characters, none of which is a control. */
static inline size_t widest(const char *text)
{
    size_t most = 0, now = 0;
    for (; *text; text++) {
        if (*text == '\n') now = 0;
        else {
            assert_true((unsigned char)*text >= 32 && *text != 127);
            now += ((unsigned char)*text & 0xC0) != 0x80;
        }
        if (now > most) most = now;
    }
    return most;
}

#endif
