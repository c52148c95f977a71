/* SPDX-License-Identifier: Apache-2.0
 * How a channel begins: key establishment of SCP11a (GPC Amendment F) and SCP03 (GPC Amendment D), both sides, without
 * any transport. Freestanding. */
#ifndef EPURSE_SCP_H
#define EPURSE_SCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/securemsg.h"
#include "epurse/status.h"

/* ---- SCP11a ---- */

/* MUTUAL AUTHENTICATE data: A6 0D { 90 02 11 01, 95 01 3C, 80 01 88, 81 01 10 } 5F49 41 ePK.OCE (Amd F 7.3.2). */
#define SCP11_REQUEST_SIZE 83
/* Its answer: 5F49 41 ePK.SD, 86 10 receipt. */
#define SCP11_ANSWER_SIZE 86

/* Builds the request around the host's ephemeral public key. */
void scp11_request_encode(const uint8_t ephemeral[CRYPTO_P256_PUBLIC_SIZE], uint8_t request[SCP11_REQUEST_SIZE]);
/* Card: takes exactly that request; *ephemeral points into it. STATUS_BAD_FORMAT: another usage, key type, length. */
enum status scp11_request_decode(const uint8_t *request, size_t len, const uint8_t **ephemeral) EPURSE_MUST_USE;

/* Card: answers a request. Makes an ephemeral pair, agrees twice, derives five keys (X9.63 over Z || 3C 88 10), writes
 * the answer and opens the channel. `oce_static` is the public key of the verified terminal certificate.
 * STATUS_BAD_FORMAT, STATUS_CRYPTO_FAILED (point off the curve): nothing is open. */
struct scp11_card {
  const uint8_t *sd_private; /* SK.SD.ECKA, CRYPTO_P256_PRIVATE_SIZE */
  const uint8_t *oce_static; /* PK.OCE.ECKA, CRYPTO_P256_PUBLIC_SIZE */
  uint8_t *agreed; /* CRYPTO_P256_SHARED_SIZE: what these two agree on; NULL: the caller does not want it. Wipe it. */
  bool agreed_before; /* it is there already, from an earlier answer with the same two: one agreement less */
};
/* `answer` counts with STATUS_OK only. */
enum status scp11_accept(const struct scp11_card *keys, const uint8_t *request, size_t len,
                         uint8_t answer[SCP11_ANSWER_SIZE], struct securemsg *channel) EPURSE_MUST_USE;

/* Host: finishes with the card's answer. `request` is what was sent, `ephemeral_private` its secret half.
 * STATUS_BAD_FORMAT, STATUS_NOT_AUTHENTICATED: the receipt is wrong: this is not the certificate's card. */
struct scp11_host {
  const uint8_t *oce_private;       /* SK.OCE.ECKA */
  const uint8_t *ephemeral_private; /* eSK.OCE.ECKA; wipe it afterwards */
  const uint8_t *sd_static;         /* PK.SD.ECKA from the card's certificate */
};
/* Opens the channel with STATUS_OK only. STATUS_CRYPTO_FAILED, too. */
enum status scp11_finish(const struct scp11_host *keys, const uint8_t request[SCP11_REQUEST_SIZE],
                         const uint8_t *answer, size_t len, struct securemsg *channel) EPURSE_MUST_USE;

/* ---- SCP03, for blank cards: one transport key as ENC, MAC and DEK; pseudo-random card challenge, i = 60 ---- */

#define SCP03_CHALLENGE_SIZE  8
#define SCP03_CRYPTOGRAM_SIZE 8
#define SCP03_I_PARAMETER     0x60
/* INITIALIZE UPDATE answer: diversification data 10 | KVN 1, 03, i 1 | card challenge 8 | card cryptogram 8. The
 * diversification data is the chip serial, then two zero bytes. Its sequence counter (3, with i bit 10) is left out. */
#define SCP03_ANSWER_SIZE          29
#define SCP03_DIVERSIFICATION_SIZE 10

/* What both sides derive from the static key and the two challenges (Amendment D 6.2.1, 4.1.5). */
struct scp03_session {
  uint8_t s_enc[CRYPTO_AES_KEY_SIZE], s_mac[CRYPTO_AES_KEY_SIZE], s_rmac[CRYPTO_AES_KEY_SIZE];
  uint8_t card_cryptogram[SCP03_CRYPTOGRAM_SIZE], host_cryptogram[SCP03_CRYPTOGRAM_SIZE];
};
/* STATUS_CRYPTO_FAILED: *session is wiped. The caller wipes it after use, and compares the cryptogram. */
enum status scp03_derive(const uint8_t static_key[CRYPTO_AES_KEY_SIZE],
                         const uint8_t host_challenge[SCP03_CHALLENGE_SIZE],
                         const uint8_t card_challenge[SCP03_CHALLENGE_SIZE],
                         struct scp03_session *session) EPURSE_MUST_USE;

/* A chip's transport key from its batch key: CMAC(batch key, 01 || chip serial), the shape of NXP AN10922. */
enum status transport_key_derive(const uint8_t batch_key[CRYPTO_AES_KEY_SIZE], const uint8_t chip_serial[8],
                                 uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;

#endif
