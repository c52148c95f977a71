/* SPDX-License-Identifier: Apache-2.0
 * The first step of a batch whose cards come as their factory sells them: each is prepared before it is issued. */
#include "batch.h"
#include "epurse/reader.h"
#include "epurse/sentence.h"
#include "epurse/terminal.h"
#include "preparation.h"

/* A card that is to have an entry does not find it taken after it was changed. STATUS_CANCELLED: none is left;
 * STATUS_CARD_ALREADY_ISSUED: its chip has the number of one that has its card. */
static enum status reserve(struct batch_worker *worker, const uint8_t *chip_serial) {
  struct batch *batch = worker->batch;
  pthread_mutex_lock(&batch->lock);
  const struct batch_entry *known = batch_list_of_chip(&batch->list, chip_serial);
  bool twin = known != NULL && known->state >= BATCH_ISSUED;
  size_t free_entries = batch->list.count - batch_list_count(&batch->list, BATCH_BEGUN);
  worker->reserved = known == NULL && free_entries > batch->reserved;
  batch->reserved += worker->reserved;
  bool room = known != NULL || worker->reserved;
  pthread_mutex_unlock(&batch->lock);
  return twin ? STATUS_CARD_ALREADY_ISSUED : room ? STATUS_OK : STATUS_CANCELLED;
}

void batch_release(struct batch_worker *worker) {
  worker->batch->reserved -= worker->reserved;
  worker->reserved = false;
}

enum status batch_prepare(struct batch_worker *worker) {
  struct prepare prepare = *worker->batch->prepare;
  prepare.batch_key = worker->terminal->batch_key;
  worker->refusal = NULL;
  reader_limit(worker->reader, PREPARATION_SECONDS);
  enum status status = reader_connect(worker->reader);
  if (status == STATUS_OK)
    status = prepare_look(&prepare, worker->reader);
  bool personalised = status == STATUS_CARD_ALREADY_ISSUED; /* perhaps by an earlier run: issuing says */
  enum status reserved = status == STATUS_OK ? reserve(worker, prepare.view.serial) : STATUS_OK;
  if (reserved != STATUS_OK)
    status = reserved;
  else if (status == STATUS_OK && !prepare.was_done)
    status = prepare_run(&prepare, worker->reader);
  if (reserved == STATUS_CARD_ALREADY_ISSUED)
    worker->refusal = SENTENCE(
        "its chip has the number of a card of the list that is made: it was left as it is; its seller may exchange it");
  else if (status != STATUS_OK && status != STATUS_CANCELLED && !personalised)
    worker->refusal = preparation_failure(&prepare, status);
  reader_limit(worker->reader, worker->terminal->answer_seconds);
  crypto_wipe(&prepare, sizeof prepare);
  return personalised ? STATUS_OK : status;
}
