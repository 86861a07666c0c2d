// Preloaded into a process, this keeps in the folder $POWERCUT_KEPT a copy of each file as it was when fsync or fdatasync
// last succeeded on it: what a power cut leaves for certain. Go's own files are synced past it; SQLite's are not.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// keep copies through the same descriptor: closing another one of the file would drop SQLite's locks on it.
static void keep(int fd) {
	const char *folder = getenv("POWERCUT_KEPT");
	char link[64], path[4096], temporary[8192], name[8192];
	static char buffer[1 << 16];
	struct stat is;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (!folder || n <= 0 || fstat(fd, &is) || !S_ISREG(is.st_mode))
		return;
	path[n] = 0;
	snprintf(temporary, sizeof temporary, "%s/.copy", folder);
	snprintf(name, sizeof name, "%s/%s", folder, strrchr(path, '/') + 1);
	int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0)
		abort();
	for (off_t at = 0; (n = pread(fd, buffer, sizeof buffer, at)) > 0; at += n)
		if (write(out, buffer, n) != n)
			abort();
	if (close(out) || rename(temporary, name))
		abort();
}

static int synced(const char *call, int fd) {
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
	int failed = real(fd);
	if (!failed)
		keep(fd);
	return failed;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
