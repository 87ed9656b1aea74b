/* signals.c -- Ctrl-C and its kin: the first asks the engine to stop and the command saves what there is, the second
 * quits.
 *
 * Invariant: the handler touches only lock-free atomics and _exit. */
#include "cli.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static _Atomic(gn_context *) working;
static atomic_int caught;

static void on_signal(int number)
{
    int before = 0;
    if (!atomic_compare_exchange_strong(&caught, &before, number)) _exit(128 + number);
    gn_request_stop(atomic_load(&working));
}

void gn_signals_start(gn_context *ctx)
{
    struct sigaction act = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
    atomic_store(&working, ctx);
    sigemptyset(&act.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a closed pipe shows as a failed write */
    sigaction(SIGXFSZ, &ignore, NULL); /* and a file that may not grow as well */
}

int gn_signals_caught(void)
{ return atomic_load(&caught); }
