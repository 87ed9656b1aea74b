/* test_base_random.c -- Philox against the published vectors, and the distributions drawn from it. */
#include "test_base_seams.h"

#include <math.h>
#include "base/random.h"

/* The lines "philox4x32 10" of the file kat_vectors of Random123. */
static void philox_gives_the_published_vectors(void **state)
{
    (void)state;
    static const struct { uint32_t counter[4], key[2], out[4]; } row[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
        { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
        { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        uint32_t out[4];
        gn_philox(row[i].counter, row[i].key, out);
        assert_memory_equal(out, row[i].out, sizeof out);
    }
}

static void streams_do_not_meet(void **state)
{
    (void)state;
    gn_random a = gn_random_make(1, GN_STREAM_INIT, 0);
    gn_random other[] = {
        gn_random_make(2, GN_STREAM_INIT, 0), gn_random_make(1, GN_STREAM_SHUFFLE, 0),
        gn_random_make(1, GN_STREAM_INIT, 1), gn_random_make(1ull << 32 | 1, GN_STREAM_INIT, 0),
    };
    for (size_t k = 0; k < GN_COUNT(other); k++) {
        int same = 0;
        for (uint64_t i = 0; i < 1000; i++) same += gn_random_u32(a, i) == gn_random_u32(other[k], i);
        assert_true(same < 3);
    }
    assert_true(gn_random_u32(a, 5) != gn_random_u32(a, 5 + (1ull << 34)));
}

static void uniforms_fill_the_interval(void **state)
{
    (void)state;
    enum { N = 200000, PARTS = 100 };
    gn_random r = gn_random_make(3, GN_STREAM_TEST, 0);
    double sum = 0, chi = 0;
    int count[PARTS] = { 0 };
    for (uint64_t i = 0; i < N; i++) {
        double u = gn_random_uniform(r, i);
        assert_true(u > 0 && u < 1);
        sum += u;
        count[(int)(u * PARTS)]++;
    }
    for (int i = 0; i < PARTS; i++) chi += (count[i] - N / PARTS) * (double)(count[i] - N / PARTS) / (N / PARTS);
    assert_true(fabs(sum / N - 0.5) < 4 / sqrt(12.0 * N));
    assert_true(chi > 50 && chi < 165); /* 99 degrees of freedom */
}

/* Mean, spread, third and fourth moment, and the share beyond 1, 2 and 3 standard deviations, within five of their
 * own. */
static void normals_are_normal(void **state)
{
    (void)state;
    enum { N = 400000 };
    static const double share[] = { 0.31731050786, 0.04550026390, 0.00269979606 };
    gn_random r = gn_random_make(4, GN_STREAM_TEST, 0);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, pair = 0, last = 0;
    long beyond[3] = { 0 };
    for (uint64_t i = 0; i < N; i++) {
        double z = gn_random_normal(r, i);
        m1 += z;
        m2 += z * z;
        m3 += z * z * z;
        m4 += z * z * z * z;
        pair += z * last;
        last = z;
        for (int k = 0; k < 3; k++) beyond[k] += fabs(z) > k + 1;
    }
    assert_true(fabs(m1 / N) < 5 / sqrt(N));
    assert_true(fabs(m2 / N - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(m3 / N) < 5 * sqrt(15.0 / N));
    assert_true(fabs(m4 / N - 3) < 5 * sqrt(96.0 / N));
    assert_true(fabs(pair / N) < 5 / sqrt(N));
    for (int k = 0; k < 3; k++) assert_true(fabs((double)beyond[k] / N - share[k]) < 5 * sqrt(share[k] / N));
}

/* The same draw by the C library's functions: the own logarithm and turn are right to some units of the last place. */
static void normals_agree_with_the_library(void **state)
{
    (void)state;
    gn_random r = gn_random_make(5, GN_STREAM_TEST, 9);
    for (uint64_t i = 0; i < 20000; i += 2) {
        double u = gn_random_uniform(r, i), v = gn_random_uniform(r, i + 1), radius = sqrt(-2 * log(u));
        assert_true(fabs(gn_random_normal(r, i) - radius * cos(6.283185307179586 * v)) < 1e-14);
        assert_true(fabs(gn_random_normal(r, i + 1) - radius * sin(6.283185307179586 * v)) < 1e-14);
    }
}

static void below_is_below(void **state)
{
    (void)state;
    gn_random r = gn_random_make(6, GN_STREAM_TEST, 0);
    static const uint64_t n[] = { 1, 2, 3, 7, 1000, 1ull << 40, UINT64_MAX };
    for (size_t k = 0; k < GN_COUNT(n); k++)
        for (uint64_t i = 0; i < 2000; i++) assert_true(gn_random_below(r, i, n[k]) < n[k]);
    int count[7] = { 0 };
    for (uint64_t i = 0; i < 70000; i++) count[gn_random_below(r, i, 7)]++;
    for (int i = 0; i < 7; i++) assert_true(abs(count[i] - 10000) < 500);
}

static void permutations_hold_each_once(void **state)
{
    (void)state;
    static uint32_t order[1001], again[1001];
    static bool seen[1001];
    for (size_t n = 0; n <= 1001; n += n < 10 ? 1 : 99) {
        gn_random r = gn_random_make(8, GN_STREAM_SHUFFLE, (uint32_t)n);
        gn_random_permutation(r, order, n);
        gn_random_permutation(r, again, n);
        assert_memory_equal(order, again, n * sizeof *order);
        memset(seen, 0, sizeof seen);
        for (size_t i = 0; i < n; i++) {
            assert_true(order[i] < n && !seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

/* All orders of 4 come about equally often. */
static void permutations_are_fair(void **state)
{
    (void)state;
    enum { N = 24000 };
    int count[256] = { 0 }, kinds = 0;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t o[4];
        gn_random_permutation(gn_random_make(9, GN_STREAM_SHUFFLE, i), o, 4);
        count[o[0] | o[1] << 2 | o[2] << 4 | o[3] << 6]++;
    }
    for (int i = 0; i < 256; i++) {
        if (!count[i]) continue;
        kinds++;
        assert_true(abs(count[i] - N / 24) < 160);
    }
    assert_int_equal(kinds, 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),
        cmocka_unit_test(streams_do_not_meet),
        cmocka_unit_test(uniforms_fill_the_interval),
        cmocka_unit_test(normals_are_normal),
        cmocka_unit_test(normals_agree_with_the_library),
        cmocka_unit_test(below_is_below),
        cmocka_unit_test(permutations_hold_each_once),
        cmocka_unit_test(permutations_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
