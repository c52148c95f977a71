/* SPDX-License-Identifier: Apache-2.0
 * The real epursed as a process. */
#include "server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "must.h"
#include "processors.h"

#define START_SECONDS 60

static bool answers(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected = line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) == 0;
  if (line >= 0)
    close(line);
  return connected;
}

/* The log goes to a file, as with any service; the passphrase comes over a descriptor. */
static _Noreturn void become(const struct world *world) {
  struct rlimit files = {0};
  processors_keep(world->plan->server_cpus);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execlp("sh", "sh", "-c",
         "exec \"$P/epursed\" --config \"$W/issuer\" --passphrase-fd 4 4<\"$W/server.pass\" 2>>\"$W/epursed.log\"",
         (char *)NULL);
  _exit(127);
}

void server_launch(struct server *server, const struct world *world) {
  server->world = world;
  server->pid = fork();
  must(server->pid >= 0, "no process for the server");
  if (server->pid == 0)
    become(world);
}

void server_start(struct server *server, const struct world *world) {
  static const struct timespec pause = {0, 20000000};
  int64_t deadline = clock_now() + START_SECONDS * INT64_C(1000000000);
  server_launch(server, world);
  while (!answers(world->port)) {
    int code = 0;
    must(waitpid(server->pid, &code, WNOHANG) == 0, "the server ended: see epursed.log (--keep)");
    must(clock_now() < deadline, "the server does not start");
    nanosleep(&pause, NULL);
  }
}

void server_stop(struct server *server) {
  int code = -1;
  must(server->pid > 1 && kill(server->pid, SIGTERM) == 0 && waitpid(server->pid, &code, 0) == server->pid &&
           WIFEXITED(code) && WEXITSTATUS(code) == 0,
       "the server did not end as it should: %x", (unsigned)code);
  server->pid = 0;
}

void server_kill(struct server *server) {
  int code = 0;
  must(server->pid > 1 && kill(server->pid, SIGKILL) == 0 && waitpid(server->pid, &code, 0) == server->pid,
       "the server cannot be killed");
  server->pid = 0;
}

/* proc(5): behind the name in brackets, utime and stime are the 12th and 13th. */
int64_t server_cpu(const struct server *server) {
  char path[64], text[1024] = "";
  unsigned long long user = 0, system = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)server->pid);
  FILE *file = fopen(path, "r");
  must(file != NULL && fread(text, 1, sizeof text - 1, file) > 0, "%s cannot be read", path);
  fclose(file);
  const char *rest = strrchr(text, ')');
  must(rest != NULL && sscanf(rest + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu", &user, &system) == 2,
       "%s is not as expected", path);
  return (int64_t)((user + system) * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK)));
}

struct server_memory server_memory(const struct server *server) {
  struct server_memory memory = {0};
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
  FILE *file = fopen(path, "r");
  must(file != NULL, "%s cannot be read", path);
  while (fgets(line, sizeof line, file) != NULL) {
    (void)sscanf(line, "VmRSS: %ld", &memory.resident);
    (void)sscanf(line, "VmHWM: %ld", &memory.peak);
  }
  fclose(file);
  return memory;
}
