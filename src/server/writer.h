/* SPDX-License-Identifier: Apache-2.0
 * The one thread that works with the ledger: it runs the steps of all others, and commits many of them at once.
 *
 * A disk takes a few thousand commits a second however little is in each. So what waits is committed together, each
 * step for itself inside (docs/ledger.md), and acknowledged when the disk has it. */
#ifndef EPURSE_SERVER_WRITER_H
#define EPURSE_SERVER_WRITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "epurse/ledger.h"

struct metrics;

#define WRITER_GROUP_MAX 128

struct writer_options {
  size_t group;     /* steps of one commit at most, 1 to WRITER_GROUP_MAX */
  bool shared;      /* as ledger_shared says: readings of many requests are asked for together */
  unsigned wait_us; /* how long a group waits for more, microseconds; only where the one before had company */
  struct metrics *metrics;
};

struct writer;

/* Takes *ledger over, which becomes NULL, and starts the thread. STATUS_NO_MEMORY, STATUS_BAD_FORMAT (group): the
 * ledger stays the caller's. */
enum status writer_open(const struct writer_options *options, struct ledger **ledger,
                        struct writer **writer) EPURSE_MUST_USE;

/* Runs a step as ledger_transact does, on the writer's thread, and waits for it: STATUS_OK means that it is committed
 * and durable. From any thread but the writer's. */
enum status writer_transact(struct writer *writer, ledger_step *step, void *context) EPURSE_MUST_USE;

/* The same with what its step will look at (ledger.h). One that names several cards comes after the others that
 * wait, and is not committed with too many of its kind. */
enum status writer_transact_job(struct writer *writer, const struct ledger_job *job) EPURSE_MUST_USE;

/* Runs what only reads, between two commits: it sees nothing that is not durable. The answer is the step's. */
enum status writer_read(struct writer *writer, ledger_step *step, void *context) EPURSE_MUST_USE;

/* The same for a look at a row or two: on the caller's thread, where nobody is at work and the ledger is not shared. */
enum status writer_read_job(struct writer *writer, const struct ledger_job *job) EPURSE_MUST_USE;

/* STATUS_OK where the store has failed no step; since it has, what it says of one more, which changes nothing. From any
 * thread but the writer's. */
enum status writer_try(struct writer *writer) EPURSE_MUST_USE;

/* Whether nothing more is written before the ledger has been opened anew (ledger_unsure). From any thread. */
bool writer_lost(const struct writer *writer);

/* What it holds at the moment, for whoever asks why something takes so long; from any thread. */
struct writer_state {
  size_t readings, steps; /* that were handed in and not begun */
  bool idle;              /* it waits and was not called */
};
struct writer_state writer_look(struct writer *writer) EPURSE_MUST_USE;

/* The ledger itself, for a caller who knows that nobody else uses it now: tests. */
struct ledger *writer_ledger(struct writer *writer);

/* Starts a thread that no signal comes to: signals are the event loop's. */
bool writer_thread(pthread_t *thread, void *(*run)(void *), void *context) EPURSE_MUST_USE;

/* Runs what was handed in, ends the thread, checkpoints and closes the ledger; *writer becomes NULL. NULL is fine. */
void writer_close(struct writer **writer);

#endif
