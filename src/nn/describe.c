/* describe.c -- a network's text to layers: "128 relu, dropout 0.2, 64 relu, layernorm, residual 64 tanh".
 *
 * Invariant: every error names the part by number and text; a layer that comes out has a size within the limits, an
 * activation that exists and parameters that are finite. */
#include "net.h"
#include "../base/text.h"

#include <math.h>
#include <string.h>

typedef struct gn_part {            /* one part of the description being read */
    gn_context *ctx;
    size_t number;                  /* from 1 */
    const char *all; size_t all_length;
    const char *at; size_t left;    /* what has not been read */
} gn_part;

static const char *const words[] = { "dropout", "layernorm", "batchnorm", "residual", "linear", "none" };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void trim(const char **at, size_t *length)
{
    while (*length && blank(**at)) { ++*at; --*length; }
    while (*length && blank((*at)[*length - 1])) --*length;
}

/* The next part at depth 0 of parentheses; false past the end. An empty text has no parts. */
static bool next_part(const char **text, gn_part *p)
{
    if (!*text) return false;
    size_t n = 0;
    for (int depth = 0; (*text)[n] && ((*text)[n] != ',' || depth > 0); n++)
        depth += ((*text)[n] == '(') - ((*text)[n] == ')');
    p->all = *text;
    p->all_length = n;
    *text = (*text)[n] ? *text + n + 1 : NULL;
    trim(&p->all, &p->all_length);
    p->at = p->all;
    p->left = p->all_length;
    p->number++;
    return true;
}

static gn_status wrong(const gn_part *p, const char *what)
{
    return gn_fail(p->ctx, GN_E_CFG_NET, "layers: part %zu, \"%s\": %s", p->number,
                   gn_show(GN_SHOWN, p->all, p->all_length), what);
}

static gn_status wrong_size(const gn_part *p)
{
    return wrong(p, "a layer's size is a whole number from 1 to 1000000");
}

/* The word at the cursor: letters, digits and signs up to a blank or a parenthesis. '-' inside reads as '_'. */
static size_t take_word(gn_part *p, char *out, size_t room)
{
    trim(&p->at, &p->left);
    size_t n = 0;
    while (n < p->left && !blank(p->at[n]) && p->at[n] != '(') n++;
    size_t kept = n < room - 1 ? n : room - 1;
    for (size_t i = 0; i < kept; i++) {
        char c = p->at[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' && i > 0 ? '_' : c;
    }
    out[kept] = 0;
    p->at += n;
    p->left -= n;
    return n;
}

static gn_pointwise find_activation(const char *word)
{
    if (!strcmp(word, "linear") || !strcmp(word, "none")) return GN_P_identity;
    gn_pointwise op = gn_pointwise_find(word);
    return op != GN_P_COUNT && gn_pointwise_table()[op].arity == 1 ? op : GN_P_COUNT;
}

static gn_status unknown_word(const gn_part *p, const char *word)
{
    const char *names[GN_P_COUNT + GN_COUNT(words)];
    size_t n = 0;
    for (int i = 0; i < GN_P_COUNT; i++)
        if (gn_pointwise_table()[i].arity == 1) names[n++] = gn_pointwise_table()[i].name;
    for (size_t i = 0; i < GN_COUNT(words); i++) names[n++] = words[i];
    wrong(p, "not a size, an activation, dropout, layernorm, batchnorm or residual");
    const char *closest = gn_closest(word, names, n);
    return closest ? gn_hint(p->ctx, "did you mean \"%s\"?", closest)
                   : gn_hint(p->ctx, "`glassnet ops` lists the activations");
}

/* One parameter "alpha=0.05" or "0.05" at position i. */
static gn_status take_parameter(const gn_part *p, gn_layer *l, int i, const char *at, size_t length)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    trim(&at, &length);
    const char *equal = memchr(at, '=', length);
    if (equal) {
        const char *name = at;
        size_t n = (size_t)(equal - at);
        trim(&name, &n);
        for (i = 0; i < row->parameters; i++)
            if (strlen(row->parameter_name[i]) == n && !memcmp(row->parameter_name[i], name, n)) break;
        length -= (size_t)(equal + 1 - at);
        at = equal + 1;
        trim(&at, &length);
    }
    if (i >= row->parameters) return wrong(p, "the activation has no such parameter");
    size_t used;
    if (gn_read_number(at, length, '.', &l->par[i], &used) != GN_NUMBER_OK)
        return wrong(p, "a parameter is a number, as in leaky_relu(alpha=0.05)");
    return GN_OK;
}

