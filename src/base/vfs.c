/* vfs.c -- the seam to the operating system's files.
 *
 * Invariant: no descriptor it opens is below 3, so that a program started with its standard streams closed cannot
 * write a message into a data file; none is inherited by programs started later. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(void)
{
    return errno ? -errno : -EIO;
}

static int system_open(void *user, const char *path, int flags, int mode)
{
    (void)user;
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, (mode_t)mode);
    if (fd < 0) return failed();
    if (fd >= 3) return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3), error = failed();
    close(fd);
    return moved < 0 ? error : moved;
}

static int64_t system_read(void *user, int fd, void *to, size_t size)
{
    (void)user;
    ssize_t n = read(fd, to, size);
    return n < 0 ? failed() : n;
}

static int64_t system_write(void *user, int fd, const void *from, size_t size)
{
    (void)user;
    ssize_t n = write(fd, from, size);
    return n < 0 ? failed() : n;
}

static int system_sync(void *user, int fd)
{
    (void)user;
    return fsync(fd) == 0 ? 0 : failed();
}

/* After EINTR the descriptor is gone all the same. */
static int system_close(void *user, int fd)
{
    (void)user;
    return close(fd) == 0 || errno == EINTR ? 0 : failed();
}

static int system_rename(void *user, const char *from, const char *to)
{
    (void)user;
    return rename(from, to) == 0 ? 0 : failed();
}

static int system_remove(void *user, const char *path)
{
    (void)user;
    return unlink(path) == 0 ? 0 : failed();
}

/* File systems that cannot sync a folder say EINVAL; there is nothing more to be done on them. */
static int system_sync_folder(void *user, const char *path)
{
    (void)user;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed();
    int status = fsync(fd) == 0 || errno == EINVAL ? 0 : failed();
    close(fd);
    return status;
}

static int system_status(void *user, const char *path, int fd, gn_filestat *out)
{
    (void)user;
    struct stat s;
    *out = (gn_filestat){ 0 };
    if (path) out->link = lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
    if ((path ? stat(path, &s) : fstat(fd, &s)) != 0) return failed();
    out->size = s.st_size > 0 ? (uint64_t)s.st_size : 0;
    out->regular = S_ISREG(s.st_mode);
    out->folder = S_ISDIR(s.st_mode);
    out->mode = (unsigned)s.st_mode & 0777;
    return 0;
}

const gn_vfs *gn_vfs_system(void)
{
    static const gn_vfs files = {
        NULL, system_open, system_read, system_write, system_sync, system_close, system_rename, system_remove,
        system_sync_folder, system_status,
    };
    return &files;
}

/* strerror speaks the language of the program around the library. */
const char *gn_errno_text(int error)
{
    switch (error) {
    case EPERM: return "Operation not permitted";
    case ENOENT: return "No such file or directory";
    case EINTR: return "Interrupted system call";
    case EIO: return "Input/output error";
    case ENXIO: return "No such device or address";
    case EBADF: return "Bad file descriptor";
    case EAGAIN: return "Resource temporarily unavailable";
    case ENOMEM: return "Cannot allocate memory";
    case EACCES: return "Permission denied";
    case EBUSY: return "Device or resource busy";
    case EEXIST: return "File exists";
    case EXDEV: return "Invalid cross-device link";
    case ENODEV: return "No such device";
    case ENOTDIR: return "Not a directory";
    case EISDIR: return "Is a directory";
    case EINVAL: return "Invalid argument";
    case ENFILE: return "Too many open files in system";
    case EMFILE: return "Too many open files";
    case ETXTBSY: return "Text file busy";
    case EFBIG: return "File too large";
    case ENOSPC: return "No space left on device";
    case ESPIPE: return "Illegal seek";
    case EROFS: return "Read-only file system";
    case EPIPE: return "Broken pipe";
    case ENAMETOOLONG: return "File name too long";
    case ELOOP: return "Too many levels of symbolic links";
    case ENOTEMPTY: return "Directory not empty";
    case EOVERFLOW: return "Value too large for defined data type";
    case ESTALE: return "Stale file handle";
    case EDQUOT: return "Disk quota exceeded";
    case ETIMEDOUT: return "Connection timed out";
    default: return "The operating system gave a reason that is not in the list";
    }
}
