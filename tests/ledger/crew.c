/* SPDX-License-Identifier: Apache-2.0
 * Processes that begin at the same moment. */
#include "crew.h"

#include <sys/wait.h>
#include <unistd.h>

void crew_begin(struct crew *crew, struct world *world, crew_work *work, void *context) {
  ledger_close(&world->ledger);
  ck_assert_int_eq(pipe(crew->begin), 0);
  for (unsigned i = 0; i < SERVERS; i++) {
    int ends[2];
    char go = 0;
    ck_assert_int_eq(pipe(ends), 0);
    crew->members[i] = fork();
    ck_assert_int_ge(crew->members[i], 0);
    if (crew->members[i] == 0) {
      (void)close(crew->begin[1]);
      (void)close(ends[0]);
      if (ledger_open(world->path, &world->ledger) != STATUS_OK || read(crew->begin[0], &go, 1) != 0)
        _exit(1);
      work(world, i, ends[1], context);
      ledger_close(&world->ledger);
      _exit(0);
    }
    (void)close(ends[1]);
    crew->answers[i] = ends[0];
  }
  (void)close(crew->begin[0]);
  (void)close(crew->begin[1]); /* all of them go */
}

void crew_end(struct crew *crew, struct world *world) {
  for (unsigned i = 0; i < SERVERS; i++) {
    int outcome = 0;
    ck_assert_int_eq(waitpid(crew->members[i], &outcome, 0), crew->members[i]);
    ck_assert_msg(WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0, "server %u: %d", i, outcome);
    (void)close(crew->answers[i]);
  }
  ck_assert_int_eq(ledger_open(world->path, &world->ledger), STATUS_OK);
}

void crew_answer(int pipe_end, const void *bytes, size_t len) {
  if (write(pipe_end, bytes, len) != (ssize_t)len)
    _exit(2);
}
