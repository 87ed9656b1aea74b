/* view_internal.h -- what the plane of two columns and the choice of the two share.
 *
 * Invariant: both read a prediction in the same way and hold the other columns at the same values. */
#ifndef GN_VIEW_INTERNAL_H
#define GN_VIEW_INTERNAL_H

#include "view.h"

/* The first network input of a feature: text columns take one a category. */
size_t gn_view_input_of(const gn_prep *p, size_t feature);
/* A row (inputs) that stands for all: means of numbers, the commonest category of text. */
void gn_view_typical_row(const gn_prep *p, const gn_data *d, double *row);
/* Of the i-th prediction in y (rows, outputs): the class, and the probability of class c. */
size_t gn_view_class_of(const gn_net_spec *s, const void *y, size_t i);
double gn_view_probability(const gn_net_spec *s, const void *y, size_t i, size_t c);

#endif
