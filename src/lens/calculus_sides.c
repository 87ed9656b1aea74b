/* calculus_sides.c -- what a function made of pieces does on either side of a point, and what that says of the whole:
 * pieces with kinks may make a function without one, and a slope by convention need not be a slope of it.
 *
 * Invariant: along a line through the point every comparison is decided for one side, by the first derivative of the
 * difference that is not 0; what is left has no pieces, so that its value and its derivatives at the point are the
 * limits from that side. What cannot be decided so is said to be unknown. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/tree.h"

enum { ORDERS = 6, PAIRED_MOST = 4, SKEW = 8, WORK_MOST = 50000 };

/* The function along a line as a formula of one variable, 0 at the point, on the way to one side of it. */
typedef struct side {
    gn_arena *arena;
    const char *t;
    double sign;
    bool edge, known;       /* a comparison is at its edge at the point; every comparison could be decided */
    gn_status status;
} side;

/* What fails for another reason than memory is not known, and no error. */
static bool well(side *s, gn_status status)
{
    if (status == GN_OK) return true;
    s->known = false;
    if (status == GN_NO_MEMORY) s->status = status;
    else gn_clear_error(s->arena->ctx);
    return false;
}

static double value_at(side *s, const gn_formula *f, double t)
{
    double v = NAN;
    well(s, gn_formula_eval(s->arena->ctx, f, &(gn_binding){s->t, t}, 1, &v));
    return v;
}

/* The value at the point, exactly 0 where it is so but for rounding. */
static double settled_value(side *s, const gn_formula *f)
{
    const gn_formula *r, *zero = gn_formula_number(s->arena, 0);
    double v = value_at(s, f, 0);
    if (!well(s, gn_formula_substitute(s->arena, f, s->t, zero, &r)) || !well(s, gn_formula_simplify(s->arena, r, &r)))
        return v;
    bool exact = r->op == GN_F_NUMBER || r->op == GN_F_NEG || r->op == GN_F_DIV;
    return exact ? value_at(s, r, 0) : fabs(v) <= 1e-12 ? 0 : v;
}

static const gn_formula *slope_of(side *s, const gn_formula *f)
{
    const gn_formula *d;
    if (!well(s, gn_formula_derive(s->arena, f, s->t, &d))) return NULL;
    return well(s, gn_formula_simplify(s->arena, d, &d)) ? d : NULL;
}

/* The sign, just beside the point, of a difference that is 0 at it. */
static double sign_beside(side *s, const gn_formula *difference)
{
    const gn_formula *d = difference;
    double v = 0;
    for (int k = 1; k <= ORDERS && isfinite(v); k++) {
        if (!gn_formula_uses(d, s->t)) return 0;        /* every further derivative is 0 */
        if (!(d = slope_of(s, d))) return 0;
        v = settled_value(s, d);
        if (v != 0 && isfinite(v)) return (v > 0) == (s->sign > 0 || k % 2 == 0) ? 1 : -1;
    }
    double near = value_at(s, difference, s->sign * 0x1p-40), far = value_at(s, difference, s->sign * 0x1p-20);
    if (!(near * far > 0)) s->known = false;
    return near > 0 ? 1 : -1;
}

static bool truth(gn_formula_op op, double a, double b)
{
    switch (op) {
    case GN_F_LT: return a < b;
    case GN_F_LE: return a <= b;
    case GN_F_GT: return a > b;
    case GN_F_GE: return a >= b;
    case GN_F_EQ: return a == b;
    default: return a != b;
    }
}

/* a op b on this side; moves: it holds the variable, if only in branches that are not taken. */
static bool decide(side *s, gn_formula_op op, const gn_formula *a, const gn_formula *b, bool moves)
{
    bool numbers = a->op == GN_F_NUMBER && b->op == GN_F_NUMBER;
    double u = numbers ? a->number : value_at(s, a, 0), v = numbers ? b->number : value_at(s, b, 0);
    if (u != v || !moves || !s->known) return truth(op, u, v);
    const gn_formula *difference = gn_formula_make(s->arena, GN_F_SUB, a, b);
    s->edge = true;
    if (!difference) return well(s, GN_NO_MEMORY);
    if (!well(s, gn_formula_simplify(s->arena, difference, &difference))) return false;
    return truth(op, sign_beside(s, difference), 0);
}

