/* SPDX-License-Identifier: Apache-2.0
 * SCP11a: two key agreements, five keys, one receipt. */
#include "epurse/scp.h"

#include "epurse/bytes.h"
#include "epurse/tlv.h"

#include <string.h>

#define TAG_EPHEMERAL      0x5F49
#define TAG_KEY_RECEIPT    0x86
#define RECEIPT_SIZE       CRYPTO_AES_BLOCK_SIZE
#define EPHEMERAL_TLV_SIZE (3 + CRYPTO_P256_PUBLIC_SIZE)

/* Key usage 3C: C-MAC, C-ENC, R-MAC, R-ENC; key type 88: AES; key length: 16 bytes (Amendment F 7.3.2). */
#define KEY_USAGE  0x3C
#define KEY_TYPE   0x88
#define KEY_LENGTH CRYPTO_AES_KEY_SIZE

/* What stands before the ephemeral key: control reference A6, SCP identifier 11, parameter 01 (SCP11a); then 5F49. */
static const uint8_t request_head[] = {0xA6, 0x0D, 0x90,       0x02, 0x11, 0x01,
                                       0x95, 0x01, KEY_USAGE,  0x80, 0x01, KEY_TYPE,
                                       0x81, 0x01, KEY_LENGTH, 0x5F, 0x49, CRYPTO_P256_PUBLIC_SIZE};

_Static_assert(sizeof request_head + CRYPTO_P256_PUBLIC_SIZE == SCP11_REQUEST_SIZE, "A6, 5F49");
_Static_assert(EPHEMERAL_TLV_SIZE + 2 + RECEIPT_SIZE == SCP11_ANSWER_SIZE, "5F49, 86");

/* One side's view of the two key agreements. */
struct agreement {
  const uint8_t *own_ephemeral, *peer_ephemeral, *own_static, *peer_static;
  uint8_t *agreed; /* of the static keys, where it is kept; or NULL */
  bool agreed_before;
};

/* Amendment F 3.1.3: in this order. */
struct session_keys {
  uint8_t receipt[CRYPTO_AES_KEY_SIZE], s_enc[CRYPTO_AES_KEY_SIZE], s_mac[CRYPTO_AES_KEY_SIZE],
      s_rmac[CRYPTO_AES_KEY_SIZE], dek[CRYPTO_AES_KEY_SIZE];
};

void scp11_request_encode(const uint8_t ephemeral[CRYPTO_P256_PUBLIC_SIZE], uint8_t request[SCP11_REQUEST_SIZE]) {
  memcpy(request, request_head, sizeof request_head);
  memcpy(request + sizeof request_head, ephemeral, CRYPTO_P256_PUBLIC_SIZE);
}

enum status scp11_request_decode(const uint8_t *request, size_t len, const uint8_t **ephemeral) {
  if (len != SCP11_REQUEST_SIZE || memcmp(request, request_head, sizeof request_head) != 0)
    return STATUS_BAD_FORMAT;
  *ephemeral = request + sizeof request_head;
  return STATUS_OK;
}

/* What the static keys agree on, or agreed on before. */
static bool statics_agree(const struct agreement *agreement, uint8_t secret[CRYPTO_P256_SHARED_SIZE]) {
  if (agreement->agreed != NULL && agreement->agreed_before) {
    memcpy(secret, agreement->agreed, CRYPTO_P256_SHARED_SIZE);
    return true;
  }
  if (!crypto_p256_agree(agreement->own_static, agreement->peer_static, secret))
    return false;
  if (agreement->agreed != NULL)
    memcpy(agreement->agreed, secret, CRYPTO_P256_SHARED_SIZE);
  return true;
}

/* Z = ephemeral secret || static secret, then X9.63 (Amendment F 3.1.3). */
static bool keys_agree(const struct agreement *agreement, struct session_keys *keys) {
  static const uint8_t info[] = {KEY_USAGE, KEY_TYPE, KEY_LENGTH};
  uint8_t secret[2 * CRYPTO_P256_SHARED_SIZE] = {0};
  uint8_t derived[sizeof *keys] = {0};
  bool done = crypto_p256_agree(agreement->own_ephemeral, agreement->peer_ephemeral, secret) &&
              statics_agree(agreement, secret + CRYPTO_P256_SHARED_SIZE) &&
              crypto_x963_kdf(secret, sizeof secret, info, sizeof info, derived, sizeof derived);

  memcpy(keys, derived, sizeof *keys);
  crypto_wipe(derived, sizeof derived);
  crypto_wipe(secret, sizeof secret);
  return done;
}

