/* test_nn_schedule.c -- learning-rate schedules against the values PyTorch gives, and warm-up before each of them. */
#include "nn_help.h"

static double at(gn_schedule s, uint64_t step, uint64_t steps, uint64_t warmup, uint64_t epoch, uint64_t drops,
                 double gamma, double every)
{
    gn_schedule_state state = {
        .step = step, .steps = steps, .warmup = warmup, .epoch = epoch, .drops = drops, .gamma = gamma, .every = every
    };
    return gn_schedule_factor(s, &state);
}

static void check(double got, double want)
{
    if (!(fabs(got - want) < 1e-12)) fail_msg("%.17g is not %.17g", got, want);
}

static void values_are_pytorch_s(void **state)
{
    (void)state;
    static const double cosine[] = {
        1.0, 0.9755282581475768, 0.9045084971874737,  0.7938926261462367,  0.6545084971874738,
        0.5, 0.3454915028125264, 0.20610737385376351, 0.09549150281252634, 0.024471741852423238,
        0.0
    };
    static const double one_cycle[] = { 0.04,
                                        0.13167184270002533,
                                        0.37167184270002523,
                                        0.6683281572999746,
                                        0.9083281572999747,
                                        1.0,
                                        0.9874640062350873,
                                        0.9504846320134738,
                                        0.89091617757105,
                                        0.8117456539497631,
                                        0.7169430017913009,
                                        0.6112620219362893,
                                        0.500002,
                                        0.3887419780637107,
                                        0.2830609982086992,
                                        0.188258346050237,
                                        0.10908782242895003,
                                        0.049519367986526286,
                                        0.012539993764912554,
                                        4e-06 };
    for (uint64_t i = 0; i <= 10; i++) check(at(GN_SCHEDULE_cosine, i, 10, 0, 0, 0, -1, 0), cosine[i]);
    for (uint64_t i = 0; i < 20; i++) check(at(GN_SCHEDULE_one_cycle, i, 20, 0, 0, 0, -1, 0), one_cycle[i]);
    static const double step[] = { 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25 };
    for (uint64_t e = 0; e < 8; e++) check(at(GN_SCHEDULE_step, 10 * e, 1000, 0, e, 0, 0.5, 3), step[e]);
    for (uint64_t e = 0; e < 30; e++) check(at(GN_SCHEDULE_step, 0, 1, 0, e, 0, -1, 0), pow(0.1, (double)(e / 10)));
    for (uint64_t e = 0; e < 30; e++) check(at(GN_SCHEDULE_exponential, 0, 1, 0, e, 0, 0.9, 0), pow(0.9, (double)e));
    for (uint64_t d = 0; d < 5; d++) check(at(GN_SCHEDULE_plateau, 0, 1, 0, 9, d, 0.5, 0), pow(0.5, (double)d));
}

static void warm_up_comes_first(void **state)
{
    (void)state;
    for (int s = 0; s < GN_SCHEDULE_COUNT; s++) {
        for (uint64_t i = 0; i < 5; i++) check(at((gn_schedule)s, i, 25, 5, 0, 0, -1, 0), (double)(i + 1) / 5);
        for (uint64_t i = 0; i < 20; i++)
            check(at((gn_schedule)s, 5 + i, 25, 5, 0, 0, -1, 0), at((gn_schedule)s, i, 20, 0, 0, 0, -1, 0));
    }
}

static void every_factor_is_a_factor(void **state)
{
    (void)state;
    for (int s = 0; s < GN_SCHEDULE_COUNT; s++) {
        assert_true(gn_schedule_find(gn_schedule_table()[s].name) == (gn_schedule)s);
        for (uint64_t steps = 1; steps < 12; steps++)   /* short runs too: no division by 0 */
            for (uint64_t i = 0; i < steps; i++)
                for (uint64_t w = 0; w <= steps; w++) {
                    double f = at((gn_schedule)s, i, steps, w, i, 0, -1, 0);
                    assert_true(f >= 0 && f <= 1);
                }
    }
    assert_true(gn_schedule_find("one-cycle") == GN_SCHEDULE_one_cycle);
    assert_true(gn_schedule_find("sawtooth") == GN_SCHEDULE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_are_pytorch_s), cmocka_unit_test(warm_up_comes_first),
                                        cmocka_unit_test(every_factor_is_a_factor) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
