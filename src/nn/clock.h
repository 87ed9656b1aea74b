/* clock.h -- seconds on a clock that only goes forward, for progress alone: no result depends on it. */
#ifndef GN_CLOCK_H
#define GN_CLOCK_H

#include <time.h>

static inline double gn_seconds(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

#endif
