/* SPDX-License-Identifier: Apache-2.0
 * The workers of a batch: each waits for a card, makes it, has it taken out, and waits for the next one. */
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "batch.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/bytes.h"
#include "epurse/crypto.h"
#include "epurse/terminal.h"

#define RETRY_SECONDS 2   /* between two tries while the back-end does not answer */
#define LOSSES_MAX    3   /* tries with a card that gets lost and is there all the same */
#define STAY_MS       600 /* until pcscd has noticed that a card is gone */

/* ---- what personalization asks the desk ---- */

/* struct issue_desk: which entry the chip is for. The intent is durable before anything of the card is changed, so that
 * the same chip is the same entry's whatever comes. */
static enum status take_entry(struct batch *batch, struct batch_worker *worker, const uint8_t *chip_serial,
                              bool locked) {
  struct batch_entry *entry = batch_list_of_chip(&batch->list, chip_serial);
  if (entry != NULL && entry->state >= BATCH_ISSUED)
    return STATUS_CARD_ALREADY_ISSUED;
  if (entry == NULL && locked)
    return STATUS_CARD_ALREADY_ISSUED; /* not of this batch */
  if (entry == NULL) {
    entry = batch_list_free_entry(&batch->list);
    if (entry == NULL)
      return STATUS_CANCELLED;
    memcpy(entry->chip_serial, chip_serial, CHIP_SERIAL_SIZE);
    entry->state = BATCH_BEGUN;
    entry->fresh = true;
    enum status status = batch_results_add(&batch->results, entry, NULL);
    if (status != STATUS_OK) {
      entry->state = BATCH_FREE;
      return status;
    }
    batch_release(worker);
  }
  worker->entry = entry;
  return STATUS_OK;
}

static enum status desk_begin(void *context, const uint8_t chip_serial[CHIP_SERIAL_SIZE], bool locked,
                              char pin[PIN_MAX + 1]) {
  struct batch_worker *worker = context;
  struct batch *batch = worker->batch;
  pthread_mutex_lock(&batch->lock);
  enum status status = take_entry(batch, worker, chip_serial, locked);
  if (status == STATUS_OK)
    memcpy(pin, worker->entry->pin, sizeof worker->entry->pin);
  pthread_mutex_unlock(&batch->lock);
  return status;
}

/* A PIN that the server drew is in the file before it is on a card. */
static enum status desk_keep(void *context, const uint8_t cid[CID_SIZE], const char *pin) {
  struct batch_worker *worker = context;
  struct batch *batch = worker->batch;
  if (worker->entry->pin[0] != 0)
    return STATUS_OK;
  pthread_mutex_lock(&batch->lock);
  enum status status = batch_pins_add(&batch->pins, worker->entry, cid, pin);
  pthread_mutex_unlock(&batch->lock);
  return status;
}

/* ---- one card ---- */

/* Nothing is wrong with the card: the same again in a moment. */
static bool is_passing(enum status status) {
  return status == STATUS_NO_SERVER || status == STATUS_OUTCOME_UNKNOWN || status == STATUS_OVERLOADED ||
         status == STATUS_TOO_MANY_REQUESTS || status == STATUS_LEDGER_BUSY || status == STATUS_TIMEOUT;
}

/* No card can be made any more. */
static bool is_fatal(enum status status) {
  switch (status) {
  case STATUS_POOL_EMPTY:
  case STATUS_DESK_QUOTA:
  case STATUS_NOT_PERMITTED:
  case STATUS_TERMINAL_REVOKED:
  case STATUS_TERMINAL_REPLACED:
  case STATUS_CLOCK_OFF:
  case STATUS_STORE_FAILED:
  case STATUS_NO_MEMORY:
  case STATUS_BAD_KEY:
  case STATUS_PCSC_DENIED:
    return true;
  default:
    return false;
  }
}

