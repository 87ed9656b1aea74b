/* random.h -- counter-based random numbers (Philox 4x32-10, Salmon et al. 2011): every draw is a function of the key
 * and of its position, so nothing depends on the order in which draws are made. */
#ifndef GN_RANDOM_H
#define GN_RANDOM_H

#include "base.h"

/* What a stream is for; two purposes never share draws. */
typedef enum gn_stream {
    GN_STREAM_INIT = 1, GN_STREAM_SHUFFLE, GN_STREAM_DROPOUT, GN_STREAM_SPLIT, GN_STREAM_GENERATE, GN_STREAM_NOISE,
    GN_STREAM_TEST, GN_STREAM_PROBE, GN_STREAM_DIRECTION
} gn_stream;

typedef struct gn_random { uint64_t seed; uint32_t stream, sub; } gn_random;

void gn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
gn_random gn_random_make(uint64_t seed, gn_stream stream, uint32_t sub); /* sub: layer, epoch, ... */
uint32_t gn_random_u32(gn_random r, uint64_t position);
double gn_random_uniform(gn_random r, uint64_t position);   /* in (0,1), 53 bits, never 0 or 1 */
double gn_random_normal(gn_random r, uint64_t position);    /* mean 0, standard deviation 1 */
uint64_t gn_random_below(gn_random r, uint64_t position, uint64_t n); /* 0..n-1, unbiased to 2^-64 */
/* order[0..n) becomes a permutation of 0..n-1 that is a function of r alone. */
void gn_random_permutation(gn_random r, uint32_t *order, size_t n);

#endif
