/* SPDX-License-Identifier: Apache-2.0
 * Terminals as the ledger has them, kept at hand. */
#include "roster.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PLACES      4096 /* 1 MB; a terminal has one place, and of two that share it the later one has it */
#define HASH_START  UINT64_C(14695981039346656037)
#define HASH_FACTOR UINT64_C(1099511628211) /* FNV-1a */

struct place {
  uint64_t generation; /* of the roster when it was read; another one: empty */
  struct ledger_terminal terminal;
};

struct roster {
  bool keep;
  pthread_mutex_t lock;
  uint64_t generation; /* counts what was forgotten, from 1 on */
  struct place places[PLACES];
};

enum status roster_new(bool keep, struct roster **roster) {
  *roster = calloc(1, sizeof **roster);
  if (*roster == NULL)
    return STATUS_NO_MEMORY;
  (*roster)->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  (*roster)->generation = 1;
  (*roster)->keep = keep;
  return STATUS_OK;
}

void roster_free(struct roster **roster) {
  if (*roster != NULL)
    pthread_mutex_destroy(&(*roster)->lock);
  free(*roster);
  *roster = NULL;
}

static struct place *place_of(struct roster *roster, const uint8_t tid[TID_SIZE]) {
  uint64_t hash = HASH_START;

  for (size_t i = 0; i < TID_SIZE; i++)
    hash = (hash ^ tid[i]) * HASH_FACTOR;
  return &roster->places[(hash ^ hash >> 32) % PLACES];
}

struct search {
  const uint8_t *tid;
  struct ledger_terminal *terminal;
};

static enum status search(struct ledger *ledger, void *context) {
  const struct search *search = context;

  return ledger_terminal_find(ledger, search->tid, search->terminal);
}

enum status roster_find(struct roster *roster, struct writer *writer, const uint8_t tid[TID_SIZE],
                        struct ledger_terminal *terminal) {
  struct place *place = place_of(roster, tid);
  struct search wanted = {.tid = tid, .terminal = terminal};

  pthread_mutex_lock(&roster->lock);
  uint64_t generation = roster->generation;
  bool known = roster->keep && place->generation == generation && memcmp(place->terminal.tid, tid, TID_SIZE) == 0;
  if (known)
    *terminal = place->terminal;
  pthread_mutex_unlock(&roster->lock);
  if (known)
    return STATUS_OK;
  enum status status = writer_read(writer, search, &wanted);
  if (status != STATUS_OK)
    return status;
  pthread_mutex_lock(&roster->lock);
  if (generation == roster->generation) /* else it may be older than what was forgotten meanwhile */
    *place = (struct place){.generation = generation, .terminal = *terminal};
  pthread_mutex_unlock(&roster->lock);
  return STATUS_OK;
}

void roster_forget(struct roster *roster) {
  pthread_mutex_lock(&roster->lock);
  roster->generation++;
  pthread_mutex_unlock(&roster->lock);
}
