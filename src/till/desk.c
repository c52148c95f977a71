/* SPDX-License-Identifier: Apache-2.0
 * Questions to the till: what became of a reference, what was done today, a receipt once more. Answered beside the
 * thread, by a second view of journal and server, so that a sale that waits for its card keeps nobody waiting. */
#include <string.h>
#include <time.h>

#include "epurse/journal.h"
#include "epurse/terminal.h"
#include "epurse/terminal_count.h"
#include "epurse/till_journal.h"
#include "epurse/till_shift.h"
#include "till_state.h"

/* ---- of this life, from memory ---- */

/* In this life, by a request of its own. */
static bool was_done(const struct till_result *row) {
  return !row->held && (row->status == STATUS_OK || row->status == STATUS_UNREPORTED);
}

bool till_remembered(const struct till *till, const char *reference, bool standing, struct till_result *result) {
  if (!standing && till->current.running && strcmp(till->current.reference, reference) == 0) {
    *result = till->current;
    return true;
  }
  uint64_t oldest = till->result_count > TILL_RESULTS ? till->result_count - TILL_RESULTS : 0;
  const struct till_result *found = NULL;
  for (uint64_t n = till->result_count; n > oldest; n--) {
    const struct till_result *row = &till->results[(n - 1) % TILL_RESULTS];
    if (strcmp(row->reference, reference) != 0 || (standing && (row->unnamed || !(row->held || was_done(row)))))
      continue;
    if (found == NULL || was_done(row))
      found = row;
    if (!standing || was_done(row))
      break;
  }
  if (found != NULL)
    *result = *found;
  return found != NULL;
}

