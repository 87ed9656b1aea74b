/* test_base_file.c -- sources, the cursor and the sink, on files that fail at every call. */
#include "test_base_seams.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gn_context *ctx;
static char folder[] = "/tmp/glassnet_test_XXXXXX";
static char path[64];

static int make(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/glassnet_test_XXXXXX");
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/target", folder);
    return gn_context_new(NULL, &ctx) != GN_OK;
}

/* The files in the folder; with `empty` they are removed. */
static int count_files(bool empty)
{
    DIR *d = opendir(folder);
    int count = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char name[400];
        if (e->d_name[0] == '.') continue;
        count++;
        snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
        if (empty && unlink(name) != 0) rmdir(name);
    }
    closedir(d);
    return count;
}

static int drop(void **state)
{
    (void)state;
    gn_context_free(ctx);
    count_files(true);
    return rmdir(folder);
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void expect_content(const char *name, const char *text)
{
    gn_bytes b;
    assert_int_equal(gn_read_file(ctx, name, 1 << 20, &b), GN_OK);
    assert_int_equal(b.size, strlen(text));
    assert_memory_equal(b.at, text, b.size);
    gn_bytes_free(ctx, &b);
}

static const char *code(void)
{
    return gn_last_error(ctx)->code;
}

/* ---- sources ---- */

static void files_are_read_whole(void **state)
{
    (void)state;
    rig_files r = { .most = 7, .interrupt = true };
    gn_vfs vfs = rigged_files(&r);
    put(path, "0123456789 a line that takes several short reads");
    gn_context_set_vfs(ctx, &vfs);
    expect_content(path, "0123456789 a line that takes several short reads");
    assert_int_equal(r.open, 0);
    put(path, "");
    expect_content(path, "");
    gn_bytes b;
    assert_int_equal(gn_read_file(ctx, "/proc/self/status", 1 << 20, &b), GN_OK); /* a size of 0 says nothing */
    assert_true(b.size > 100);
    gn_bytes_free(ctx, &b);
    assert_int_equal(r.open, 0);
}

static void limits_are_kept(void **state)
{
    (void)state;
    gn_bytes b;
    put(path, "12345");
    assert_int_equal(gn_read_file(ctx, path, 5, &b), GN_OK);
    gn_bytes_free(ctx, &b);
    assert_int_equal(gn_read_file(ctx, path, 4, &b), GN_BAD_DATA);
    assert_string_equal(code(), "FILE-LIMIT");
    assert_null(b.at);
    assert_int_equal(gn_read_file(ctx, "/dev/zero", 200000, &b), GN_BAD_DATA);
    assert_string_equal(code(), "FILE-LIMIT");
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    char name[80];
    gn_source s;
    assert_int_equal(gn_source_open(ctx, path, &s), GN_IO);
    assert_string_equal(code(), "IO-OPEN");
    assert_string_equal(gn_last_error(ctx)->message, "No such file or directory");
    assert_string_equal(gn_last_error(ctx)->where, path);
    gn_source_close(&s);
    assert_int_equal(gn_source_open(ctx, folder, &s), GN_IO);
    assert_string_equal(gn_last_error(ctx)->message, "Is a directory");
    snprintf(name, sizeof name, "%s/x", path);
    put(path, "a file");
    assert_int_equal(gn_source_open(ctx, name, &s), GN_IO);
    assert_string_equal(gn_last_error(ctx)->message, "Not a directory");
}

static void a_file_that_shrinks_is_noticed(void **state)
{
    (void)state;
    gn_source s;
    char room[64];
    put(path, "0123456789");
    assert_int_equal(gn_source_open(ctx, path, &s), GN_OK);
    assert_int_equal(gn_source_read(&s, room, 4), 4);
    assert_int_equal(truncate(path, 6), 0);
    assert_true(gn_source_read(&s, room, 20) < 0);
    assert_string_equal(code(), "IO-READ");
    assert_non_null(strstr(gn_last_error(ctx)->message, "file changed while reading"));
    gn_source_close(&s);
}

static void reading_fails_at_every_call(void **state)
{
    (void)state;
    static const struct { rig_call call; int error; } fault[] = {
        { RIG_OPEN, EMFILE }, { RIG_READ, EIO }, { RIG_STATUS, EIO },
    };
    put(path, "some text");
    for (size_t i = 0; i < GN_COUNT(fault); i++) {
        rig_files r = { .call = fault[i].call, .error = fault[i].error, .fail_at = 1, .most = 2 };
        gn_vfs vfs = rigged_files(&r);
        gn_bytes b;
        gn_context_set_vfs(ctx, &vfs);
        assert_int_equal(gn_read_file(ctx, path, 1000, &b), GN_IO);
        assert_null(b.at);
        assert_string_equal(gn_last_error(ctx)->message, gn_errno_text(fault[i].error));
        assert_int_equal(r.open, 0);
        r.fail_at = 3;
        assert_int_equal(gn_read_file(ctx, path, 1000, &b), fault[i].call == RIG_READ ? GN_IO : GN_OK);
        gn_bytes_free(ctx, &b);
        assert_int_equal(r.open, 0);
    }
    gn_context_set_vfs(ctx, NULL);
}

static void memory_is_a_source(void **state)
{
    (void)state;
    gn_source s;
    char room[8];
    gn_bytes b;
    gn_source_memory(ctx, "<array>", "abcdefghij", 10, &s);
    assert_int_equal(gn_source_read(&s, room, 4), 4);
    assert_memory_equal(room, "abcd", 4);
    assert_int_equal(gn_source_all(&s, 100, &b), GN_OK);
    assert_int_equal(b.size, 6);
    assert_memory_equal(b.at, "efghij", 6);
    assert_int_equal(gn_source_read(&s, room, 4), 0);
    assert_int_equal(s.taken, 10);
    gn_bytes_free(ctx, &b);
    gn_source_close(&s);
    assert_int_equal(gn_source_read(&s, room, 4), 0);
}

/* A program started with its standard streams closed: the file must not become standard output. */
static void descriptors_stay_above_the_standard_streams(void **state)
{
    (void)state;
    put(path, "x");
    int kept = dup(0);
    close(0);
    int fd = gn_vfs_system()->open(NULL, path, O_RDONLY, 0);
    dup2(kept, 0);
    close(kept);
    assert_true(fd >= 3);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    gn_vfs_system()->close(NULL, fd);
}

/* ---- cursor ---- */

static void the_cursor_stops_at_the_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };
    gn_cursor c = gn_cursor_make(ctx, "x.bin", (gn_bytes){ bytes, sizeof bytes, NULL }, GN_E_ST_TRUNC);
    uint8_t a;
    uint16_t b;
    uint32_t d, e;
    uint64_t f;
    const uint8_t *view;
    assert_int_equal(gn_take_u8(&c, &a) | gn_take_u16le(&c, &b) | gn_take_u32le(&c, &d) | gn_take_u32be(&c, &e), GN_OK);
    assert_true(a == 1 && b == 0x0302 && d == 0x07060504 && e == 0x08090a0b);
    assert_int_equal(gn_take_u64le(&c, &f), GN_OK);
    assert_true(f == 0x131211100f0e0d0cu);
    assert_int_equal(gn_peek(&c, 0), 20);
    assert_int_equal(gn_peek(&c, 1), -1);
    assert_int_equal(gn_peek(&c, UINT64_MAX), -1);
    assert_int_equal(gn_take_u16le(&c, &b), GN_BAD_DATA);
    assert_int_equal(b, 0);
    assert_string_equal(code(), "ST-TRUNC");
    assert_string_equal(gn_last_error(ctx)->where, "x.bin @19");
    assert_int_equal(gn_need(&c, 8, "the length"), GN_BAD_DATA);
    assert_string_equal(gn_last_error(ctx)->message, "the length needs 8 bytes, 1 left");
    assert_int_equal(gn_take_bytes(&c, UINT64_MAX, &view), GN_BAD_DATA);
    assert_null(view);
    assert_int_equal(gn_skip(&c, 2), GN_BAD_DATA);
    assert_int_equal(gn_cursor_left(&c), 1);
    assert_int_equal(gn_take_bytes(&c, 1, &view), GN_OK);
    assert_int_equal(*view, 20);
    assert_int_equal(gn_take_bytes(&c, 0, &view), GN_OK);
    assert_int_equal(gn_skip(&c, 0), GN_OK);
}

