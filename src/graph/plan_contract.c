/* plan_contract.c -- which kernel computes a contraction. The index string says it all: letters that only the first
 * operand and the result have are rows, letters that only the second and the result have are columns, letters summed
 * are the depth of a product.
 *
 * Invariant: what fits no kernel runs on the odometer, which needs nothing but the string. */
#include "plan.h"

#include <string.h>

typedef struct parsed {
    int operands;
    char letter[3][GN_RANK + 1];    /* of the operands, then of the result at [2] */
    int rank[3];
    size_t size[26];
} parsed;

static void parse(const gn_plan *p, const gn_node_info *info, parsed *out)
{
    memset(out, 0, sizeof *out);
    int part = 0;
    for (const char *c = info->spec; *c; c++) {
        if (*c == ',') part = 1;
        else if (*c == '-') part = 2, c++;
        else out->letter[part][out->rank[part]++] = *c;
    }
    out->operands = info->inputs;
    for (int k = 0; k < 3; k++) {
        const gn_shape *s = k == 2 ? &info->shape : k < info->inputs ? &p->shape[info->in[k]] : NULL;
        for (int i = 0; s && i < out->rank[k]; i++) out->size[out->letter[k][i] - 'a'] = s->dim[i];
    }
}

static size_t stride_of(const parsed *q, int k, char letter)
{
    size_t stride = 1;
    for (int i = q->rank[k] - 1; i >= 0; i--) {
        if (q->letter[k][i] == letter) return stride;
        stride *= q->size[q->letter[k][i] - 'a'];
    }
    return 0;
}

static size_t total(const parsed *q, int k, int first, int last)
{
    size_t n = 1;
    for (int i = first; i < last; i++) n *= q->size[q->letter[k][i] - 'a'];
    return n;
}

static void add_letter(const parsed *q, gn_odometer *o, char c)
{
    if (memchr(o->letter, c, (size_t)o->letters)) return;
    o->letter[o->letters] = c;
    o->size[o->letters] = q->size[c - 'a'];
    for (int k = 0; k < 3; k++) o->stride[k][o->letters] = stride_of(q, k, c);
    o->letters++;
}

/* The result's letters come first, so that each of its elements is one chain of additions. */
static void use_odometer(const parsed *q, gn_plan_step *s)
{
    static const int order[3] = { 2, 0, 1 };
    s->run = gn_run_odometer;
    s->kernel = "odometer";
    s->flops = q->operands > 1 ? 2 : 1;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < q->rank[order[i]]; j++) add_letter(q, &s->odometer, q->letter[order[i]][j]);
    for (int i = 0; i < s->odometer.letters; i++) s->flops *= (double)s->odometer.size[i];
}

/* Does the shorter list of letters open (or close) the longer one? */
static bool opens(const parsed *q, int shorter, int longer)
{
    size_t n = (size_t)q->rank[shorter];
    return q->rank[shorter] <= q->rank[longer] && memcmp(q->letter[shorter], q->letter[longer], n) == 0;
}

static bool closes(const parsed *q, int shorter, int longer)
{
    int skip = q->rank[longer] - q->rank[shorter];
    return skip >= 0 && memcmp(q->letter[shorter], q->letter[longer] + skip, (size_t)q->rank[shorter]) == 0;
}

static void use(gn_plan_step *s, gn_step_fn run, const char *kernel, size_t rows, size_t n, double flops)
{
    s->run = run;
    s->kernel = kernel;
    s->rows = rows;
    s->n = n;
    s->flops = flops;
}

static bool turned(const parsed *q)
{
    const char *a = q->letter[0], *c = q->letter[2];
    return q->rank[0] == 2 && q->rank[2] == 2 && a[0] == c[1] && a[1] == c[0];
}

/* A sum leaves the letters that open or close the operand; a repetition adds letters before or behind. */
static bool one_operand(const parsed *q, gn_plan_step *s)
{
    int in = q->rank[0], out = q->rank[2];
    size_t many = total(q, 0, 0, in), few = total(q, 2, 0, out);
    double flops = (double)many;
    if (out == 0) use(s, gn_run_sum, "sum", 1, many, flops);
    else if (in > out && closes(q, 2, 0)) use(s, gn_run_sum_rows, "sum_rows", many / few, few, flops);
    else if (in > out && opens(q, 2, 0)) use(s, gn_run_sum_cols, "sum_cols", few, many / few, flops);
    else if (in > 0 && closes(q, 0, 2)) use(s, gn_run_repeat_row, "repeat_row", few / many, many, 0);
    else if (opens(q, 0, 2)) use(s, gn_run_repeat_each, "repeat_each", many, few / many, 0);
    else if (turned(q)) use(s, gn_run_transpose, "transpose", total(q, 0, 0, 1), total(q, 0, 1, 2), 0);
    else return false;
    return true;
}

static bool same(const parsed *q, int a, int b)
{
    return q->rank[a] == q->rank[b] && opens(q, a, b);
}

