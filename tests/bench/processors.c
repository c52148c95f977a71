/* SPDX-License-Identifier: Apache-2.0
 * Where a process runs, and clocks. */
#include "processors.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "must.h"

cpu_set_t processors_of(const char *cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const char *at = cpus; *at != '\0';) {
    char *end = NULL;
    unsigned long first = strtoul(at, &end, 10), last = first;
    if (*end == '-')
      last = strtoul(end + 1, &end, 10);
    must(end != at && last < CPU_SETSIZE && (*end == ',' || *end == '\0'), "no list of processors: %s", cpus);
    for (unsigned long cpu = first; cpu <= last; cpu++)
      CPU_SET(cpu, &set);
    at = *end == ',' ? end + 1 : end;
  }
  return set;
}

void processors_keep(const char *cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpus != NULL)
    set = processors_of(cpus);
  for (long cpu = 0; cpus == NULL && cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++)
    CPU_SET((size_t)cpu, &set);
  must(sched_setaffinity(0, sizeof set, &set) == 0, "no such processors: %s", cpus != NULL ? cpus : "all");
}

static int64_t read_clock(clockid_t id) {
  struct timespec now = {0};
  (void)clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_now(void) {
  return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_of_thread(void) {
  return read_clock(CLOCK_THREAD_CPUTIME_ID);
}
