/* SPDX-License-Identifier: Apache-2.0
 * A session with a blank card: SCP03 (GPC Amendment D) under the transport key of its batch, and what is done in it. */
#include <string.h>

#include "epurse/bytes.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/scp.h"
#include "epurse/session.h"

#include "session_word.h"

#define CLA_PROPRIETARY 0x80
#define KVN_ANY         0x00 /* GPC Amendment D 7.1.1.3: the first available key */
#define LEVEL_FULL      0x33 /* C-MAC, C-ENC, R-MAC, R-ENC */
#define P1_GENERATE     0x80 /* ISO/IEC 7816-8 5.1 */
#define DGI_HEADER_SIZE 3

/* INITIALIZE UPDATE: the card's challenge, and whether it knows the transport key. */
static enum status blank_challenge(struct session *session, const uint8_t batch_key[CRYPTO_AES_KEY_SIZE],
                                   struct scp03_session *keys) {
  uint8_t challenge[SCP03_CHALLENGE_SIZE], transport_key[CRYPTO_AES_KEY_SIZE];
  const struct apdu update = {.cla = CLA_PROPRIETARY,
                              .ins = INS_INITIALIZE_UPDATE,
                              .p1 = KVN_ANY,
                              .data = challenge,
                              .lc = sizeof challenge,
                              .le = APDU_RESPONSE_DATA_MAX};
  struct apdu_response response;

  if (!crypto_random(challenge, sizeof challenge))
    return STATUS_CRYPTO_FAILED;
  enum status status = reader_command(session->reader, &update, &response);
  if (status != STATUS_OK)
    return status;
  if (response.sw != SW_OK)
    return session_word(response.sw);
  const uint8_t *kind = response.data + SCP03_DIVERSIFICATION_SIZE; /* KVN, 03, i */
  if (response.len != SCP03_ANSWER_SIZE || kind[1] != 0x03 || kind[2] != SCP03_I_PARAMETER)
    return STATUS_BAD_REPLY;
  memcpy(session->chip_serial, response.data, sizeof session->chip_serial);
  status = transport_key_derive(batch_key, session->chip_serial, transport_key);
  if (status == STATUS_OK)
    status = scp03_derive(transport_key, challenge, kind + 3, keys);
  if (status == STATUS_OK &&
      !crypto_equal(kind + 3 + SCP03_CHALLENGE_SIZE, keys->card_cryptogram, SCP03_CRYPTOGRAM_SIZE))
    status = STATUS_NOT_AUTHENTICATED;
  crypto_wipe(transport_key, sizeof transport_key);
  return status;
}

/* EXTERNAL AUTHENTICATE: proves that we know it too. */
static enum status blank_authenticate(struct session *session, const struct scp03_session *keys) {
  static const uint8_t chain[CRYPTO_AES_BLOCK_SIZE];
  const struct apdu authenticate = {.cla = CLA_PROPRIETARY,
                                    .ins = INS_EXTERNAL_AUTHENTICATE,
                                    .p1 = LEVEL_FULL,
                                    .data = keys->host_cryptogram,
                                    .lc = SCP03_CRYPTOGRAM_SIZE};
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;
  struct apdu_response response;

  securemsg_open(&session->secure, keys->s_enc, keys->s_mac, keys->s_rmac, chain);
  enum status status = securemsg_wrap_mac(&session->secure, &authenticate, bytes, sizeof bytes, &len);
  if (status == STATUS_OK)
    status = reader_transmit(session->reader, bytes, len, &response);
  if (status == STATUS_OK && response.sw != SW_OK)
    status = STATUS_NOT_AUTHENTICATED;
  if (status != STATUS_OK)
    securemsg_close(&session->secure);
  return status;
}

enum status session_open_blank(struct session *session, struct reader *reader,
                               const uint8_t batch_key[CRYPTO_AES_KEY_SIZE]) {
  struct scp03_session keys = {0};

  enum status status = session_select(session, reader);
  if (status == STATUS_OK && session->state != CARD_INITIALISED)
    status = STATUS_CARD_ALREADY_ISSUED;
  if (status == STATUS_OK)
    status = blank_challenge(session, batch_key, &keys);
  if (status == STATUS_OK)
    status = blank_authenticate(session, &keys);
  crypto_wipe(&keys, sizeof keys);
  return status;
}

enum status session_generate(struct session *session, uint8_t request[CARD_REQUEST_SIZE]) {
  const struct apdu generate = {.ins = INS_GENERATE_KEY_PAIR, .p1 = P1_GENERATE, .le = APDU_RESPONSE_DATA_MAX};
  struct apdu_response response;

  enum status status = session_command(session, &generate, &response);
  if (status != STATUS_OK)
    return status;
  if (response.sw != SW_OK || response.len != CARD_REQUEST_SIZE)
    return STATUS_BAD_REPLY;
  memcpy(request, response.data, CARD_REQUEST_SIZE);
  return STATUS_OK;
}

enum status session_store(struct session *session, uint16_t dgi, const uint8_t *data, size_t len, bool last) {
  uint8_t grouping[PROTECTED_DATA_MAX];
  struct bytes_writer writer = bytes_writer(grouping, sizeof grouping);
  struct apdu_response response;

  if (len > PROTECTED_DATA_MAX - DGI_HEADER_SIZE)
    return STATUS_BAD_LENGTH;
  bytes_write_u16(&writer, dgi);
  bytes_write_u8(&writer, (uint8_t)len);
  bytes_write(&writer, data, len);
  const struct apdu store = {.cla = CLA_PROPRIETARY,
                             .ins = INS_STORE_DATA,
                             .p1 = last ? P1_STORE_DATA_LAST : 0,
                             .p2 = session->blocks++,
                             .data = grouping,
                             .lc = (uint8_t)writer.len};
  enum status status = session_command(session, &store, &response);
  crypto_wipe(grouping, sizeof grouping);
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_BAD_REPLY : status;
}
