/*
 * A storage layer that counts and spoils system calls: a library for LD_PRELOAD.
 *
 * It stands between a program and the C library, for files below one folder only
 * (SIEGE_FOLDER, an absolute path without symbolic links); all other calls pass
 * untouched.  It counts two classes of calls,
 *
 *   writing   what changes the folder or syncs it: writes, truncations, syncs, renames,
 *             links, removals, new folders, and opens that create or truncate a file;
 *   reading   all other opens, reads, and mappings of files into memory;
 *
 * and at a call with a chosen number (siege_arm) does what a bad day does: the process
 * dies, the write stops half way, the disk reports an error or is full.
 *
 * Where SIEGE_JOURNAL names a file, each writing call that succeeded is appended to it,
 * so that disk.py can play what a power cut leaves.  A record is, in the machine's own
 * byte order and without gaps,
 *
 *   u32 kind     one letter, below
 *   u32 lengths  of the path, and of the second path
 *   u32
 *   u64 inode    of the file or folder
 *   u64 offset   where a write begins; the new size of a truncation
 *   u64 length   of the data
 *   path, second path, data
 *
 * with paths relative to the folder, "" for the folder itself.  Kinds:
 *
 *   C create     M mkdir       L link (path: the old name, second path: the new one)
 *   W write      T truncate    Y symlink (second path: what it says)
 *   S sync       U unlink      D rmdir      R rename (from path to second path)
 *   X            something that the journal cannot tell: a file moved in from outside
 *
 * A write to a file whose name is gone is recorded with " (deleted)" after the name; what
 * tells files apart is the inode, as of its last record C or M.
 *
 * What it does not see: calls that libc makes itself (fopen), sendfile and the like, and
 * changes through memory that is mapped for writing.  Of these, SQLite's "-shm" file is
 * memory shared between processes and means nothing after a restart.
 *
 * System calls are made directly, never through the next definition of the symbol: there
 * is then no order of initialisation to get wrong, and nothing here can call itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__LP64__)
#error "this layer is written for 64-bit Linux"
#endif

enum { WRITING, READING };                              /* classes, as in faults.py */
enum { NOTHING, KILL, TORN, FAIL_EIO, FULL, SHORT };    /* actions, as in faults.py */
enum { MOST_PARTS = 1000, FIRST_JOURNAL_FD = 500 };

typedef char path_buffer[PATH_MAX + 16];

static char folder[PATH_MAX];
static size_t folder_length;
static int journal = -1;
static int64_t records;

static int64_t calls[2];
static int armed_class, action, sticky, spent;
static int64_t armed_number;

/* Writing calls run one at a time, so that the journal has them in their true order. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void) { pthread_mutex_lock(&lock); }
static void let_go(void) { pthread_mutex_unlock(&lock); }

__attribute__((constructor)) static void start(void)
{
    const char *watched = getenv("SIEGE_FOLDER"), *log = getenv("SIEGE_JOURNAL");

    /* The child of a fork must not inherit a lock that another thread held. */
    pthread_atfork(take, let_go, let_go);
    if (log && *log) {
        int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
        int fd = (int)syscall(SYS_openat, AT_FDCWD, log, flags, 0644);
        /* Out of the way of programs that close or count on low numbers. */
        journal = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_JOURNAL_FD);
        if (journal < 0) {
            fprintf(stderr, "siege: cannot open the journal %s\n", log);
            abort();
        }
        syscall(SYS_close, fd);
    }
    if (watched && *watched == '/' && strlen(watched) < sizeof folder) {
        strcpy(folder, watched);
        folder_length = strlen(folder);
    }
}

/* --- for the program under siege, through ctypes ------------------------------------ */

void siege_arm(int class, int64_t number, int what, int keep)
{
    take();
    calls[WRITING] = calls[READING] = 0;
    armed_class = class;
    armed_number = number;
    action = what;
    sticky = keep;
    spent = 0;
    let_go();
}

void siege_disarm(void)
{
    take();
    action = NOTHING;
    let_go();
}

void siege_reset(void)
{
    take();
    calls[WRITING] = calls[READING] = 0;
    let_go();
}

