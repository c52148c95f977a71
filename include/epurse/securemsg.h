/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging of SCP03 (GPC Amendment D v1.1.2 6.2), both sides, always at level 33: C-MAC, C-ENC, R-MAC,
 * R-ENC; 8-byte MACs; under SCP11a the same (GPC Amendment F 4.8). Freestanding. */
#ifndef EPURSE_SECUREMSG_H
#define EPURSE_SECUREMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/apdu.h"
#include "epurse/crypto.h"
#include "epurse/status.h"

#define SECUREMSG_MAC_SIZE 8

/* One side of a channel. Complete so that it can stand in struct card; fields are this module's only. */
struct securemsg {
  uint8_t s_enc[CRYPTO_AES_KEY_SIZE], s_mac[CRYPTO_AES_KEY_SIZE], s_rmac[CRYPTO_AES_KEY_SIZE];
  uint8_t chain[CRYPTO_AES_BLOCK_SIZE];   /* MAC chaining value */
  uint8_t counter[CRYPTO_AES_BLOCK_SIZE]; /* encryption counter, big-endian; steps with each command */
  bool open;
};

/* Starts a channel from its keys and first chaining value (SCP03: zeros, SCP11: the receipt). Counter is 0. */
void securemsg_open(struct securemsg *channel, const uint8_t s_enc[CRYPTO_AES_KEY_SIZE],
                    const uint8_t s_mac[CRYPTO_AES_KEY_SIZE], const uint8_t s_rmac[CRYPTO_AES_KEY_SIZE],
                    const uint8_t chain[CRYPTO_AES_BLOCK_SIZE]);
/* Wipes it. */
void securemsg_close(struct securemsg *channel);

/* C-MAC only, for EXTERNAL AUTHENTICATE (GPC Amendment D 6.2.4): wraps data in clear with an 8-byte MAC and moves the
 * chain on; the counter stands still. */
enum status securemsg_wrap_mac(struct securemsg *channel, const struct apdu *plain, uint8_t *out, size_t capacity,
                               size_t *len) EPURSE_MUST_USE;
/* Card: checks that MAC; *plain points into `protected_command`'s data. STATUS_CHANNEL_BROKEN. */
enum status securemsg_unwrap_mac(struct securemsg *channel, const struct apdu *protected_command,
                                 struct apdu *plain) EPURSE_MUST_USE;

/* Host: wraps a command; out receives the bytes to send (APDU_COMMAND_MAX suffices), with Le 256.
 * STATUS_BAD_LENGTH: more than PROTECTED_DATA_MAX bytes, or capacity does not suffice; nothing has moved. An empty data
 * field is sent as the MAC only. */
enum status securemsg_wrap(struct securemsg *channel, const struct apdu *plain, uint8_t *out, size_t capacity,
                           size_t *len) EPURSE_MUST_USE;
/* Card: checks the MAC, then deciphers into `buffer` (APDU_DATA_MAX); *plain borrows it, its CLA without CLA_SECURE.
 * Takes both forms of an empty data field: MAC only, and one block of padding.
 * STATUS_CHANNEL_BROKEN: nothing may be served, the channel has been wiped. */
enum status securemsg_unwrap(struct securemsg *channel, const struct apdu *protected_command, uint8_t *buffer,
                             struct apdu *plain) EPURSE_MUST_USE;

/* Card: enciphers and MACs an answer in place. Where apdu_sw_has_data() is false the data is dropped and nothing is
 * added (Amendment D 6.2.5). STATUS_BAD_LENGTH: more than PROTECTED_DATA_MAX bytes. */
enum status securemsg_wrap_response(struct securemsg *channel, struct apdu_response *response) EPURSE_MUST_USE;
/* Host: checks and deciphers in place. An answer that should carry an R-MAC and does not, or a wrong one:
 * STATUS_CHANNEL_BROKEN, the channel has been wiped, the answer too. A status word without R-MAC by the standard
 * passes: it proves nothing. */
enum status securemsg_unwrap_response(struct securemsg *channel, struct apdu_response *response) EPURSE_MUST_USE;

#endif