/* Products of two operands of one shape, and scalings of a matrix by a vector: no letter is summed but those of a whole
 * row, column or matrix. */
static bool row_wise(const parsed *q, gn_plan_step *s)
{
    bool matrix = q->rank[0] == 2, alike = same(q, 0, 1), scaled = same(q, 0, 2) && q->rank[1] == 1;
    size_t all = total(q, 0, 0, q->rank[0]), rows = matrix ? total(q, 0, 0, 1) : 1, columns = all / rows;
    double flops = (double)all;
    if (alike && q->rank[2] == 0) use(s, gn_run_dot, "dot", 1, all, 2 * flops);
    else if (!matrix) return false;
    else if (alike && q->rank[2] == 1 && opens(q, 2, 0)) use(s, gn_run_row_dot, "row_dot", rows, columns, 2 * flops);
    else if (alike && q->rank[2] == 1 && closes(q, 2, 0)) use(s, gn_run_col_dot, "col_dot", rows, columns, 2 * flops);
    else if (scaled && closes(q, 1, 0)) use(s, gn_run_scale_cols, "scale_cols", rows, columns, flops);
    else if (scaled && opens(q, 1, 0)) use(s, gn_run_scale_rows, "scale_rows", rows, columns, flops);
    else return false;
    return true;
}

/* ---- matrix products -------------------------------------------------------------------------------------------- */

/* The role of a letter by where it stands: bit 0 first operand, bit 1 second, bit 2 result. */
enum { DEPTH = 3, ROW = 5, COLUMN = 6, ROLES = 8 };

/* The letters of each role, in the order in which one number counts through them. */
typedef struct roles { char letter[ROLES][GN_RANK + 1]; int n[ROLES]; } roles;

static int role(const parsed *q, char c)
{
    int r = 0;
    for (int k = 0; k < 3; k++) r |= memchr(q->letter[k], c, (size_t)q->rank[k]) ? 1 << k : 0;
    return r;
}

static void collect(const parsed *q, int k, int only, roles *out)
{
    for (int i = 0; i < q->rank[k]; i++) {
        int r = role(q, q->letter[k][i]);
        if (r == only) out->letter[r][out->n[r]++] = q->letter[k][i];
    }
}

/* Letters that count as one in term k: each steps over the whole of those behind it. */
static bool merged(const parsed *q, int k, const roles *of, int r, size_t *size, size_t *stride)
{
    const char *c = of->letter[r];
    int n = of->n[r];
    *size = 1;
    *stride = n ? stride_of(q, k, c[n - 1]) : 1;
    for (int i = n - 1; i >= 0; i--) {
        if (stride_of(q, k, c[i]) != *stride * *size) return false;
        *size *= q->size[c[i] - 'a'];
    }
    return true;
}

static bool only_products(const parsed *q)
{
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < q->rank[k]; i++) {
            int r = role(q, q->letter[k][i]);
            if (r != DEPTH && r != ROW && r != COLUMN) return false;
        }
    return true;
}

/* C (m,n) from operand a (m,k) and b (k,n), by strides. Columns that count as one with step 1 stand last in the result,
 * so that its rows are n apart. */
static bool strides(const parsed *q, const roles *r, int a, int b, gn_product *g)
{
    int row = a == 0 ? ROW : COLUMN, column = a == 0 ? COLUMN : ROW;
    size_t m, n, k, apart, one;
    if (!merged(q, a, r, row, &g->m, &g->am) || !merged(q, a, r, DEPTH, &g->k, &g->ak)) return false;
    if (!merged(q, b, r, column, &g->n, &g->bn) || !merged(q, b, r, DEPTH, &k, &g->bk)) return false;
    return merged(q, 2, r, row, &m, &apart) && merged(q, 2, r, column, &n, &one) && one == 1;
}

static bool product(const parsed *q, gn_plan_step *s)
{
    roles r = { .n = { 0 } };
    gn_product g = { .m = 0 };
    if (!only_products(q)) return false;
    collect(q, 2, ROW, &r);
    collect(q, 2, COLUMN, &r);
    collect(q, 0, DEPTH, &r);
    bool straight = strides(q, &r, 0, 1, &g);
    if (!straight && !strides(q, &r, 1, 0, &g)) return false;
    if (!straight) {
        gn_node t = s->in[0];
        s->in[0] = s->in[1];
        s->in[1] = t;
    }
    s->product = g;
    use(s, gn_run_product, "product", g.m, g.m * g.n, 2.0 * (double)g.m * (double)g.n * (double)g.k);
    return true;
}

gn_status gn_plan_contract(const gn_plan *p, const gn_node_info *info, gn_plan_step *s)
{
    parsed q;
    parse(p, info, &q);
    if (!p->options.naive && (q.operands == 1 ? one_operand(&q, s) : row_wise(&q, s) || product(&q, s))) return GN_OK;
    use_odometer(&q, s);
    s->n = gn_shape_size(info->shape);
    return GN_OK;
}
