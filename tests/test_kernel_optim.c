/* test_kernel_optim.c -- every row of defs/optim.def: several steps near the reference, the same bits wherever a weight
 * stands and, in exact mode, on every level; L2 and L1; what NaN does. */
#include "kernel_help.h"

enum { N = 70, STEPS = 12 };

typedef struct run { double w[N], g[N], slot[GN_OPT_SLOTS][N]; } run;

/* hyper of step t: the row's defaults, then t, decay and l1. */
static void hyper_of(int op, int step, double decay, double l1, double *hyper)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    for (int i = 0; i < row->parameters; i++) hyper[i] = row->parameter_default[i];
    hyper[row->parameters] = step;
    hyper[row->parameters + 1] = decay;
    hyper[row->parameters + 2] = l1;
}

/* STEPS steps over `count` weights that are elements first.. of the long array. */
static void steps(const gn_kernels *k, int op, double decay, double l1, size_t first, size_t count, run *r)
{
    gn_type t = k->type;
    void *w = block(t, count), *g = block(t, count), *slot[GN_OPT_SLOTS];
    double hyper[GN_OPT_HYPER];
    draw d = {77};
    for (size_t i = 0; i < first; i++) draw_bits(&d);
    for (size_t i = 0; i < count; i++) put(t, w, i, draw_between(&d, -1, 1));
    for (int s = 0; s < GN_OPT_SLOTS; s++) {
        slot[s] = block(t, count);
        memset(slot[s], 0, count * gn_type_size(t));
    }
    for (int step = 1; step <= STEPS; step++) {
        for (size_t i = 0; i < count; i++)
            put(t, g, i, sin((double)(first + i) * 1.7 + step * (double)((first + i) % 3)));
        hyper_of(op, step, decay, l1, hyper);
        k->update[op](count, w, g, slot, hyper);
    }
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < count; i++) {
        r->w[i] = get(t, w, i);
        for (int s = 0; s < GN_OPT_SLOTS; s++) r->slot[s][i] = get(t, slot[s], i);
    }
    for (int s = 0; s < GN_OPT_SLOTS; s++) free(slot[s]);
    free(w), free(g);
}

static const double regular[][2] = {{0, 0}, {0.01, 0}, {0, 0.02}, {0.1, 0.03}};

static void near(gn_type t, int op, const gn_kernels *k, const double *got, const double *want, double ulp)
{
    for (size_t i = 0; i < N; i++)
        if (!(distance(t, got[i], want[i], 1) <= ulp))
            fail_msg("%s on %s, weight %zu: %.9g, reference %.9g", gn_optimizer_table()[op].name, gn_isa_name(k->isa),
                     i, got[i], want[i]);
}

/* lr/(1 - beta^t) is the least exact: 1 - beta loses three digits of float32; both sides lose the same. */
static void every_row_is_the_reference(void **state UNUSED_PARAMETER)
{
    run got, want, base;
    EACH_TYPE(t) for (int op = 0; op < GN_OPT_COUNT; op++) for (size_t q = 0; q < GN_COUNT(regular); q++) {
        steps(gn_kernels_reference(t), op, regular[q][0], regular[q][1], 0, N, &want);
        steps(gn_kernels_get(GN_ISA_BASE, t, true), op, regular[q][0], regular[q][1], 0, N, &base);
        EACH_TABLE(k, t) {
            steps(k, op, regular[q][0], regular[q][1], 0, N, &got);
            near(t, op, k, got.w, want.w, 16);
            for (int s = 0; s < GN_OPT_SLOTS; s++) near(t, op, k, got.slot[s], want.slot[s], 16);
            if (exact_k) assert_memory_equal(&got, &base, sizeof got);
        }
    }
}

static void single_is_near_double(void **state UNUSED_PARAMETER)
{
    run got, want;
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        steps(gn_kernels_reference(GN_F64), op, 0.01, 0.02, 0, N, &want);
        EACH_TABLE(k, GN_F32) {
            steps(k, op, 0.01, 0.02, 0, N, &got);
            near(GN_F32, op, k, got.w, want.w, 64);
        }
    }
}

static void bits_do_not_depend_on_the_place(void **state UNUSED_PARAMETER)
{
    static const size_t firsts[] = {0, 1, 5, 16, 33}, counts[] = {1, 3, 15, 16, 17, 37};
    run whole, part;
    EACH_TYPE(t) EACH_TABLE(k, t) for (int op = 0; op < GN_OPT_COUNT; op++) {
        steps(k, op, 0.01, 0.02, 0, N, &whole);
        for (size_t f = 0; f < GN_COUNT(firsts); f++)
            for (size_t c = 0; c < GN_COUNT(counts); c++) {
                steps(k, op, 0.01, 0.02, firsts[f], counts[c], &part);
                assert_memory_equal(part.w, whole.w + firsts[f], counts[c] * sizeof *part.w);
                for (int s = 0; s < GN_OPT_SLOTS; s++)
                    assert_memory_equal(part.slot[s], whole.slot[s] + firsts[f], counts[c] * sizeof *part.w);
            }
    }
}

