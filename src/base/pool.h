/* pool.h -- threads. Work is cut into tasks by the shape of the problem, never by the number of threads, so results
 * have the same bits for any number of them. */
#ifndef GN_POOL_H
#define GN_POOL_H

#include "base.h"

typedef void (*gn_task_fn)(void *work, size_t task, int worker);
/* Run task 0..tasks-1, each once, on the context's threads (the caller is worker 0), and wait for all. With one
 * thread, or one task, a plain loop. worker < gn_context_threads(ctx). Never fails: threads are started with the
 * context or not at all. */
void gn_parallel(gn_context *ctx, size_t tasks, gn_task_fn run, void *work);

#endif