enum status till_last(struct till *till, struct till_result *result) {
  pthread_mutex_lock(&till->mutex);
  bool any = till->current.kind != 0;
  *result = till->current;
  pthread_mutex_unlock(&till->mutex);
  return any ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status till_finish(struct till *till, const char *reference, int milliseconds, struct till_result *result) {
  int64_t until = till_now() + milliseconds;
  pthread_mutex_lock(&till->mutex);
  bool known = till_remembered(till, reference, false, result);
  while (known && result->running && till_wait_until(till, until))
    known = till_remembered(till, reference, false, result);
  pthread_mutex_unlock(&till->mutex);
  return known ? STATUS_OK : STATUS_NOT_FOUND;
}

/* ---- of the journal, and the server ---- */

/* `here`: of the journal only, and without waiting for anybody who asks the server. */
static enum status recalled(struct till *till, bool here, const char *reference, struct till_result *result) {
  uint8_t type = 0;
  enum status status = STATUS_TILL_BUSY;
  if (!here)
    pthread_mutex_lock(&till->desk_mutex);
  else if (pthread_mutex_trylock(&till->desk_mutex) != 0)
    return status;
  if (till->desk != NULL)
    status = here ? reference_look(till->desk, reference, &result->outcome, &type)
                  : reference_status(till->desk, reference, &result->outcome, &type);
  pthread_mutex_unlock(&till->desk_mutex);
  result->owed = result->outcome.owed;
  result->kind = till_kind_of(type);
  result->points = type == TRANSACTION_POINTS_PURCHASE;
  result->ask_pin = result->kind == TILL_SALE;
  memcpy(result->reference, reference, strlen(reference) + 1);
  switch (status) {
  case STATUS_OK:
  case STATUS_DECLINED:
  case STATUS_REFERENCE_HELD:
  case STATUS_LOAD_UNSETTLED:
  case STATUS_TENDER_UNKNOWN:
    result->status = status;
    result->step = TILL_DONE;
    result->held = status != STATUS_OK && status != STATUS_DECLINED;
    return STATUS_OK;
  case STATUS_READER_BUSY: /* a card is at work, and has the journal */
    return STATUS_TILL_BUSY;
  default:
    return status;
  }
}

/* That the name stands for something, and not for what. */
static bool names_another(enum status status) {
  return status == STATUS_REFERENCE_USED || status == STATUS_REFERENCE_DONE;
}

/* Whether what was done in this life is what journal or server tell of: it knows more of it, as what was left to
 * pay. */
static bool is_of(const struct till_result *stood, const struct till_result *asked) {
  return was_done(stood) && asked->status == STATUS_OK && stood->outcome.number == asked->outcome.number &&
         stood->outcome.atc == asked->outcome.atc;
}

/* What a request was refused for says nothing of what was done or begun under its name before, so journal and server
 * are asked; what it was is told where nothing was. Of a refund that is owed to its card the server knows the name. */
static enum status told(struct till *till, bool here, const char *reference, struct till_result *result) {
  struct till_result asked = {.running = false}, stood;
  *result = asked;
  if (!reference_valid(reference))
    return STATUS_BAD_FORMAT;
  pthread_mutex_lock(&till->mutex);
  bool known = till_remembered(till, reference, false, result);
  bool stands = till_remembered(till, reference, true, &stood);
  pthread_mutex_unlock(&till->mutex);
  bool settled = known && was_done(result) && (result->outcome.confirmed || result->owed);
  if (known && (result->running || result->unnamed || settled))
    return STATUS_OK;
  enum status status = recalled(till, here, reference, &asked);
  if (status == STATUS_SETTLED_ELSEWHERE)
    return status;
  bool none = status == STATUS_NOT_FOUND || (status == STATUS_OK && asked.status == STATUS_DECLINED);
  if (stands && (none ? stood.owed : status != STATUS_OK)) {
    *result = stood;
  } else if (status == STATUS_OK && !(none && known && !result->held)) {
    *result = stands && is_of(&stood, &asked) ? stood : asked;
    result->outcome.confirmed = asked.outcome.confirmed;
  } else if (!known || (!none && names_another(result->status))) {
    return status;
  }
  return STATUS_OK;
}

enum status till_status(struct till *till, const char *reference, struct till_result *result) {
  return told(till, false, reference, result);
}

enum status till_look(struct till *till, const char *reference, struct till_result *result) {
  return told(till, true, reference, result);
}

enum status till_receipt(struct till *till, int64_t number, struct outcome *outcome, struct receipt_copy *receipt) {
  pthread_mutex_lock(&till->desk_mutex);
  enum status status = till->desk == NULL ? STATUS_TILL_BUSY : receipt_again(till->desk, number, outcome, receipt);
  pthread_mutex_unlock(&till->desk_mutex);
  return status;
}

/* ---- totals ---- */

static void total_add(struct till_total *total, const struct count_sum *sum) {
  total->count += (unsigned)sum->count;
  total->amount += sum->amount;
}

void till_totals_take(const struct count *count, struct till_totals *totals) {
  total_add(&totals->kinds[TILL_SALE], &count->kinds[COUNT_SALE_PIN]);
  total_add(&totals->kinds[TILL_SALE], &count->kinds[COUNT_SALE_NO_PIN]);
  total_add(&totals->kinds[TILL_SALE], &count->kinds[COUNT_SALE_OFFLINE]);
  total_add(&totals->offline, &count->kinds[COUNT_SALE_OFFLINE]);
  total_add(&totals->points, &count->kinds[COUNT_SALE_POINTS]);
  total_add(&totals->kinds[TILL_REFUND], &count->kinds[COUNT_REFUND]);
  for (size_t i = 0; i < count->load_count; i++)
    total_add(&totals->kinds[TILL_LOAD], &count->loads[i].sum);
  total_add(&totals->kinds[TILL_PAYOUT], &count->kinds[COUNT_PAYOUT_CASH]);
  total_add(&totals->kinds[TILL_PAYOUT], &count->kinds[COUNT_PAYOUT_TRANSFER]);
  total_add(&totals->waiting, &count->waiting);
  totals->held += (unsigned)count->open.count;
}

enum status till_totals(struct till *till, int64_t since, struct till_totals *totals) {
  struct journal_entry entry = {.id = 0};
  struct count count = {0};
  enum status status = STATUS_TILL_BUSY;
  *totals = (struct till_totals){.since = since, .until = (int64_t)time(NULL)};
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL)
    status = journal_next_any(till->desk->journal, 0, &entry);
  for (; status == STATUS_OK; status = journal_next_any(till->desk->journal, entry.id, &entry))
    if (entry.time >= since)
      count_add(&count, &entry);
  pthread_mutex_unlock(&till->desk_mutex);
  till_totals_take(&count, totals);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
