/* SPDX-License-Identifier: Apache-2.0
 * epurse-perso batch: makes the cards of a list, over all readers at once; run again, it goes on where it was. */
#include "verb_batch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/bytes.h"
#include "preparation.h"

#define RESULTS_SUFFIX ".results.csv"

static enum status refuse(const struct terminal_program *self, const char *path, enum status status,
                          const char *problem) {
  if (status == STATUS_READER_BUSY)
    problem = SENTENCE("another run is working with it");
  else if (status == STATUS_KEY_EXPOSED && problem[0] == 0)
    problem = SENTENCE("it can be read by others; chmod 600 it");
  const char *sentence = problem[0] != 0 ? problem : status_sentence(status);
  problem_say_with(self->program->name, sentence, "%s: %s", path, sentence);
  return status;
}

/* "cards.csv" gives "cards.results.csv". */
static char *results_path(const struct terminal_program *self, const char *list) {
  static const char ending[] = ".csv";
  size_t len = strlen(list);
  if (self->results != NULL)
    return strdup(self->results);
  if (len > sizeof ending - 1 && strcmp(list + len - (sizeof ending - 1), ending) == 0)
    len -= sizeof ending - 1;
  char *path = calloc(1, len + sizeof RESULTS_SUFFIX);
  if (path != NULL)
    (void)snprintf(path, len + sizeof RESULTS_SUFFIX, "%.*s%s", (int)len, list, RESULTS_SUFFIX);
  return path;
}

static enum status files_open(struct batch *batch, const char *path) {
  struct terminal_program *self = batch->self;
  char problem[CSV_PROBLEM] = "";
  enum status status = batch_list_read(path, &batch->list, problem);
  if (status != STATUS_OK)
    return refuse(self, path, status, problem);
  if (batch->list.draws_pins && self->pin_out == NULL && !self->verify) {
    problem_say(self->program->name,
                "nobody would learn the PINs that the back-end draws: give --pin-out, or PINs in the list");
    return STATUS_USAGE;
  }
  char *results = results_path(self, path);
  status = results == NULL ? STATUS_NO_MEMORY : batch_results_open(results, &batch->list, &batch->results, problem);
  if (status != STATUS_OK)
    status = refuse(self, results != NULL ? results : path, status, problem);
  free(results);
  if (status == STATUS_OK && self->pin_out != NULL) {
    status = batch_pins_open(self->pin_out, &batch->pins, problem);
    if (status != STATUS_OK)
      status = refuse(self, self->pin_out, status, problem);
  }
  return status;
}

/* Says why that chip keeps its reference; false where it does not. A number that another desk holds may be on a card
 * that is locked already, and can still be issued. */
static bool chip_stays(const struct terminal_program *self, const char *reference, enum status status) {
  if (status == STATUS_CARD_ALREADY_ISSUED)
    fprintf(stderr, translated("%s: %s is issued already: put its card in once more\n"), self->program->name,
            reference);
  if (status == STATUS_OTHER_DESK)
    fprintf(stderr, translated("%s: %s stays as it is: another desk has begun it, and makes it or gives it up\n"),
            self->program->name, reference);
  return status == STATUS_CARD_ALREADY_ISSUED || status == STATUS_OTHER_DESK;
}

/* References whose chips will not come back get other ones: the chips' numbers are given back first. One that is issued
 * all the same stays, and is noted when its card comes; so does one that another desk has begun. */
