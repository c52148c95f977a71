/* SPDX-License-Identifier: Apache-2.0
 * What the metrics tell of the ledger: however many ask, it is read once a second. */
#include "figures.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "epurse/ledger_deny.h"
#include "epurse/ledger_totals.h"
#include "http/worker_pool.h"
#include "service.h"
#include "writer.h"

struct figures {
  int64_t at; /* when they were read, by the service's clock */
  struct ledger_totals totals;
  struct ledger_silence silence;
};

struct figures_kept {
  pthread_mutex_t reading; /* whoever reads has it; taken before the other one */
  pthread_mutex_t lock;    /* over what follows */
  bool known;              /* last was read */
  struct figures last;
};

enum status figures_new(struct figures_kept **kept) {
  *kept = calloc(1, sizeof **kept);
  if (*kept == NULL)
    return STATUS_NO_MEMORY;
  (*kept)->reading = (*kept)->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  return STATUS_OK;
}

void figures_free(struct figures_kept **kept) {
  if (*kept != NULL) {
    pthread_mutex_destroy(&(*kept)->lock);
    pthread_mutex_destroy(&(*kept)->reading);
  }
  free(*kept);
  *kept = NULL;
}

/* Of the connection that makes them. */
static enum status read_postings(struct ledger *ledger, void *context) {
  struct figures *figures = context;

  figures->totals.postings = ledger_postings_made(ledger);
  return STATUS_OK;
}

/* Who was not heard of since is silent. */
static int64_t silent_before(const struct service *service, int64_t now) {
  return now - (int64_t)service->configuration.silent_days * 24 * 60 * 60;
}

struct reading {
  struct figures *figures;
  int64_t before;
};

static enum status read_sums(struct ledger *ledger, void *context) {
  const struct reading *reading = context;
  enum status status = ledger_totals_live(ledger, &reading->figures->totals);

  return status == STATUS_OK ? ledger_terminal_silence(ledger, reading->before, &reading->figures->silence) : status;
}

static enum status read_figures(struct service *service, int64_t now, struct figures *figures) {
  struct reading reading = {.figures = figures, .before = silent_before(service, now)};
  const struct ledger_job postings = {.step = read_postings, .context = figures};
  enum status status = writer_read(service->reader, read_sums, &reading);

  figures->at = now;
  return status == STATUS_OK ? writer_read_job(service->writer, &postings) : status;
}

/* Whether they are there: those of a moment, or any (-1). */
static bool recall(struct figures_kept *kept, int64_t at, struct figures *figures) {
  pthread_mutex_lock(&kept->lock);
  bool known = kept->known && (at < 0 || kept->last.at == at);
  if (known)
    *figures = kept->last;
  pthread_mutex_unlock(&kept->lock);
  return known;
}

static void keep(struct figures_kept *kept, const struct figures *figures) {
  pthread_mutex_lock(&kept->lock);
  kept->last = *figures;
  kept->known = true;
  pthread_mutex_unlock(&kept->lock);
}

static void wait_for_reader(struct figures_kept *kept) {
  worker_pool_wait_begin();
  pthread_mutex_lock(&kept->reading);
  worker_pool_wait_end();
}

static enum status look(struct service *service, struct figures *figures) {
  struct figures_kept *kept = service->figures;
  int64_t now = service_now(service);
  enum status status = STATUS_OK;

  if (recall(kept, now, figures))
    return STATUS_OK;
  if (pthread_mutex_trylock(&kept->reading) != 0) {
    if (recall(kept, -1, figures))
      return STATUS_OK;
    wait_for_reader(kept);
  }
  if (!recall(kept, now, figures)) {
    status = read_figures(service, now, figures);
    if (status == STATUS_OK)
      keep(kept, figures);
  }
  pthread_mutex_unlock(&kept->reading);
  return status;
}

enum status figures_look(struct service *service, struct ledger_totals *totals, struct ledger_silence *silence) {
  struct figures figures;
  enum status status = look(service, &figures);

  if (status == STATUS_OK) {
    *totals = figures.totals;
    *silence = figures.silence;
  }
  return status;
}
