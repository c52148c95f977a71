/* SPDX-License-Identifier: Apache-2.0
 * Several servers on one database: processes, each with a connection of its own, that begin at the same moment. */
#ifndef TESTS_LEDGER_CREW_H
#define TESTS_LEDGER_CREW_H

#include <sys/types.h>

#include "world.h"

#define SERVERS 4

struct crew {
  pid_t members[SERVERS];
  int begin[2], answers[SERVERS];
};

/* What each does; `answer` is for crew_answer. */
typedef void crew_work(struct world *world, unsigned member, int answer, void *context);

/* Closes the world's ledger; each member opens it anew. */
void crew_begin(struct crew *crew, struct world *world, crew_work *work, void *context);
/* Asserts that all of them ended well, and opens the ledger again. */
void crew_end(struct crew *crew, struct world *world);
/* Of a member: what is read at answers[member]. */
void crew_answer(int answer, const void *bytes, size_t len);

#endif
