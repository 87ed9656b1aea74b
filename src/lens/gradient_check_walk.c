/* gradient_check_walk.c -- the complex step through a network: its graph, spelled in pointwise and contraction nodes,
 * walked once with complex numbers.
 *
 * It shares with the engine the spelling of the value alone: no slope, no reverse or forward mode, no kernel.
 * Invariant: a node is computed once, after its operands. */
#include "gradient_check_complex.h"
#include "gradient_check_net.h"

#include <string.h>

typedef struct gn_walk {
    gn_arena arena;
    const gn_net_rows *r;
    const gn_rows_graph *m;
    const double *v;                /* direction, flat */
    gn_cx **value;                  /* by node; NULL: not yet */
    gn_node *spelled;               /* by node; 0: not yet */
    size_t room;
    gn_node *stack;
    size_t depth, stack_room;
    const gn_formula *row[GN_P_COUNT]; /* expanded, when first met */
} gn_walk;

static gn_status grow(gn_walk *w, size_t nodes)
{
    if (nodes < w->room) return GN_OK;
    size_t room = 2 * nodes + 64;
    gn_cx **value = gn_arena_alloc(&w->arena, room, sizeof *value);
    gn_node *spelled = gn_arena_alloc(&w->arena, room, sizeof *spelled);
    if (!value || !spelled) return GN_NO_MEMORY;
    if (w->room) {
        memcpy(value, w->value, w->room * sizeof *value);
        memcpy(spelled, w->spelled, w->room * sizeof *spelled);
    }
    w->value = value;
    w->spelled = spelled;
    w->room = room;
    return GN_OK;
}

static gn_status push(gn_walk *w, gn_node n)
{
    if (w->depth == w->stack_room) {
        size_t room = 2 * w->stack_room + 64;
        gn_node *more = gn_arena_alloc(&w->arena, room, sizeof *more);
        if (!more) return GN_NO_MEMORY;
        if (w->depth) memcpy(more, w->stack, w->depth * sizeof *more);
        w->stack = more;
        w->stack_room = room;
    }
    w->stack[w->depth++] = n;
    return GN_OK;
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

static void put_real(gn_cx *to, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = (gn_cx){ from[i], 0 };
}

/* A parameter moves along the direction; running statistics do not. */
static void put_parameter(const gn_walk *w, gn_node n, gn_cx *to)
{
    const gn_net *net = w->r->net;
    size_t flat = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        if (w->m->param[i] == n) {
            put_real(to, (const double *)net->block + t->offset, t->size);
            for (size_t k = 0; t->trainable && k < t->size; k++) to[k].im = GN_COMPLEX_STEP * w->v[flat + k];
            return;
        }
        if (t->trainable) flat += t->size;
    }
}

static gn_status leaf(gn_walk *w, gn_node n, const gn_node_info *info, gn_cx *to)
{
    size_t size = gn_shape_size(info->shape);
    if (info->kind == GN_CONST) to[0] = (gn_cx){ info->attr[0], 0 };
    else if (info->kind == GN_PARAM) put_parameter(w, n, to);
    else if (n == w->m->x) put_real(to, w->r->x, size);
    else if (n == w->m->t) put_real(to, w->r->t, size);
    else if (n == w->m->w) put_real(to, w->r->w, size);
    else return gn_fail(w->r->ctx, GN_E_GRAPH_OP, "node %d has no complex step", (int)n);
    return GN_OK;
}

/* ---- pointwise --------------------------------------------------------------------------------------------------- */

static gn_status row_formula(gn_walk *w, int op, const gn_formula **out)
{
    if (!w->row[op]) {
        const char *text = gn_pointwise_table()[op].value;
        const gn_formula *f;
        GN_TRY(gn_formula_parse(&w->arena, text, strlen(text), &f));
        GN_TRY(gn_formula_expand(&w->arena, f, &w->row[op]));
    }
    *out = w->row[op];
    return GN_OK;
}

static gn_status pointwise(gn_walk *w, const gn_node_info *info, gn_cx *to)
{
    static const char *const operand[3] = { "x", "y", "z" };
    const gn_pointwise_row *row = &gn_pointwise_table()[info->op];
    gn_cx_binding at[3 + GN_PW_PARAMS];
    const gn_formula *f;
    size_t step[3], n = (size_t)row->arity;
    GN_TRY(row_formula(w, info->op, &f));
    for (size_t i = 0; i < n; i++) {
        at[i].name = operand[i];
        step[i] = gn_node_get(w->m->g, info->in[i]).shape.rank ? 1 : 0;
    }
    for (int i = 0; i < row->parameters; i++)
        at[n + (size_t)i] = (gn_cx_binding){ row->parameter_name[i], { info->attr[i], 0 } };
    for (size_t k = 0; k < gn_shape_size(info->shape); k++) {
        for (size_t i = 0; i < n; i++) at[i].value = w->value[info->in[i]][k * step[i]];
        GN_TRY(gn_cx_eval(w->r->ctx, f, at, n + (size_t)row->parameters, &to[k]));
    }
    return GN_OK;
}

/* ---- contractions ------------------------------------------------------------------------------------------------ */

/* Steps of each letter in an operand's array; sizes by letter. */
static const char *read_letters(const char *spec, gn_shape s, size_t step[26], size_t size[26])
{
    size_t letters = strcspn(spec, ",-"), run = 1;
    for (size_t i = letters; i-- > 0;) {
        int l = spec[i] - 'a';
        step[l] += run;
        size[l] = s.dim[i];
        run *= s.dim[i];
    }
    return spec + letters;
}

