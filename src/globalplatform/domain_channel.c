/* SPDX-License-Identifier: Apache-2.0
 * The host's side of SCP02 and SCP03 at level 03. */
#include "epurse/domain_channel.h"

#include <string.h>

#include "epurse/apdu.h"
#include "epurse/bytes.h"
#include "epurse/crypto.h"
#include "epurse/crypto_domain.h"

#define CLA_PROPRIETARY      0x80
#define INS_EXTERNAL         0x82
#define LEVEL_MAC_AND_CIPHER 0x03
#define MAC_SIZE             8
#define PADDING              0x80
#define SCP02_ANSWER_SIZE    28
#define SCP03_ANSWER_SIZE    29
#define SCP03_ANSWER_COUNTED 32 /* with a sequence counter */
#define SCP03_OPTION_S16     0x01

/* SCP02's constants, GPC v2.3.1 E.4.1. */
#define SCP02_MAC 0x0101
#define SCP02_DEK 0x0181
#define SCP02_ENC 0x0182
/* SCP03's, Amendment D 4.1.5. */
#define SCP03_CARD_CRYPTOGRAM 0x00
#define SCP03_HOST_CRYPTOGRAM 0x01
#define SCP03_S_ENC           0x04
#define SCP03_S_MAC           0x06

static const uint8_t zeros[16];

enum status domain_update_parse(const uint8_t *data, size_t len, struct domain_update *update) {
  struct bytes_reader reader = bytes_reader(data, len);

  *update = (struct domain_update){0};
  bytes_read(&reader, update->diversification, sizeof update->diversification);
  update->key_version = bytes_read_u8(&reader);
  update->protocol = bytes_read_u8(&reader);
  if (update->protocol == 2 && len == SCP02_ANSWER_SIZE) {
    bytes_read(&reader, update->sequence, 2);
    bytes_read(&reader, update->challenge, 6);
    bytes_read(&reader, update->cryptogram, sizeof update->cryptogram);
    return STATUS_OK;
  }
  if (update->protocol != 3 || (len != SCP03_ANSWER_SIZE && len != SCP03_ANSWER_COUNTED))
    return STATUS_BAD_REPLY;
  update->option = bytes_read_u8(&reader);
  bytes_read(&reader, update->challenge, sizeof update->challenge);
  bytes_read(&reader, update->cryptogram, sizeof update->cryptogram);
  if (len == SCP03_ANSWER_COUNTED)
    bytes_read(&reader, update->sequence, sizeof update->sequence);
  return (update->option & SCP03_OPTION_S16) != 0 ? STATUS_BAD_REPLY : STATUS_OK;
}

/* ---- SCP02 ---- */

static bool scp02_key(const uint8_t *static_key, uint16_t constant, const uint8_t sequence[2], uint8_t *key) {
  uint8_t input[16] = {0};

  bytes_put_u16(input, constant);
  memcpy(input + 2, sequence, 2);
  return crypto_des2_cbc_encrypt(static_key, zeros, input, sizeof input, key);
}

/* The last block of a CBC over three parts that fill two blocks, with the third of padding. */
static bool scp02_cryptogram(const uint8_t *key, const uint8_t first[8], const uint8_t second[8], uint8_t out[8]) {
  uint8_t text[24] = {0};

  memcpy(text, first, 8);
  memcpy(text + 8, second, 8);
  text[16] = PADDING;
  bool done = crypto_des2_cbc_encrypt(key, zeros, text, sizeof text, text);
  memcpy(out, text + 16, 8);
  return done;
}

static bool scp02_open(struct domain_channel *channel, const struct domain_keys *keys, const uint8_t host[8],
                       const struct domain_update *update, uint8_t expected[8]) {
  uint8_t card[8];

  memcpy(card, update->sequence, 2);
  memcpy(card + 2, update->challenge, 6);
  return scp02_key(keys->enc, SCP02_ENC, update->sequence, channel->s_enc) &&
         scp02_key(keys->mac, SCP02_MAC, update->sequence, channel->s_mac) &&
         scp02_key(keys->dek, SCP02_DEK, update->sequence, channel->dek) &&
         scp02_cryptogram(channel->s_enc, host, card, expected) &&
         scp02_cryptogram(channel->s_enc, card, host, channel->host_cryptogram);
}

/* ---- SCP03 ---- */

struct challenges {
  const uint8_t *host, *card;
};

