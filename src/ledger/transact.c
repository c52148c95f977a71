/* SPDX-License-Identifier: Apache-2.0
 * The one way to change the ledger: steps, between one begin and one commit, each in a savepoint of its own. */
#include "card.h"
#include "epurse/ledger.h"
#include "incident.h"
#include "posting.h"
#include "store.h"

#include <string.h>

/* Where others write to the same database a group may have to be run again; the last time nobody else is let in, as
 * they are not where a step does more than was told of it, so that it is not disturbed once more. */
#define TRANSACT_TRIES 4

static void transact_forget(struct ledger *ledger) {
  ledger->step_status = STATUS_OK;
  ledger->step_moves = (struct moves){0};
  memset(&ledger->chain, 0, sizeof ledger->chain);
  memset(&ledger->change, 0, sizeof ledger->change);
}

/* What a group has so far. */
struct group {
  struct moves moves;
  bool single; /* one step: whether it can be kept is told with the commit */
  bool kept;   /* there is something to commit */
  bool lost;   /* the store could not undo a step, so that nothing of the group may be committed */
};

/* Runs a step in a savepoint, which is kept or undone; step NULL writes the incidents only. */
static enum status transact_part(struct ledger *ledger, ledger_step *step, void *context, struct group *group) {
  transact_forget(ledger);
  enum status status = ledger->driver->save(ledger->store);
  if (status != STATUS_OK) {
    group->lost = true;
    return status;
  }
  if (step != NULL)
    status = step(ledger, context);
  if (status == STATUS_OK)
    status = purse_change_write(ledger);
  if (status == STATUS_OK)
    status = incident_write(ledger);
  if (status == STATUS_OK)
    status = ledger->step_status;
  if (status == STATUS_OK)
    status = ledger->driver->keep(ledger->store, !group->single);
  if (status != STATUS_OK) {
    ledger->step_moves = (struct moves){0};
    enum status undone = ledger->driver->undo(ledger->store);
    group->lost = undone != STATUS_OK;
    status = group->lost ? undone : status;
  }
  return status;
}

/* Where a step is undone its incidents remain, and belong to what must be committed before it is answered. */
static void transact_job(struct ledger *ledger, struct ledger_job *job, struct group *group) {
  ledger->incident_count = 0;
  job->status = transact_part(ledger, job->step, job->context, group);
  moves_add(&group->moves, ledger->step_moves);
  job->bound = job->status == STATUS_OK || ledger->incident_count > 0;
  if (job->status != STATUS_OK && ledger->incident_count > 0 && !group->lost) {
    enum status noted = transact_part(ledger, NULL, NULL, group);
    if (noted != STATUS_OK)
      job->status = noted;
  }
  group->kept = group->kept || job->bound;
  ledger->incident_count = 0;
  transact_forget(ledger);
}

#define HINTS_MAX 512

static enum status transact_gather(struct ledger *ledger, const struct ledger_job *jobs, size_t count, bool reading) {
  struct store_hint hints[HINTS_MAX];
  size_t hinted = 0;
  if (ledger->driver->gather == NULL)
    return STATUS_OK;
  for (size_t i = 0; i < count; i++)
    for (size_t n = 0; n < jobs[i].hint_count && hinted < HINTS_MAX; n++) {
      const struct ledger_hint *hint = &jobs[i].hints[n];
      int64_t card = 0;
      bool of_card = hint->cid != NULL && card_number(ledger, hint->cid, &card) == STATUS_OK;
      hints[hinted++] = (struct store_hint){.tid = hint->tid,
                                            .booking = of_card ? booking_id(card, hint->atc) : 0,
                                            .since = hint->last_atc,
                                            .promise = of_card && hint->promise && !reading,
                                            .reading = reading,
                                            .reference = hint->reference,
                                            .numbered = hint->numbered,
                                            .limits = hint->limits};
    }
  return hinted == 0 ? STATUS_OK : ledger->driver->gather(ledger->store, hints, hinted);
}

/* Beside others go steps of which it is known what they touch. */
static enum store_company transact_company(const struct ledger_job *jobs, size_t count) {
  bool known = true;
  for (size_t i = 0; i < count; i++) {
    known = known && jobs[i].hint_count > 0;
    for (size_t n = 0; n < jobs[i].hint_count; n++)
      known = known && !jobs[i].hints[n].more;
  }
  return known ? STORE_BESIDE_OTHERS : STORE_ALONE;
}

static enum status transact_once(struct ledger *ledger, struct ledger_job *jobs, size_t count,
                                 enum store_company company) {
  struct group group = {.single = count == 1};
  enum status status = ledger->driver->begin(ledger->store, company);
  for (size_t i = 0; i < count; i++)
    jobs[i].bound = true;
  if (status != STATUS_OK)
    return status;
  status = transact_gather(ledger, jobs, count, false);
  group.lost = status != STATUS_OK;
  ledger->stepping = true;
  for (size_t i = 0; i < count && !group.lost; i++) {
    transact_job(ledger, &jobs[i], &group);
    if (group.lost)
      status = jobs[i].status;
  }
  if (status == STATUS_OK && group.kept)
    status = ledger->driver->commit(ledger->store);
  if (status == STATUS_OK)
    moves_add(&ledger->moves, group.moves);
  ledger->driver->rollback(ledger->store);
  ledger->stepping = false;
  return status;
}

void ledger_transact_group(struct ledger *ledger, struct ledger_job *jobs, size_t count) {
  enum status status = STATUS_INTERNAL;
  if (ledger->stepping) {
    for (size_t i = 0; i < count; i++)
      jobs[i].status = status;
    return;
  }
  for (int try = 1; try <= TRANSACT_TRIES; try++) {
    status =
        transact_once(ledger, jobs, count, try == TRANSACT_TRIES ? STORE_ALONE_AT_LAST : transact_company(jobs, count));
    if (status == STATUS_OK || !ledger->driver->again(ledger->store))
      break;
  }
  for (size_t i = 0; i < count; i++)
    if (status != STATUS_OK && jobs[i].bound)
      jobs[i].status = status;
}

enum status ledger_transact(struct ledger *ledger, ledger_step *step, void *context) {
  struct ledger_job job = {.step = step, .context = context};
  ledger_transact_group(ledger, &job, 1);
  return job.status;
}

void ledger_read_group(struct ledger *ledger, struct ledger_job *jobs, size_t count) {
  (void)!transact_gather(ledger, jobs, count, true);
  for (size_t i = 0; i < count; i++)
    jobs[i].status = jobs[i].step(ledger, jobs[i].context);
  if (ledger->driver->gather != NULL)
    (void)!ledger->driver->gather(ledger->store, NULL, 0);
}
