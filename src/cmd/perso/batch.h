/* SPDX-License-Identifier: Apache-2.0
 * A batch at work: one list, and a worker for each card reader, each with a PC/SC context, a line to the back-end and a
 * handle of the journal of its own. What they share is under one lock. */
#ifndef EPURSE_CMD_BATCH_H
#define EPURSE_CMD_BATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "batch_file.h"
#include "batch_list.h"
#include "epurse/reader.h"

struct prepare;
struct reader;
struct terminal;
struct terminal_program;

#define BATCH_READERS_MAX 16

struct batch;

struct batch_worker {
  struct batch *batch;
  pthread_t thread;
  bool started;
  char name[READER_NAME_MAX]; /* of the reader */
  struct terminal *terminal;
  struct reader *reader;
  bool busy;                 /* a card is in hand, before and after it has its entry too */
  struct batch_entry *entry; /* in hand, or NULL */
  bool reserved;             /* it holds one of `reserved` */
  const char *refusal;       /* what preparing the card was refused with, or NULL */
  size_t done;               /* by this reader in this run */
  int64_t work_us, card_us;  /* microseconds spent on these cards, and what of it was in the reader and the card */
};

struct batch {
  struct terminal_program *self;
  pthread_mutex_t lock; /* for everything below */
  struct batch_list list;
  const struct prepare *prepare; /* how a fresh card is prepared first; NULL: cards come prepared */
  size_t reserved;               /* entries that no chip has, kept for cards that are being prepared */
  struct batch_file results, pins;
  struct batch_worker workers[BATCH_READERS_MAX];
  size_t worker_count, working; /* threads that have not ended */
  enum batch_state goal;        /* ISSUED, or VERIFIED: cards are only met */
  size_t total;                 /* how many are to come that far */
  size_t done, before;          /* in this run; by earlier ones */
  size_t refused;               /* cards that were none to be made here */
  enum status trouble;          /* the last thing that went wrong with a card, or STATUS_OK */
  enum status fatal;            /* what ended the run for all, or STATUS_OK */
  struct timespec began;        /* monotonic */
  struct timespec active;       /* when a card was last put in or finished */
  atomic_bool stop;             /* finish the cards in hand, take no further ones */
};

/* batch_prepare.c */

/* Prepares the card in the reader where it is not yet a raw purse card, and an entry is free for it, or its chip has
 * one. STATUS_OK: it is raw now, or none that was to be prepared; STATUS_CANCELLED: no entry is left, the card is as it
 * was; else what went wrong, in words in worker->refusal. */
enum status batch_prepare(struct batch_worker *worker) EPURSE_MUST_USE;
/* The card has its entry, or gets none any more. The caller holds the lock. */
void batch_release(struct batch_worker *worker);

/* batch_work.c */

/* Opens every reader that fits --reader. STATUS_NO_READER, what terminal_open and reader_open_pcsc say; said on stderr
 * already. */
enum status batch_readers_open(struct batch *batch) EPURSE_MUST_USE;
/* Starts the workers, which end when the list does or `stop` is set. STATUS_NO_MEMORY where not one could be started.
 */
enum status batch_start(struct batch *batch) EPURSE_MUST_USE;
/* Waits for them and closes what batch_readers_open has opened. */
void batch_end(struct batch *batch);

/* batch_progress.c: people see how far it is. The caller holds the lock. */

/* A sentence of its own line about one reader. */
void batch_say(struct batch *batch, const struct batch_worker *worker, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The line with the bar, drawn anew at a terminal; elsewhere a line now and then, or where `last`. */
void batch_progress(struct batch *batch, bool last);
double batch_seconds(const struct timespec *since);
/* Cards per hour of this run; 0 while nothing is done. */
double batch_rate(const struct batch *batch);

#endif
