/* plan_contract.c -- which kernel computes a contraction. The index string says it all: letters that only the first operand and the
 * result have are rows, letters that only the second and the result have are columns, letters summed are the depth of a product.
 * What fits no kernel runs on the odometer, which needs nothing but the string. */
#include <string.h>
#include "plan.h"

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
    size_t stride = 1, found = 0;
    for (int i = q->rank[k] - 1; i >= 0; i--) {
        if (q->letter[k][i] == letter) found += stride; /* a letter twice is a diagonal */
        stride *= q->size[q->letter[k][i] - 'a'];
    }
    return found;
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
    return q->rank[shorter] <= q->rank[longer] && memcmp(q->letter[shorter], q->letter[longer], (size_t)q->rank[shorter]) == 0;
}

static bool closes(const parsed *q, int shorter, int longer)
{
    int skip = q->rank[longer] - q->rank[shorter];
    return skip >= 0 && memcmp(q->letter[shorter], q->letter[longer] + skip, (size_t)q->rank[shorter]) == 0;
}

static bool distinct(const parsed *q, int k)
{
    for (int i = 0; i < q->rank[k]; i++)
        for (int j = 0; j < i; j++)
            if (q->letter[k][i] == q->letter[k][j]) return false;
    return true;
}

static void use(gn_plan_step *s, gn_step_fn run, const char *kernel, size_t rows, size_t n, double flops)
{
    s->run = run;
    s->kernel = kernel;
    s->rows = rows;
    s->n = n;
    s->flops = flops;
}

static bool one_operand(const parsed *q, gn_plan_step *s)
{
    int in = q->rank[0], out = q->rank[2];
    size_t n_in = total(q, 0, 0, in), n_out = total(q, 2, 0, out);
    if (in > out && closes(q, 2, 0) && out > 0) use(s, gn_run_sum_rows, "sum_rows", n_in / (n_out ? n_out : 1), n_out, (double)n_in);
    else if (in > out && opens(q, 2, 0) && out > 0) use(s, gn_run_sum_cols, "sum_cols", n_out, n_in / (n_out ? n_out : 1), (double)n_in);
    else if (out == 0) use(s, gn_run_sum, "sum", 1, n_in, (double)n_in);
    else if (closes(q, 0, 2) && in > 0) use(s, gn_run_repeat_row, "repeat_row", n_out / (n_in ? n_in : 1), n_in, 0);
    else if (opens(q, 0, 2)) use(s, gn_run_repeat_each, "repeat_each", n_in, n_out / (n_in ? n_in : 1), 0);
    else if (in == 2 && out == 2) use(s, gn_run_transpose, "transpose", q->size[q->letter[0][0] - 'a'], q->size[q->letter[0][1] - 'a'], 0);
    else return false;
    return true;
}

static bool same(const parsed *q, int a, int b)
{
    return q->rank[a] == q->rank[b] && opens(q, a, b);
}

/* Products without a sum over rows of one shape: inner products and scalings. */
static bool row_wise(const parsed *q, gn_plan_step *s)
{
    size_t n = total(q, 0, 0, q->rank[0]), small = total(q, 1, 0, q->rank[1]);
    if (same(q, 0, 1) && q->rank[2] == 0) use(s, gn_run_dot, "dot", 1, n, 2.0 * (double)n);
    else if (same(q, 0, 1) && q->rank[2] == 1 && q->rank[0] == 2 && opens(q, 2, 0))
        use(s, gn_run_row_dot, "row_dot", q->size[q->letter[0][0] - 'a'], q->size[q->letter[0][1] - 'a'], 2.0 * (double)n);
    else if (same(q, 0, 2) && q->rank[0] == 2 && q->rank[1] == 1 && closes(q, 1, 0)) use(s, gn_run_scale_cols, "scale_cols", n / (small ? small : 1), small, (double)n);
    else if (same(q, 0, 2) && q->rank[0] == 2 && q->rank[1] == 1 && opens(q, 1, 0)) use(s, gn_run_scale_rows, "scale_rows", small, n / (small ? small : 1), (double)n);
    else return false;
    return true;
}

/* The role of a letter by where it stands: bit 0 first operand, bit 1 second, bit 2 result. */
enum { DEPTH = 3, ROW = 5, COLUMN = 6 };

static int role(const parsed *q, char c)
{
    int r = 0;
    for (int k = 0; k < 3; k++) r |= memchr(q->letter[k], c, (size_t)q->rank[k]) ? 1 << k : 0;
    return r;
}

static bool product(const parsed *q, gn_plan_step *s)
{
    char letter[8] = { 0 };
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < q->rank[k]; i++) {
            char c = q->letter[k][i];
            int r = role(q, c);
            if ((r != DEPTH && r != ROW && r != COLUMN) || (letter[r] && letter[r] != c)) return false;
            letter[r] = c;
        }
    bool swapped = q->rank[2] == 2 && q->letter[2][0] == letter[COLUMN];
    int a = swapped ? 1 : 0, b = 1 - a;
    char m = letter[swapped ? COLUMN : ROW], n = letter[swapped ? ROW : COLUMN], k = letter[DEPTH];
    gn_product *g = &s->product;
    *g = (gn_product){ .m = m ? q->size[m - 'a'] : 1, .n = n ? q->size[n - 'a'] : 1, .k = k ? q->size[k - 'a'] : 1 };
    g->am = m ? stride_of(q, a, m) : 0;
    g->ak = k ? stride_of(q, a, k) : 0;
    g->bk = k ? stride_of(q, b, k) : 0;
    g->bn = n ? stride_of(q, b, n) : 1;
    if (swapped) {
        gn_node t = s->in[0];
        s->in[0] = s->in[1];
        s->in[1] = t;
    }
    use(s, gn_run_product, "product", g->m, g->m * g->n, 2.0 * (double)g->m * (double)g->n * (double)g->k);
    return true;
}

gn_status gn_plan_contract(gn_plan *p, const gn_node_info *info, gn_plan_step *s)
{
    parsed q;
    parse(p, info, &q);
    bool plain = distinct(&q, 0) && distinct(&q, 1) && distinct(&q, 2) && !p->options.naive;
    if (plain && (q.operands == 1 ? one_operand(&q, s) : row_wise(&q, s) || product(&q, s))) return GN_OK;
    use_odometer(&q, s);
    s->n = gn_shape_size(info->shape);
    return GN_OK;
}
