/* SPDX-License-Identifier: Apache-2.0
 * Passphrases and PINs from descriptors, files and people; and what a process does that keeps them. */
#include "epurse/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "epurse/crypto.h"
#include "heap.h"
#include "keyfile.h"

void process_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0) /* the lowest that is free is what open gives */
      (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void process_harden(void) {
  const struct rlimit none = {0, 0};
  struct sigaction ignore = {.sa_handler = SIG_IGN};

  /* None of these can fail in a way that a program could do something about. */
  process_streams();
  heap_wipe_freed();
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)umask(S_IRWXG | S_IRWXO);
  (void)sigaction(SIGPIPE, &ignore, NULL);
}

/* One byte: 1, or 0 at the end, or -1. A descriptor that does not block is waited for all the same. */
static ssize_t byte_read(int fd, char *byte) {
  ssize_t got = 0;

  for (;;) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    got = read(fd, byte, 1);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN))
      return got;
    if (errno == EAGAIN && poll(&ready, 1, -1) < 0 && errno != EINTR)
      return -1;
  }
}

enum status secret_from_fd(int fd, char *text, size_t capacity) {
  size_t len = 0;
  char byte = 0;
  ssize_t got = 0;
  bool fits = true;

  while ((got = byte_read(fd, &byte)) == 1 && byte != '\n') {
    fits = fits && len + 1 < capacity && byte != '\0';
    if (fits)
      text[len++] = byte;
  }
  if (fits && len > 0 && text[len - 1] == '\r')
    len--;
  crypto_wipe(&byte, sizeof byte);
  if (got < 0 || !fits || len == 0) {
    crypto_wipe(text, capacity);
    return got < 0 ? STATUS_STORE_FAILED : got == 0 && fits && len == 0 ? STATUS_CANCELLED : STATUS_BAD_LENGTH;
  }
  text[len] = '\0';
  return STATUS_OK;
}

enum status secret_from_file(const char *path, char *text, size_t capacity) {
  struct keyfile file;
  size_t len = 0;
  enum status status = keyfile_read(path, KEYFILE_PRIVATE, &file);

  if (status != STATUS_OK)
    return status == STATUS_BAD_KEY ? STATUS_NOT_FOUND : status;
  len = strcspn((const char *)file.data, "\r\n");
  if (len == 0 || len >= capacity || strlen((const char *)file.data) != file.len) {
    crypto_wipe(text, capacity);
    status = STATUS_BAD_LENGTH;
  } else {
    memcpy(text, file.data, len);
    text[len] = '\0';
  }
  keyfile_clear(&file);
  return status;
}
