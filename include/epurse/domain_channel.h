/* SPDX-License-Identifier: Apache-2.0
 * A secure channel with a card's issuer security domain: SCP02 (GPC v2.3.1 appendix E) or SCP03 (Amendment D), as the
 * card answers; security level 03, C-MAC and C-ENC, answers in the clear. The host's side. */
#ifndef EPURSE_DOMAIN_CHANNEL_H
#define EPURSE_DOMAIN_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

struct apdu;

#define DOMAIN_KEY_MAX         32  /* bytes of one key */
#define DOMAIN_DIVERSIFICATION 10  /* key diversification data */
#define DOMAIN_CHALLENGE_SIZE  8   /* the host's; cards that want 16 are refused */
#define DOMAIN_UPDATE_MAX      32  /* answer to INITIALIZE UPDATE: 28 (SCP02), 29 or 32 (SCP03) */
#define DOMAIN_DATA_MAX        239 /* plain bytes of a command at level 03 */

/* A set of three static keys; the length is that of each: 16 for triple DES, 16, 24 or 32 for AES. Wipe it. */
struct domain_keys {
  uint8_t enc[DOMAIN_KEY_MAX], mac[DOMAIN_KEY_MAX], dek[DOMAIN_KEY_MAX];
  size_t len;
};

/* What a card says of itself in INITIALIZE UPDATE, before anything is proved. */
struct domain_update {
  uint8_t diversification[DOMAIN_DIVERSIFICATION];
  uint8_t key_version;
  uint8_t protocol;    /* 2: SCP02, 3: SCP03 */
  uint8_t option;      /* i of SCP03; 0 with SCP02, whose answer does not carry it */
  uint8_t sequence[3]; /* SCP02: 2 bytes; SCP03 with pseudo-random challenges: 3; else zeros */
  uint8_t challenge[8], cryptogram[8];
};

/* Reads the answer's data. STATUS_BAD_REPLY: neither form, or 16-byte challenges (S16). */
enum status domain_update_parse(const uint8_t *data, size_t len, struct domain_update *update) EPURSE_MUST_USE;

struct domain_channel {
  uint8_t protocol;
  uint8_t s_enc[DOMAIN_KEY_MAX], s_mac[DOMAIN_KEY_MAX];
  uint8_t dek[DOMAIN_KEY_MAX]; /* SCP02: of the session; SCP03: the static one (Amendment D 7.2) */
  size_t key_len;
  uint8_t chain[16];   /* the MAC before: 8 bytes with SCP02 */
  uint8_t counter[16]; /* SCP03: encryption counter */
  uint8_t host_cryptogram[8];
  bool begun; /* a command has gone out: SCP02 enciphers the MAC before */
};

/* Derives the session's keys and holds the card's cryptogram against them, in constant time. STATUS_NOT_AUTHENTICATED:
 * the card has other keys; nothing has been sent that it could count. */
enum status domain_channel_open(struct domain_channel *channel, const struct domain_keys *keys,
                                const uint8_t host_challenge[DOMAIN_CHALLENGE_SIZE],
                                const struct domain_update *update) EPURSE_MUST_USE;
/* Wipes it. */
void domain_channel_close(struct domain_channel *channel);

/* EXTERNAL AUTHENTICATE at level 03, ready to send: the one command that a card counts where it is wrong. `bytes` holds
 * APDU_COMMAND_MAX. */
enum status domain_channel_authenticate(struct domain_channel *channel, uint8_t *bytes, size_t *len) EPURSE_MUST_USE;
/* Wraps a command: MAC, then cipher; Le as in `plain`. STATUS_BAD_LENGTH: above DOMAIN_DATA_MAX, nothing has moved. */
enum status domain_channel_wrap(struct domain_channel *channel, const struct apdu *plain, uint8_t *bytes,
                                size_t *len) EPURSE_MUST_USE;

/* ---- the card's side, for a virtual chip ---- */

/* Derives the session's keys and fills update->cryptogram, which the host will want to see. */
enum status domain_channel_answer(struct domain_channel *channel, const struct domain_keys *keys,
                                  const uint8_t host_challenge[DOMAIN_CHALLENGE_SIZE],
                                  struct domain_update *update) EPURSE_MUST_USE;
/* Checks EXTERNAL AUTHENTICATE: cryptogram and MAC. STATUS_NOT_AUTHENTICATED. */
enum status domain_channel_admit(struct domain_channel *channel, const struct apdu *sent) EPURSE_MUST_USE;
/* Checks the MAC and deciphers into `buffer` (APDU_DATA_MAX); *plain borrows it, its CLA without the bit of secure
 * messaging. STATUS_CHANNEL_BROKEN: nothing may be served. */
enum status domain_channel_unwrap(struct domain_channel *channel, const struct apdu *sent, uint8_t *buffer,
                                  struct apdu *plain) EPURSE_MUST_USE;
/* A key out of PUT KEY; size is 16 or 32. `out` holds DOMAIN_KEY_MAX. */
enum status domain_channel_decipher_key(const struct domain_channel *channel, const uint8_t *key, size_t size,
                                        uint8_t *out) EPURSE_MUST_USE;

/* A key under the channel's DEK, as PUT KEY carries it; len is 16, 24 (padded to 32 bytes) or 32; *out_len: written.
 * `out` holds DOMAIN_KEY_MAX. */
enum status domain_channel_encipher_key(const struct domain_channel *channel, const uint8_t *key, size_t len,
                                        uint8_t *out, size_t *out_len) EPURSE_MUST_USE;
/* The first three bytes of the check value: DES over zeros with SCP02, AES over bytes 01 with SCP03 (GPC 11.8.2.3). */
enum status domain_key_check(uint8_t protocol, const uint8_t *key, size_t len, uint8_t check[3]) EPURSE_MUST_USE;

/* How a card's keys come from an issuer's master key. */
enum domain_diversification { DOMAIN_PLAIN, DOMAIN_EMV, DOMAIN_VISA2, DOMAIN_KDF3 };
/* The card's keys: `master`, of `len` bytes, is used as it is (PLAIN), or diversified by what the card named. */
enum status domain_keys_derive(enum domain_diversification method, const struct domain_keys *master,
                               const uint8_t data[DOMAIN_DIVERSIFICATION], struct domain_keys *keys) EPURSE_MUST_USE;

#endif