int64_t siege_count(int class) { return calls[class]; }
int64_t siege_records(void) { return records; }

/* --- which calls are on the folder -------------------------------------------------- */

/* Return the part of an absolute path that lies below the folder; NULL outside. */
static const char *below(const char *path)
{
    if (strncmp(path, folder, folder_length) != 0)
        return NULL;
    path += folder_length;
    if (*path == '\0')
        return path;
    return *path == '/' ? path + 1 : NULL;
}

/*
 * Ask the system which file a descriptor stands for: a table of our own would miss what
 * dup, fork and exec do.  The name is that of today, also after a rename.
 */
static const char *of_fd(int fd, path_buffer buffer)
{
    char link[32];
    int before = errno;
    ssize_t length;

    if (!folder_length || fd < 0)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, buffer, sizeof(path_buffer) - 1);
    errno = before;
    if (length < 0)
        return NULL;
    buffer[length] = '\0';
    return below(buffer);
}

/* Likewise for a path; a symbolic link at its very end is not followed. */
static const char *of_path(int at, const char *path, path_buffer buffer)
{
    path_buffer joined;
    char *slash;
    size_t length;
    int before = errno;
    const char *found = NULL;

    if (!folder_length)
        return NULL;
    joined[0] = '\0';
    if (*path != '/') {
        char link[32] = "/proc/self/cwd";
        ssize_t got;
        if (at != AT_FDCWD)
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        got = readlink(link, joined, PATH_MAX - 1);
        if (got < 0)
            goto done;
        joined[got] = '\0';
    }
    length = strlen(joined);
    if (length + strlen(path) + 2 > PATH_MAX)
        goto done;
    joined[length] = '/';
    strcpy(joined + length + 1, path);
    for (length = strlen(joined); length > 1 && joined[length - 1] == '/'; length--)
        joined[length - 1] = '\0';
    slash = strrchr(joined, '/');
    if (strcmp(slash, "/.") == 0 || strcmp(slash, "/..") == 0) {
        if (realpath(joined, buffer))
            found = below(buffer);
        goto done;
    }
    *slash = '\0';
    if (!realpath(*joined ? joined : "/", buffer))
        goto done;
    length = strlen(buffer);
    if (length == 1)
        length = 0;             /* the root has a slash already */
    if (length + strlen(slash + 1) + 2 > PATH_MAX)
        goto done;
    buffer[length] = '/';
    strcpy(buffer + length + 1, slash + 1);
    found = below(buffer);
done:
    errno = before;
    return found;
}

static uint64_t inode_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static uint64_t inode_at(int at, const char *path)
{
    struct stat status;
    int found = fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW);
    return found == 0 ? status.st_ino : 0;
}

/* --- what becomes of a call --------------------------------------------------------- */

