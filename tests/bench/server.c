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

#include "must.h"
#include "processors.h"
#include "world/folder.h"

#define STAT_ROOM     1024
#define START_SECONDS 60

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

static const struct server *running; /* for the end of the program */

/* Before the world's folder is removed, in which it writes. */
static void end_running(void) {
  if (running != NULL && running->pid > 1 && kill(running->pid, SIGKILL) == 0)
    (void)waitpid(running->pid, NULL, 0);
}

void server_launch(struct server *server, const struct world *world) {
  if (running == NULL)
    must_at_end(end_running);
  running = server;
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
  while (!port_answers(world->installation.port)) {
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
  struct process process;
  must(process_read((int)server->pid, &process), "the server is gone");
  return process.own;
}

/* proc(5), of one thread: utime, stime, and nice as the 17th, which only the workers have (src/http/worker_pool.c). */
static void thread_add(const struct server *server, int thread, struct server_times *times) {
  char path[64], text[STAT_ROOM];
  unsigned long long user = 0, kernel = 0;
  const unsigned long long tick = 1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK);
  int nice = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)server->pid, thread);
  const char *rest = stat_read(path, text);
  if (rest == NULL ||
      sscanf(rest, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu %*s %*s %*s %d", &user, &kernel, &nice) != 3)
    return;
  struct server_time *of = thread == (int)server->pid ? &times->lines : nice != 0 ? &times->workers : &times->writer;
  of->user += (int64_t)(user * tick);
  of->kernel += (int64_t)(kernel * tick);
}

struct server_times server_times(const struct server *server) {
  struct server_times times = {.lines = {0}};
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)server->pid);
  DIR *threads = opendir(path);
  struct dirent *entry = NULL;
  while (threads != NULL && (entry = readdir(threads)) != NULL)
    if (entry->d_name[0] != '.')
      thread_add(server, atoi(entry->d_name), &times);
  if (threads != NULL)
    closedir(threads);
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
