/* SPDX-License-Identifier: Apache-2.0
 * What epursed.conf says, read and checked. */
#ifndef EPURSE_SERVER_CONFIGURATION_H
#define EPURSE_SERVER_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/command.h"
#include "epurse/status.h"
#include "http/log.h"

#define CONFIGURATION_PATH_MAX 1024
#define CONFIGURATION_FILE     "epursed.conf"

struct configuration {
  char folder[CONFIGURATION_PATH_MAX]; /* of the file: keys and certificates stand in it */
  char host[256], port[8];
  char port_file[CONFIGURATION_PATH_MAX];       /* "": none */
  char store[CONFIGURATION_PATH_MAX];           /* of the ledger: a path or a URL, see ledger_open */
  char passphrase_file[CONFIGURATION_PATH_MAX]; /* "": none */
  uint16_t currency;                            /* ISO 4217 numeric */
  uint32_t issuer;
  enum log_level log_level;
  bool demonstration;                             /* loads paid by the simulated bank are taken */
  bool clock_strict;                              /* nothing is signed while the kernel's clock is unsynchronised */
  unsigned silent_days;                           /* a till that may take cards off-line is missed after so many */
  unsigned watch;                                 /* cards a second; 0: none */
  char backups[CONFIGURATION_PATH_MAX];           /* folder of on-line backups */
  size_t group;                                   /* steps of one commit, at most */
  unsigned group_wait_us;                         /* how long a group waits for more, microseconds */
  bool numbers_ascending;                         /* of new cards; otherwise drawn at random */
  unsigned validity_years;                        /* of a new card */
  uint32_t purse_ceiling, payment_ceiling;        /* of a new card, minor units */
  struct no_pin_limits no_pin;                    /* of a new card */
  struct offline_limits offline;                  /* of a new card */
  uint32_t deposit;                               /* that a desk takes for a new card, minor units; 0: none */
  unsigned replacement_days;                      /* from a card's block until its money may go to another one */
  unsigned refund_days;                           /* from a sale until it cannot be given back; 0: it always can */
  size_t body;                                    /* bytes of a request's body */
  size_t connections, connections_each;           /* in all; of one terminal */
  size_t strangers, strangers_each;               /* unfinished handshakes: in all; from one address */
  size_t workers, queue;                          /* threads that serve; requests that wait for one */
  unsigned requests_per_second, requests_at_once; /* of one terminal */
  int64_t desk_reservations_per_day, desk_reservations_open; /* card numbers of one desk */
  int64_t cards_asked_per_day;                               /* that one terminal asks about without a promise */
  unsigned handshake_seconds, request_seconds, idle_seconds;
};

/* Reads `path`: the file, or the folder that holds epursed.conf. STATUS_NO_CONFIG, STATUS_BAD_CONFIG: `problem` (256
 * bytes) then says which line or value and why. */
enum status configuration_load(const char *path, struct configuration *configuration,
                               char problem[256]) EPURSE_MUST_USE;

#endif
