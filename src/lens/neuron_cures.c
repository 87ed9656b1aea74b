/* neuron_cures.c -- the cures of a run that does not converge, side by side: clipping, scaled inputs, another start, a
 * smaller rate; and what none of them is for: growth through depth.
 *
 * Invariant: a cure is another spec of the same neuron, run by the same formulas from a start with the same prediction,
 * unless the start is the cure. */
#include "neuron_parts.h"
#include "../nn/nn.h"

#include <math.h>
#include <string.h>

enum { LEAST_STEPS = 200, CURES = 5 };

typedef struct cure {
    const char *name;
    gn_neuron_spec spec;
    double lambda, kappa, limit, loss;
    double w, before, older;        /* the last three values of the first weight */
    uint64_t cut;                   /* steps of which a gradient was clipped */
    bool cuts;                      /* it is clipped for the step to come */
    bool rests;                     /* nothing moved in the last step */
    double *last;                   /* (inputs + 1) the weights and the bias at the step in hand */
    gn_regime regime;
} cure;

/* ---- the specs --------------------------------------------------------------------------------------------------- */

static double *copy(gn_neuron_page *p, const double *from, size_t count)
{
    double *to = gn_arena_alloc(&p->s->arena, count, sizeof *to);
    if (to && from) memcpy(to, from, count * sizeof *to);
    if (!to) gn_neuron_fail(p, GN_NO_MEMORY);
    return to;
}

/* One row: the input divided by its length; the weights times it, so that the prediction is the same. */
static void scale_row(const gn_neuron_spec *s, double *x, double *w)
{
    double length = 0;
    for (size_t i = 0; i < s->inputs; i++) length += x[i] * x[i];
    length = sqrt(length);
    for (size_t i = 0; i < s->inputs && length > 0; i++) {
        x[i] /= length;
        w[i] *= length;
    }
}

/* Each column to standard deviation 1, and to mean 0 when there is a bias to take the mean up. */
static double scale_column(const gn_neuron_spec *s, double *x, double *w, size_t i)
{
    double mean = 0, square = 0, n = (double)s->rows;
    for (size_t r = 0; r < s->rows; r++) mean += x[r * s->inputs + i] / n;
    if (!s->has_bias) mean = 0;
    for (size_t r = 0; r < s->rows; r++) {
        double d = x[r * s->inputs + i] - mean;
        square += d * d / n;
    }
    double sd = square > 0 ? sqrt(square) : 1, moved = w[i] * mean;
    for (size_t r = 0; r < s->rows; r++) x[r * s->inputs + i] = (x[r * s->inputs + i] - mean) / sd;
    w[i] *= sd;
    return moved;
}

static void make_scaled(gn_neuron_page *p, gn_neuron_spec *s)
{
    double *x = copy(p, s->x, s->rows * s->inputs), *w = copy(p, s->w, s->inputs);
    if (!x || !w) return;
    if (s->rows == 1) scale_row(s, x, w);
    else
        for (size_t i = 0; i < s->inputs; i++) s->b += scale_column(s, x, w, i);
    s->x = x;
    s->w = w;
}

static double init_scale(gn_neuron_page *p, gn_init init, double in, double out)
{
    const gn_binding bound[] = {{"in", in}, {"out", out}, {"a", 0}};
    const char *text = gn_init_table()[init].scale;
    const gn_formula *f;
    double v = NAN;
    gn_status s = gn_formula_parse(&p->s->arena, text, strlen(text), &f);
    if (s == GN_OK) s = gn_formula_eval(p->n->ctx, f, bound, GN_COUNT(bound), &v);
    if (s != GN_OK) gn_neuron_fail(p, s);
    return v;
}