/* ---- sink ---- */

/* A long text, in small and in large writes. */
static gn_status write_new(const char *name, bool large)
{
    static char block[100000];
    gn_sink s;
    memset(block, 'n', sizeof block);
    gn_status status = gn_sink_open(ctx, name, &s);
    if (status != GN_OK) return status;
    for (size_t i = 0; i < sizeof block && status == GN_OK; i += large ? sizeof block : 1000)
        status = gn_sink_write(&s, block, large ? sizeof block : 1000);
    if (status == GN_OK) return gn_sink_commit(&s);
    gn_sink_abandon(&s);
    return status;
}

static void the_new_file_takes_the_place_of_the_old(void **state)
{
    (void)state;
    struct stat st;
    rig_files r = { .most = 999, .interrupt = true };
    gn_vfs vfs = rigged_files(&r);
    gn_context_set_vfs(ctx, &vfs);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(write_new(path, i % 2), GN_OK);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, 100000);
        assert_int_equal(count_files(false), 1);
        assert_int_equal(r.open, 0);
        assert_int_equal(chmod(path, 0600), 0);
    }
    assert_int_equal(write_new(path, 0), GN_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(r.calls[RIG_SYNC_FOLDER], 5);
    assert_true(r.calls[RIG_SYNC] >= 5);
}

