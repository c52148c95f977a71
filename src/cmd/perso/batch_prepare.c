/* SPDX-License-Identifier: Apache-2.0
 * The first step of a batch whose cards come as their factory sells them: each is prepared before it is issued. */
#include "batch.h"
#include "epurse/reader.h"
#include "epurse/terminal.h"
#include "preparation.h"

/* A card that is to have an entry does not find it taken after it was changed. */
static bool reserve(struct batch_worker *worker, const uint8_t *chip_serial) {
  struct batch *batch = worker->batch;
  pthread_mutex_lock(&batch->lock);
  bool known = batch_list_of_chip(&batch->list, chip_serial) != NULL;
  size_t free_entries = batch->list.count - batch_list_count(&batch->list, BATCH_BEGUN);
  worker->reserved = !known && free_entries > batch->reserved;
  batch->reserved += worker->reserved;
  bool room = known || worker->reserved;
  pthread_mutex_unlock(&batch->lock);
  return room;
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
  if (status == STATUS_OK && !reserve(worker, prepare.view.serial))
    status = STATUS_CANCELLED;
  else if (status == STATUS_OK && !prepare.was_done)
    status = prepare_run(&prepare, worker->reader);
  if (status != STATUS_OK && status != STATUS_CANCELLED && !personalised)
    worker->refusal = preparation_failure(&prepare, status);
  reader_limit(worker->reader, worker->terminal->answer_seconds);
  crypto_wipe(&prepare, sizeof prepare);
  return personalised ? STATUS_OK : status;
}
