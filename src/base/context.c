/* context.c -- making a context, and what it was set to.
 *
 * Invariant: a context is whole or does not exist; its settings do not change after it was made, save the
 * instruction set, which the kernels resolve, and the stop request, which any thread may raise. */
#include "context.h"
#include "file.h"
#include "option.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GN_THREADS_MOST = 256 };

const char *gn_version(void)
{
    return GN_VERSION;
}

void gn_context_defaults(gn_context_settings *settings)
{
    if (settings) *settings = (gn_context_settings){ .size = sizeof *settings, .isa = "auto" };
}

static void *library_alloc(void *user, void *old, size_t size)
{
    (void)user;
    if (size) return realloc(old, size);
    free(old);
    return NULL;
}

/* The settings of a caller compiled against another version: fields it does not know keep their defaults. */
static bool read_settings(const gn_context_settings *given, gn_context_settings *s)
{
    gn_context_defaults(s);
    if (!given) return true;
    if (given->size < sizeof given->size) return false;
    memcpy(s, given, given->size < sizeof *s ? given->size : sizeof *s);
    return s->threads >= 0 && s->threads <= GN_THREADS_MOST;
}

/* Names are those of the option `isa`, which lists auto and then the levels in the kernels' order. */
static bool read_isa(const char *name, int *level)
{
    const char *at;
    size_t length;
    if (!name) name = "auto";
    for (size_t i = 0; gn_list_part(gn_option_find("isa")->choices, '|', i, &at, &length); i++)
        if (strlen(name) == length && memcmp(name, at, length) == 0) {
            *level = (int)i - 1;
            return true;
        }
    return false;
}

static int processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > GN_THREADS_MOST ? GN_THREADS_MOST : (int)n;
}

gn_status gn_context_new(const gn_context_settings *settings, gn_context **out)
{
    gn_context_settings s;
    int isa;
    if (!out) return GN_USAGE;
    *out = NULL;
    if (!read_settings(settings, &s) || !read_isa(s.isa, &isa)) return GN_USAGE;
    gn_alloc_fn alloc = s.alloc ? s.alloc : library_alloc;
    gn_context *ctx = alloc(s.alloc_user, NULL, sizeof *ctx);
    if (!ctx) return GN_NO_MEMORY;
    memset(ctx, 0, sizeof *ctx);
    ctx->alloc = alloc;
    ctx->alloc_user = s.alloc_user;
    ctx->log = s.log;
    ctx->log_user = s.log_user;
    ctx->threads = s.threads ? s.threads : processors();
    ctx->isa = isa;
    ctx->exact = s.exact != 0;
    ctx->vfs = gn_vfs_system();
    gn_clear_error(ctx);
    gn_status status = gn_pool_new(ctx, ctx->threads, &ctx->pool);
    if (status == GN_OK) *out = ctx;
    else gn_context_free(ctx);
    return status;
}

void gn_context_free(gn_context *ctx)
{
    if (!ctx) return;
    gn_pool_free(ctx, ctx->pool);
    ctx->alloc(ctx->alloc_user, ctx, 0);
}

/* A lock-free store: safe in a signal handler. */
void gn_request_stop(gn_context *ctx)
{
    if (ctx) atomic_store(&ctx->stop, 1);
}

bool gn_stop_requested(const gn_context *ctx)
{
    return atomic_load_explicit(&ctx->stop, memory_order_relaxed) != 0;
}

void gn_clear_stop(gn_context *ctx)
{
    atomic_store(&ctx->stop, 0);
}

int gn_context_threads(const gn_context *ctx)
{
    return ctx->threads;
}

int gn_context_isa(const gn_context *ctx)
{
    return ctx->isa;
}

void gn_context_set_isa(gn_context *ctx, int level)
{
    ctx->isa = level;
}

bool gn_context_exact(const gn_context *ctx)
{
    return ctx->exact;
}

struct gn_pool *gn_context_pool(gn_context *ctx)
{
    return ctx->pool;
}

const gn_vfs *gn_context_vfs(const gn_context *ctx)
{
    return ctx->vfs;
}

void gn_context_set_vfs(gn_context *ctx, const gn_vfs *vfs)
{
    ctx->vfs = vfs ? vfs : gn_vfs_system();
}
