/* SPDX-License-Identifier: Apache-2.0
 * What the metrics tell of the ledger: however many ask at a time, it is read for all of them together. */
#include "figures.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "epurse/ledger_deny.h"
#include "epurse/ledger_totals.h"
#include "http/worker_pool.h"
#include "service.h"
#include "writer.h"

struct figures {
  struct ledger_totals totals;
  struct ledger_silence silence;
};

struct figures_kept {
  atomic_uint_fast64_t asked; /* how many have asked */
  pthread_mutex_t reading;    /* whoever reads has it; over what follows */
  uint64_t served;            /* so many had asked when the last reading began */
  struct figures last;
};

enum status figures_new(struct figures_kept **kept) {
  *kept = calloc(1, sizeof **kept);
  if (*kept == NULL)
    return STATUS_NO_MEMORY;
  (*kept)->reading = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  return STATUS_OK;
}

void figures_free(struct figures_kept **kept) {
  if (*kept != NULL)
    pthread_mutex_destroy(&(*kept)->reading);
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

static enum status read_figures(struct service *service, struct figures *figures) {
  struct reading reading = {.figures = figures, .before = silent_before(service, service_now(service))};
  const struct ledger_job postings = {.step = read_postings, .context = figures};
  enum status status = writer_read(service->reader, read_sums, &reading);

  return status == STATUS_OK ? writer_read_job(service->writer, &postings) : status;
}

/* With the right to read. One that began after this one had asked is as good as its own. */
static enum status read_for(struct service *service, uint64_t mine, struct figures *figures) {
  struct figures_kept *kept = service->figures;
  enum status status = STATUS_OK;

  if (kept->served < mine) {
    uint64_t asked = kept->asked;
    status = read_figures(service, &kept->last);
    kept->served = status == STATUS_OK ? asked : 0;
  }
  *figures = kept->last;
  return status;
}

static enum status look(struct service *service, struct figures *figures) {
  struct figures_kept *kept = service->figures;
  uint64_t mine = ++kept->asked;

  worker_pool_wait_begin();
  pthread_mutex_lock(&kept->reading);
  worker_pool_wait_end();
  enum status status = read_for(service, mine, figures);
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