static void die(void)
{
    for (;;)
        syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

/*
 * Count a call, and say what is to be done to it: nothing, fail with the error returned,
 * or, of a write, only the first half (-TORN, -SHORT).  A process that is to die does so
 * here, except in a write that is to be torn.
 *
 * A full disk keeps those calls from working that need space, and no others.
 */
static int verdict(int class, int needs_space, size_t written)
{
    int64_t number = calls[class]++;

    if (action == NOTHING || class != armed_class || number < armed_number)
        return NOTHING;
    switch (action) {
    case TORN:
        if (written)
            return -TORN;
        die();
        break;
    case FAIL_EIO:
        return number == armed_number || sticky ? EIO : NOTHING;
    case FULL:
        if (!needs_space || (spent && !sticky))
            return NOTHING;
        spent = 1;
        return ENOSPC;
    case SHORT:
        if (!needs_space)
            return NOTHING;
        if (!spent && written > 1) {
            spent = 1;
            return -SHORT;
        }
        spent = 1;
        return ENOSPC;
    }
    die();
    return NOTHING;
}

/* Append a record; the lock is held. */
static void note(char kind, const char *path, const char *second, uint64_t inode,
                 uint64_t offset, const struct iovec *parts, int count, size_t length)
{
    struct __attribute__((packed)) {
        uint32_t kind, path, second;
        uint64_t inode, offset, length;
    } head = { (uint32_t)kind, (uint32_t)strlen(path), (uint32_t)strlen(second),
               inode, offset, length };
    struct iovec all[MOST_PARTS + 3] = {
        { &head, sizeof head },
        { (void *)(uintptr_t)path, head.path },
        { (void *)(uintptr_t)second, head.second },
    };
    size_t left = length, total = sizeof head + head.path + head.second + length;
    int used = 3, before = errno;

    records++;
    if (journal < 0)
        return;
    for (int i = 0; i < count && left > 0; i++) {
        all[used] = parts[i];
        if (all[used].iov_len > left)
            all[used].iov_len = left;
        left -= all[used++].iov_len;
    }
    if (syscall(SYS_writev, journal, all, used) != (long)total) {
        fprintf(stderr, "siege: the journal cannot be written\n");
        abort();
    }
    errno = before;
}

static int failed(int error)
{
    errno = error;
    return -1;
}

static int finished(int result)
{
    let_go();
    return result;
}

/* --- open --------------------------------------------------------------------------- */

static int open_at(int at, const char *path, int flags, mode_t mode)
{
    path_buffer buffer;
    const char *name = of_path(at, path, buffer);
    struct stat status;
    int before = errno, fate, fd, creates = 0, truncates;

    if (!name)
        return (int)syscall(SYS_openat, at, path, flags, mode);
    take();
    if (flags & O_CREAT)
        creates = fstatat(at, path, &status, 0) != 0;
    truncates = !creates && (flags & O_TRUNC) && !(flags & O_EXCL);
    errno = before;
    fate = verdict(creates || truncates ? WRITING : READING, creates, 0);
    if (fate)
        return finished(failed(fate));
    fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && creates)
        note('C', name, "", inode_of(fd), 0, NULL, 0, 0);
    else if (fd >= 0 && truncates)
        note('T', name, "", inode_of(fd), 0, NULL, 0, 0);
    return finished(fd);
}

#define MODE(flags, mode)                                      \
    do {                                                       \
        if ((flags) & (O_CREAT | __O_TMPFILE)) {               \
            va_list rest;                                      \
            va_start(rest, flags);                             \
            mode = (mode_t)va_arg(rest, int);                  \
            va_end(rest);                                      \
        }                                                      \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    return open_at(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    return open_at(at, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* What programs call that were compiled with _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int at, const char *path, int flags);
int __openat64_2(int at, const char *path, int flags);
ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *data, size_t size, off_t offset, size_t room);
ssize_t __pread64_chk(int fd, void *data, size_t size, off_t offset, size_t room);

int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return __open_2(path, flags); }

int __openat_2(int at, const char *path, int flags)
{
    return open_at(at, path, flags, 0);
}

int __openat64_2(int at, const char *path, int flags)
{
    return open_at(at, path, flags, 0);
}

/* --- read --------------------------------------------------------------------------- */

/* Count a reading call on a descriptor; 0, or the error that it is to fail with. */
static int reading(int fd)
{
    path_buffer buffer;
    int fate;

    if (!of_fd(fd, buffer))
        return NOTHING;
    take();
    fate = verdict(READING, 0, 0);
    let_go();
    return fate;
}