/* CMAC over the request and the card's ephemeral key, as both stood on the wire. */
static bool receipt_make(const struct session_keys *keys, const uint8_t *request, const uint8_t *answer,
                         uint8_t receipt[RECEIPT_SIZE]) {
  uint8_t input[SCP11_REQUEST_SIZE + EPHEMERAL_TLV_SIZE];

  memcpy(input, request, SCP11_REQUEST_SIZE);
  memcpy(input + SCP11_REQUEST_SIZE, answer, EPHEMERAL_TLV_SIZE);
  return crypto_aes_cmac(keys->receipt, input, sizeof input, receipt);
}

enum status scp11_accept(const struct scp11_card *keys, const uint8_t *request, size_t len,
                         uint8_t answer[SCP11_ANSWER_SIZE], struct securemsg *channel) {
  const uint8_t *host_ephemeral = NULL;
  uint8_t secret[CRYPTO_P256_PRIVATE_SIZE] = {0}, point[CRYPTO_P256_PUBLIC_SIZE] = {0}, receipt[RECEIPT_SIZE] = {0};
  struct session_keys session = {0};
  struct bytes_writer writer = bytes_writer(answer, SCP11_ANSWER_SIZE);
  enum status status = scp11_request_decode(request, len, &host_ephemeral);

  if (status != STATUS_OK)
    return status;
  const struct agreement agreement = {secret,           host_ephemeral, keys->sd_private,
                                      keys->oce_static, keys->agreed,   keys->agreed_before};

  status = STATUS_CRYPTO_FAILED;
  if (!crypto_p256_generate(secret, point) || !keys_agree(&agreement, &session))
    goto out;
  tlv_write(&writer, TAG_EPHEMERAL, point, sizeof point);
  if (!receipt_make(&session, request, answer, receipt))
    goto out;
  tlv_write(&writer, TAG_KEY_RECEIPT, receipt, sizeof receipt);
  securemsg_open(channel, session.s_enc, session.s_mac, session.s_rmac, receipt);
  status = STATUS_OK;

out:
  crypto_wipe(&session, sizeof session);
  crypto_wipe(secret, sizeof secret);
  return status;
}

/* Takes exactly 5F49 and 86; the pointers point into the answer. */
static bool answer_decode(const uint8_t *answer, size_t len, const uint8_t **ephemeral, const uint8_t **receipt) {
  struct bytes_reader reader = bytes_reader(answer, len);
  struct tlv point, mac;

  if (tlv_next(&reader, &point) != STATUS_OK || tlv_next(&reader, &mac) != STATUS_OK || !bytes_read_all(&reader) ||
      point.tag != TAG_EPHEMERAL || point.len != CRYPTO_P256_PUBLIC_SIZE || mac.tag != TAG_KEY_RECEIPT ||
      mac.len != RECEIPT_SIZE)
    return false;
  *ephemeral = point.value;
  *receipt = mac.value;
  return true;
}

enum status scp11_finish(const struct scp11_host *keys, const uint8_t request[SCP11_REQUEST_SIZE],
                         const uint8_t *answer, size_t len, struct securemsg *channel) {
  const uint8_t *card_ephemeral = NULL, *receipt = NULL;
  uint8_t expected[RECEIPT_SIZE] = {0};
  struct session_keys session = {0};
  enum status status = STATUS_CRYPTO_FAILED;

  if (!answer_decode(answer, len, &card_ephemeral, &receipt) || !crypto_p256_valid(card_ephemeral))
    return STATUS_BAD_FORMAT;
  const struct agreement agreement = {keys->ephemeral_private, card_ephemeral, keys->oce_private,
                                      keys->sd_static,         NULL,           false};

  if (!keys_agree(&agreement, &session) || !receipt_make(&session, request, answer, expected))
    goto out;
  if (!crypto_equal(expected, receipt, sizeof expected)) {
    status = STATUS_NOT_AUTHENTICATED;
    goto out;
  }
  securemsg_open(channel, session.s_enc, session.s_mac, session.s_rmac, expected);
  status = STATUS_OK;

out:
  crypto_wipe(&session, sizeof session);
  crypto_wipe(expected, sizeof expected);
  return status;
}