/* "(alpha=0.05)" after an activation, if it stands there. */
static gn_status take_parameters(gn_part *p, gn_layer *l)
{
    trim(&p->at, &p->left);
    if (!p->left || *p->at != '(') return GN_OK;
    const char *end = memchr(p->at, ')', p->left);
    if (!end) return wrong(p, "a closing parenthesis is missing");
    const char *at = p->at + 1;
    for (int i = 0; at <= end; i++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        GN_TRY(take_parameter(p, l, i, at, (size_t)(stop - at)));
        at = stop + 1;
    }
    p->left -= (size_t)(end + 1 - p->at);
    p->at = end + 1;
    return GN_OK;
}

static gn_status set_activation(gn_part *p, gn_layer *l, gn_pointwise act)
{
    l->act = act;
    memcpy(l->par, gn_pointwise_table()[act].parameter_default, sizeof l->par);
    return take_parameters(p, l);
}

static gn_status at_end(gn_part *p)
{
    trim(&p->at, &p->left);
    return p->left ? wrong(p, "more follows than a part has") : GN_OK;
}

static gn_status take_activation(gn_part *p, gn_layer *l)
{
    char word[64];
    if (!take_word(p, word, sizeof word)) return set_activation(p, l, GN_P_relu);
    gn_pointwise act = find_activation(word);
    if (act == GN_P_COUNT) return unknown_word(p, word);
    return set_activation(p, l, act);
}

/* SIZE at the start of `word`; GN_E_CFG_NET when it is no size or out of range. */
static gn_status take_size(const gn_part *p, const char *word, size_t *out)
{
    uint64_t n;
    if (!gn_read_uint(word, strlen(word), &n) || n < 1 || n > GN_LAYER_MAX) return wrong_size(p);
    *out = (size_t)n;
    return GN_OK;
}

static gn_status take_dropout(gn_part *p, gn_layer *l)
{
    char word[64];
    size_t n = take_word(p, word, sizeof word), used;
    if (!n || gn_read_number(p->at - n, n, '.', &l->rate, &used) != GN_NUMBER_OK || !(l->rate >= 0 && l->rate < 1))
        return wrong(p, "dropout takes a probability from 0 up to, not including, 1");
    return GN_OK;
}

static bool numeric(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'; }

static gn_status read_part(gn_part *p, gn_layer *l)
{
    char word[64];
    if (!take_word(p, word, sizeof word)) return wrong(p, "nothing stands here");
    if (numeric(*word)) {
        l->kind = GN_L_DENSE;
        GN_TRY(take_size(p, word, &l->outputs));
        GN_TRY(take_activation(p, l));
    } else if (!strcmp(word, "residual")) {
        l->kind = GN_L_RESIDUAL;
        if (!take_word(p, word, sizeof word)) return wrong_size(p);
        GN_TRY(take_size(p, word, &l->outputs));
        GN_TRY(take_activation(p, l));
    } else if (!strcmp(word, "dropout")) {
        l->kind = GN_L_DROPOUT;
        GN_TRY(take_dropout(p, l));
    } else if (!strcmp(word, "layernorm") || !strcmp(word, "batchnorm")) {
        l->kind = *word == 'l' ? GN_L_LAYERNORM : GN_L_BATCHNORM;
    } else {
        gn_pointwise act = find_activation(word);
        if (act == GN_P_COUNT) return unknown_word(p, word);
        l->kind = GN_L_ACTIVATION;
        GN_TRY(set_activation(p, l, act));
    }
    return at_end(p);
}

static void print_activation(gn_text *t, const gn_layer *l)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    gn_text_puts(t, row->name);
    bool own = false;
    for (int i = 0; i < row->parameters; i++) own |= l->par[i] != row->parameter_default[i];
    for (int i = 0; own && i < row->parameters; i++)
        gn_text_printf(t, "%s%s=%s", i ? ", " : "(", row->parameter_name[i], gn_num(GN_NUM, l->par[i]));
    if (own) gn_text_puts(t, ")");
}