/* A comparison becomes 1 or 0, a choice the branch that it takes. */
static const gn_formula *resolve_node(void *user, gn_maker *m, const gn_formula *like, const gn_formula *const arg[])
{
    side *s = user;
    const gn_formula *made, *zero = gn_tree_number(m, 0);
    if (!zero) return NULL;
    bool choice = like->op == GN_F_CALL && !strcmp(like->name, "where");
    bool moves = gn_formula_uses(choice ? like->arg[0] : like, s->t);
    if (gn_tree_is_compare(like->op)) made = gn_tree_number(m, decide(s, like->op, arg[0], arg[1], moves));
    else if (choice) made = arg[decide(s, GN_F_NE, arg[0], zero, moves) ? 1 : 2];
    else made = gn_tree_with(m, like, arg);
    return s->status == GN_OK ? made : NULL;
}

static const gn_formula *resolved(side *s, const gn_formula *f)
{
    gn_maker m;
    const gn_formula *piece = NULL;
    if (!well(s, gn_maker_init(&m, s->arena, 0, "formula"))) return NULL;
    piece = gn_tree_rebuild(&m, f, resolve_node, s);
    gn_maker_free(&m);
    if (!piece) well(s, m.status == GN_OK ? GN_NO_MEMORY : m.status);
    return piece && well(s, gn_formula_simplify(s->arena, piece, &piece)) ? piece : NULL;
}

/* f along x + t*u, spelled out down to comparisons and primitives. */
static gn_status along_line(gn_calc *c, gn_arena *a, const gn_formula *f, const double *u, const char *t,
                            const gn_formula **out)
{
    gn_maker m;
    const gn_functions *of = c->of;
    const gn_formula **by = gn_arena_alloc(a, of->names + 1, sizeof *by);
    if (!by) return GN_NO_MEMORY;
    GN_TRY(gn_maker_init(&m, a, 0, "formula"));
    for (size_t i = 0; i < of->names; i++) {
        by[i] = gn_tree_import(&m, c->ask->exact ? c->ask->exact[i] : gn_formula_number(a, c->ask->at[i]));
        if (i < c->n && u[i] != 0)
            by[i] = gn_tree_add(&m, by[i], gn_tree_mul(&m, gn_tree_import(&m, gn_formula_number(a, u[i])),
                                                       gn_tree_name(&m, t, strlen(t), 0)));
    }
    const gn_formula *line = gn_tree_replace(&m, gn_tree_import(&m, f), of->name, by, of->names);
    *out = line ? gn_tree_expand(&m, line) : NULL;
    gn_maker_free(&m);
    return *out || m.status != GN_OK ? m.status : GN_NO_MEMORY;
}

/* Values, slopes and second derivatives along a line: [0] from before the point, [1] from behind it. */
typedef struct sides { bool edge, known; double value[2], slope[2], bend[2]; } sides;

