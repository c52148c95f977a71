/* SPDX-License-Identifier: Apache-2.0
 * Processors that do not halt. */
#include "awake.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "must.h"
#include "processors.h"

#define TURNERS_MAX 256

static pthread_t turners[TURNERS_MAX];
static unsigned turner_count;
static atomic_bool turning;
static cpu_set_t turner_cpus;

/* The nth of the set is this thread's. */
static void *turn(void *context) {
  const struct sched_param none = {0};
  unsigned left = *(const unsigned *)context;
  cpu_set_t own;
  CPU_ZERO(&own);
  for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&own) == 0; cpu++)
    if (CPU_ISSET(cpu, &turner_cpus) && left-- == 0)
      CPU_SET(cpu, &own);
  must(pthread_setaffinity_np(pthread_self(), sizeof own, &own) == 0, "a processor is lost");
  must(pthread_setschedparam(pthread_self(), SCHED_IDLE, &none) == 0, "no class SCHED_IDLE here");
  while (atomic_load_explicit(&turning, memory_order_relaxed)) {
  }
  return NULL;
}

void awake_begin(const char *cpus) {
  static unsigned numbers[TURNERS_MAX];
  if (cpus == NULL)
    return;
  turner_cpus = processors_of(cpus);
  turning = true;
  for (unsigned i = 0; i < (unsigned)CPU_COUNT(&turner_cpus) && i < TURNERS_MAX; i++) {
    numbers[i] = i;
    must(pthread_create(&turners[turner_count], NULL, turn, &numbers[i]) == 0, "no more threads");
    turner_count++;
  }
}

void awake_end(void) {
  turning = false;
  for (; turner_count > 0; turner_count--)
    must(pthread_join(turners[turner_count - 1], NULL) == 0, "a thread is lost");
}
