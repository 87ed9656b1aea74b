/* test_base_pool.c -- every task runs once, on a worker of its own number, whatever the threads are doing. */
#include "test_base_seams.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/pool.h"

enum { MOST = 5000 };
typedef struct job {
    atomic_int count[MOST];
    atomic_int busy[256];
    atomic_int wrong;
    int workers;
} job;

static void mark(void *work, size_t task, int worker)
{
    job *j = work;
    if (worker < 0 || worker >= j->workers || atomic_fetch_add(&j->busy[worker], 1) != 0) atomic_store(&j->wrong, 1);
    atomic_fetch_add(&j->count[task], 1);
    atomic_fetch_sub(&j->busy[worker], 1);
}

static gn_context *with_threads(int threads)
{
    gn_context_settings s;
    gn_context *ctx;
    gn_context_defaults(&s);
    s.threads = threads;
    return gn_context_new(&s, &ctx) == GN_OK ? ctx : NULL;
}

static void run_and_count(gn_context *ctx, size_t tasks)
{
    static job j;
    memset(&j, 0, sizeof j);
    j.workers = gn_context_threads(ctx);
    gn_parallel(ctx, tasks, mark, &j);
    assert_int_equal(j.wrong, 0);
    for (size_t i = 0; i < MOST; i++) assert_int_equal(j.count[i], i < tasks);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    static const int threads[] = { 1, 2, 3, 7, 16 };
    for (size_t t = 0; t < GN_COUNT(threads); t++) {
        gn_context *ctx = with_threads(threads[t]);
        static const size_t tasks[] = { 0, 1, 2, 3, 17, 100, 5000 };
        for (size_t i = 0; i < GN_COUNT(tasks); i++) run_and_count(ctx, tasks[i]);
        gn_context_free(ctx);
    }
}

/* Many small jobs one after another: a worker that comes late must not take a task of the next job. */
static void jobs_do_not_mix(void **state)
{
    (void)state;
    enum { JOBS = 30000 };
    static const int threads[] = { 2, 4, 16 };
    for (size_t k = 0; k < GN_COUNT(threads); k++) {
        static job j[2];
        gn_context *ctx = with_threads(threads[k]);
        memset(j, 0, sizeof j);
        j[0].workers = j[1].workers = threads[k];
        for (int i = 0; i < JOBS; i++) gn_parallel(ctx, 2 + (size_t)(i % 3), mark, &j[i % 2]);
        static const int runs[] = { JOBS, JOBS, JOBS / 3 * 2, JOBS / 3 };
        for (size_t t = 0; t < 4; t++) assert_int_equal(j[0].count[t] + j[1].count[t], runs[t]);
        assert_int_equal(j[0].wrong + j[1].wrong, 0);
        gn_context_free(ctx);
    }
}

/* Long enough for the workers to fall asleep, and for the caller to fall asleep over a slow task. */
static void doze(void *work, size_t task, int worker)
{
    struct timespec t = { 0, 2000000 };
    if (task == 1) nanosleep(&t, NULL);
    mark(work, task, worker);
}

static void sleepers_are_woken(void **state)
{
    (void)state;
    gn_context *ctx = with_threads(3);
    static job j;
    struct timespec pause = { 0, 3000000 };
    j.workers = 3;
    for (int i = 0; i < 30; i++) {
        gn_parallel(ctx, 4, doze, &j);
        nanosleep(&pause, NULL);
    }
    for (size_t t = 0; t < 4; t++) assert_int_equal(j.count[t], 30);
    gn_context_free(ctx);
}

static void contexts_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        gn_context *ctx = with_threads(4);
        if (i % 2) run_and_count(ctx, 5);
        gn_context_free(ctx);
    }
}

/* Two tasks that wait for each other: one thread alone would wait for ever. */
static void meet(void *work, size_t task, int worker)
{
    atomic_int *here = work;
    struct timespec t = { 0, 100000 };
    (void)task;
    (void)worker;
    atomic_fetch_add(here, 1);
    while (atomic_load(here) < 2) nanosleep(&t, NULL);
}

static void tasks_run_side_by_side(void **state)
{
    (void)state;
    gn_context *ctx = with_threads(2);
    for (int i = 0; i < 20; i++) {
        atomic_int here = 0;
        gn_parallel(ctx, 2, meet, &here);
        assert_int_equal(here, 2);
    }
    gn_context_free(ctx);
}

/* A child of fork has the context but not its threads. */
static void a_fork_has_threads_of_its_own(void **state)
{
    (void)state;
    gn_context *ctx = with_threads(3);
    static job j;
    run_and_count(ctx, 100);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        atomic_int here = 0;
        gn_parallel(ctx, 2, meet, &here);
        j.workers = 3;
        for (int i = 0; i < 10; i++) gn_parallel(ctx, 50, mark, &j);
        for (int i = 0; i < 50; i++)
            if (j.count[i] != 10) _exit(1);
        gn_context_free(ctx);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    run_and_count(ctx, 100);
    child = fork();
    if (child == 0) {
        alarm(20);
        gn_context_free(ctx);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    gn_context_free(ctx);
}

int main(void)
{
    alarm(300); /* a wake-up that is lost must not hold the suite up for ever */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(jobs_do_not_mix),
        cmocka_unit_test(sleepers_are_woken),
        cmocka_unit_test(tasks_run_side_by_side),
        cmocka_unit_test(contexts_come_and_go),
        cmocka_unit_test(a_fork_has_threads_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
