/* SPDX-License-Identifier: Apache-2.0
 * Who loses power, or has a bad disk: the server, or a terminal with the card in its reader; and the bank beside it. */
#ifndef EPURSE_TESTS_SYSTEM_LOSSY_VICTIM_H
#define EPURSE_TESTS_SYSTEM_LOSSY_VICTIM_H

#include <stdbool.h>

#include "flow_card.h"

/* What tests/system/lossy_disk.c is told. */
struct plan {
  unsigned long at; /* event, from 1 */
  const char *mode;
  unsigned long seed;
  bool no_sync;
};

/* What is done at the terminal. */
struct task {
  bool load;
  int64_t minor;
};

/* What its people were told. */
struct told {
  bool shown;    /* "done", on the display, before the terminal noted that it was */
  bool returned; /* the program ended by itself, with this: */
  enum status status;
  bool confirmed;
  bool receipt; /* written; where the disk refused, it was said that there is none */
  bool struck;  /* it was killed */
};

/* The server on the lossy disk: nothing happens until it is armed. Stop it whether it lives or not. */
void victim_server_start(bool no_sync);
void victim_server_arm(const struct plan *plan);
void victim_server_disarm(void);
/* Waits for its end where it was killed, or ended after a failed sync, else ends it in good order; true: it was
 * killed. */
bool victim_server_stop(void);

/* The task in a process of its own, with what lies below `prefix` on the lossy disk, and the card in this file. */
void victim_till(const struct plan *plan, const char *prefix, const char *card, const struct task *task,
                 struct told *told);
/* How many events the one that ended last had met; 0 where it was killed. */
unsigned long victim_events(void);
/* Whether this process is that one; its main then. */
bool victim_is_till(int argc, char **argv);
int victim_till_main(char **argv);

/* The task here, on a good disk. */
void victim_none(struct flow_card *card, const struct task *task, struct told *told);

/* A bank whose book is a file of its own, so that it outlives whoever charges. */
struct tender *victim_bank(void);

#endif
