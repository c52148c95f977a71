/* SPDX-License-Identifier: Apache-2.0
 * A terminal's folder, made afresh for a test: an issuer's keys, and everything that terminal_open wants. */
#ifndef EPURSE_TESTS_TERMINAL_PLACE_H
#define EPURSE_TESTS_TERMINAL_PLACE_H

#include "epurse/key.h"

struct place {
  char folder[128];
  struct key *master, *terminal_ca, *card_ca, *server, *server_pin, *tls, *ecka, *sig;
};

/* A folder with all files of a terminal POS00001 of that role, merchant BAKERY, good for a year; the server is at
 * `url`. */
void place_make(struct place *place, uint8_t role, const char *url);
/* An empty folder. */
void place_make_empty(struct place *place);
/* Removes the folder with all that is in it. */
void place_remove(struct place *place);

void place_path(const struct place *place, const char *name, char path[256]);
/* Writes terminal.conf anew: `extra` is put behind it. */
void place_configure(const struct place *place, const char *role, const char *currency, const char *url,
                     const char *extra);
/* A file of that name made anew. */
void place_replace_key(const struct place *place, const char *name, const struct key *key);
struct place_certificate {
  const char *name;    /* of the file */
  const char *subject; /* 8 characters */
  const char *ca_id;
  uint8_t role;
  const char *merchant;
  const struct key *key, *ca;
  int64_t expiry; /* unix seconds */
};
void place_replace_certificate(const struct place *place, const struct place_certificate *wanted);
/* The same with a version other than 1, and what it says is the lowest that is still good. */
void place_replace_rolled(const struct place *place, const struct place_certificate *wanted, uint8_t version,
                          uint8_t least);

#endif
