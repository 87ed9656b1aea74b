/* train_arrays.c -- trains a network on arrays made in memory, scores it on rows it has not seen, and saves it.
 *
 *   cc train_arrays.c $(pkg-config --cflags --libs glassnet) -o train_arrays && ./train_arrays xor.safetensors */
#include <glassnet.h>
#include <stdio.h>

enum { ROWS = 2000 };

static int report(void *user, const gn_report *r)
{
    (void)user;
    if (r->epoch_end && r->epoch % 10 == 0) printf("epoch %zu, loss %.4f\n", r->epoch, r->loss);
    return 0; /* anything else stops the training */
}

/* Points in [-1, 1] x [-1, 1]; the class is 1 where the two signs differ. */
static void make_xor(float *x, int32_t *label)
{
    uint32_t state = 1;
    for (int i = 0; i < 2*ROWS; i++) {
        state = state*1664525u + 1013904223u;
        x[i] = (float)(state >> 8)/8388608.0f - 1.0f;
    }
    for (int i = 0; i < ROWS; i++) label[i] = (x[2*i] > 0) != (x[2*i + 1] > 0);
}

int main(int argc, char **argv)
{
    static float x[2*ROWS];
    static int32_t label[ROWS];
    gn_context *ctx = NULL;
    gn_options *options = NULL;
    gn_data *data = NULL;
    gn_model *model = NULL;
    gn_scores held;

    make_xor(x, label);
    gn_status s = gn_context_new(NULL, &ctx);
    if (!s) s = gn_options_new(ctx, &options);
    if (!s) s = gn_options_set(options, "layers", "16,16");
    if (!s) s = gn_options_set(options, "epochs", "60");
    if (!s) s = gn_options_set(options, "holdout", "0.2");
    if (!s) s = gn_data_from_labels(ctx, x, ROWS, 2, label, 2, &data);
    if (!s) s = gn_train(ctx, data, options, report, NULL, &model);
    if (!s) s = gn_model_held_scores(model, &held);
    if (!s) printf("held-out accuracy %.4f on %zu rows\n", held.accuracy, held.rows);
    if (!s) s = gn_model_save(ctx, model, argc > 1 ? argv[1] : "xor.safetensors");
    if (s && ctx) fprintf(stderr, "%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    gn_model_free(model);
    gn_data_free(data);
    gn_options_free(options);
    gn_context_free(ctx);
    return (int)s;
}
