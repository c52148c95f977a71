/* SPDX-License-Identifier: Apache-2.0
 * SCP03 session keys and cryptograms, and the transport key of a chip. */
#include "epurse/scp.h"

#include "epurse/bytes.h"
#include "epurse/number.h"

#include <string.h>

/* Derivation constants, Amendment D table 4-1. */
#define DERIVE_CARD_CRYPTOGRAM 0x00
#define DERIVE_HOST_CRYPTOGRAM 0x01
#define DERIVE_S_ENC           0x04
#define DERIVE_S_MAC           0x06
#define DERIVE_S_RMAC          0x07

#define LABEL_ZEROS      11
#define DERIVATION_SIZE  (LABEL_ZEROS + 1 + 1 + 2 + 1 + 2 * SCP03_CHALLENGE_SIZE)
#define DIVERSIFY_AES128 0x01 /* NXP AN10922 2.2 */

struct scp03_context {
  const uint8_t *host_challenge, *card_challenge;
};

/* NIST SP 800-108 in counter mode with CMAC: label, 00, length in bits, counter 1, context (Amendment D 4.1.5). */
static bool derive(const uint8_t key[CRYPTO_AES_KEY_SIZE], uint8_t constant, const struct scp03_context *context,
                   uint8_t *out, size_t len) {
  static const uint8_t zeros[LABEL_ZEROS] = {0};
  uint8_t input[DERIVATION_SIZE], mac[CRYPTO_AES_BLOCK_SIZE];
  struct bytes_writer writer = bytes_writer(input, sizeof input);
  bool done = false;

  bytes_write(&writer, zeros, sizeof zeros);
  bytes_write_u8(&writer, constant);
  bytes_write_u8(&writer, 0);
  bytes_write_u16(&writer, (uint16_t)(len * 8));
  bytes_write_u8(&writer, 1);
  bytes_write(&writer, context->host_challenge, SCP03_CHALLENGE_SIZE);
  bytes_write(&writer, context->card_challenge, SCP03_CHALLENGE_SIZE);
  done = crypto_aes_cmac(key, input, writer.len, mac);
  if (done)
    memcpy(out, mac, len);
  crypto_wipe(mac, sizeof mac);
  return done;
}

enum status scp03_derive(const uint8_t static_key[CRYPTO_AES_KEY_SIZE],
                         const uint8_t host_challenge[SCP03_CHALLENGE_SIZE],
                         const uint8_t card_challenge[SCP03_CHALLENGE_SIZE], struct scp03_session *session) {
  const struct scp03_context context = {host_challenge, card_challenge};

  if (!derive(static_key, DERIVE_S_ENC, &context, session->s_enc, CRYPTO_AES_KEY_SIZE) ||
      !derive(static_key, DERIVE_S_MAC, &context, session->s_mac, CRYPTO_AES_KEY_SIZE) ||
      !derive(static_key, DERIVE_S_RMAC, &context, session->s_rmac, CRYPTO_AES_KEY_SIZE) ||
      !derive(session->s_mac, DERIVE_CARD_CRYPTOGRAM, &context, session->card_cryptogram, SCP03_CRYPTOGRAM_SIZE) ||
      !derive(session->s_mac, DERIVE_HOST_CRYPTOGRAM, &context, session->host_cryptogram, SCP03_CRYPTOGRAM_SIZE)) {
    crypto_wipe(session, sizeof *session);
    return STATUS_CRYPTO_FAILED;
  }
  return STATUS_OK;
}

enum status transport_key_derive(const uint8_t batch_key[CRYPTO_AES_KEY_SIZE], const uint8_t chip_serial[8],
                                 uint8_t transport_key[CRYPTO_AES_KEY_SIZE]) {
  uint8_t input[1 + CHIP_SERIAL_SIZE];

  input[0] = DIVERSIFY_AES128;
  memcpy(input + 1, chip_serial, CHIP_SERIAL_SIZE);
  return crypto_aes_cmac(batch_key, input, sizeof input, transport_key) ? STATUS_OK : STATUS_CRYPTO_FAILED;
}
