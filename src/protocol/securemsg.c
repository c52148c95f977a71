/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging: commands and answers enciphered and chained by MACs, both sides. */
#include "epurse/securemsg.h"

#include "epurse/bytes.h"
#include "epurse/command.h"

#include <string.h>

#define BLOCK          CRYPTO_AES_BLOCK_SIZE
#define PADDING_FIRST  0x80 /* ISO/IEC 9797-1 padding method 2 */
#define ANSWER_COUNTER 0x80 /* top byte of the counter in an answer's ICV, Amendment D 6.2.7 */
#define MAC_INPUT_MAX  (BLOCK + APDU_HEADER_SIZE + 1 + APDU_RESPONSE_DATA_MAX + 2)

void securemsg_open(struct securemsg *channel, const uint8_t s_enc[CRYPTO_AES_KEY_SIZE],
                    const uint8_t s_mac[CRYPTO_AES_KEY_SIZE], const uint8_t s_rmac[CRYPTO_AES_KEY_SIZE],
                    const uint8_t chain[CRYPTO_AES_BLOCK_SIZE]) {
  memcpy(channel->s_enc, s_enc, CRYPTO_AES_KEY_SIZE);
  memcpy(channel->s_mac, s_mac, CRYPTO_AES_KEY_SIZE);
  memcpy(channel->s_rmac, s_rmac, CRYPTO_AES_KEY_SIZE);
  memcpy(channel->chain, chain, CRYPTO_AES_BLOCK_SIZE);
  memset(channel->counter, 0, sizeof channel->counter);
  channel->open = true;
}

void securemsg_close(struct securemsg *channel) {
  crypto_wipe(channel, sizeof *channel); /* open becomes false with it */
}

/* Ends the channel and hands the reason on. */
static enum status channel_end(struct securemsg *channel, enum status reason) {
  securemsg_close(channel);
  return reason;
}

static void counter_step(struct securemsg *channel) {
  for (size_t i = sizeof channel->counter; i-- > 0;)
    if (++channel->counter[i] != 0)
      return;
}

/* The first block of CBC: the counter enciphered, in an answer with its top byte set to 80. */
static bool icv_make(const struct securemsg *channel, uint8_t top, uint8_t icv[BLOCK]) {
  static const uint8_t zeros[BLOCK] = {0};

  memcpy(icv, channel->counter, BLOCK);
  icv[0] |= top;
  return crypto_aes_cbc_encrypt(channel->s_enc, zeros, icv, BLOCK, icv);
}

static size_t padded_size(size_t len) {
  return len + BLOCK - len % BLOCK;
}

/* Pads and enciphers `len` bytes in place; answers the new length, 0 where it failed. Room up to the next block. */
static size_t encipher(const struct securemsg *channel, uint8_t top, uint8_t *data, size_t len) {
  uint8_t icv[BLOCK];
  size_t padded = padded_size(len);
  bool done = false;

  memset(data + len, 0, padded - len);
  data[len] = PADDING_FIRST;
  done = icv_make(channel, top, icv) && crypto_aes_cbc_encrypt(channel->s_enc, icv, data, padded, data);
  return done ? padded : 0;
}

/* Deciphers into `out` (may be `in`) and takes the padding off; false where it is none. */
static bool decipher(const struct securemsg *channel, uint8_t top, const uint8_t *in, size_t *len, uint8_t *out) {
  uint8_t icv[BLOCK];
  size_t end = *len;

  if (*len == 0 || *len % BLOCK != 0 || !icv_make(channel, top, icv) ||
      !crypto_aes_cbc_decrypt(channel->s_enc, icv, in, *len, out))
    return false;
  do {
    end--;
  } while (out[end] == 0 && *len - end < BLOCK);
  *len = end;
  return out[end] == PADDING_FIRST;
}

