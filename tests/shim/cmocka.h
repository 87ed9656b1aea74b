/* cmocka.h -- the few names of cmocka that the tests of the kernels use, for a processor for which no cmocka is installed. The closing
 * lines are those of the real one, so that the same reader counts them. */
#ifndef SHIM_CMOCKA_H
#define SHIM_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest { const char *name; void (*body)(void **state); };
#define cmocka_unit_test(f) {#f, f}

static jmp_buf shim_failed;

static _Noreturn __attribute__((unused, format(printf, 3, 4))) void shim_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s:%d: error: ", file, line);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    longjmp(shim_failed, 1);
}

#define fail_msg(...) shim_fail(__FILE__, __LINE__, __VA_ARGS__)
#define assert_true(c) ((c) ? (void)0 : fail_msg("%s", #c))
#define assert_false(c) assert_true(!(c))
#define assert_int_equal(a, b) assert_true((long long)(a) == (long long)(b))
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_null(p) assert_true((p) == NULL)
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define print_message(...) printf(__VA_ARGS__)

static int shim_run(const struct CMUnitTest *tests, size_t count)
{
    volatile int failed = 0;
    for (volatile size_t i = 0; i < count; i++) {
        void *state = NULL;
        if (setjmp(shim_failed)) {
            failed++;
            printf("[  FAILED  ] %s\n", tests[i].name);
            continue;
        }
        tests[i].body(&state);
        printf("[       OK ] %s\n", tests[i].name);
    }
    printf("[  PASSED  ] %d test(s).\n", (int)count - failed);
    if (failed) printf("[  FAILED  ] %d test(s).\n", failed);
    return failed;
}
#define cmocka_run_group_tests(tests, setup, teardown) shim_run(tests, sizeof (tests)/sizeof (tests)[0])

#endif