/* The card was taken out, or lost its power: whose it is stands in the results. */
static bool is_loss(enum status status) {
  return status == STATUS_NO_CARD || status == STATUS_CARD_LOST || status == STATUS_CARD_RESET ||
         status == STATUS_CARD_SILENT || status == STATUS_CARD_MUTE || status == STATUS_CHANNEL_BROKEN;
}

/* The card has come as far as it is to come. */
static void card_done(struct batch *batch, struct batch_worker *worker, const struct issue *issue,
                      const uint8_t cid[CID_SIZE]) {
  char number[2 * CID_SIZE + 1];
  struct batch_entry *entry = worker->entry;
  enum batch_state before = entry->state;
  memcpy(entry->cid, cid, sizeof entry->cid);
  entry->state = batch->goal;
  enum status status = batch_results_add(&batch->results, entry, issue->expiry);
  if (status != STATUS_OK) { /* the next run finds it issued, and notes it then */
    entry->state = before;
    batch->fatal = status;
    atomic_store(&batch->stop, true);
    return;
  }
  batch->done++;
  worker->done++;
  cid_print(cid, number);
  batch_say(batch, worker,
            batch->goal == BATCH_VERIFIED ? SENTENCE("%s is card %s, verified; take it out")
                                          : SENTENCE("%s is card %s; take it out"),
            entry->reference, number);
}

static void same_back_say(struct batch *batch, const struct batch_worker *worker, const struct batch_entry *entry) {
  batch_say(batch, worker, "%s is not finished; put the same card back, into any reader", entry->reference);
}

/* One that was pulled is put back; one that fell silent where that has a meaning of its own may be a chip of which none
 * will be made. */
static void unprepared_say(struct batch *batch, const struct batch_worker *worker, enum status status) {
  if (worker->refusal != NULL && strcmp(worker->refusal, status_sentence(status)) != 0)
    batch_say(batch, worker, "this card is not prepared to the end: %s", translated(worker->refusal));
  else
    batch_say(batch, worker, "this card is not prepared to the end; put the same card back, into any reader");
}

/* `tries_left`: with STATUS_WRONG_PIN. */
static void card_failed(struct batch *batch, struct batch_worker *worker, enum status status, unsigned tries_left) {
  batch->trouble = status;
  if (is_fatal(status)) {
    batch->fatal = status;
    atomic_store(&batch->stop, true);
  }
  if (worker->entry != NULL && is_loss(status)) {
    same_back_say(batch, worker, worker->entry);
  } else if (worker->entry != NULL && status == STATUS_WRONG_PIN) {
    batch_say(batch, worker,
              "%s is not finished: an earlier run locked its card with another PIN than the list has now; "
              "write that one there and run again (%u tries left)",
              worker->entry->reference, tries_left);
  } else if (worker->entry != NULL) {
    batch_say(batch, worker, "%s is not finished: %s", worker->entry->reference, translated_status(status));
  } else if (status == STATUS_CANCELLED) {
    batch_say(batch, worker,
              batch->goal == BATCH_VERIFIED
                  ? SENTENCE("this card is verified already; take it out")
                  : SENTENCE("every card of the list has its chip already; take this one out, as it is"));
  } else if (is_loss(status) && worker->reserved) {
    unprepared_say(batch, worker, status);
  } else if (is_loss(status)) {
    batch_say(batch, worker, "the card was taken out before anything was done with it, or has no contact");
  } else {
    batch->refused++;
    batch_say(batch, worker, "not a card for this: %s; take it out",
              worker->refusal != NULL ? translated(worker->refusal) : translated_status(status));
  }
}

/* A raw chip to which the server gives no number: nothing of the card was changed, and its entry is any other chip's.
 * But a number that is another desk's, or issued, may be this very entry's, where an earlier run has begun it. */