static void nothing_changes_before_the_commit(void **state)
{
    (void)state;
    gn_sink s;
    put(path, "old");
    assert_int_equal(gn_sink_open(ctx, path, &s), GN_OK);
    gn_sink_write(&s, "new", 3);
    assert_int_equal(gn_sink_flush(&s), GN_OK);
    expect_content(path, "old");
    gn_sink_abandon(&s);
    expect_content(path, "old");
    assert_int_equal(count_files(false), 1);
    gn_sink_abandon(&s);
}

/* Whatever fails before the rename, the old file stands and no temporary is left. */
static void writing_fails_at_every_call(void **state)
{
    (void)state;
    static const struct { rig_call call; int error; const char *code; } fault[] = {
        { RIG_STATUS, EACCES, "IO-OPEN" }, { RIG_OPEN, EROFS, "IO-OPEN" }, { RIG_WRITE, ENOSPC, "IO-WRITE" },
        { RIG_WRITE, EIO, "IO-WRITE" },
        { RIG_WRITE, EDQUOT, "IO-WRITE" }, { RIG_SYNC, EIO, "IO-WRITE" }, { RIG_CLOSE, ENOSPC, "IO-WRITE" },
        { RIG_RENAME, EACCES, "IO-WRITE" },
    };
    put(path, "old");
    for (size_t i = 0; i < GN_COUNT(fault); i++)
        for (long k = 1; k <= (fault[i].call == RIG_WRITE ? 5 : 1); k++) {
            rig_files r = { .call = fault[i].call, .error = fault[i].error, .fail_at = k, .most = 20000 };
            gn_vfs vfs = rigged_files(&r);
            gn_context_set_vfs(ctx, &vfs);
            assert_int_equal(write_new(path, k % 2), GN_IO);
            assert_string_equal(code(), fault[i].code);
            assert_string_equal(gn_last_error(ctx)->where, path);
            assert_string_equal(gn_last_error(ctx)->message, gn_errno_text(fault[i].error));
            assert_int_equal(r.open, 0);
            gn_context_set_vfs(ctx, NULL);
            expect_content(path, "old");
            assert_int_equal(count_files(false), 1);
        }
}

/* When only the folder cannot be synced the new file stands, and the caller is told that the power may still take
 * it. */
static void an_unsynced_folder_is_told(void **state)
{
    (void)state;
    rig_files r = { .call = RIG_SYNC_FOLDER, .error = EIO, .fail_at = 1 };
    gn_vfs vfs = rigged_files(&r);
    put(path, "old");
    gn_context_set_vfs(ctx, &vfs);
    assert_int_equal(write_new(path, true), GN_IO);
    assert_int_equal(count_files(false), 1);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 100000);
}

