/* show.c -- foreign text: is it UTF-8, how to show it safely, and which known name comes closest to it.
 *
 * Invariant: what leaves here is valid UTF-8 that cannot move a cursor, change a colour or turn the direction of a
 * line. */
#include "context.h"
#include "text.h"

#include <string.h>

enum { GN_SHOW_CHARACTERS = 60, GN_NAME_MOST = 64 };

/* Bytes of the UTF-8 character at text, 0 when it is not one. Overlong forms, surrogates and values past 10FFFF are
 * not. */
static size_t character(const unsigned char *s, size_t left, uint32_t *value)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = s[0] < 0x80 ? 1 : (s[0] & 0xe0) == 0xc0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : (s[0] & 0xf8) == 0xf0 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    uint32_t v = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        v = v << 6 | (s[i] & 0x3fu);
    }
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000)) return 0;
    *value = v;
    return n;
}

bool gn_utf8_valid(const char *text, size_t length, size_t *bad)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t i = 0;
    uint32_t value;
    while (i < length) {
        uint64_t eight;
        if (length - i >= 8 && (memcpy(&eight, s + i, 8), (eight & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        size_t n = character(s + i, length - i, &value);
        if (n == 0) {
            if (bad) *bad = i;
            return false;
        }
        i += n;
    }
    if (bad) *bad = length;
    return true;
}

/* Controls, line separators, and the marks that turn or hide text. */
static bool hidden(uint32_t v)
{
    return v < 0x20 || (v >= 0x7f && v < 0xa0) || (v >= 0x200b && v <= 0x200f) || (v >= 0x2028 && v <= 0x202e)
        || (v >= 0x2060 && v <= 0x206f) || v == 0xfeff;
}

static size_t write_hex(char *room, const unsigned char *s, size_t n)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        char *p = room + 4 * i;
        p[0] = '\\';
        p[1] = 'x';
        p[2] = digit[s[i] >> 4];
        p[3] = digit[s[i] & 15];
    }
    return 4 * n;
}

void gn_clean(char *room, size_t size, const char *text, size_t length, size_t characters, bool lines)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t used = 0;
    while (length) {
        uint32_t v = 0;
        size_t n = character(s, length, &v);
        bool plain = n && (!hidden(v) || (lines && v == '\n'));
        if (n == 0) n = 1;
        if (characters-- == 0 || used + (plain ? n : 4 * n) + 4 > size) {
            memcpy(room + used, "...", 3);
            used += 3;
            break;
        }
        if (plain) memcpy(room + used, s, n);
        used += plain ? n : write_hex(room + used, s, n);
        s += n;
        length -= n;
    }
    room[used] = '\0';
}

const char *gn_show(gn_shown *room, const char *text, size_t length)
{
    gn_clean(room->at, sizeof room->at, text, length, GN_SHOW_CHARACTERS, false);
    return room->at;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    size_t row[3][GN_NAME_MOST + 1];
    for (size_t j = 0; j <= n; j++) row[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[m % 3][n];
}

const char *gn_closest(const char *text, const char *const *names, size_t count)
{
    size_t m = strlen(text), best = SIZE_MAX;
    const char *found = NULL;
    if (m == 0 || m > GN_NAME_MOST) return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]);
        if (n > GN_NAME_MOST) continue;
        size_t d = distance(text, m, names[i], n);
        if (d >= best || d >= m || d > 1 + m / 4) continue;
        best = d;
        found = names[i];
    }
    return found;
}
