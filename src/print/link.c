/* SPDX-License-Identifier: Apache-2.0
 * Lines to printers: never longer than their time, whatever hangs. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_RAW      "9100"
#define NAME_MAX_HERE 256

extern char **environ;

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Until it can be read or written; false: not in time. */
static bool await(const struct link *link, short events, int64_t until) {
  struct pollfd poll_fd = {.fd = link->fd, .events = events};
  for (;;) {
    int64_t left = until - now_ms();
    int ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
    if (ready > 0)
      return (poll_fd.revents & events) != 0;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

/* What stands behind the word; NULL: another word, or nothing behind it. */
static const char *behind(const char *output, const char *word) {
  size_t len = strlen(word);
  return strncmp(output, word, len) == 0 && output[len] != '\0' ? output + len : NULL;
}

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT. */
static bool host_split(const char *text, char host[NAME_MAX_HERE], char port[8]) {
  const char *end = text[0] == '[' ? strchr(text, ']') : strchrnul(text, ':');
  const char *begin = text + (text[0] == '[');
  if (end == NULL || end == begin || end - begin >= NAME_MAX_HERE)
    return false;
  const char *rest = end + (text[0] == '[');
  snprintf(host, NAME_MAX_HERE, "%.*s", (int)(end - begin), begin);
  snprintf(port, 8, "%s", PORT_RAW);
  if (rest[0] == '\0')
    return true;
  size_t digits = strspn(rest + 1, "0123456789");
  bool good = rest[0] == ':' && digits > 0 && digits < 6 && rest[1 + digits] == '\0';
  if (good)
    snprintf(port, 8, "%.6s", rest + 1);
  return good;
}

/* Goes to a program as an argument of its own: no option. */
static bool queue_valid(const char *name) {
  return name[0] != '-' && strlen(name) < NAME_MAX_HERE &&
         name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-+@")] == '\0';
}

bool link_named(const char *output) {
  char host[NAME_MAX_HERE], port[8];
  const char *queue = behind(output, "queue:"), *address = behind(output, "tcp:");
  return behind(output, "file:") != NULL || behind(output, "device:") != NULL ||
         (address != NULL && host_split(address, host, port)) || (queue != NULL && queue_valid(queue));
}

/* ---- the four kinds ---- */

static bool connect_one(struct link *link, const struct addrinfo *info) {
  int problem = 0;
  socklen_t len = sizeof problem;
  link->fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (link->fd < 0)
    return false;
  bool done = connect(link->fd, info->ai_addr, info->ai_addrlen) == 0 ||
              (errno == EINPROGRESS && await(link, POLLOUT, link->until) &&
               getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &problem, &len) == 0 && problem == 0);
  if (!done) {
    close(link->fd);
    link->fd = -1;
  }
  return done;
}

static bool tcp_open(struct link *link, const char *address) {
  const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  char host[NAME_MAX_HERE], port[8];
  if (!host_split(address, host, port) || getaddrinfo(host, port, &wanted, &found) != 0)
    return false;
  bool done = false;
  for (const struct addrinfo *info = found; info != NULL && !done; info = info->ai_next)
    done = connect_one(link, info);
  freeaddrinfo(found);
  link->socket = link->answers = true;
  return done;
}

static bool device_open(struct link *link, const char *path) {
  link->fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  link->answers = link->fd >= 0;
  if (link->fd < 0)
    link->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return link->fd >= 0;
}

/* lp of CUPS, in a process of its own that hears no signal of ours; its input is a socket, whose end raises none. */
static bool lp_start(struct link *link, const char *name, int input) {
  char words[][4] = {"lp", "-s", "-d", "-o", "raw"}, queue[NAME_MAX_HERE];
  char *const arguments[] = {words[0], words[1], words[2], queue, words[3], words[4], NULL};
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t none, broken;
  snprintf(queue, sizeof queue, "%s", name);
  sigemptyset(&none);
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &broken);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  bool started = posix_spawnp(&link->queue, "lp", &files, &attributes, arguments, environ) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (!started)
    link->queue = 0;
  return started;
}

static bool queue_open(struct link *link, const char *name) {
  int ends[2];
  if (!queue_valid(name) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  link->fd = ends[0];
  link->socket = fcntl(link->fd, F_SETFL, O_NONBLOCK) == 0;
  bool started = link->socket && lp_start(link, name, ends[1]);
  close(ends[1]);
  return started;
}

enum status link_open(const char *output, unsigned seconds, struct link *link) {
  const char *path;
  bool done = false;
  *link = (struct link){.fd = -1, .until = now_ms() + seconds * INT64_C(1000)};
  if ((path = behind(output, "file:")) != NULL) {
    link->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    link->file = done = link->fd >= 0;
  } else if ((path = behind(output, "device:")) != NULL) {
    done = device_open(link, path);
  } else if ((path = behind(output, "tcp:")) != NULL) {
    done = tcp_open(link, path);
  } else if ((path = behind(output, "queue:")) != NULL) {
    done = queue_open(link, path);
  }
  if (done)
    return STATUS_OK;
  if (link->fd >= 0)
    close(link->fd);
  link->fd = -1;
  return STATUS_PRINTER_OFF;
}

/* ---- to and fro ---- */

enum status link_send(struct link *link, const void *data, size_t len) {
  const uint8_t *bytes = data;
  for (size_t at = 0; at < len;) {
    if (!await(link, POLLOUT, link->until))
      return STATUS_PRINTER_OFF;
    ssize_t sent =
        link->socket ? send(link->fd, bytes + at, len - at, MSG_NOSIGNAL) : write(link->fd, bytes + at, len - at);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return STATUS_PRINTER_OFF;
    at += sent > 0 ? (size_t)sent : 0;
  }
  return STATUS_OK;
}

bool link_hear(struct link *link, int milliseconds, uint8_t *byte) {
  int64_t until = now_ms() + milliseconds;
  return link->answers && await(link, POLLIN, until < link->until ? until : link->until) &&
         read(link->fd, byte, 1) == 1;
}

void link_forget(struct link *link) {
  uint8_t byte;
  while (link_hear(link, 0, &byte))
    ;
}

/* The queue's program ends by itself, or is ended when its time is over. */
static bool lp_end(const struct link *link, bool good) {
  static const struct timespec pause = {0, 5 * 1000000L};
  int code = 0;
  pid_t ended = 0;
  while (good && (ended = waitpid(link->queue, &code, WNOHANG)) == 0 && now_ms() < link->until)
    nanosleep(&pause, NULL);
  if (ended == link->queue)
    return WIFEXITED(code) && WEXITSTATUS(code) == 0;
  kill(link->queue, SIGKILL);
  waitpid(link->queue, &code, 0);
  return false;
}

enum status link_close(struct link *link, bool good) {
  if (link->file)
    good = fsync(link->fd) == 0 && good;
  if (link->queue != 0 && good) /* which is the end of what it reads */
    good = shutdown(link->fd, SHUT_WR) == 0;
  if (link->queue != 0)
    good = lp_end(link, good) && good;
  if (close(link->fd) != 0)
    good = false;
  link->fd = -1;
  return good ? STATUS_OK : STATUS_PRINTER_OFF;
}