/* After a failed write the sink takes no more, and a commit does not put a part in place. */
static void a_failed_sink_cannot_be_committed(void **state)
{
    (void)state;
    rig_files r = { .call = RIG_WRITE, .error = ENOSPC, .fail_at = 1 };
    gn_vfs vfs = rigged_files(&r);
    gn_sink s;
    put(path, "old");
    gn_context_set_vfs(ctx, &vfs);
    assert_int_equal(gn_sink_open(ctx, path, &s), GN_OK);
    assert_int_equal(gn_sink_write(&s, "12", 2), GN_OK);
    assert_int_equal(gn_sink_flush(&s), GN_IO);
    assert_int_equal(gn_sink_write(&s, "34", 2), GN_IO);
    assert_int_equal(gn_sink_commit(&s), GN_IO);
    expect_content(path, "old");
    assert_int_equal(count_files(false), 1);
}

static void odd_targets_are_refused(void **state)
{
    (void)state;
    char link[80], lost[80], stale[96];
    gn_sink s;
    assert_int_equal(gn_sink_open(ctx, folder, &s), GN_IO);
    assert_string_equal(gn_last_error(ctx)->message, "Is a directory");
    assert_int_equal(gn_sink_open(ctx, "", &s), GN_IO);
    assert_int_equal(gn_sink_open(ctx, "/nonexistent/x", &s), GN_IO);
    put(path, "old");
    snprintf(link, sizeof link, "%s/link", folder);
    snprintf(lost, sizeof lost, "%s/lost", folder);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(symlink("nowhere", lost), 0);
    assert_int_equal(gn_sink_open(ctx, link, &s), GN_IO);
    assert_non_null(strstr(gn_last_error(ctx)->message, "symbolic link"));
    assert_int_equal(gn_sink_open(ctx, lost, &s), GN_IO);
    expect_content(path, "old");
    snprintf(stale, sizeof stale, "%s.tmp.%ld", path, (long)getpid());
    assert_int_equal(symlink("/etc/passwd", stale), 0); /* a trap at the temporary's name is stepped around */
    assert_int_equal(write_new(path, true), GN_OK);
    assert_int_equal(count_files(false), 4);
}

static void pipes_and_devices_are_written_through(void **state)
{
    (void)state;
    char fifo[80], room[16] = "";
    gn_sink s;
    assert_int_equal(write_new("/dev/null", false), GN_OK);
    assert_int_equal(write_new("/dev/full", false), GN_IO);
    assert_string_equal(gn_last_error(ctx)->message, "No space left on device");
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    assert_int_equal(gn_sink_open(ctx, fifo, &s), GN_OK);
    assert_int_equal(gn_sink_write(&s, "through", 7), GN_OK);
    assert_int_equal(gn_sink_commit(&s), GN_OK);
    assert_int_equal(read(reader, room, sizeof room), 7);
    assert_string_equal(room, "through");
    close(reader);
}

static int64_t to_array(void *user, int fd, const void *from, size_t size)
{
    char *room = user;
    assert_int_equal(fd, 1);
    strncat(room, from, size);
    return (int64_t)size;
}

static void a_dash_is_standard_output(void **state)
{
    (void)state;
    static const char *const name[] = { "-", "/dev/stdout" };
    for (size_t i = 0; i < GN_COUNT(name); i++) {
        char room[32] = "";
        gn_vfs vfs = *gn_vfs_system();
        gn_sink s;
        vfs.user = room;
        vfs.write = to_array;
        gn_context_set_vfs(ctx, &vfs);
        assert_int_equal(gn_sink_open(ctx, name[i], &s), GN_OK);
        gn_sink_write(&s, "a", 1);
        assert_string_equal(room, "");
        assert_int_equal(gn_sink_flush(&s), GN_OK);
        assert_string_equal(room, "a");
        gn_sink_write(&s, "b", 1);
        assert_int_equal(gn_sink_commit(&s), GN_OK);
        assert_string_equal(room, "ab");
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest tests[] = {
        T(files_are_read_whole), T(limits_are_kept), T(what_cannot_be_opened_says_why),
        T(a_file_that_shrinks_is_noticed),
        T(reading_fails_at_every_call), T(memory_is_a_source), T(descriptors_stay_above_the_standard_streams),
        T(the_cursor_stops_at_the_end),
        T(the_new_file_takes_the_place_of_the_old), T(nothing_changes_before_the_commit),
        T(writing_fails_at_every_call),
        T(an_unsynced_folder_is_told), T(a_failed_sink_cannot_be_committed), T(odd_targets_are_refused),
        T(pipes_and_devices_are_written_through), T(a_dash_is_standard_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