/* The canonical text of a layer, which reads back as the same layer. */
static gn_status print_layer(gn_arena *arena, gn_layer *l)
{
    gn_text t;
    gn_text_init(&t, arena->ctx);
    switch (l->kind) {
    case GN_L_RESIDUAL:
        gn_text_printf(&t, "residual %zu ", l->outputs);
        print_activation(&t, l);
        break;
    case GN_L_DENSE:
        gn_text_printf(&t, "%zu ", l->outputs);
        print_activation(&t, l);
        break;
    case GN_L_ACTIVATION: print_activation(&t, l); break;
    case GN_L_DROPOUT: gn_text_printf(&t, "dropout %s", gn_num(GN_NUM, l->rate)); break;
    case GN_L_LAYERNORM: gn_text_puts(&t, "layernorm"); break;
    case GN_L_BATCHNORM: gn_text_puts(&t, "batchnorm"); break;
    }
    gn_status s = gn_text_done(&t);
    l->text = s == GN_OK ? gn_arena_text(arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return l->text ? GN_OK : s == GN_OK ? GN_NO_MEMORY : s;
}

/* How many modules of a PyTorch Sequential the layer is: Linear and its activation are two. */
static int modules(const gn_layer *l)
{
    switch (l->kind) {
    case GN_L_DENSE: return 1 + (l->act != GN_P_identity);
    case GN_L_ACTIVATION: return l->act != GN_P_identity;
    default: return 1;
    }
}

static bool no_layers(const char *text)
{
    size_t n = strlen(text);
    trim(&text, &n);
    return n == 0 || (n == 4 && !memcmp(text, "none", 4));
}

static size_t count_parts(const char *text)
{
    size_t n = 1;
    for (; *text; text++) n += *text == ',';
    return n;
}

static bool passes_on(const gn_layer *l)
{
    return l->kind == GN_L_DROPOUT || (l->kind == GN_L_ACTIVATION && l->act == GN_P_identity);
}

static gn_status finish(gn_arena *arena, gn_layer *layer, size_t n, size_t inputs)
{
    int module = 0, number = 0;
    for (size_t i = 0; i < n; i++) {
        gn_layer *l = &layer[i];
        l->inputs = inputs;
        if (!l->outputs) l->outputs = inputs;
        inputs = l->outputs;
        l->module = module;
        module += modules(l);
        l->number = passes_on(l) ? 0 : ++number;
        GN_TRY(print_layer(arena, l));
    }
    return GN_OK;
}

gn_status gn_layers_parse(gn_arena *arena, const char *text, size_t inputs, size_t outputs, gn_layer **out,
                          size_t *count)
{
    gn_layer *layer = gn_arena_alloc(arena, count_parts(text) + 1, sizeof *layer);
    if (!layer) return GN_NO_MEMORY;
    size_t n = 0;
    gn_part p = { .ctx = arena->ctx };
    const char *rest = no_layers(text) ? NULL : text;
    while (next_part(&rest, &p)) GN_TRY(read_part(&p, &layer[n++]));
    layer[n++] = (gn_layer){ .kind = GN_L_DENSE, .outputs = outputs, .act = GN_P_identity };
    GN_TRY(finish(arena, layer, n, inputs));
    *out = layer;
    *count = n;
    return GN_OK;
}

/* ---- the short form --------------------------------------------------------------------------------------------- */

static gn_status describe_part(gn_part *p, const char *act, double dropout, gn_text *out)
{
    char word[64];
    size_t size;
    take_word(p, word, sizeof word);
    GN_TRY(take_size(p, word, &size));
    GN_TRY(at_end(p));
    gn_text_printf(out, "%s%zu %s", p->number > 1 ? ", " : "", size, act);
    if (dropout > 0) gn_text_printf(out, ", dropout %s", gn_num(GN_NUM, dropout));
    return GN_OK;
}

gn_status gn_net_describe(gn_context *ctx, const char *layers, const char *act, double dropout, gn_text *out)
{
    gn_part one = { .ctx = ctx, .number = 1, .all = act, .all_length = strlen(act), .at = act, .left = strlen(act) };
    gn_layer l = { .kind = GN_L_ACTIVATION };
    GN_TRY(take_activation(&one, &l));
    GN_TRY(at_end(&one));
    gn_part p = { .ctx = ctx };
    const char *rest = no_layers(layers) ? NULL : layers;
    while (next_part(&rest, &p)) GN_TRY(describe_part(&p, act, dropout, out));
    return gn_text_done(out);
}