static bool has_parameter(int op, const char *name)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    for (int i = 0; i < row->parameters; i++)
        if (strcmp(row->parameter_name[i], name) == 0) return true;
    return false;
}

/* L2 in the gradient does nothing to a row that decays by itself, and something to every other. L1 moves them all. */
static void decay_and_l1(void **state UNUSED_PARAMETER)
{
    run plain, decayed, sparse;
    EACH_TABLE(k, GN_F64) for (int op = 0; op < GN_OPT_COUNT; op++) {
        steps(k, op, 0, 0, 0, N, &plain);
        steps(k, op, 0.3, 0, 0, N, &decayed);
        steps(k, op, 0, 0.3, 0, N, &sparse);
        assert_int_equal(memcmp(plain.w, decayed.w, sizeof plain.w) == 0, has_parameter(op, "wd"));
        assert_true(memcmp(plain.w, sparse.w, sizeof plain.w) != 0);
    }
    EACH_TABLE(k, GN_F64) {
        double w = 2, g = 1, hyper[] = {0.5, 1, 0.25, 0.125};       /* sgd: lr, t, decay, l1 */
        k->update[GN_OPT_sgd](1, &w, &g, NULL, hyper);
        assert_true(w == 2 - 0.5 * (1 + 0.25 * 2 + 0.125));
    }
}

/* Numbers worked out by hand, so that the reference is not its own witness. */
static void known_steps(void **state UNUSED_PARAMETER)
{
    EACH_TABLE(k, GN_F64) {
        double w = 1, g = 4, m = 0, v = 0, hyper[GN_OPT_HYPER];
        void *slot[GN_OPT_SLOTS] = {&m, &v, NULL};
        hyper_of(GN_OPT_adam, 1, 0, 0, hyper);
        k->update[GN_OPT_adam](1, &w, &g, slot, hyper);             /* the first step has the length of the rate */
        assert_true(fabs(m - 0.4) < 1e-15 && fabs(v - 0.016) < 1e-15 && fabs(w - 0.999) < 1e-10);
        w = 1, m = 0;
        hyper_of(GN_OPT_momentum, 1, 0, 0, hyper);
        for (int i = 0; i < 2; i++) k->update[GN_OPT_momentum](1, &w, &g, slot, hyper);
        assert_true(fabs(m - 7.6) < 1e-15 && fabs(w - (1 - 0.05 * (4 + 7.6))) < 1e-15);
        double p = 0, size = 0;
        void *state_of_rprop[GN_OPT_SLOTS] = {&p, &size, NULL};
        w = 1;
        hyper_of(GN_OPT_rprop, 1, 0, 0, hyper);
        k->update[GN_OPT_rprop](1, &w, &g, state_of_rprop, hyper);
        assert_true(w == 1 - 0.01 && size == 0.01);
        hyper_of(GN_OPT_rprop, 2, 0, 0, hyper);
        k->update[GN_OPT_rprop](1, &w, &g, state_of_rprop, hyper);
        assert_true(fabs(size - 0.012) < 1e-15 && fabs(w - (1 - 0.01 - 0.012)) < 1e-15);
    }
}

static void the_table(void **state UNUSED_PARAMETER)
{
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        const gn_optimizer_row *row = &gn_optimizer_table()[op];
        assert_int_equal(gn_optimizer_find(row->name), op);
        assert_string_equal(row->parameter_name[0], "lr");
        assert_true(row->slots <= GN_OPT_SLOTS && row->parameters + 3 <= GN_OPT_HYPER &&
                    strstr(row->update, "w = w - "));
        for (int s = 0; s < row->slots; s++) assert_non_null(row->slot_name[s]);
        for (int i = 0; i < row->parameters; i++) assert_non_null(row->parameter_name[i]);
    }
    assert_int_equal(gn_optimizer_find("no such row"), GN_OPT_COUNT);
    assert_int_equal(gn_optimizer_table()[GN_OPT_adam].slots, 2);
    assert_string_equal(gn_optimizer_table()[GN_OPT_adam].slot_name[1], "v");
    assert_true(gn_optimizer_table()[GN_OPT_adam].parameter_default[2] == 0.999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_the_reference),
        cmocka_unit_test(single_is_near_double),
        cmocka_unit_test(bits_do_not_depend_on_the_place),
        cmocka_unit_test(decay_and_l1),
        cmocka_unit_test(known_steps),
        cmocka_unit_test(the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