/* The whole CMAC over chain, command header, Lc with the MAC's bytes, and data (Amendment D 6.2.4). */
static bool command_mac(const struct securemsg *channel, const struct apdu *command, size_t data_len,
                        uint8_t mac[BLOCK]) {
  uint8_t input[MAC_INPUT_MAX];
  struct bytes_writer writer = bytes_writer(input, sizeof input);

  bytes_write(&writer, channel->chain, BLOCK);
  bytes_write_u8(&writer, command->cla);
  bytes_write_u8(&writer, command->ins);
  bytes_write_u8(&writer, command->p1);
  bytes_write_u8(&writer, command->p2);
  bytes_write_u8(&writer, (uint8_t)(data_len + SECUREMSG_MAC_SIZE));
  bytes_write(&writer, command->data, data_len);
  return !writer.failed && crypto_aes_cmac(channel->s_mac, input, writer.len, mac);
}

/* Whether a command with that much protected data fits; before anything has moved. */
static bool command_fits(size_t data_len, bool le, size_t capacity) {
  size_t lc = data_len + SECUREMSG_MAC_SIZE;
  return lc <= APDU_DATA_MAX && APDU_HEADER_SIZE + 1 + lc + (le ? 1 : 0) <= capacity;
}

/* Appends the MAC to the command's data, which stands in `data` with room for it, and moves the chain on. */
static enum status mac_append(struct securemsg *channel, struct apdu *command, uint8_t *data) {
  uint8_t mac[BLOCK];

  command->cla |= CLA_SECURE;
  command->data = data;
  if (!command_mac(channel, command, command->lc, mac))
    return channel_end(channel, STATUS_CRYPTO_FAILED);
  memcpy(data + command->lc, mac, SECUREMSG_MAC_SIZE);
  memcpy(channel->chain, mac, BLOCK);
  command->lc = (uint8_t)(command->lc + SECUREMSG_MAC_SIZE);
  return STATUS_OK;
}

enum status securemsg_wrap_mac(struct securemsg *channel, const struct apdu *plain, uint8_t *out, size_t capacity,
                               size_t *len) {
  uint8_t data[APDU_DATA_MAX];
  struct apdu command = *plain;
  enum status status = STATUS_OK;

  *len = 0;
  if (!channel->open)
    return STATUS_CHANNEL_BROKEN;
  if (!command_fits(plain->lc, plain->le > 0, capacity))
    return STATUS_BAD_LENGTH;
  if (plain->lc > 0)
    memcpy(data, plain->data, plain->lc);
  status = mac_append(channel, &command, data);
  if (status == STATUS_OK)
    *len = apdu_encode(&command, out, capacity);
  return status;
}

enum status securemsg_wrap(struct securemsg *channel, const struct apdu *plain, uint8_t *out, size_t capacity,
                           size_t *len) {
  uint8_t data[APDU_DATA_MAX];
  struct apdu command = *plain;
  enum status status = STATUS_OK;

  *len = 0;
  if (!channel->open)
    return STATUS_CHANNEL_BROKEN;
  if (plain->lc > PROTECTED_DATA_MAX || !command_fits(plain->lc > 0 ? padded_size(plain->lc) : 0, true, capacity))
    return STATUS_BAD_LENGTH;
  counter_step(channel);
  if (plain->lc > 0) {
    memcpy(data, plain->data, plain->lc);
    command.lc = (uint8_t)encipher(channel, 0, data, plain->lc);
    if (command.lc == 0) {
      crypto_wipe(data, sizeof data);
      return channel_end(channel, STATUS_CRYPTO_FAILED);
    }
  }
  command.le = APDU_RESPONSE_DATA_MAX;
  status = mac_append(channel, &command, data);
  if (status == STATUS_OK)
    *len = apdu_encode(&command, out, capacity);
  return status;
}

/* Checks the MAC at the end of a protected command and moves the chain on; *data_len is what stands before it. */
static bool command_check(struct securemsg *channel, const struct apdu *command, size_t *data_len) {
  uint8_t mac[BLOCK];

  if (!channel->open || (command->cla & CLA_SECURE) == 0 || command->lc < SECUREMSG_MAC_SIZE)
    return false;
  *data_len = (size_t)command->lc - SECUREMSG_MAC_SIZE;
  if (!command_mac(channel, command, *data_len, mac) ||
      !crypto_equal(mac, command->data + *data_len, SECUREMSG_MAC_SIZE))
    return false;
  memcpy(channel->chain, mac, BLOCK);
  return true;
}