static bool is_turned_away(const struct batch_worker *worker, enum status status, const struct outcome *outcome) {
  static const uint8_t none[CID_SIZE] = {0};
  bool others = status == STATUS_OTHER_DESK || status == STATUS_CARD_ALREADY_ISSUED;
  return worker->entry != NULL && !outcome->finished_before && memcmp(outcome->cid, none, CID_SIZE) == 0 &&
         (status == STATUS_CHIP_NOT_LISTED || (others && worker->entry->fresh));
}

static void entry_free(struct batch *batch, struct batch_worker *worker) {
  struct batch_entry *entry = worker->entry;
  entry->state = BATCH_FREE;
  enum status status = batch_results_add(&batch->results, entry, NULL);
  if (status == STATUS_OK) {
    worker->entry = NULL;
    return;
  }
  entry->state = BATCH_BEGUN;
  batch->fatal = status;
  atomic_store(&batch->stop, true);
}

/* A finished card, met once more: it must be the one that the results name. */
static enum status card_check(struct batch_worker *worker, struct issue *issue, struct outcome *outcome) {
  struct batch *batch = worker->batch;
  enum status status = personalize_check(worker->terminal, worker->reader, issue, outcome);
  if (status != STATUS_OK)
    return status;
  pthread_mutex_lock(&batch->lock);
  struct batch_entry *entry = batch_list_of_chip(&batch->list, issue->chip_serial);
  if (entry == NULL || entry->state == BATCH_BEGUN)
    status = STATUS_NOT_FOUND;
  else if (memcmp(entry->cid, outcome->cid, CID_SIZE) != 0)
    status = STATUS_BAD_REPLY;
  else if (entry->state == BATCH_VERIFIED)
    status = STATUS_CANCELLED; /* again: nothing to be noted */
  else
    worker->entry = entry;
  pthread_mutex_unlock(&batch->lock);
  return status;
}

/* A card that is to be made, from as far as it has come. */
static enum status card_make(struct batch_worker *worker, struct issue *issue, struct outcome *outcome) {
  enum status status = worker->batch->prepare != NULL ? batch_prepare(worker) : STATUS_OK;
  return status == STATUS_OK ? personalize_run(worker->terminal, worker->reader, issue, NULL, outcome) : status;
}

/* One try with the card that is in the reader. */
static enum status card_try(struct batch_worker *worker, struct issue *issue, struct outcome *outcome) {
  struct timespec began;
  int64_t card_us = worker->reader->card_us;
  pthread_mutex_lock(&worker->batch->lock);
  worker->entry = NULL; /* it may be another card than a moment ago */
  batch_release(worker);
  pthread_mutex_unlock(&worker->batch->lock);
  clock_gettime(CLOCK_MONOTONIC, &began);
  enum status status =
      worker->batch->goal == BATCH_VERIFIED ? card_check(worker, issue, outcome) : card_make(worker, issue, outcome);
  crypto_wipe(issue->pin, sizeof issue->pin);
  if (status == STATUS_OK) {
    worker->work_us += (int64_t)(batch_seconds(&began) * 1e6);
    worker->card_us += worker->reader->card_us - card_us;
  }
  return status;
}

/* Notes how a try ended; whether it is to be tried again. The caller holds the lock. */
static bool card_finish(struct batch_worker *worker, enum status status, const struct issue *issue,
                        const struct outcome *outcome) {
  struct batch *batch = worker->batch;
  bool again = false;
  if (is_turned_away(worker, status, outcome))
    entry_free(batch, worker);
  /* Ours, and the server knows it as issued: an earlier run was cut off before it could note that. */
  bool noted = status == STATUS_CARD_ALREADY_ISSUED && worker->entry != NULL && outcome->finished_before;
  if (status == STATUS_OK || noted)
    card_done(batch, worker, issue, outcome->cid);
  else if (is_passing(status) && !atomic_load(&batch->stop))
    again = true;
  else
    card_failed(batch, worker, status, outcome->tries_left);
  if (again)
    batch->trouble = status;
  worker->entry = NULL;
  batch_release(worker);
  return again;
}

