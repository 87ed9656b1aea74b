/* plan_print.c -- a plan for people: each step, its kernel, shapes, flops, bytes; then the totals. */
#include "plan.h"

static void put_shape(gn_text *to, gn_shape s)
{
    gn_text_puts(to, "(");
    for (int i = 0; i < s.rank; i++) gn_text_printf(to, i ? ",%zu" : "%zu", s.dim[i]);
    gn_text_puts(to, ")");
}

static void put_value(const gn_plan *p, gn_text *to, gn_node n)
{
    gn_shown shown;
    const char *name = p->name[n];
    size_t length = 0;
    while (name && name[length]) length++;
    if (name) gn_text_puts(to, gn_show(&shown, name, length));
    else gn_text_printf(to, "%%%d", (int)n);
    put_shape(to, p->shape[n]);
}

static double bytes_of(const gn_plan *p, const gn_plan_step *s)
{
    gn_node r[GN_READS];
    double elements = s->out ? (double)gn_shape_size(p->shape[s->out]) : 2 * (double)s->n;
    for (int n = gn_step_reads(s, r), k = 0; k < n; k++) elements += (double)gn_shape_size(p->shape[r[k]]);
    return elements * (double)gn_type_size(p->options.type);
}

static void put_step(const gn_plan *p, gn_text *to, size_t i)
{
    const gn_plan_step *s = &p->step[i];
    gn_node r[GN_READS];
    bool slope = s->run == gn_run_slope;
    gn_text_printf(to, "%4zu  %-24s %12.0f %12.0f  ", i + 1, slope ? "slope" : s->kernel, s->flops, bytes_of(p, s));
    if (slope) gn_text_printf(to, "%s' ", s->kernel);
    if (s->out) put_value(p, to, s->out);
    else gn_text_puts(to, "weights");
    gn_text_puts(to, " <-");
    for (int n = gn_step_reads(s, r), k = 0; k < n; k++) {
        gn_text_puts(to, " ");
        put_value(p, to, r[k]);
    }
    if (s->chain > 1) gn_text_printf(to, "  [%d steps block by block]", s->chain);
    gn_text_puts(to, "\n");
}

void gn_plan_print(const gn_plan *p, gn_text *to)
{
    double flops = 0, bytes = 0;
    gn_text_printf(to, "%4s  %-24s %12s %12s  %s\n", "step", "kernel", "flops", "bytes", "result <- operands");
    for (size_t i = 0; i < p->steps; i++) {
        put_step(p, to, i);
        flops += p->step[i].flops;
        bytes += bytes_of(p, &p->step[i]);
    }
    gn_text_printf(to, "%zu steps, %.0f flops, %.0f bytes read and written, %zu bytes of values\n", p->steps, flops,
                   bytes, p->block_bytes);
    const char *type = p->options.type == GN_F32 ? "float32" : "float64";
    gn_text_printf(to, "%s, %s, %d lanes\n", gn_isa_name(p->k->isa), type, p->k->lanes);
}
