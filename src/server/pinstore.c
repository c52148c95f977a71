/* SPDX-License-Identifier: Apache-2.0
 * PINs as the server knows them. */
#include "pinstore.h"

#include <stdio.h>
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/pin_envelope.h"

#define PIN_LABEL  "epurse-pin"
#define PIN_COUNT  10000U
#define PIN_BOUND  (UINT16_MAX / PIN_COUNT * PIN_COUNT) /* draws from here on would favour low numbers */
#define LABEL_SIZE (sizeof PIN_LABEL - 1)

enum status pinstore_draw(char digits[PIN_MAX + 1]) {
  uint8_t random[2] = {0};
  uint32_t number = PIN_BOUND;

  while (number >= PIN_BOUND) {
    if (!crypto_random(random, sizeof random))
      return STATUS_CRYPTO_FAILED;
    number = bytes_u16(random);
  }
  snprintf(digits, PIN_MAX + 1, "%04u", (unsigned)(number % PIN_COUNT));
  crypto_wipe(random, sizeof random);
  return STATUS_OK;
}

enum status pinstore_mac(const struct keyring *keyring, const uint8_t cid[CID_SIZE], const char *digits,
                         uint8_t mac[CRYPTO_SHA256_SIZE]) {
  uint8_t text[LABEL_SIZE + CID_SIZE + PIN_MAX];
  size_t len = strnlen(digits, PIN_MAX);

  memcpy(text, PIN_LABEL, LABEL_SIZE);
  memcpy(text + LABEL_SIZE, cid, CID_SIZE);
  memcpy(text + LABEL_SIZE + CID_SIZE, digits, len);
  bool made = crypto_hmac_sha256(key_private(keyring->pin_store), CRYPTO_P256_PRIVATE_SIZE, text,
                                 LABEL_SIZE + CID_SIZE + len, mac);
  crypto_wipe(text, sizeof text);
  return made ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

enum status pinstore_open(const struct keyring *keyring, const struct pinstore_claim *claim,
                          uint8_t mac[CRYPTO_SHA256_SIZE]) {
  struct pin_envelope envelope = {0};
  enum status status = claim->agreement != NULL
                           ? pin_open_again(claim->jwe, keyring->server_pin, claim->agreement, &envelope)
                           : pin_open(claim->jwe, keyring->server_pin, &envelope);

  if (status == STATUS_OK && (memcmp(envelope.cid, claim->cid, CID_SIZE) != 0 || envelope.atc != claim->atc))
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    status = pinstore_mac(keyring, claim->cid, envelope.pin, mac);
  crypto_wipe(&envelope, sizeof envelope);
  return status;
}

enum pinstore_match pinstore_match(const struct ledger_card *card, uint16_t changes,
                                   const uint8_t mac[CRYPTO_SHA256_SIZE]) {
  bool present = crypto_equal(mac, card->certification.pin_mac, LEDGER_PIN_MAC_SIZE);
  bool candidate = crypto_equal(mac, card->pin_candidate, LEDGER_PIN_MAC_SIZE);

  if (present && changes == card->pin_changes)
    return PINSTORE_PRESENT;
  return candidate && card->has_pin_candidate && changes == card->pin_candidate_changes ? PINSTORE_CANDIDATE
                                                                                        : PINSTORE_NONE;
}
_Static_assert(LEDGER_PIN_MAC_SIZE == CRYPTO_SHA256_SIZE, "what is stored is the MAC, whole");
