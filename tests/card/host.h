/* SPDX-License-Identifier: Apache-2.0
 * A terminal against the card core, without a reader: commands in the clear, SCP11a, SCP03. */
#ifndef EPURSE_TESTS_CARD_HOST_H
#define EPURSE_TESTS_CARD_HOST_H

#include "epurse/card.h"

#include "issuer.h"

struct host {
  struct card *card;
  struct securemsg secure;
  struct apdu_response answer; /* of the last command; sw 0: the card was mute */
  struct crypto_tally *tally;  /* NULL, or counts what the card does, and nothing of the terminal */
  size_t sent, received;       /* bytes of the last command and its answer */
};

/* A command, and the status word that came back, 0 where nothing did. */
uint16_t host_clear(struct host *host, const struct apdu *command);
uint16_t host_secure(struct host *host, const struct apdu *command);
/* Bytes as they are. */
uint16_t host_raw(struct host *host, const uint8_t *bytes, size_t len);

uint16_t host_select(struct host *host);
/* PSO with that certificate. */
uint16_t host_present(struct host *host, const struct paper *paper);
/* MUTUAL AUTHENTICATE with the terminal's key, and the host's half of it; the card's key is read from it. */
uint16_t host_agree(struct host *host, const struct terminal *terminal);
/* SELECT to open channel; every step must succeed. */
void host_open(struct host *host, const struct terminal *terminal);
/* And a first command, which changes nothing but that the card remembers the terminal. */
void host_meet(struct host *host, const struct terminal *terminal);

/* SCP03 with that key; the status word of EXTERNAL AUTHENTICATE. */
uint16_t host_open_scp03(struct host *host, const uint8_t key[CRYPTO_AES_KEY_SIZE]);

/* Shorthands for commands without data, and with. */
#define HOST_APDU(c, i, a, b) (&(const struct apdu){.cla = (c), .ins = (i), .p1 = (a), .p2 = (b), .le = 256})
#define HOST_DATA(c, i, a, b, d, n)                                                                                    \
  (&(const struct apdu){.cla = (c), .ins = (i), .p1 = (a), .p2 = (b), .data = (d), .lc = (uint8_t)(n), .le = 256})

#endif