/* A card that is still there after it was lost had a bad contact: it need not be taken out. */
static bool card_stays(const struct batch_worker *worker) {
  static const struct timespec pause = {0, STAY_MS * 1000000L};
  nanosleep(&pause, NULL);
  return reader_wait(worker->reader, true, 0) == STATUS_OK;
}

/* Makes the card that is in the reader, or meets it, as often as it takes. */
static void card_work(struct batch_worker *worker) {
  struct batch *batch = worker->batch;
  const struct issue_desk desk = {worker, desk_begin, desk_keep};
  const struct batch_entry *lost = NULL;
  bool said = false;
  for (unsigned losses = 0;;) {
    struct issue issue = {.pin = "", .desk = &desk, .no_deposit = worker->batch->self->no_deposit};
    struct outcome outcome = {.tries_left = 0};
    enum status status = card_try(worker, &issue, &outcome);
    if (is_loss(status) && losses++ < LOSSES_MAX && card_stays(worker)) {
      lost = worker->entry != NULL ? worker->entry : lost;
      continue;
    }
    pthread_mutex_lock(&batch->lock);
    if (lost != NULL && lost != worker->entry) /* another card is there in its place */
      same_back_say(batch, worker, lost);
    lost = NULL;
    bool again = card_finish(worker, status, &issue, &outcome);
    if (again && !said)
      batch_say(batch, worker, "%s; trying again", translated_status(status));
    pthread_mutex_unlock(&batch->lock);
    if (!again)
      return;
    said = true;
    (void)sleep(RETRY_SECONDS);
  }
}

/* ---- a reader ---- */

/* Whether there is anything left for a further card: one to be begun, or one to be finished. */
static bool is_work_left(struct batch *batch) {
  pthread_mutex_lock(&batch->lock);
  bool left = batch_list_count(&batch->list, batch->goal) < batch->total;
  pthread_mutex_unlock(&batch->lock);
  return left && !atomic_load(&batch->stop);
}

/* Waits for a card to come or go, a second at a time. A reader that is gone may be plugged in again. */
static bool wait_card(struct batch_worker *worker, bool present) {
  struct batch *batch = worker->batch;
  bool said = false;
  while (is_work_left(batch)) {
    enum status status = reader_wait(worker->reader, present, 1);
    if (status == STATUS_OK)
      return true;
    if (status == STATUS_CANCELLED)
      atomic_store(&batch->stop, true);
    if (status == STATUS_TIMEOUT || status == STATUS_CANCELLED)
      continue;
    pthread_mutex_lock(&batch->lock);
    batch->trouble = status;
    if (!said)
      batch_say(batch, worker, "%s", translated_status(status));
    pthread_mutex_unlock(&batch->lock);
    said = true;
    (void)sleep(1);
  }
  return false;
}

/* A card has come in, or is done with. */
static void hand_set(struct batch_worker *worker, bool busy) {
  pthread_mutex_lock(&worker->batch->lock);
  worker->busy = busy;
  clock_gettime(CLOCK_MONOTONIC, &worker->batch->active);
  pthread_mutex_unlock(&worker->batch->lock);
}

static void *worker_run(void *argument) {
  struct batch_worker *worker = argument;
  struct batch *batch = worker->batch;
  while (wait_card(worker, true)) {
    hand_set(worker, true);
    card_work(worker);
    hand_set(worker, false);
    if (!wait_card(worker, false))
      break;
  }
  pthread_mutex_lock(&batch->lock);
  batch->working--;
  pthread_mutex_unlock(&batch->lock);
  return NULL;
}

/* ---- all of them ---- */