typedef struct gn_loops { size_t n, size[26], step[3][26]; } gn_loops;

static gn_loops loops_of(gn_walk *w, const gn_node_info *info)
{
    size_t size[26] = { 0 }, step[3][26] = { { 0 } };
    const char *at = info->spec;
    gn_loops out = { 0 };
    for (int k = 0; k < info->inputs; k++) {
        at = read_letters(at, gn_node_get(w->m->g, info->in[k]).shape, step[k], size);
        if (*at == ',') at++;
    }
    read_letters(strchr(info->spec, '>') + 1, info->shape, step[2], size);
    for (int l = 0; l < 26; l++) {
        if (!size[l]) continue;
        out.size[out.n] = size[l];
        for (int k = 0; k < 3; k++) out.step[k][out.n] = step[k][l];
        out.n++;
    }
    return out;
}

static void contract(gn_walk *w, const gn_node_info *info, gn_cx *to)
{
    gn_loops l = loops_of(w, info);
    const gn_cx *a = w->value[info->in[0]], *b = info->inputs > 1 ? w->value[info->in[1]] : NULL;
    size_t at[26] = { 0 }, d, place[3] = { 0 };
    do {
        gn_cx term = b ? gn_cx_mul(a[place[0]], b[place[1]]) : a[place[0]];
        to[place[2]] = gn_cx_add(to[place[2]], term);
        for (d = 0; d < l.n; d++) {
            at[d]++;
            for (int k = 0; k < 3; k++) place[k] += l.step[k][d];
            if (at[d] < l.size[d]) break;
            for (int k = 0; k < 3; k++) place[k] -= l.step[k][d] * l.size[d];
            at[d] = 0;
        }
    } while (d < l.n);
}

static void row_max(gn_walk *w, const gn_node_info *info, gn_cx *to)
{
    gn_shape s = gn_node_get(w->m->g, info->in[0]).shape;
    for (size_t i = 0; i < s.dim[0]; i++) {
        const gn_cx *row = w->value[info->in[0]] + i * s.dim[1];
        to[i] = row[0];
        for (size_t j = 1; j < s.dim[1]; j++)
            if (row[j].re > to[i].re) to[i] = row[j];
    }
}

/* ---- the walk ---------------------------------------------------------------------------------------------------- */

static gn_status compute(gn_walk *w, gn_node n, const gn_node_info *info)
{
    gn_cx *to = gn_arena_alloc(&w->arena, gn_shape_size(info->shape) + 1, sizeof *to);
    if (!to) return GN_NO_MEMORY;
    gn_status s = GN_OK;
    if (info->kind == GN_POINTWISE) s = pointwise(w, info, to);
    else if (info->kind == GN_CONTRACT) contract(w, info, to);
    else if (info->kind == GN_COMPOSED && info->op == GN_M_row_max) row_max(w, info, to);
    else s = leaf(w, n, info, to);
    w->value[n] = to;
    return s;
}

/* Operands that are still to be computed go on the stack; *ready when there are none. */
static gn_status ask(gn_walk *w, const gn_node *in, int count, bool *ready)
{
    *ready = true;
    for (int i = 0; i < count; i++) {
        if (!in[i] || w->value[in[i]]) continue;
        *ready = false;
        GN_TRY(push(w, in[i]));
    }
    return GN_OK;
}

static gn_status visit(gn_walk *w, gn_node n)
{
    gn_node_info info = gn_node_get(w->m->g, n);
    bool ready;
    if (info.kind == GN_COMPOSED && !w->spelled[n]) {
        gn_node plain = gn_spell(w->m->g, n);
        if (!plain) return gn_nn_poisoned(w->m->g);
        GN_TRY(grow(w, (size_t)gn_graph_count(w->m->g) + 1));
        w->spelled[n] = plain;
    }
    gn_node plain = info.kind == GN_COMPOSED ? w->spelled[n] : n;
    GN_TRY(plain != n ? ask(w, &plain, 1, &ready) : ask(w, info.in, info.inputs, &ready));
    if (!ready) return GN_OK;
    w->depth--;
    if (w->value[n]) return GN_OK;
    if (plain == n) return compute(w, n, &info);
    w->value[n] = w->value[plain];
    return GN_OK;
}

static gn_status walk(gn_walk *w, gn_cx *out)
{
    GN_TRY(grow(w, (size_t)gn_graph_count(w->m->g) + 1));
    GN_TRY(push(w, w->m->loss));
    while (w->depth) GN_TRY(visit(w, w->stack[w->depth - 1]));
    *out = w->value[w->m->loss][0];
    return GN_OK;
}

gn_status gn_complex_step_net(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const double *p,
                              const double *v, double *loss, double *derivative)
{
    gn_net_rows r;
    gn_rows_graph m = { 0 };
    gn_cx out = { 0, 0 };
    GN_TRY(gn_net_rows_open(ctx, net, rows, GN_F64, &r));
    gn_net_rows_put(&r, p);
    gn_status s = gn_rows_graph_open(&r, &m);
    gn_walk w = { .r = &r, .m = &m, .v = v };
    gn_arena_init(&w.arena, ctx);
    if (s == GN_OK) s = walk(&w, &out);
    gn_arena_free(&w.arena);
    gn_rows_graph_close(&m);
    gn_net_rows_close(&r);
    if (loss) *loss = out.re;
    *derivative = out.im / GN_COMPLEX_STEP;
    return s;
}