/* NIST SP 800-108 in counter mode with CMAC. */
static bool scp03_derive(const uint8_t *key, size_t key_len, uint8_t constant, const struct challenges *context,
                         uint8_t *out, size_t len) {
  uint8_t input[32] = {0}, mac[16];
  bool done = true;

  input[11] = constant;
  bytes_put_u16(input + 13, (uint16_t)(len * 8));
  memcpy(input + 16, context->host, 8);
  memcpy(input + 24, context->card, 8);
  for (size_t at = 0; done && at < len; at += sizeof mac) {
    input[15] = (uint8_t)(at / sizeof mac + 1);
    done = crypto_aes_any_cmac(key, key_len, input, sizeof input, mac);
    memcpy(out + at, mac, len - at < sizeof mac ? len - at : sizeof mac);
  }
  crypto_wipe(mac, sizeof mac);
  return done;
}

static bool scp03_open(struct domain_channel *channel, const struct domain_keys *keys, const uint8_t host[8],
                       const struct domain_update *update, uint8_t expected[8]) {
  const struct challenges context = {host, update->challenge};
  size_t len = keys->len;

  memcpy(channel->dek, keys->dek, len);
  return scp03_derive(keys->enc, len, SCP03_S_ENC, &context, channel->s_enc, len) &&
         scp03_derive(keys->mac, len, SCP03_S_MAC, &context, channel->s_mac, len) &&
         scp03_derive(channel->s_mac, len, SCP03_CARD_CRYPTOGRAM, &context, expected, 8) &&
         scp03_derive(channel->s_mac, len, SCP03_HOST_CRYPTOGRAM, &context, channel->host_cryptogram, 8);
}