static void plain_from(const struct apdu *command, const uint8_t *data, size_t len, struct apdu *plain) {
  *plain = *command;
  plain->cla = (uint8_t)(command->cla & ~CLA_SECURE);
  plain->data = len > 0 ? data : NULL;
  plain->lc = (uint8_t)len;
}

enum status securemsg_unwrap_mac(struct securemsg *channel, const struct apdu *protected_command, struct apdu *plain) {
  size_t len = 0;

  if (!command_check(channel, protected_command, &len))
    return channel_end(channel, STATUS_CHANNEL_BROKEN);
  plain_from(protected_command, protected_command->data, len, plain);
  return STATUS_OK;
}

enum status securemsg_unwrap(struct securemsg *channel, const struct apdu *protected_command, uint8_t *buffer,
                             struct apdu *plain) {
  size_t len = 0;

  if (!command_check(channel, protected_command, &len))
    return channel_end(channel, STATUS_CHANNEL_BROKEN);
  counter_step(channel);
  if (len > 0 && !decipher(channel, 0, protected_command->data, &len, buffer)) {
    crypto_wipe(buffer, APDU_DATA_MAX);
    return channel_end(channel, STATUS_CHANNEL_BROKEN);
  }
  plain_from(protected_command, buffer, len, plain);
  return STATUS_OK;
}

/* The whole CMAC over chain, data and status word (Amendment D 6.2.5). */
static bool response_mac(const struct securemsg *channel, const struct apdu_response *response, size_t data_len,
                         uint8_t mac[BLOCK]) {
  uint8_t input[MAC_INPUT_MAX];
  struct bytes_writer writer = bytes_writer(input, sizeof input);

  bytes_write(&writer, channel->chain, BLOCK);
  bytes_write(&writer, response->data, data_len);
  bytes_write_u16(&writer, response->sw);
  return !writer.failed && crypto_aes_cmac(channel->s_rmac, input, writer.len, mac);
}

static enum status response_end(struct securemsg *channel, struct apdu_response *response, enum status reason) {
  crypto_wipe(response, sizeof *response);
  return channel_end(channel, reason);
}

enum status securemsg_wrap_response(struct securemsg *channel, struct apdu_response *response) {
  uint8_t mac[BLOCK];

  if (!channel->open)
    return STATUS_CHANNEL_BROKEN;
  if (!apdu_sw_has_data(response->sw)) {
    crypto_wipe(response->data, sizeof response->data);
    response->len = 0;
    return STATUS_OK;
  }
  if (response->len > PROTECTED_DATA_MAX)
    return STATUS_BAD_LENGTH;
  if (response->len > 0) {
    response->len = encipher(channel, ANSWER_COUNTER, response->data, response->len);
    if (response->len == 0)
      return response_end(channel, response, STATUS_CRYPTO_FAILED);
  }
  if (!response_mac(channel, response, response->len, mac))
    return response_end(channel, response, STATUS_CRYPTO_FAILED);
  memcpy(response->data + response->len, mac, SECUREMSG_MAC_SIZE);
  response->len += SECUREMSG_MAC_SIZE;
  return STATUS_OK;
}

enum status securemsg_unwrap_response(struct securemsg *channel, struct apdu_response *response) {
  uint8_t mac[BLOCK];
  size_t len = response->len - SECUREMSG_MAC_SIZE;

  if (!channel->open)
    return response_end(channel, response, STATUS_CHANNEL_BROKEN);
  if (!apdu_sw_has_data(response->sw)) {
    response->len = 0; /* whatever came along is not authentic */
    return STATUS_OK;
  }
  if (response->len < SECUREMSG_MAC_SIZE || response->len > APDU_RESPONSE_DATA_MAX ||
      !response_mac(channel, response, len, mac) || !crypto_equal(mac, response->data + len, SECUREMSG_MAC_SIZE))
    return response_end(channel, response, STATUS_CHANNEL_BROKEN);
  if (len > 0 && !decipher(channel, ANSWER_COUNTER, response->data, &len, response->data))
    return response_end(channel, response, STATUS_CHANNEL_BROKEN);
  response->len = len;
  return STATUS_OK;
}