ssize_t read(int fd, void *data, size_t size)
{
    int fate = reading(fd);
    return fate ? failed(fate) : syscall(SYS_read, fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    int fate = reading(fd);
    return fate ? failed(fate) : syscall(SYS_pread64, fd, data, size, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off_t offset)
{
    return pread(fd, data, size, offset);
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    int fate = reading(fd);
    return fate ? failed(fate) : syscall(SYS_readv, fd, parts, count);
}

ssize_t __read_chk(int fd, void *data, size_t size, size_t room)
{
    if (size > room)
        abort();
    return read(fd, data, size);
}

ssize_t __pread_chk(int fd, void *data, size_t size, off_t offset, size_t room)
{
    if (size > room)
        abort();
    return pread(fd, data, size, offset);
}

ssize_t __pread64_chk(int fd, void *data, size_t size, off_t offset, size_t room)
{
    return __pread_chk(fd, data, size, offset, room);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    path_buffer buffer;
    const char *name;

    /* In this order: memory for the program itself is not to cost a look-up. */
    if (!(flags & MAP_ANONYMOUS) && fd >= 0 && (name = of_fd(fd, buffer)) != NULL) {
        size_t end = strlen(name);
        if (end < 4 || strcmp(name + end - 4, "-shm") != 0) {
            int fate;
            take();
            fate = verdict(READING, 0, 0);
            let_go();
            if (fate) {
                errno = fate;
                return MAP_FAILED;
            }
        }
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return mmap(address, length, protection, flags, fd, offset);
}

/* --- write -------------------------------------------------------------------------- */

/* Write at the offset, or at the position of the file where there is none (-1). */
static ssize_t write_parts(int fd, const struct iovec *given, int count, off_t offset)
{
    path_buffer buffer;
    const char *name = of_fd(fd, buffer);
    struct iovec parts[MOST_PARTS];
    size_t size = 0, left;
    ssize_t written;
    int fate;

    if (!name && offset < 0)
        return syscall(SYS_writev, fd, given, count);
    if (!name)
        return syscall(SYS_pwritev, fd, given, count, offset, 0);
    /* A write may always be shorter than asked for. */
    if (count > MOST_PARTS)
        count = MOST_PARTS;
    for (int i = 0; i < count; i++) {
        parts[i] = given[i];
        size += given[i].iov_len;
    }
    take();
    fate = verdict(WRITING, 1, size);
    if (fate > 0)
        return finished(failed(fate));
    if (fate < 0) {
        left = size / 2;
        for (int i = 0; i < count; i++) {
            if (parts[i].iov_len > left)
                parts[i].iov_len = left;
            left -= parts[i].iov_len;
        }
    }
    if (offset < 0)
        written = syscall(SYS_writev, fd, parts, count);
    else
        written = syscall(SYS_pwritev, fd, parts, count, offset, 0);
    if (written > 0) {
        if (offset < 0)
            offset = syscall(SYS_lseek, fd, 0, SEEK_CUR) - written;
        note('W', name, "", inode_of(fd), (uint64_t)offset, parts, count,
             (size_t)written);
    }
    if (fate == -TORN)
        die();
    let_go();
    return written;
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec part = { (void *)(uintptr_t)data, size };
    return write_parts(fd, &part, 1, -1);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    struct iovec part = { (void *)(uintptr_t)data, size };
    return offset < 0 ? failed(EINVAL) : write_parts(fd, &part, 1, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    return pwrite(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return write_parts(fd, parts, count, -1);
}

/* --- sync, truncate ----------------------------------------------------------------- */

static int sync_fd(int fd, long number)
{
    path_buffer buffer;
    const char *name = of_fd(fd, buffer);
    int fate, done;

    if (!name)
        return (int)syscall(number, fd);
    take();
    fate = verdict(WRITING, 0, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(number, fd);
    if (done == 0)
        note('S', name, "", inode_of(fd), 0, NULL, 0, 0);
    return finished(done);
}

int fsync(int fd) { return sync_fd(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync); }

static int resize(int fd, off_t length)
{
    path_buffer buffer;
    const char *name = of_fd(fd, buffer);
    struct stat status;
    int fate, done;

    if (!name)
        return (int)syscall(SYS_ftruncate, fd, length);
    take();
    fate = verdict(WRITING, fstat(fd, &status) == 0 && status.st_size < length, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0)
        note('T', name, "", inode_of(fd), (uint64_t)length, NULL, 0, 0);
    return finished(done);
}

int ftruncate(int fd, off_t length) { return resize(fd, length); }
int ftruncate64(int fd, off_t length) { return resize(fd, length); }

int truncate(const char *path, off_t length)
{
    path_buffer buffer;
    const char *name = of_path(AT_FDCWD, path, buffer);
    struct stat status;
    int fate, done;

    if (!name)
        return (int)syscall(SYS_truncate, path, length);
    take();
    fate = verdict(WRITING, stat(path, &status) == 0 && status.st_size < length, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_truncate, path, length);
    if (done == 0)
        note('T', name, "", inode_at(AT_FDCWD, path), (uint64_t)length, NULL, 0, 0);
    return finished(done);
}

int truncate64(const char *path, off_t length) { return truncate(path, length); }

/* Room set aside shows in the folder as a file that has grown. */
int posix_fallocate(int fd, off_t offset, off_t length)
{
    path_buffer buffer;
    const char *name = of_fd(fd, buffer);
    struct stat status;
    int fate, error, before = errno;

    if (name)
        take();
    fate = name ? verdict(WRITING, 1, 0) : NOTHING;
    if (fate) {
        let_go();
        return fate;
    }
    error = syscall(SYS_fallocate, fd, 0, offset, length) == 0 ? 0 : errno;
    if (name && !error && fstat(fd, &status) == 0)
        note('T', name, "", status.st_ino, (uint64_t)status.st_size, NULL, 0, 0);
    if (name)
        let_go();
    errno = before;
    return error;
}

int posix_fallocate64(int fd, off_t offset, off_t length)
{
    return posix_fallocate(fd, offset, length);
}

/* --- names -------------------------------------------------------------------------- */

static int rename_at(int from, const char *old, int to, const char *new, unsigned flags)
{
    path_buffer first, second;
    const char *source = of_path(from, old, first), *target = of_path(to, new, second);
    int fate, done;

    if (!source && !target)
        return (int)syscall(SYS_renameat2, from, old, to, new, flags);
    take();
    fate = verdict(WRITING, 0, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_renameat2, from, old, to, new, flags);
    if (done == 0 && (!source || flags & RENAME_EXCHANGE))
        note('X', target ? target : "", "", 0, 0, NULL, 0, 0);
    else if (done == 0 && !target)
        note('U', source, "", 0, 0, NULL, 0, 0);
    else if (done == 0)
        note('R', source, target, 0, 0, NULL, 0, 0);
    return finished(done);
}

int rename(const char *old, const char *new)
{
    return rename_at(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int renameat(int from, const char *old, int to, const char *new)
{
    return rename_at(from, old, to, new, 0);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    return rename_at(from, old, to, new, flags);
}

int unlinkat(int at, const char *path, int flags)
{
    path_buffer buffer;
    const char *name = of_path(at, path, buffer);
    int fate, done;

    if (!name)
        return (int)syscall(SYS_unlinkat, at, path, flags);
    take();
    fate = verdict(WRITING, 0, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_unlinkat, at, path, flags);
    if (done == 0)
        note(flags & AT_REMOVEDIR ? 'D' : 'U', name, "", 0, 0, NULL, 0, 0);
    return finished(done);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *path, mode_t mode)
{
    path_buffer buffer;
    const char *name = of_path(at, path, buffer);
    int fate, done;

    if (!name)
        return (int)syscall(SYS_mkdirat, at, path, mode);
    take();
    fate = verdict(WRITING, 1, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_mkdirat, at, path, mode);
    if (done == 0)
        note('M', name, "", inode_at(at, path), 0, NULL, 0, 0);
    return finished(done);
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    path_buffer first, second;
    const char *source = of_path(from, old, first), *target = of_path(to, new, second);
    int fate, done;

    if (!target)
        return (int)syscall(SYS_linkat, from, old, to, new, flags);
    take();
    fate = verdict(WRITING, 1, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_linkat, from, old, to, new, flags);
    if (done == 0)
        note(source ? 'L' : 'X', source ? source : target, source ? target : "",
             inode_at(to, new), 0, NULL, 0, 0);
    return finished(done);
}

int link(const char *old, const char *new)
{
    return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int symlinkat(const char *content, int at, const char *path)
{
    path_buffer buffer;
    const char *name = of_path(at, path, buffer);
    int fate, done;

    if (!name)
        return (int)syscall(SYS_symlinkat, content, at, path);
    take();
    fate = verdict(WRITING, 1, 0);
    if (fate)
        return finished(failed(fate));
    done = (int)syscall(SYS_symlinkat, content, at, path);
    if (done == 0)
        note('Y', name, content, inode_at(at, path), 0, NULL, 0, 0);
    return finished(done);
}

int symlink(const char *content, const char *path)
{
    return symlinkat(content, AT_FDCWD, path);
}
