/* SPDX-License-Identifier: Apache-2.0
 * A receipt printer on a port of this machine, with the troubles that printers have. */
#ifndef EPURSE_TESTS_PRINT_PAPER_H
#define EPURSE_TESTS_PRINT_PAPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum paper_mode {
  PAPER_GOOD,     /* answers, and prints */
  PAPER_SILENT,   /* prints, and never answers */
  PAPER_OUT,      /* has no paper */
  PAPER_LID,      /* off-line: its lid is open */
  PAPER_SIMPLE,   /* answers in real time, knows no status in its turn */
  PAPER_RUNS_OUT, /* has paper until it has printed */
  PAPER_STUCK,    /* takes no more than the first bytes */
  PAPER_DROPS     /* hangs up when it is to print */
};

struct paper {
  enum paper_mode mode;
  int listener, port;
  pthread_t thread;
  pthread_mutex_t mutex;
  uint8_t data[8192]; /* what was printed, without the questions; the first of it */
  size_t len;
  atomic_bool over;
};

void paper_start(struct paper *paper, enum paper_mode mode);
void paper_stop(struct paper *paper);

#endif