static bool reader_wanted(const struct batch *batch, const struct reader_row *row) {
  const char *spec = batch->self->reader_spec;
  char part[READER_NAME_MAX];
  if (spec == NULL || spec[0] == 0)
    return true;
  size_t len = strnlen(spec, READER_NAME_MAX / 4);
  bytes_to_text(spec, len, part); /* as the row has it */
  return spec[len] == 0 && bytes_text_has(row->name, part);
}

static void worker_refuse(const struct batch *batch, const char *name, enum status status, const char *problem) {
  char text[640];
  (void)snprintf(text, sizeof text, "%s%s%s", status_sentence(status), problem[0] != 0 ? ": " : "", problem);
  problem_say_with(batch->self->program->name, text, "%s: %s", name, text);
}

static enum status worker_open(struct batch *batch, const struct reader_row *row) {
  struct batch_worker *worker = &batch->workers[batch->worker_count];
  char problem[512] = "", spec[16];
  (void)snprintf(worker->name, sizeof worker->name, "%s", row->name);
  (void)snprintf(spec, sizeof spec, "#%u", row->index);
  worker->batch = batch;
  enum status status = terminal_open(batch->self->config, &worker->terminal, problem);
  if (status == STATUS_OK)
    status = reader_open_pcsc(spec, &worker->reader, problem);
  if (status == STATUS_OK)
    reader_limit(worker->reader, worker->terminal->answer_seconds);
  if (status != STATUS_OK)
    worker_refuse(batch, row->name, status, problem);
  batch->worker_count++; /* so that batch_end closes what is open of it */
  return status;
}

/* There may be some, and none is the one that is meant. */
static void say_no_reader(const struct batch *batch, enum status status, const struct reader_row *rows, size_t count) {
  const char *program = batch->self->program->name;
  char there[512] = "";
  size_t len = 0;
  for (size_t i = 0; status == STATUS_NO_READER && i < count && len < sizeof there; i++)
    len += (size_t)snprintf(there + len, sizeof there - len, "%s#%u \"%s\"", i > 0 ? ", " : "", rows[i].index,
                            rows[i].name);
  if (there[0] != 0 && batch->self->reader_spec != NULL)
    problem_say(program, "no reader matches '%s'; there are: %s", batch->self->reader_spec, there);
  else
    problem_say_with(program, status_sentence(status), "%s", status_sentence(status));
}

enum status batch_readers_open(struct batch *batch) {
  struct reader_row rows[2 * BATCH_READERS_MAX];
  size_t count = 0;
  enum status status = reader_list(rows, sizeof rows / sizeof rows[0], &count);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    if (reader_wanted(batch, &rows[i]) && batch->worker_count < BATCH_READERS_MAX)
      status = worker_open(batch, &rows[i]);
  if (status == STATUS_OK && batch->worker_count == 0)
    status = STATUS_NO_READER;
  if (batch->worker_count == 0)
    say_no_reader(batch, status, rows, count);
  return status;
}

/* Signals are for the thread that shows the progress; a worker that waits for a card takes them too (reader_wait). */
enum status batch_start(struct batch *batch) {
  clock_gettime(CLOCK_MONOTONIC, &batch->began);
  batch->active = batch->began;
  for (size_t i = 0; i < batch->worker_count; i++) {
    struct batch_worker *worker = &batch->workers[i];
    pthread_mutex_lock(&batch->lock);
    worker->started = pthread_create(&worker->thread, NULL, worker_run, worker) == 0;
    batch->working += worker->started;
    pthread_mutex_unlock(&batch->lock);
  }
  return batch->working > 0 || !is_work_left(batch) ? STATUS_OK : STATUS_NO_MEMORY;
}

void batch_end(struct batch *batch) {
  for (size_t i = 0; i < batch->worker_count; i++) {
    struct batch_worker *worker = &batch->workers[i];
    if (worker->started)
      (void)pthread_join(worker->thread, NULL);
    if (worker->reader != NULL)
      reader_close(&worker->reader);
    if (worker->terminal != NULL)
      terminal_close(&worker->terminal);
  }
}
