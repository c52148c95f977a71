/* SPDX-License-Identifier: Apache-2.0
 * The server as a process of its own: the real routes, ledger and keys; only TLS and HTTP are left out. It can be
 * killed at its commits, and is then started again at once. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_SERVER_H
#define EPURSE_TESTS_SYSTEM_TORTURE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "torture.h"

/* Reads keys and configuration, once. False: what is wrong has been said. */
bool server_prepare(const char *folder, const char *passphrase);
/* How long cards hold that it certifies from its next start on; 0: to the end of this very day. */
void server_validity(unsigned years);
/* Starts it on the ledger as it lies there. */
bool server_start(void);
/* Has it write its books to torture->books. */
bool server_books(void);
/* The issuer has that card blocked; false: it cannot be. */
bool server_block(enum whose whose);
/* Ends it as systemd would; false where it did not end well. */
bool server_stop(void);

/* What a request came to. */
struct server_answer {
  int http; /* 0: no answer came */
  bool message, problem;
  size_t len;
  char text[MESSAGE_MAX + 1];
};
/* One question of a terminal; the faults that wait at the server's commits happen in it. */
void server_ask(enum till till, enum message_type type, const char *text, struct server_answer *answer);
/* A request that waited somewhere on the line arrives now; its reply finds nobody. */
void server_deliver_late(enum fault_kind kind);

#endif
