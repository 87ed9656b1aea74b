/* pool.c -- the context's threads: started when there is first work for two, asleep when there is none for long.
 *
 * Invariant: a worker claims a task by moving the ticket, which carries the number of the job. The ticket is closed
 * (an odd number) while the data of a job are written, so that a worker that comes late can take neither a task of
 * the last job with the data of the next nor the other way round; the data are released after the closing and
 * acquired before a claim, so that a claim that saw new data fails. */
#include "pool.h"
#include "context.h"

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

/* How often to look again before going to sleep: some tens of microseconds, the time that waking up takes. */
enum { GN_SPINS = 2000 };

typedef struct gn_worker {
    struct gn_pool *pool;
    pthread_t thread;
    int number;
} gn_worker;

typedef struct gn_pool {
    atomic_uint_least64_t ticket;   /* job << 32 | next task */
    atomic_size_t tasks, done;
    _Atomic(gn_task_fn) run;
    _Atomic(void *) work;
    atomic_bool quit, caller_sleeps;
    atomic_int sleepers;
    pthread_mutex_t lock;
    pthread_cond_t wake, finished;
    uint32_t job;
    int spins;
    int wanted, started;            /* workers beside the caller */
    pid_t owner;                    /* the process whose threads these are */
    gn_worker worker[];
} gn_pool;

static void pause_a_little(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Take tasks of a job until none is left. */
static void take_tasks(gn_pool *p, uint64_t job, int number)
{
    uint64_t ticket = atomic_load(&p->ticket);
    while (ticket >> 32 == job) {
        gn_task_fn run = atomic_load_explicit(&p->run, memory_order_acquire);
        void *work = atomic_load_explicit(&p->work, memory_order_acquire);
        size_t tasks = atomic_load_explicit(&p->tasks, memory_order_acquire), task = (uint32_t)ticket;
        if (task >= tasks) return;
        if (!atomic_compare_exchange_weak(&p->ticket, &ticket, ticket + 1)) continue;
        run(work, task, number);
        if (atomic_fetch_add(&p->done, 1) + 1 == tasks && atomic_load(&p->caller_sleeps)) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->finished);
            pthread_mutex_unlock(&p->lock);
        }
        ticket = atomic_load(&p->ticket);
    }
}

/* Wait until there is another job than the last; spin first, then sleep. */
static uint64_t next_job(gn_pool *p, uint64_t last)
{
    for (int i = 0; i < p->spins; i++) {
        uint64_t job = atomic_load(&p->ticket) >> 32;
        if (job != last || atomic_load(&p->quit)) return job;
        pause_a_little();
    }
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleepers, 1);
    while (atomic_load(&p->ticket) >> 32 == last && !atomic_load(&p->quit)) pthread_cond_wait(&p->wake, &p->lock);
    atomic_fetch_sub(&p->sleepers, 1);
    pthread_mutex_unlock(&p->lock);
    return atomic_load(&p->ticket) >> 32;
}

static void *worker_main(void *arg)
{
    gn_worker *w = arg;
    uint64_t job = 0;
    while (!atomic_load(&w->pool->quit)) {
        job = next_job(w->pool, job);
        take_tasks(w->pool, job, w->number);
    }
    return NULL;
}

static void start_clean(gn_pool *p)
{
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->finished, NULL);
    atomic_store(&p->ticket, 0);
    atomic_store(&p->sleepers, 0);
    atomic_store(&p->caller_sleeps, false);
    atomic_store(&p->quit, false);
    p->job = 0;
    p->started = 0;
}

gn_status gn_pool_new(gn_context *ctx, int threads, gn_pool **out)
{
    *out = NULL;
    if (threads < 2) return GN_OK;
    gn_pool *p = gn_calloc(ctx, 1, sizeof *p + (size_t)(threads - 1) * sizeof *p->worker);
    if (!p) return GN_NO_MEMORY;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    p->wanted = threads - 1;
    p->spins = threads <= processors ? GN_SPINS : 0;
    start_clean(p);
    *out = p;
    return GN_OK;
}

/* Threads take no signals: those are the business of the program around the library. A thread that cannot be had is
 * done without. */
static void start_threads(gn_pool *p)
{
    sigset_t all, before;
    p->owner = getpid();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < p->wanted; i++) {
        gn_worker *w = &p->worker[i];
        w->pool = p;
        w->number = i + 1;
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) break;
        p->started++;
    }
    p->wanted = p->started;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void gn_pool_free(gn_context *ctx, gn_pool *p)
{
    if (!p) return;
    if (p->started && p->owner == getpid()) {
        pthread_mutex_lock(&p->lock);
        atomic_store(&p->quit, true);
        pthread_cond_broadcast(&p->wake);
        pthread_mutex_unlock(&p->lock);
        for (int i = 0; i < p->started; i++) pthread_join(p->worker[i].thread, NULL);
        pthread_cond_destroy(&p->finished);
        pthread_cond_destroy(&p->wake);
        pthread_mutex_destroy(&p->lock);
    }
    gn_free(ctx, p);
}

static void wake_workers(gn_pool *p, size_t tasks)
{
    int asleep = atomic_load(&p->sleepers);
    if (asleep == 0) return;
    pthread_mutex_lock(&p->lock);
    if (tasks - 1 >= (size_t)asleep) pthread_cond_broadcast(&p->wake);
    else
        for (size_t i = 1; i < tasks; i++) pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

static void wait_for_all(gn_pool *p, size_t tasks)
{
    for (int i = 0; i < p->spins; i++) {
        if (atomic_load(&p->done) == tasks) return;
        pause_a_little();
    }
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->caller_sleeps, true);
    while (atomic_load(&p->done) != tasks) pthread_cond_wait(&p->finished, &p->lock);
    atomic_store(&p->caller_sleeps, false);
    pthread_mutex_unlock(&p->lock);
}

/* After a fork only the caller is left: the child starts threads of its own. */
static bool ready(gn_pool *p)
{
    if (p->started && p->owner != getpid()) start_clean(p);
    if (!p->started && p->wanted) start_threads(p);
    return p->started > 0;
}

/* Close, write, open. The last task number is above any number of tasks: a closed job has none to take. */
static void publish(gn_pool *p, size_t tasks, gn_task_fn run, void *work)
{
    atomic_store(&p->ticket, (uint64_t)(p->job + 1) << 32 | UINT32_MAX);
    atomic_store_explicit(&p->run, run, memory_order_release);
    atomic_store_explicit(&p->work, work, memory_order_release);
    atomic_store_explicit(&p->tasks, tasks, memory_order_release);
    atomic_store_explicit(&p->done, 0, memory_order_release);
    p->job += 2;
    if (p->job == 0) p->job = 2; /* 0 is what a worker that has seen no job compares with */
    atomic_store(&p->ticket, (uint64_t)p->job << 32);
}

void gn_parallel(gn_context *ctx, size_t tasks, gn_task_fn run, void *work)
{
    gn_pool *p = ctx->pool;
    if (!p || tasks < 2 || tasks >= UINT32_MAX || !ready(p)) {
        for (size_t i = 0; i < tasks; i++) run(work, i, 0);
        return;
    }
    publish(p, tasks, run, work);
    wake_workers(p, tasks);
    take_tasks(p, p->job, 0);
    wait_for_all(p, tasks);
}
