/* SPDX-License-Identifier: Apache-2.0
 * Terminals as the ledger has them, kept at hand. */
#include "terminal_cache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger_terminal.h"
#include "writer.h"

#define PLACES      4096 /* 1 MB; a terminal has one place, and of two that share it the later one has it */
#define HASH_START  UINT64_C(14695981039346656037)
#define HASH_FACTOR UINT64_C(1099511628211) /* FNV-1a */

struct place {
  uint64_t generation; /* of the terminal_cache when it was read; another one: empty */
  struct ledger_terminal terminal;
};

struct terminal_cache {
  bool only;
  pthread_mutex_t lock;
  uint64_t generation; /* counts what was forgotten, from 1 on */
  struct place places[PLACES];
};

enum status terminal_cache_new(bool only, struct terminal_cache **terminal_cache) {
  *terminal_cache = calloc(1, sizeof **terminal_cache);
  if (*terminal_cache == NULL)
    return STATUS_NO_MEMORY;
  (*terminal_cache)->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  (*terminal_cache)->generation = 1;
  (*terminal_cache)->only = only;
  return STATUS_OK;
}

void terminal_cache_free(struct terminal_cache **terminal_cache) {
  if (*terminal_cache != NULL)
    pthread_mutex_destroy(&(*terminal_cache)->lock);
  free(*terminal_cache);
  *terminal_cache = NULL;
}

static struct place *place_of(struct terminal_cache *terminal_cache, const uint8_t tid[TID_SIZE]) {
  uint64_t hash = HASH_START;

  for (size_t i = 0; i < TID_SIZE; i++)
    hash = (hash ^ tid[i]) * HASH_FACTOR;
  return &terminal_cache->places[(hash ^ hash >> 32) % PLACES];
}

struct search {
  const uint8_t *tid;
  struct ledger_terminal *terminal;
};

static enum status search(struct ledger *ledger, void *context) {
  const struct search *search = context;

  return ledger_terminal_find(ledger, search->tid, search->terminal);
}

enum status terminal_cache_find(struct terminal_cache *terminal_cache, struct writer *writer,
                                const uint8_t tid[TID_SIZE], bool old_will_do, struct ledger_terminal *terminal) {
  struct place *place = place_of(terminal_cache, tid);
  struct search wanted = {.tid = tid, .terminal = terminal};
  const struct ledger_hint hint = {.tid = tid};
  const struct ledger_job reading = {.step = search, .context = &wanted, .hints = &hint, .hint_count = 1};

  pthread_mutex_lock(&terminal_cache->lock);
  uint64_t generation = terminal_cache->generation;
  bool known = (terminal_cache->only || old_will_do) && place->generation == generation &&
               memcmp(place->terminal.tid, tid, TID_SIZE) == 0;
  if (known)
    *terminal = place->terminal;
  pthread_mutex_unlock(&terminal_cache->lock);
  if (known)
    return STATUS_OK;
  enum status status = writer_read_job(writer, &reading);
  if (status != STATUS_OK)
    return status;
  pthread_mutex_lock(&terminal_cache->lock);
  if (generation == terminal_cache->generation) /* else it may be older than what was forgotten meanwhile */
    *place = (struct place){.generation = generation, .terminal = *terminal};
  pthread_mutex_unlock(&terminal_cache->lock);
  return STATUS_OK;
}

void terminal_cache_heard(struct terminal_cache *terminal_cache, const uint8_t tid[TID_SIZE], uint64_t seq) {
  struct place *place = place_of(terminal_cache, tid);

  pthread_mutex_lock(&terminal_cache->lock);
  if (memcmp(place->terminal.tid, tid, TID_SIZE) == 0 && place->terminal.last_seq < seq)
    place->terminal.last_seq = seq;
  pthread_mutex_unlock(&terminal_cache->lock);
}

void terminal_cache_forget(struct terminal_cache *terminal_cache) {
  pthread_mutex_lock(&terminal_cache->lock);
  terminal_cache->generation++;
  pthread_mutex_unlock(&terminal_cache->lock);
}
