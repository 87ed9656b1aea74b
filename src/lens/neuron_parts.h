/* neuron_parts.h -- what the files of the neuron share: its texts, and the neuron itself.
 *
 * Invariant: every number of a run stands in one array `value`, so that a formula's program reads any of them by place.
 */
#ifndef GN_NEURON_PARTS_H
#define GN_NEURON_PARTS_H

#include "neuron.h"
#include "calculus_internal.h"
#include "../nn/nn.h"

/* Texts made from the rows. Over z the sum, p the prediction, e = p - y the error. */
typedef struct gn_neuron_texts {
    bool linear;                    /* no activation: p is the sum itself */
    gn_pointwise act;
    const char *value, *slope, *slope2; /* of the activation, over z and p; slope2 over dp_dz too */
    const char *slope_rule;
    bool by_error;                  /* the loss is a function of e alone */
    const char *loss, *dloss, *d2loss; /* over e, or over p and y (and e); derivatives by p */
    gn_link link;                   /* the loss's own, for a fact */
} gn_neuron_texts;
gn_status gn_neuron_read_act(gn_arena *arena, const char *text, gn_neuron_texts *out);
/* factor: 0.5 is put before the loss of a single row under half-sum, else 1. */
gn_status gn_neuron_read_loss(gn_arena *arena, const char *text, double factor, gn_neuron_texts *out);
/* One assignment of an optimiser's row with its names replaced: `name` = `text`. */
typedef struct gn_neuron_assign { const char *name, *old, *text; } gn_neuron_assign;
/* For the weight `w` with gradient `g`; suffix "" or "_3" for a component: slots are v_w, v_w_3; what is assigned is
 * w_new, v_w_new. carry: pairs of names to copy from new to old after the step. */
gn_status gn_neuron_read_update(gn_arena *arena, gn_optimizer op, const char *w, const char *g, const char *suffix,
                                gn_neuron_assign **out, size_t *count);
const char *gn_neuron_print(gn_arena *arena, const gn_formula *f);      /* NULL when memory is short */
const char *gn_neuron_format(gn_arena *arena, const char *fmt, ...) GN_PRINTF(2, 3);
gn_status gn_neuron_bad_activation(gn_context *ctx, const char *text);

typedef struct gn_neuron_name { const char *name; size_t size, at; bool given; } gn_neuron_name;
typedef struct gn_neuron_entry {
    gn_neuron_formula shown;
    size_t at;                      /* first place of its target */
    gn_program **program;           /* (shown.size) */
} gn_neuron_entry;
typedef struct gn_neuron_carry { size_t from, to, size; } gn_neuron_carry;

enum { GN_NEURON_NAMES = 64 };
#define GN_NEURON_SATURATED 1e-3    /* a slope of the activation below this: hardly anything goes back */
struct gn_neuron {
    gn_context *ctx;
    gn_arena arena;
    gn_neuron_spec spec;
    gn_neuron_texts texts;
    size_t names, values;
    gn_neuron_name name[GN_NEURON_NAMES];
    double *value;
    const char **component;         /* (values): the name of each place, for programs */
    size_t entries, entry_room;
    gn_neuron_entry *entry;
    size_t carries;
    gn_neuron_carry *carry;
    double *room;
    uint64_t step;
    /* places; SIZE_MAX where there is none */
    size_t x, y, w, b, t, loss, dw, db;
    size_t row_loss, row_dw, row_db, sum_loss, sum_dw, sum_db;  /* of a batch */
};
const gn_neuron_name *gn_neuron_find(const gn_neuron *n, const char *name, size_t length);
size_t gn_neuron_place(const gn_neuron *n, const char *name);     /* of its first number; SIZE_MAX: no such name */
/* Compiles text over the neuron's names into `size` programs. */
gn_status gn_neuron_compile(gn_neuron *n, gn_arena *arena, const char *text, size_t size, gn_program **out);
double gn_neuron_factor(const gn_neuron_spec *s);   /* of the sum over the rows: 1, 1/rows or 0.5 */
double gn_neuron_round(const gn_neuron *n, double v);
double gn_neuron_eval(const gn_neuron *n, const gn_program *p);

/* ---- the numbers a text passes through: neuron_traced.c --------------------------------------------------------- */
typedef struct gn_neuron_term {
    gn_formula_op op;
    size_t a, b;                    /* terms before it; of a name its place among the names */
    int power;                      /* how often it holds what is put aside: 0, 1 or 2 */
    double value;
} gn_neuron_term;
typedef struct gn_neuron_traced { gn_neuron_term *term; size_t terms; bool known; } gn_neuron_traced;
/* The terms of f over names of power 0 (parameters) and 1 (what grows); known: it can be followed. */
gn_status gn_neuron_trace(gn_arena *arena, const gn_formula *f, const char *const *name, const int *power,
                          size_t names, gn_neuron_traced *out);
/* Fills the terms' values with these of the names, 2^aside put aside; the last one comes back. */
double gn_neuron_follow(gn_neuron_traced *t, const double *value, int aside);
/* The value that the text has in numbers of a type, infinite ones among them; the terms' values are lost. */
double gn_neuron_follow_in(gn_neuron_traced *t, const double *value, gn_type type);

/* ---- the sheet's parts; each does nothing once the sheet has failed ---------------------------------------------- */
typedef struct gn_neuron_page {
    gn_neuron *n;
    const gn_neuron_show *show;
    gn_sheet *s;
    gn_neuron *shadow;              /* a copy in float64 for checks and side runs */
    gn_neuron_theory theory;        /* at k = 0 */
    const gn_neuron_result *result; /* of the run, once it is made */
    double first_loss, loss_before; /* of the run: at k = 0, and at the last k but one */
} gn_neuron_page;
void gn_neuron_show_steps(gn_neuron_page *p);       /* neuron_sheet.c: the arithmetic of the first steps */
void gn_neuron_symbols(gn_neuron_page *p);          /* every name with its present numbers, without lines */
void gn_neuron_show_rate(gn_neuron_page *p);        /* neuron_rate.c: curvature, regime, rates */
bool gn_neuron_has_closed_form(const gn_neuron_page *p);
const char *gn_neuron_closed_form(const gn_neuron_page *p); /* its text over w_0, w_star, r, lr, lambda and k */
void gn_neuron_show_arrival(gn_neuron_page *p);     /* neuron_arrival.c: steps to arrive, predicted and observed */
void gn_neuron_show_run(gn_neuron_page *p, gn_neuron_result *result);   /* neuron_trajectory.c */
void gn_neuron_show_overflow(gn_neuron_page *p);    /* neuron_overflow.c */
void gn_neuron_say_end(gn_neuron_page *p);          /* neuron_end.c: the curvature there; dead, saturated */
bool gn_neuron_decays_apart(const gn_neuron_spec *s);   /* a decay beside the gradient, as adamw has it */
bool gn_neuron_is_stuck(gn_neuron_page *p);         /* hardly anything of an error goes back now */
void gn_neuron_show_cures(gn_neuron_page *p);       /* neuron_cures.c */
/* A number within a sentence, with the digits that are asked for, where p is the page in hand. */
#define GN_SHORT(v) gn_calc_number(GN_NUM, (v), p->show->digits)
static inline void gn_neuron_fail(gn_neuron_page *p, gn_status s)
{
    if (p->s->status == GN_OK) p->s->status = s;
}

#endif