static enum status chips_drop(struct batch *batch) {
  struct terminal_program *self = batch->self;
  enum status status = STATUS_OK;
  finish_begun(status_sentence(STATUS_UNFINISHED));
  for (size_t i = 0; status == STATUS_OK && i < batch->list.count; i++) {
    struct batch_entry *entry = &batch->list.entries[i];
    uint8_t cid[CID_SIZE];
    if (entry->state != BATCH_BEGUN)
      continue;
    status = personalize_drop(self->terminal, entry->chip_serial, cid);
    bool never = status == STATUS_CHIP_NOT_LISTED; /* or an earlier run gave it up, and could not note that */
    if (chip_stays(self, entry->reference, status)) {
      status = STATUS_OK;
    } else if (status == STATUS_OK || never) {
      entry->state = BATCH_FREE;
      status = batch_results_add(&batch->results, entry, NULL);
    }
  }
  const char *sentence = status_sentence(status == STATUS_OUTCOME_UNKNOWN ? STATUS_UNFINISHED : status);
  if (status != STATUS_OK)
    problem_say_with(self->program->name, sentence, "%s", sentence);
  return status;
}

/* What is to be done, with the files open. */
static void goal_set(struct batch *batch) {
  batch->goal = batch->self->verify ? BATCH_VERIFIED : BATCH_ISSUED;
  batch->total = batch->self->verify ? batch_list_count(&batch->list, BATCH_ISSUED) : batch->list.count;
  batch->before = batch_list_count(&batch->list, batch->goal);
}

/* Nobody has put a card in for as long as --wait says, and none is in work. */
static bool is_idle(const struct batch *batch) {
  int64_t limit = batch->self->wait_seconds; /* without --wait, or without its SECONDS: for ever */
  for (size_t i = 0; i < batch->worker_count; i++)
    if (batch->workers[i].busy)
      return false;
  return limit >= 0 && batch_seconds(&batch->active) > (double)limit;
}

/* Until all workers have ended. A signal has them finish what is in hand. */
static void watch(struct batch *batch, const sigset_t *signals) {
  const struct timespec tick = {0, 250 * 1000 * 1000};
  for (bool working = true; working;) {
    if (sigtimedwait(signals, NULL, &tick) > 0)
      atomic_store(&batch->stop, true);
    pthread_mutex_lock(&batch->lock);
    working = batch->working > 0;
    if (is_idle(batch))
      atomic_store(&batch->stop, true);
    if (working)
      batch_progress(batch, false);
    pthread_mutex_unlock(&batch->lock);
  }
}

static json_t *readers_report(const struct batch *batch) {
  json_t *readers = json_array();
  for (size_t i = 0; i < batch->worker_count; i++)
    json_array_append_new(
        readers, json_pack("{s:s, s:I}", "name", batch->workers[i].name, "done", (json_int_t)batch->workers[i].done));
  return readers;
}

/* What is begun and not finished: the chips, so that the cards can be found. */
static json_t *unfinished_report(const struct batch *batch) {
  json_t *unfinished = json_array();
  for (size_t i = 0; i < batch->list.count; i++) {
    const struct batch_entry *entry = &batch->list.entries[i];
    char serial[2 * CHIP_SERIAL_SIZE + 1];
    if (entry->state == BATCH_FREE || entry->state >= batch->goal ||
        (batch->self->verify && entry->state == BATCH_BEGUN))
      continue;
    bytes_to_hex(entry->chip_serial, CHIP_SERIAL_SIZE, serial);
    terminal_program_print(batch->self, "%s is %s, on the chip %s\n", entry->reference,
                           batch->self->verify ? "not verified" : "begun and not finished", serial);
    json_array_append_new(unfinished, json_pack("{s:s, s:s}", "reference", entry->reference, "chip_serial", serial));
  }
  return unfinished;
}

/* Over all readers: microseconds in which a card was worked on, and those of them that were its own. */
static void time_report(const struct batch *batch, int64_t *work, int64_t *card) {
  *work = *card = 0;
  for (size_t i = 0; i < batch->worker_count; i++) {
    *work += batch->workers[i].work_us;
    *card += batch->workers[i].card_us;
  }
}

static enum status conclude(const struct batch *batch) {
  size_t done = batch->before + batch->done;
  if (done == batch->total)
    return STATUS_OK;
  if (batch->fatal != STATUS_OK)
    return batch->fatal;
  if (done > 0)
    return STATUS_UNFINISHED;
  return batch->trouble != STATUS_OK && batch->trouble != STATUS_CANCELLED ? batch->trouble : STATUS_NO_CARD;
}

