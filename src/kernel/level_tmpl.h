/* level_tmpl.h -- one mode of a level in both precisions. */
#define GN_REAL 64
#include "precision_tmpl.h"
#undef GN_REAL
#define GN_REAL 32
#include "precision_tmpl.h"
#undef GN_REAL
