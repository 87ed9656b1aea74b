/* load_predict.c -- loads a model that train_arrays saved and predicts rows from memory.
 *
 *   cc load_predict.c $(pkg-config --cflags --libs glassnet) -o load_predict && ./load_predict xor.safetensors */
#include <glassnet.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 4 };

static gn_status predict(gn_context *ctx, const gn_model *model)
{
    static const float x[ROWS*2] = {-0.6f, -0.6f,  -0.6f, 0.6f,  0.6f, -0.6f,  0.6f, 0.6f};
    int32_t class[ROWS];
    float *probability = malloc(ROWS*gn_model_outputs(model)*sizeof *probability);
    if (!probability) return GN_NO_MEMORY;
    gn_status s = gn_model_predict(ctx, model, x, ROWS, probability);
    if (!s) s = gn_model_predict_class(ctx, model, x, ROWS, class);
    for (size_t i = 0; !s && i < ROWS; i++)
        printf("%4.1f %4.1f -> class %s, probability %.3f\n", x[2*i], x[2*i + 1], gn_model_class_name(model, (size_t)class[i]),
               probability[i*gn_model_outputs(model) + (size_t)class[i]]);
    free(probability);
    return s;
}

int main(int argc, char **argv)
{
    gn_context *ctx = NULL;
    gn_model *model = NULL;
    gn_status s = gn_context_new(NULL, &ctx);
    if (!s) s = gn_model_load(ctx, argc > 1 ? argv[1] : "xor.safetensors", &model);
    if (!s && (gn_model_inputs(model) != 2 || gn_model_classes(model) != 2)) {
        fprintf(stderr, "this model does not have two inputs and two classes\n");
        s = GN_USAGE;
    }
    if (!s) s = predict(ctx, model);
    if (s && ctx) fprintf(stderr, "%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    gn_model_free(model);
    gn_context_free(ctx);
    return (int)s;
}