/* The session's keys, the host's cryptogram, and the card's. */
static enum status session_derive(struct domain_channel *channel, const struct domain_keys *keys,
                                  const uint8_t host_challenge[DOMAIN_CHALLENGE_SIZE],
                                  const struct domain_update *update, uint8_t card_cryptogram[8]) {
  bool done = false;

  *channel = (struct domain_channel){.protocol = update->protocol, .key_len = keys->len};
  if (update->protocol == 2 && keys->len == CRYPTO_DES2_KEY_SIZE)
    done = scp02_open(channel, keys, host_challenge, update, card_cryptogram);
  else if (update->protocol == 3)
    done = scp03_open(channel, keys, host_challenge, update, card_cryptogram);
  else
    return STATUS_NOT_AUTHENTICATED; /* keys of another kind */
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

enum status domain_channel_open(struct domain_channel *channel, const struct domain_keys *keys,
                                const uint8_t host_challenge[DOMAIN_CHALLENGE_SIZE],
                                const struct domain_update *update) {
  uint8_t expected[8];

  enum status status = session_derive(channel, keys, host_challenge, update, expected);
  if (status == STATUS_OK && !crypto_equal(expected, update->cryptogram, sizeof expected))
    status = STATUS_NOT_AUTHENTICATED;
  crypto_wipe(expected, sizeof expected);
  if (status != STATUS_OK)
    domain_channel_close(channel);
  return status;
}

enum status domain_channel_answer(struct domain_channel *channel, const struct domain_keys *keys,
                                  const uint8_t host_challenge[DOMAIN_CHALLENGE_SIZE], struct domain_update *update) {
  return session_derive(channel, keys, host_challenge, update, update->cryptogram);
}

void domain_channel_close(struct domain_channel *channel) {
  crypto_wipe(channel, sizeof *channel);
}

/* ---- commands ---- */

/* The MAC over the header and the plain data, with the length that includes it. Moves the chain on. */
static bool mac_of(struct domain_channel *channel, const struct apdu *plain, uint8_t mac[MAC_SIZE]) {
  uint8_t input[16 + 5 + APDU_DATA_MAX], iv[16] = {0}, whole[16] = {0};
  struct bytes_writer writer = bytes_writer(input, sizeof input);
  bool done = true;

  if (channel->protocol == 3)
    bytes_write(&writer, channel->chain, 16);
  bytes_write_u8(&writer, plain->cla | CLA_SECURE);
  bytes_write_u8(&writer, plain->ins);
  bytes_write_u8(&writer, plain->p1);
  bytes_write_u8(&writer, plain->p2);
  bytes_write_u8(&writer, (uint8_t)(plain->lc + MAC_SIZE));
  bytes_write(&writer, plain->data, plain->lc);
  if (channel->protocol == 3)
    done = crypto_aes_any_cmac(channel->s_mac, channel->key_len, input, writer.len, whole);
  else {
    if (channel->begun)
      done = crypto_des_block(channel->s_mac, channel->chain, iv);
    done = done && crypto_des2_retail_mac(channel->s_mac, iv, input, writer.len, whole);
  }
  crypto_wipe(input, sizeof input);
  if (done) {
    memcpy(channel->chain, whole, sizeof whole);
    memcpy(mac, whole, MAC_SIZE);
    channel->begun = true;
  }
  return done;
}

static enum status encode(const struct apdu *plain, const uint8_t *data, size_t data_len, const uint8_t mac[MAC_SIZE],
                          uint8_t *bytes, size_t *len) {
  uint8_t body[APDU_DATA_MAX];
  const struct apdu wrapped = {.cla = plain->cla | CLA_SECURE,
                               .ins = plain->ins,
                               .p1 = plain->p1,
                               .p2 = plain->p2,
                               .data = body,
                               .lc = (uint8_t)(data_len + MAC_SIZE),
                               .le = plain->le};

  if (data_len > 0)
    memcpy(body, data, data_len);
  memcpy(body + data_len, mac, MAC_SIZE);
  *len = apdu_encode(&wrapped, bytes, APDU_COMMAND_MAX);
  crypto_wipe(body, sizeof body);
  return *len > 0 ? STATUS_OK : STATUS_BAD_LENGTH;
}

enum status domain_channel_authenticate(struct domain_channel *channel, uint8_t *bytes, size_t *len) {
  const struct apdu authenticate = {.cla = CLA_PROPRIETARY,
                                    .ins = INS_EXTERNAL,
                                    .p1 = LEVEL_MAC_AND_CIPHER,
                                    .data = channel->host_cryptogram,
                                    .lc = sizeof channel->host_cryptogram};
  uint8_t mac[MAC_SIZE];

  if (!mac_of(channel, &authenticate, mac))
    return STATUS_CRYPTO_FAILED;
  return encode(&authenticate, authenticate.data, authenticate.lc, mac, bytes, len);
}

static void counter_step(uint8_t counter[16]) {
  for (size_t i = 16; i-- > 0;)
    if (++counter[i] != 0)
      break;
}

/* Pads to whole blocks (always at least one byte) and enciphers; SCP03 counts commands without data, too. */
static bool encipher(struct domain_channel *channel, const struct apdu *plain, uint8_t *out, size_t *out_len) {
  size_t block = channel->protocol == 3 ? CRYPTO_AES_BLOCK_SIZE : CRYPTO_DES_BLOCK_SIZE;
  size_t padded = (plain->lc / block + 1) * block;
  uint8_t iv[16] = {0};
  bool done = true;

  *out_len = 0;
  if (channel->protocol == 3)
    counter_step(channel->counter);
  if (plain->lc == 0)
    return true;
  memset(out, 0, padded);
  memcpy(out, plain->data, plain->lc);
  out[plain->lc] = PADDING;
  if (channel->protocol == 3)
    done = crypto_aes_any_encrypt(channel->s_enc, channel->key_len, zeros, channel->counter, 16, iv) &&
           crypto_aes_any_encrypt(channel->s_enc, channel->key_len, iv, out, padded, out);
  else
    done = crypto_des2_cbc_encrypt(channel->s_enc, zeros, out, padded, out);
  *out_len = padded;
  return done;
}

enum status domain_channel_wrap(struct domain_channel *channel, const struct apdu *plain, uint8_t *bytes, size_t *len) {
  uint8_t body[APDU_DATA_MAX + 16], mac[MAC_SIZE];
  size_t body_len = 0;
  enum status status = STATUS_OK;

  if (plain->lc > DOMAIN_DATA_MAX)
    return STATUS_BAD_LENGTH;
  if (channel->protocol == 2) { /* MAC over the plain data, then cipher (GPC E.4.5, E.4.6) */
    if (!mac_of(channel, plain, mac) || !encipher(channel, plain, body, &body_len))
      status = STATUS_CRYPTO_FAILED;
  } else { /* cipher, then MAC over what is sent (Amendment D 6.2.4, 6.2.6) */
    struct apdu sent = *plain;
    if (!encipher(channel, plain, body, &body_len))
      status = STATUS_CRYPTO_FAILED;
    sent.data = body;
    sent.lc = (uint8_t)body_len;
    if (status == STATUS_OK && !mac_of(channel, &sent, mac))
      status = STATUS_CRYPTO_FAILED;
  }
  if (status == STATUS_OK)
    status = encode(plain, body, body_len, mac, bytes, len);
  crypto_wipe(body, sizeof body);
  return status;
}

enum status domain_channel_admit(struct domain_channel *channel, const struct apdu *sent) {
  struct apdu plain = *sent;
  uint8_t mac[MAC_SIZE];

  if (sent->lc != sizeof channel->host_cryptogram + MAC_SIZE)
    return STATUS_NOT_AUTHENTICATED;
  plain.lc = sizeof channel->host_cryptogram;
  if (!mac_of(channel, &plain, mac))
    return STATUS_CRYPTO_FAILED;
  return crypto_equal(sent->data, channel->host_cryptogram, sizeof channel->host_cryptogram) &&
                 crypto_equal(sent->data + plain.lc, mac, sizeof mac)
             ? STATUS_OK
             : STATUS_NOT_AUTHENTICATED;
}

/* Deciphers in the buffer and takes the padding off. */
static bool decipher(struct domain_channel *channel, uint8_t *data, size_t *len) {
  size_t block = channel->protocol == 3 ? CRYPTO_AES_BLOCK_SIZE : CRYPTO_DES_BLOCK_SIZE;
  uint8_t iv[16] = {0};
  bool done = *len % block == 0;

  if (channel->protocol == 3)
    counter_step(channel->counter);
  if (*len == 0 || !done)
    return done;
  if (channel->protocol == 3)
    done = crypto_aes_any_encrypt(channel->s_enc, channel->key_len, zeros, channel->counter, 16, iv) &&
           crypto_aes_any_decrypt(channel->s_enc, channel->key_len, iv, data, *len, data);
  else
    done = crypto_des2_cbc_decrypt(channel->s_enc, zeros, data, *len, data);
  while (done && *len > 0 && data[*len - 1] == 0)
    --*len;
  done = done && *len > 0 && data[*len - 1] == PADDING;
  *len -= done ? 1 : 0;
  return done;
}

enum status domain_channel_unwrap(struct domain_channel *channel, const struct apdu *sent, uint8_t *buffer,
                                  struct apdu *plain) {
  size_t len = sent->lc - (size_t)MAC_SIZE;
  uint8_t mac[MAC_SIZE];
  bool good = sent->lc >= MAC_SIZE && (sent->cla & CLA_SECURE) != 0;

  *plain = *sent;
  plain->cla = sent->cla & (uint8_t)~CLA_SECURE;
  plain->data = buffer;
  if (good)
    memcpy(buffer, sent->data, len);
  plain->lc = good ? (uint8_t)len : 0;
  if (good && channel->protocol == 3)
    good = mac_of(channel, plain, mac);
  good = good && decipher(channel, buffer, &len);
  plain->lc = good ? (uint8_t)len : 0;
  if (good && channel->protocol == 2)
    good = mac_of(channel, plain, mac);
  return good && crypto_equal(mac, sent->data + sent->lc - MAC_SIZE, sizeof mac) ? STATUS_OK : STATUS_CHANNEL_BROKEN;
}

enum status domain_channel_decipher_key(const struct domain_channel *channel, const uint8_t *key, size_t size,
                                        uint8_t *out) {
  bool done = size == 16 || size == 32;

  if (done && channel->protocol == 3)
    done = crypto_aes_any_decrypt(channel->dek, channel->key_len, zeros, key, size, out);
  for (size_t at = 0; done && channel->protocol == 2 && at < size; at += CRYPTO_DES_BLOCK_SIZE)
    done = crypto_des2_cbc_decrypt(channel->dek, zeros, key + at, CRYPTO_DES_BLOCK_SIZE, out + at);
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

enum status domain_channel_encipher_key(const struct domain_channel *channel, const uint8_t *key, size_t len,
                                        uint8_t *out, size_t *out_len) {
  uint8_t padded[DOMAIN_KEY_MAX] = {0};
  size_t size = (len + 15) / 16 * 16;
  bool done = false;

  if (len > sizeof padded)
    return STATUS_BAD_LENGTH;
  memcpy(padded, key, len);
  if (channel->protocol == 3)
    done = crypto_aes_any_encrypt(channel->dek, channel->key_len, zeros, padded, size, out);
  else /* ECB: each block for itself */
    for (size_t at = 0; at < size; at += CRYPTO_DES_BLOCK_SIZE) {
      done = crypto_des2_cbc_encrypt(channel->dek, zeros, padded + at, CRYPTO_DES_BLOCK_SIZE, out + at);
      if (!done)
        break;
    }
  crypto_wipe(padded, sizeof padded);
  *out_len = size;
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}

enum status domain_key_check(uint8_t protocol, const uint8_t *key, size_t len, uint8_t check[3]) {
  uint8_t block[16];
  bool done = false;

  memset(block, protocol == 3 ? 0x01 : 0x00, sizeof block);
  if (protocol == 3)
    done = crypto_aes_any_encrypt(key, len, zeros, block, 16, block);
  else if (len == CRYPTO_DES2_KEY_SIZE)
    done = crypto_des2_cbc_encrypt(key, zeros, block, CRYPTO_DES_BLOCK_SIZE, block);
  if (done)
    memcpy(check, block, 3);
  return done ? STATUS_OK : STATUS_CRYPTO_FAILED;
}
