/* SPDX-License-Identifier: Apache-2.0
 * The real epursed as a process. */
#include "server.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "configure.h"
#include "must.h"
#include "processors.h"
#include "world/folder.h"

#define STAT_ROOM     1024
#define START_SECONDS 60

/* The log goes to a file, as with any service; the passphrase comes over a descriptor. */
static _Noreturn void become(const struct world *world, size_t number) {
  struct rlimit files = {0};
  char name[16];
  snprintf(name, sizeof name, "%zu", number);
  processors_keep(world->plan->server_cpus);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execlp("sh", "sh", "-c",
         "exec \"$P/epursed\" --config \"$W/issuer/${1#0}epursed.conf\" --passphrase-fd 4 4<\"$W/server.pass\" "
         "2>>\"$W/${1#0}epursed.log\"",
         "sh", name, (char *)NULL);
  _exit(127);
}

static const struct server *running; /* for the end of the program */

/* Before the world's folder is removed, in which it writes. */
static void end_running(void) {
  for (size_t i = 0; running != NULL && i < running->count; i++) {
    pid_t pid = i == 0 ? running->pid : running->others[i - 1].pid;
    if (pid > 1 && kill(pid, SIGKILL) == 0)
      (void)waitpid(pid, NULL, 0);
  }
}

static pid_t launch(const struct world *world, size_t number) {
  pid_t pid = fork();
  must(pid >= 0, "no process for the server");
  if (pid == 0)
    become(world, number);
  return pid;
}

/* The same folder and store, at a port of its own. */
static void other_make(const struct world *world, size_t number, struct server_other *other) {
  char path[256], listen[64];
  other->port = port_claim();
  snprintf(path, sizeof path, "%s/%zuepursed.conf", world->issuer, number);
  snprintf(listen, sizeof listen, "server.listen=127.0.0.1:%d", other->port);
  must(installation_shell("cp -p \"$W/issuer/epursed.conf\" \"%s\"", path), "%s cannot be written", path);
  configure_set(path, listen);
}

void server_launch(struct server *server, const struct world *world) {
  if (running == NULL)
    must_at_end(end_running);
  running = server;
  server->world = world;
  server->count = world->plan->servers;
  server->pid = launch(world, 0);
  for (size_t i = 1; i < server->count; i++) {
    struct server_other *other = &server->others[i - 1];
    if (other->pid > 0)
      continue;
    other_make(world, i, other);
    other->pid = launch(world, i);
  }
}

int server_port(const struct server *server, size_t n) {
  size_t at = n % server->count;
  return at == 0 ? server->world->installation.port : server->others[at - 1].port;
}

static pid_t server_pid(const struct server *server, size_t n) {
  return n == 0 ? server->pid : server->others[n - 1].pid;
}

void server_start(struct server *server, const struct world *world) {
  static const struct timespec pause = {0, 20000000};
  int64_t deadline = clock_now() + START_SECONDS * INT64_C(1000000000);
  server_launch(server, world);
  for (size_t i = 0; i < server->count; i++)
    while (!port_answers(server_port(server, i))) {
      int code = 0;
      must(waitpid(server_pid(server, i), &code, WNOHANG) == 0, "the server ended: see epursed.log (--keep)");
      must(clock_now() < deadline, "the server does not start");
      nanosleep(&pause, NULL);
    }
}

static void process_stop(pid_t *pid) {
  int code = -1;
  must(*pid > 1 && kill(*pid, SIGTERM) == 0 && waitpid(*pid, &code, 0) == *pid && WIFEXITED(code) &&
           WEXITSTATUS(code) == 0,
       "the server did not end as it should: %x", (unsigned)code);
  *pid = 0;
}

void server_stop(struct server *server) {
  process_stop(&server->pid);
  for (size_t i = 1; i < server->count; i++)
    process_stop(&server->others[i - 1].pid);
}

void server_kill(struct server *server) {
  int code = 0;
  must(server->pid > 1 && kill(server->pid, SIGKILL) == 0 && waitpid(server->pid, &code, 0) == server->pid,
       "the server cannot be killed");
  server->pid = 0;
}

