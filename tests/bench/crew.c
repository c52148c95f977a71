/* SPDX-License-Identifier: Apache-2.0
 * Several threads for what is not measured. */
#include "crew.h"

#include <pthread.h>
#include <stdatomic.h>

#include "must.h"

struct crew {
  atomic_size_t next;
  size_t count;
  void (*work)(void *context, size_t index);
  void *context;
};

static void *crew_member(void *context) {
  struct crew *crew = context;
  size_t index;
  while ((index = atomic_fetch_add(&crew->next, 1)) < crew->count)
    crew->work(crew->context, index);
  return NULL;
}

void crew_run(unsigned threads, size_t count, void (*work)(void *context, size_t index), void *context) {
  struct crew crew = {.count = count, .work = work, .context = context};
  pthread_t members[256];
  unsigned started = 0;
  while (started + 1 < threads && started + 1 < count && started < sizeof members / sizeof members[0]) {
    must(pthread_create(&members[started], NULL, crew_member, &crew) == 0, "no more threads");
    started++;
  }
  (void)crew_member(&crew);
  for (unsigned i = 0; i < started; i++)
    must(pthread_join(members[i], NULL) == 0, "a thread is lost");
}