static enum status report(struct batch *batch) {
  struct terminal_program *self = batch->self;
  enum status status = conclude(batch);
  double seconds = batch_seconds(&batch->began);
  json_t *unfinished = unfinished_report(batch);
  self->changed = !self->verify && batch->done > 0;
  int64_t work, card;
  time_report(batch, &work, &card);
  terminal_program_print(self, "%zu of %zu cards are %s, %zu of them now, in %.0f s: %.0f an hour\n",
                         batch->before + batch->done, batch->total, self->verify ? "verified" : "made", batch->done,
                         seconds, batch_rate(batch));
  if (card > 0)
    terminal_program_print(self, "%.2f s for a card, %.2f of them in the card and its reader\n",
                           (double)work / 1e6 / (double)batch->done, (double)card / 1e6 / (double)batch->done);
  self->report = json_pack(
      "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "goal", self->verify ? "verified" : "issued", "cards",
      (json_int_t)batch->total, "done_before", (json_int_t)batch->before, "done", (json_int_t)batch->done, "refused",
      (json_int_t)batch->refused, "milliseconds", (json_int_t)(seconds * 1000), "cards_per_hour",
      (json_int_t)batch_rate(batch), "work_milliseconds", (json_int_t)(work / 1000), "card_milliseconds",
      (json_int_t)(card / 1000), "unfinished", unfinished, "readers", readers_report(batch));
  if (status != STATUS_OK)
    problem_say_with(self->program->name, status_sentence(status), "%s", status_sentence(status));
  return status;
}

static enum status run(struct batch *batch) {
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  enum status status = batch_readers_open(batch);
  if (status == STATUS_OK) {
    pthread_sigmask(SIG_BLOCK, &signals, &before); /* the workers inherit it */
    finish_begun(status_sentence(STATUS_UNFINISHED));
    status = batch_start(batch);
    if (status == STATUS_OK)
      watch(batch, &signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  batch_end(batch);
  if (status != STATUS_OK)
    return status;
  batch_progress(batch, true);
  return report(batch);
}

/* With --prepare: read before a card is touched. */
static enum status preparation_take(struct batch *batch, struct preparation *preparation) {
  const struct terminal_program *self = batch->self;
  if (!self->prepare)
    return STATUS_OK;
  if (self->verify || self->check || self->undo || self->lock) {
    problem_say(self->program->name, "--prepare goes with none of --verify, --check, --undo and --lock");
    return STATUS_USAGE;
  }
  enum status status = preparation_open(self, preparation);
  if (status == STATUS_OK)
    status = preparation_begin(self, preparation);
  batch->prepare = &preparation->prepare;
  return status;
}

enum status verb_batch(void *context, char **arguments) {
  struct terminal_program *self = context;
  struct preparation preparation = {.cap = NULL};
  struct batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL)
    return STATUS_NO_MEMORY;
  batch->self = self;
  batch->results.fd = batch->pins.fd = -1;
  batch->trouble = batch->fatal = STATUS_OK;
  pthread_mutex_init(&batch->lock, NULL);
  enum status status = terminal_program_open(self);
  if (status == STATUS_OK)
    status = preparation_take(batch, &preparation);
  if (status == STATUS_OK)
    status = files_open(batch, arguments[0]);
  if (status == STATUS_OK && self->replace && !self->verify)
    status = chips_drop(batch);
  if (status == STATUS_OK) {
    goal_set(batch);
    status = run(batch);
  }
  batch_file_close(&batch->results);
  batch_file_close(&batch->pins);
  batch_list_clear(&batch->list);
  preparation_close(&preparation);
  pthread_mutex_destroy(&batch->lock);
  free(batch);
  return status;
}
