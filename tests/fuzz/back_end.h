/* SPDX-License-Identifier: Apache-2.0
 * A back-end for the fuzz targets: service, ledger with an issued card, a terminal of each role. */
#ifndef EPURSE_TESTS_FUZZ_BACK_END_H
#define EPURSE_TESTS_FUZZ_BACK_END_H

#include "http/peer.h"
#include "scratch.h"
#include "server/service.h"
#include "world.h"

#define BACK_END_STATIONS 4 /* POS, RELOAD, desk, ADMIN */

/* A terminal as the handshake proves it. */
struct back_end_station {
  struct key *sig;
  struct peer peer;
  int64_t seq; /* of its last message */
};

struct back_end {
  struct world world;
  struct service service;
  struct back_end_station stations[BACK_END_STATIONS];
  struct message_verifier *of_server;
  struct scratch *scratch;
  uint8_t *fresh; /* the ledger's file as it is before each input */
  size_t fresh_len;
};

struct back_end *back_end_new(void);
void back_end_free(void *back_end);

/* The ledger as it was at first, opened; numbers of messages begin anew. */
void back_end_begin(struct back_end *back_end);
/* Closes it after its own audit found nothing. */
void back_end_end(struct back_end *back_end);

#endif