struct process {
  int parent;
  int64_t own, ended; /* nanoseconds of processor: its own, and its ended children's */
};

/* What proc(5) says of a process or a thread, from behind its name on; NULL: it is gone. */
static const char *stat_read(const char *path, char text[STAT_ROOM]) {
  FILE *file = fopen(path, "r");
  size_t len = file != NULL ? fread(text, 1, STAT_ROOM - 1, file) : 0;
  text[len] = '\0';
  if (file != NULL)
    fclose(file);
  const char *name_end = strrchr(text, ')');
  return name_end != NULL ? name_end + 1 : NULL;
}

/* proc(5): behind the name in brackets stand state, ppid, ... utime, stime, cutime, cstime as the 12th to the 15th.
 * False: there is no such process. */
static bool process_read(int pid, struct process *process) {
  char path[64], text[STAT_ROOM];
  unsigned long long user = 0, system = 0, ended_user = 0, ended_system = 0;
  const unsigned long long tick = 1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK);
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const char *rest = stat_read(path, text);
  if (rest == NULL || sscanf(rest, " %*c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %llu %llu", &process->parent,
                             &user, &system, &ended_user, &ended_system) != 5)
    return false;
  process->own = (int64_t)((user + system) * tick);
  process->ended = (int64_t)((ended_user + ended_system) * tick);
  return true;
}

int64_t server_cpu(const struct server *server) {
  int64_t sum = 0;
  for (size_t i = 0; i < server->count; i++) {
    struct process process;
    must(process_read((int)server_pid(server, i), &process), "the server is gone");
    sum += process.own;
  }
  return sum;
}

/* proc(5), of one thread: utime, stime, and nice as the 17th, which only the workers have (src/http/worker_pool.c). */
static void thread_add(int pid, int thread, struct server_times *times) {
  char path[64], text[STAT_ROOM];
  unsigned long long user = 0, kernel = 0;
  const unsigned long long tick = 1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK);
  int nice = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, thread);
  const char *rest = stat_read(path, text);
  if (rest == NULL ||
      sscanf(rest, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %*s %*s %*s %d", &user, &kernel, &nice) != 3)
    return;
  struct server_time *of = thread == pid ? &times->lines : nice != 0 ? &times->workers : &times->writer;
  of->user += (int64_t)(user * tick);
  of->kernel += (int64_t)(kernel * tick);
}

static void threads_add(int pid, struct server_times *times) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = opendir(path);
  struct dirent *entry = NULL;
  while (threads != NULL && (entry = readdir(threads)) != NULL)
    if (entry->d_name[0] != '.')
      thread_add(pid, atoi(entry->d_name), times);
  if (threads != NULL)
    closedir(threads);
}

struct server_times server_times(const struct server *server) {
  struct server_times times = {.lines = {0}};
  for (size_t i = 0; i < server->count; i++)
    threads_add((int)server_pid(server, i), &times);
  return times;
}

static struct server_time time_between(struct server_time before, struct server_time after) {
  return (struct server_time){after.user - before.user, after.kernel - before.kernel};
}

struct server_times server_times_between(const struct server_times *before, const struct server_times *after) {
  return (struct server_times){.lines = time_between(before->lines, after->lines),
                               .workers = time_between(before->workers, after->workers),
                               .writer = time_between(before->writer, after->writer)};
}

int64_t server_store_cpu(const struct server *server) {
  const char *path = server->world->plan->store_pid_file;
  FILE *file = path != NULL ? fopen(path, "r") : NULL;
  DIR *all = path != NULL ? opendir("/proc") : NULL;
  struct process process = {0};
  struct dirent *entry = NULL;
  int postmaster = 0;
  if (path == NULL)
    return 0;
  must(file != NULL && all != NULL && fscanf(file, "%d", &postmaster) == 1 && process_read(postmaster, &process),
       "%s names no process", path);
  int64_t sum = process.own + process.ended;
  while ((entry = readdir(all)) != NULL)
    if (process_read(atoi(entry->d_name), &process) && process.parent == postmaster)
      sum += process.own;
  closedir(all);
  fclose(file);
  return sum;
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
