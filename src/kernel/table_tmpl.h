/* table_tmpl.h -- the table of one precision on one level, from the functions the other templates made.
 *
 * Invariant: every row of the two .def files has its entry, at its own number. */
const gn_kernels FN(gn_kernels) = {
    .isa = GN_ISA,
    .type = GN_REAL == 32 ? GN_F32 : GN_F64,
    .lanes = LANES,
    .value =
        {
#define P1(name, ...) [GN_P_##name] = FN(value_##name),
#define P2(name, ...) [GN_P_##name] = FN(value_##name),
#define P3(name, ...) [GN_P_##name] = FN(value_##name),
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
        },
    .slope =
        {
#define P1(name, ...) [GN_P_##name] = {FN(slope_x_##name)},
#define P2(name, ...) [GN_P_##name] = {FN(slope_x_##name), FN(slope_y_##name)},
#define P3(name, ...) [GN_P_##name] = {FN(slope_x_##name), FN(slope_y_##name), FN(slope_z_##name)},
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
        },
    .update =
        {
#define OPT(name, ...) [GN_OPT_##name] = FN(update_##name),
#include "../defs/optim.def"
#undef OPT
        },
    .gemm = FN(gemm),
    .gemm_scratch = FN(gemm_scratch),
    .tile_m = GN_TILE_M,
    .tile_n = FN(tile_n),
    .sum_rows = FN(sum_rows),
    .sum_cols = FN(sum_cols),
    .sum = FN(sum),
    .dot = FN(dot),
    .sum_squares = FN(sum_squares),
    .transpose = FN(transpose),
    .axpy = FN(axpy),
    .scale = FN(scale_by),
    .clamp = FN(clamp),
    .softmax = FN(softmax),
    .log_softmax = FN(log_softmax),
    .softmax_vjp = FN(softmax_vjp),
    .log_softmax_vjp = FN(log_softmax_vjp),
    .softmax_xent = FN(softmax_xent),
    .softmax_xent_vjp = FN(softmax_xent_vjp),
    .layer_norm = FN(layer_norm),
    .layer_norm_vjp = FN(layer_norm_vjp),
    .gather_u8 = FN(gather_u8),
    .gather_f32 = FN(gather_f32),
    .gather_f64 = FN(gather_f64),
};