static void make_cures(gn_neuron_page *p, cure *c)
{
    const gn_neuron_spec *s = &p->n->spec;
    for (size_t i = 0; i < CURES; i++) c[i].spec = *s;
    c[0].name = "as given";
    c[1].name = "clipped";
    c[1].spec.clip = s->clip > 0 ? s->clip : 1;
    c[2].name = s->rows == 1 ? "input scaled" : "inputs scaled";
    make_scaled(p, &c[2].spec);
    c[3].name = "xavier start";
    double *w = copy(p, NULL, s->inputs);
    for (size_t i = 0; w && i < s->inputs; i++)
        w[i] = (i % 2 ? -1 : 1) * init_scale(p, GN_INIT_xavier_normal, (double)s->inputs, 1);
    c[3].spec.w = w;
    bool best = p->theory.linear && isfinite(p->theory.best_rate);
    bool limited = isfinite(p->theory.critical_rate);
    c[4].name = best ? "the best rate" : limited ? "half the limit" : "a tenth of lr";
    c[4].spec.hyper[0] = best ? p->theory.best_rate : limited ? p->theory.critical_rate / 2 : s->hyper[0] / 10;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static bool is_cut(const gn_neuron *n)
{
    bool cut = fabs(gn_neuron_bias_gradient(n)) > n->spec.clip;
    for (size_t i = 0; i < n->spec.inputs; i++) cut = cut || fabs(gn_neuron_gradient(n)[i]) > n->spec.clip;
    return cut && n->spec.clip > 0;
}

static gn_status watch_last(void *user, gn_neuron *n, uint64_t k)
{
    cure *c = user;
    bool moved = k == 0;
    for (size_t i = 0; i <= n->spec.inputs; i++) {
        double w = i < n->spec.inputs ? gn_neuron_weights(n)[i] : gn_neuron_bias(n);
        moved = moved || w != c->last[i];
        c->last[i] = w;
    }
    c->rests = !moved;
    c->cut += c->cuts;
    c->cuts = is_cut(n);
    c->older = c->before;
    c->before = c->w;
    c->w = gn_neuron_weights(n)[0];
    return GN_OK;
}

static gn_status measure(gn_neuron *n, cure *c)
{
    gn_neuron_theory t;
    gn_neuron_forward(n);
    GN_TRY(gn_neuron_theory_of(n, &t));
    c->lambda = t.lambda;
    c->limit = t.critical_rate;
    c->regime = t.regime;
    c->kappa = t.lambda / t.smallest;
    gn_neuron_theory_free(n, &t);
    return GN_OK;
}

static gn_status run_cure(gn_neuron_page *p, cure *c, uint64_t steps)
{
    gn_neuron *n;
    gn_neuron_end end;
    c->last = copy(p, NULL, c->spec.inputs + 1);
    if (!c->last) return GN_NO_MEMORY;
    GN_TRY(gn_neuron_new(p->n->ctx, &c->spec, &n));
    gn_status s = measure(n, c);
    if (s == GN_OK) s = gn_neuron_run(n, steps, 0, watch_last, c, &end);
    if (s == GN_OK) c->loss = gn_neuron_loss(n);
    gn_neuron_free(n);
    return s;
}

/* A clipped run cannot diverge; what it does in the end it does where nothing is clipped any more. */
static const char *regime_of(gn_neuron_page *p, const cure *c)
{
    const char *name = gn_regime_name(c->regime);
    if (!(c->spec.clip > 0)) return name;
    if (!p->theory.linear) return c->regime == GN_REGIME_DIVERGENT ? "bounded" : name;
    if (c->regime == GN_REGIME_DIVERGENT) return "bounded";
    const char *last = gn_neuron_format(&p->s->arena, "%s in the end", name);
    return last ? last : name;
}

/* Where a limit of lr*lambda is of this lambda, and not of one that changes with the optimiser's state. */
static bool has_limit(const gn_neuron_page *p)
{
    return p->theory.limit.known && !p->theory.limit.preconditioned;
}

static void say_no_limit(gn_neuron_page *p)
{
    const char *name = gn_optimizer_table()[p->n->spec.optimizer].name;
    if (p->theory.limit.known)
        gn_sheet_text(p->s, 0, "no limit of lr and no regime stand here: λ is of H, and %s feels P^-1/2 H P^-1/2, "
                      "whose P its state makes anew at every step", name);
    else
        gn_sheet_text(p->s, 0, "no limit of lr and no regime stand here: %s has none, for %s", name,
                      p->theory.limit.about);
}

static void show_table(gn_neuron_page *p, const cure *c, uint64_t steps)
{
    const char *name[CURES], *regime[CURES];
    double number[5][CURES];
    bool batch = p->n->spec.rows > 1;
    for (size_t i = 0; i < CURES; i++) {
        const double v[] = {c[i].spec.hyper[0], c[i].lambda, c[i].kappa, c[i].limit, c[i].loss};
        for (size_t k = 0; k < GN_COUNT(v); k++) number[k][i] = v[k];
        name[i] = c[i].name;
        regime[i] = regime_of(p, &c[i]);
    }
    bool local = !p->theory.linear;
    const char *const title[] = {"lr", local ? "λ at k = 0" : "λ", "κ", "lr limit", "last L"};
    bool judged = has_limit(p);
    gn_sheet_column column[7];
    size_t columns = 0;
    column[columns++] = (gn_sheet_column){.title = "cure", .text = name};
    for (size_t k = 0; k < 4; k++)
        if (k == 2 ? batch : k != 3 || judged)
            column[columns++] = (gn_sheet_column){.title = title[k], .number = number[k]};
    if (judged) column[columns++] = (gn_sheet_column){.title = local ? "regime at k = 0" : "regime", .text = regime};
    column[columns++] = (gn_sheet_column){.title = title[4], .number = number[4]};
    gn_text t;
    gn_text_init(&t, p->n->ctx);
    gn_text_printf(&t, "each cure alone, %llu step%s%s", (unsigned long long)steps, GN_S(steps),
                   steps > p->show->steps ? ": at least so many, however many --steps asks for" : "");
    gn_sheet_table(p->s, 0, t.at ? t.at : "", columns, CURES, column);
    gn_text_free(&t);
    if (!judged) say_no_limit(p);
    else if (local)
        gn_sheet_text(p->s, 0, "λ, the limit and the regime are those of the start: a local estimate, of a curvature "
                      "that changes with the weights. What the run came to is the last L");
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Steps of lr*clip lead to the minimum and then to and fro around it, e and e - lr*clip with e in
 * [clip/lambda, lr*clip - clip/lambda], unless a step ends on it. */
static void say_cycle(gn_neuron_page *p, const cure *c)
{
    const gn_neuron_spec *s = &c->spec;
    double step = s->hyper[0] * s->clip;
    bool scalar = s->inputs == 1 && s->rows == 1 && !s->has_bias && !(s->decay > 0);
    gn_sheet_text(p->s, 0, "clipping at %s bounds a step by lr*clip = %s%s, but the limit stays where it was: the run "
                  "walks to the minimum and then, unless a step ends on it, goes to and fro around it for ever, %s",
                  GN_SHORT(s->clip), GN_SHORT(step), scalar ? "" : " in each weight",
                  scalar ? "in a two-cycle of width lr*clip" : "by steps of about that size");
    bool cycles = fabs(c->w - c->older) <= 1e-9 * fmax(step, fabs(c->w));
    if (c->rests && c->cuts)
        gn_sheet_text(p->s, 0, "here the last step moved nothing: lr*clip is less than the last digit of the weights");
    else if (c->rests)
        gn_sheet_text(p->s, 0, "here the run lies on it: the last step moved nothing, and %s stays %s",
                      s->inputs > 1 ? "the first weight" : "w", GN_SHORT(c->w));
    else if (scalar && !cycles)
        gn_sheet_text(p->s, 0, "after these steps it is still on its way: the last two weights are %s and %s",
                      GN_SHORT(c->before), GN_SHORT(c->w));
    else if (scalar)
        gn_sheet_text(p->s, 0, "limit cycle: predicted width %s; observed, the last two weights %s and %s, width %s",
                      GN_SHORT(step), GN_SHORT(c->before), GN_SHORT(c->w), GN_SHORT(fabs(c->w - c->before)));
}

/* The run of a quadratic settles where the gradient is 0, so that the last steps are never clipped; of other losses only
 * what the run did is known. */
static void say_clipping(gn_neuron_page *p, const cure *c, uint64_t steps)
{
    const gn_neuron_spec *s = &c->spec;
    const char *step = GN_SHORT(s->hyper[0] * s->clip);
    bool shrinks = c->regime == GN_REGIME_ONE_SIDED || c->regime == GN_REGIME_ONE_STEP ||
                   c->regime == GN_REGIME_OSCILLATING;
    if (s->optimizer != GN_OPT_sgd) return;
    if (c->regime == GN_REGIME_DIVERGENT && p->theory.linear) say_cycle(p, c);
    else if (c->regime == GN_REGIME_DIVERGENT)
        gn_sheet_text(p->s, 0, "clipping at %s bounds a step by lr*clip = %s, and leaves the limit where it is: the run "
                      "cannot leap away, and cannot settle where the curvature is that of the start",
                      GN_SHORT(s->clip), step);
    else if (p->theory.linear && shrinks && !(s->decay > 0))
        gn_sheet_text(p->s, 0, "clipping at %s does not change whether this rate converges: near the minimum the "
                      "gradient is small and is not clipped", GN_SHORT(s->clip));
    else
        gn_sheet_text(p->s, 0, "clipping at %s bounds a step of each weight by lr*clip = %s: here a gradient was "
                      "clipped at %llu of %llu steps", GN_SHORT(s->clip), step, (unsigned long long)c->cut,
                      (unsigned long long)steps);
}

static void say_scaling(gn_neuron_page *p, const cure *given, const cure *scaled)
{
    if (!(given->limit < INFINITY) || !(scaled->limit < INFINITY)) return;
    gn_sheet_text(p->s, 0, "scaling moves the limit of the rate from %s to %s, by a factor of %s",
                  GN_SHORT(given->limit),
                  GN_SHORT(scaled->limit), gn_num_digits(GN_NUM, scaled->limit / given->limit, 4));
    if (given->spec.rows > 1 && isfinite(given->kappa) && isfinite(scaled->kappa))
        gn_sheet_text(p->s, 0, "and the condition number from %s to %s: what is steepest and what is flattest come "
                      "nearer, so that one rate suits both", GN_SHORT(given->kappa), GN_SHORT(scaled->kappa));
}

static void say_start(gn_neuron_page *p, const cure *c)
{
    if (p->theory.linear)
        gn_sheet_text(p->s, 0, "another start changes the first error%s: λ is the same %s whatever the weights are. "
                      "Initialisation is for depth, where it keeps the size of signals.",
                      has_limit(p) ? " and not its factor" : " and not the curvature", GN_SHORT(c->lambda));
}

static void show_init(gn_neuron_page *p)
{
    static const gn_init rows[] = {GN_INIT_xavier_normal, GN_INIT_xavier_uniform, GN_INIT_he_normal,
                                   GN_INIT_he_uniform};
    enum { ROWS = GN_COUNT(rows) };
    const char *name[ROWS], *formula[ROWS];
    double own[ROWS], small[ROWS], large[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        name[i] = gn_init_table()[rows[i]].name;
        formula[i] = gn_init_table()[rows[i]].scale;
        own[i] = init_scale(p, rows[i], (double)p->n->spec.inputs, 1);
        small[i] = init_scale(p, rows[i], 4, 6);
        large[i] = init_scale(p, rows[i], 784, 128);
    }
    const char *title = gn_neuron_format(&p->s->arena, "%zu->1", p->n->spec.inputs);
    const gn_sheet_column column[] = {{.title = "initialiser", .text = name},
                                      {.title = "scale", .text = formula},
                                      {.title = title, .number = own}, {.title = "4->6", .number = small},
                                      {.title = "784->128", .number = large}};
    gn_sheet_table(p->s, 1, "initialisers: sd of the normal ones, half-width of the uniform ones (a = 0)",
                   GN_COUNT(column), ROWS, column);
}

static void show_depth(gn_neuron_page *p)
{
    gn_sheet_section(p->s, 0, "what these cures are not for: growth through depth");
    gn_sheet_text(p->s, 0, "in a chain of 50 layers a gradient passes 49 of them and is multiplied each time:");
    gn_sheet_compute(p->s, 0, false, "by 1.5 each", "grown", "1.5^49");
    gn_sheet_compute(p->s, 0, false, "by 0.5 each", "vanished", "0.5^49");
    gn_sheet_compute(p->s, 0, false, "10 sigmoids at best", "sigmoids", "0.25^10");
    gn_sheet_text(p->s, 0, "that is cured by initialisation, residual connections (the factor becomes 1 + "
                  "something) and "
                  "layer normalisation, not by the rate");
}

void gn_neuron_show_cures(gn_neuron_page *p)
{
    cure c[CURES];
    uint64_t steps = p->show->steps > LEAST_STEPS ? p->show->steps : LEAST_STEPS;
    if (p->s->status != GN_OK) return;
    memset(c, 0, sizeof c);
    gn_sheet_section(p->s, 0, "the cures");
    make_cures(p, c);
    for (size_t i = 0; i < CURES && p->s->status == GN_OK; i++) gn_neuron_fail(p, run_cure(p, &c[i], steps));
    if (p->s->status != GN_OK) return;
    show_table(p, c, steps);
    say_clipping(p, &c[1], steps);
    say_scaling(p, &c[0], &c[2]);
    say_start(p, &c[3]);
    show_init(p);
    show_depth(p);
}