static gn_status both_sides(gn_calc *c, const gn_formula *f, const double *u, bool bends, sides *out)
{
    gn_arena arena;
    const gn_formula *line = NULL, *piece, *d;
    side s = {.arena = &arena, .t = gn_calc_fresh(c, "t"), .known = true};
    *out = (sides){.known = true, .value = {NAN, NAN}, .slope = {NAN, NAN}, .bend = {NAN, NAN}};
    gn_arena_init(&arena, c->ctx);
    well(&s, along_line(c, &arena, f, u, s.t, &line));
    for (int i = 0; i < 2 && s.known && s.status == GN_OK; i++) {
        s.sign = i ? 1 : -1;
        piece = resolved(&s, line);
        if (i == 0 && !s.edge) break;
        out->value[i] = piece ? value_at(&s, piece, 0) : NAN;
        d = piece ? slope_of(&s, piece) : NULL;
        out->slope[i] = d ? value_at(&s, d, 0) : NAN;
        d = d && bends ? slope_of(&s, d) : NULL;
        out->bend[i] = d ? value_at(&s, d, 0) : NAN;
    }
    out->edge = s.edge;
    out->known = s.known;
    gn_arena_free(&arena);
    return s.status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static bool apart(double a, double b)
{
    if (!isfinite(a) || !isfinite(b)) return a != b;
    return fabs(a - b) > 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static gn_sided worse(gn_sided a, gn_sided b) { return a > b ? a : b; }

/* How two one-sided derivatives and the stated one agree. */
static gn_sided compare(double left, double right, double stated)
{
    if (isnan(left) || isnan(right) || (left == right && isinf(left))) return GN_SIDED_UNKNOWN;
    if (apart(left, right)) return GN_SIDED_KINK;
    return apart(left, stated) ? GN_SIDED_CONVENTION : GN_SIDED_SMOOTH;
}

static double form(const double *h, const double *u, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) sum += u[i] == 0 || u[j] == 0 ? 0 : u[i] * h[i * n + j] * u[j];
    return sum;
}

static double line_slope(const double *g, const double *u, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += u[j] == 0 ? 0 : u[j] * g[j];
    return sum;
}

/* Both sides along u beside the slope and the second derivative that g and h give it; the first direction that tells of
 * a kink is kept. */
static gn_status judge_line(gn_calc *c, const gn_formula *f, const double *u, const double *g, const double *h,
                            gn_whole *w, sides *s)
{
    GN_TRY(both_sides(c, f, u, h != NULL, s));
    gn_sided slope = compare(s->slope[0], s->slope[1], line_slope(g, u, c->n)), bend;
    double value = gn_calc_value(c, f);
    if (!s->edge) {
        w->slope = worse(w->slope, s->known ? GN_SIDED_SMOOTH : GN_SIDED_UNKNOWN);
        return GN_OK;
    }
    if (!s->known || isnan(s->value[0]) || isnan(s->value[1]) || !isfinite(value)) slope = GN_SIDED_UNKNOWN;
    else if (apart(s->value[0], value) || apart(s->value[1], value)) slope = GN_SIDED_JUMP;
    w->slope = worse(w->slope, slope);
    bend = !h ? GN_SIDED_SMOOTH : !s->known ? GN_SIDED_UNKNOWN : compare(s->bend[0], s->bend[1], form(h, u, c->n));
    w->bend = worse(w->bend, bend);
    return GN_OK;
}

/* The true gradient and Hessian from the sides along the axes and, for the mixed elements, along two at once. */
static gn_status judge_axes(gn_calc *c, const gn_formula *f, const double *g, const double *h, double *u, gn_whole *w)
{
    sides s;
    for (size_t j = 0; j < c->n; j++) {
        memset(u, 0, c->n * sizeof *u);
        u[j] = 1;
        GN_TRY(judge_line(c, f, u, g, h, w, &s));
        if (!s.edge && s.known) s.slope[0] = s.slope[1] = g[j];
        w->left[j] = s.slope[0];
        w->right[j] = s.slope[1];
        if (h) w->hessian[j * c->n + j] = s.edge ? s.bend[1] : h[j * c->n + j];
        if (h && c->n == 1) w->bent[0] = s.bend[0];
        if (h && c->n == 1) w->bent[1] = s.bend[1];
    }
    return GN_OK;
}

/* A direction of which the axes say nothing: the slope there is to be that of the gradient from the sides. */
static gn_status judge_slant(gn_calc *c, const gn_formula *f, const double *u, const double *h, gn_whole *w,
                             double *bend)
{
    sides s;
    gn_whole here = {.slope = GN_SIDED_SMOOTH, .bend = GN_SIDED_SMOOTH};
    GN_TRY(judge_line(c, f, u, w->right, h, &here, &s));
    *bend = s.edge ? s.bend[1] : h ? form(h, u, c->n) : NAN;
    w->bend = worse(w->bend, here.bend);
    if (here.slope == GN_SIDED_CONVENTION) here.slope = GN_SIDED_KINK;  /* no gradient has these slopes */
    if (here.slope == GN_SIDED_KINK && w->slope < GN_SIDED_KINK) {
        w->slant = gn_arena_alloc(c->arena, c->n, sizeof *w->slant);
        if (!w->slant) return GN_NO_MEMORY;
        memcpy(w->slant, u, c->n * sizeof *u);
        w->before = s.slope[0];
        w->behind = s.slope[1];
    }
    w->slope = worse(w->slope, here.slope);
    return GN_OK;
}

/* A direction in which every variable moves, in eighths; another for each r. */
static void skew(double *u, size_t n, size_t r)
{
    for (size_t j = 0; j < n; j++) u[j] = (double)((r + 1) * (7 * j + 5) % 17) / 8 - 1;
    for (size_t j = 0; j < n; j++) u[j] = u[j] == 0 ? .375 : u[j];
}

static gn_status judge_pairs(gn_calc *c, const gn_formula *f, const double *h, double *u, gn_whole *w)
{
    size_t n = c->n;
    double bend, *t = w->hessian;
    for (size_t p = 0; p < n * n; p++) {
        size_t i = p / n, j = p % n;
        if (i == j) continue;
        memset(u, 0, n * sizeof *u);
        u[i] = 1;
        u[j] = i < j ? 1 : -1;
        GN_TRY(judge_slant(c, f, u, h, w, &bend));
        if (h && i < j) t[p] = t[j * n + i] = (bend - t[i * n + i] - t[j * n + j]) / 2;
    }
    w->mixed = true;
    return GN_OK;
}

static gn_status judge_slants(gn_calc *c, const gn_formula *f, const double *h, double *u, gn_whole *w)
{
    double bend;
    if (c->n <= PAIRED_MOST) GN_TRY(judge_pairs(c, f, h, u, w));
    for (size_t r = 0; r < SKEW && c->n > 1; r++) {
        skew(u, c->n, r);
        GN_TRY(judge_slant(c, f, u, h, w, &bend));
        if (h && w->mixed && apart(bend, form(w->hessian, u, c->n))) w->bend = worse(w->bend, GN_SIDED_KINK);
    }
    return GN_OK;
}

/* Is any comparison at its edge, whichever way the variables move? */
static gn_status look_for_edge(gn_calc *c, const gn_formula *f, double *u, gn_whole *w)
{
    sides s;
    skew(u, c->n, 0);
    GN_TRY(both_sides(c, f, u, false, &s));
    w->edge = s.edge;
    bool much = (double)c->n * f->terms > WORK_MOST;
    if (!s.known || (s.edge && much)) w->slope = w->bend = GN_SIDED_UNKNOWN;
    return GN_OK;
}

gn_status gn_calc_whole(gn_calc *c, size_t i, gn_whole *w)
{
    size_t n = c->n;
    const gn_formula *f = c->of->f.at[i];
    *w = (gn_whole){.slope = GN_SIDED_SMOOTH, .bend = GN_SIDED_SMOOTH, .bent = {NAN, NAN}};
    if (!n || !gn_formula_has_pieces(c->arena, f)) return GN_OK;
    double *u = gn_arena_alloc(c->arena, 4 * n, sizeof *u), *h = NULL;
    if (c->hessian) h = gn_arena_alloc(c->arena, 2 * n * n, sizeof *h);
    if (!u || (c->hessian && !h)) return GN_NO_MEMORY;
    double *g = u + n;
    w->left = g + n;
    w->right = w->left + n;
    w->hessian = h ? h + n * n : NULL;
    for (size_t j = 0; j < n; j++) g[j] = gn_calc_value(c, c->jacobian.at[i * n + j]);
    for (size_t k = 0; h && k < n * n; k++) h[k] = w->hessian[k] = gn_calc_value(c, c->hessian[i].at[k]);
    if (c->s->status != GN_OK) return c->s->status;
    GN_TRY(look_for_edge(c, f, u, w));
    if (!w->edge || w->slope == GN_SIDED_UNKNOWN) return GN_OK;
    GN_TRY(judge_axes(c, f, g, h, u, w));
    return w->slope > GN_SIDED_CONVENTION ? GN_OK : judge_slants(c, f, h, u, w);
}

gn_status gn_functions_whole(gn_arena *arena, const gn_functions *of, const gn_calculus_ask *ask, size_t i,
                             gn_whole *out)
{
    gn_sheet none = {0};
    gn_calc c = {.ctx = arena->ctx, .arena = arena, .s = &none, .of = of, .ask = ask};
    c.n = of->variables;
    c.m = of->f.rows;
    GN_TRY(gn_calc_bind(&c));
    GN_TRY(gn_matrix_jacobian(arena, &of->f, of->name, c.n, &c.jacobian));
    return gn_calc_whole(&c, i, out);
}
