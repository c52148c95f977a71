/* SPDX-License-Identifier: Apache-2.0
 * Meeting a card's issuer security domain: what it says of itself, and a session with it. */
#include "epurse/domain.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/crypto.h"
#include "epurse/reader.h"
#include "epurse/tlv.h"

#define CLA_PROPRIETARY 0x80
#define TAG_FCI         0x6F
#define TAG_FCI_PRIVATE 0xA5
#define TAG_DF_NAME     0x84
#define TAG_DATA_MAX    0x9F65 /* maximum length of data in a command (GPC table 11-82) */
#define TAG_CPLC        0x9F7F
#define TAG_KEYS        0x00E0
#define TAG_KEY         0xC0
#define TAG_MEMORY      0xFF21 /* ETSI TS 102 226 8.2.1.7.2 */
#define TAG_MEMORY_FREE 0x82
#define DATA_LEAST      32 /* of a command: less holds no MAC and a block, and no card sold has so little */
#define CPLC_SERIAL     10 /* fabrication date 2, IC serial 4, batch 2 */

static enum status get_data(struct reader *reader, uint16_t tag, struct apdu_response *response) {
  const struct apdu command = {.cla = CLA_PROPRIETARY,
                               .ins = INS_GET_DATA,
                               .p1 = (uint8_t)(tag >> 8),
                               .p2 = (uint8_t)tag,
                               .le = APDU_RESPONSE_DATA_MAX};
  return reader_command(reader, &command, response);
}

/* The domain's name and how much it takes at once. */
static enum status fci_read(const struct apdu_response *response, struct domain_view *view) {
  struct tlv fci, name, private, largest;

  view->data_max = APDU_DATA_MAX;
  if (tlv_find(response->data, response->len, TAG_FCI, &fci) != STATUS_OK ||
      tlv_find(fci.value, fci.len, TAG_DF_NAME, &name) != STATUS_OK || name.len < 5 || name.len > CAP_AID_MAX)
    return STATUS_BAD_REPLY;
  view->aid.len = name.len;
  memcpy(view->aid.bytes, name.value, name.len);
  if (tlv_find(fci.value, fci.len, TAG_FCI_PRIVATE, &private) == STATUS_OK &&
      tlv_find(private.value, private.len, TAG_DATA_MAX, &largest) == STATUS_OK && largest.len == 1 &&
      largest.value[0] > 0)
    view->data_max = largest.value[0];
  return view->data_max >= DATA_LEAST ? STATUS_OK : STATUS_BAD_REPLY;
}

static enum status domain_select(struct reader *reader, struct domain_view *view) {
  const struct apdu select = {.ins = INS_SELECT, .p1 = 0x04, .le = APDU_RESPONSE_DATA_MAX};
  struct apdu_response response;

  enum status status = reader_command(reader, &select, &response);
  if (status != STATUS_OK)
    return status;
  view->locked = response.sw == SW_BLOCKED;
  if (response.sw != SW_OK && !view->locked)
    return STATUS_NOT_OUR_CARD;
  return fci_read(&response, view);
}

/* Some cards send the value without its tag. */
static void cplc_read(const struct apdu_response *response, struct domain_view *view) {
  struct tlv tlv;
  const uint8_t *value = NULL;

  if (response->sw != SW_OK)
    return;
  if (response->len == DOMAIN_CPLC_SIZE)
    value = response->data;
  else if (tlv_find(response->data, response->len, TAG_CPLC, &tlv) == STATUS_OK && tlv.len == DOMAIN_CPLC_SIZE)
    value = tlv.value;
  if (value == NULL)
    return;
  view->has_cplc = true;
  memcpy(view->cplc, value, DOMAIN_CPLC_SIZE);
}

static bool is_blank(const uint8_t *bytes, size_t len) {
  bool zeros = true, ones = true;
  for (size_t i = 0; i < len; i++) {
    zeros = zeros && bytes[i] == 0x00;
    ones = ones && bytes[i] == 0xFF;
  }
  return zeros || ones;
}

/* The chip's number: of CPLC, else the last eight bytes of what keys are diversified by. */
static void serial_choose(struct domain_view *view) {
  const uint8_t *diversified = view->update.diversification + DOMAIN_DIVERSIFICATION - DOMAIN_SERIAL_SIZE;

  if (view->has_cplc && !is_blank(view->cplc + CPLC_SERIAL, DOMAIN_SERIAL_SIZE))
    memcpy(view->serial, view->cplc + CPLC_SERIAL, DOMAIN_SERIAL_SIZE);
  else if (!is_blank(diversified, DOMAIN_SERIAL_SIZE))
    memcpy(view->serial, diversified, DOMAIN_SERIAL_SIZE);
}

static void keys_read(const struct apdu_response *response, struct domain_view *view) {
  struct tlv all, one;

  if (response->sw != SW_OK || tlv_find(response->data, response->len, TAG_KEYS, &all) != STATUS_OK)
    return;
  struct bytes_reader reader = bytes_reader(all.value, all.len);
  while (reader.left > 0 && view->key_count < DOMAIN_KEYS_MAX && tlv_next(&reader, &one) == STATUS_OK)
    if (one.tag == TAG_KEY && one.len >= 4)
      view->keys[view->key_count++] = (struct domain_key){one.value[0], one.value[1], one.value[2], one.value[3]};
}

static enum status initialize_update(struct reader *reader, uint8_t version,
                                     const uint8_t challenge[DOMAIN_CHALLENGE_SIZE], struct domain_update *update) {
  const struct apdu command = {.cla = CLA_PROPRIETARY,
                               .ins = INS_INITIALIZE_UPDATE,
                               .p1 = version,
                               .data = challenge,
                               .lc = DOMAIN_CHALLENGE_SIZE,
                               .le = APDU_RESPONSE_DATA_MAX};
  struct apdu_response response;

  enum status status = reader_command(reader, &command, &response);
  if (status != STATUS_OK)
    return status;
  if (response.sw == SW_DATA_NOT_FOUND)
    return STATUS_NOT_FOUND;
  if (response.sw != SW_OK)
    return STATUS_CARD_REFUSED;
  return domain_update_parse(response.data, response.len, update);
}

enum status domain_look(struct reader *reader, struct domain_view *view) {
  uint8_t challenge[DOMAIN_CHALLENGE_SIZE];
  struct apdu_response response;

  *view = (struct domain_view){0};
  enum status status = domain_select(reader, view);
  if (status == STATUS_OK)
    status = get_data(reader, TAG_CPLC, &response);
  if (status == STATUS_OK) {
    cplc_read(&response, view);
    status = get_data(reader, TAG_KEYS, &response);
  }
  if (status == STATUS_OK) {
    keys_read(&response, view);
    status = crypto_random(challenge, sizeof challenge) ? STATUS_OK : STATUS_CRYPTO_FAILED;
  }
  if (status == STATUS_OK)
    status = initialize_update(reader, 0, challenge, &view->update);
  if (status == STATUS_OK)
    serial_choose(view);
  return status;
}

enum status domain_look_memory(struct reader *reader, struct domain_view *view) {
  struct apdu_response response;
  struct tlv all, one;

  view->memory_free = 0;
  enum status status = get_data(reader, TAG_MEMORY, &response);
  if (status != STATUS_OK || response.sw != SW_OK ||
      tlv_find(response.data, response.len, TAG_MEMORY, &all) != STATUS_OK ||
      tlv_find(all.value, all.len, TAG_MEMORY_FREE, &one) != STATUS_OK || one.len > sizeof view->memory_free)
    return status;
  for (size_t i = 0; i < one.len; i++)
    view->memory_free = view->memory_free << 8 | one.value[i];
  return STATUS_OK;
}

/* Asks for a session with a key set, and makes our half of it. STATUS_OK: the card's cryptogram is of these keys. */
static enum status session_ask(struct reader *reader, enum domain_diversification method,
                               const struct domain_keys *master, uint8_t version, struct domain_channel *channel,
                               struct domain_update *update) {
  uint8_t challenge[DOMAIN_CHALLENGE_SIZE];
  struct domain_keys keys = {0};

  enum status status = crypto_random(challenge, sizeof challenge) ? STATUS_OK : STATUS_CRYPTO_FAILED;
  if (status == STATUS_OK)
    status = initialize_update(reader, version, challenge, update);
  if (status == STATUS_OK && version != 0 && update->key_version != version)
    status = STATUS_NOT_FOUND; /* it answers with another set */
  if (status == STATUS_OK)
    status = domain_keys_derive(method, master, update->diversification, &keys);
  if (status == STATUS_OK)
    status = domain_channel_open(channel, &keys, challenge, update);
  crypto_wipe(&keys, sizeof keys);
  return status;
}

enum status domain_has_keys(struct reader *reader, enum domain_diversification method, const struct domain_keys *master,
                            uint8_t version) {
  struct domain_channel channel = {0};
  struct domain_update update;

  enum status status = session_ask(reader, method, master, version, &channel, &update);
  domain_channel_close(&channel);
  if (status == STATUS_BAD_REPLY) /* of a protocol that is none of ours */
    return STATUS_NOT_AUTHENTICATED;
  return status == STATUS_CARD_REFUSED ? STATUS_NOT_FOUND : status;
}

/* Proves that we know the keys: the one command that a card counts where it is wrong. */
static enum status external_authenticate(struct domain *domain) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;
  struct apdu_response response;

  enum status status = domain_channel_authenticate(&domain->channel, bytes, &len);
  if (status == STATUS_OK)
    status = reader_transmit(domain->reader, bytes, len, &response);
  return status == STATUS_OK && response.sw != SW_OK ? STATUS_CARD_REFUSED : status;
}

enum status domain_open(struct domain *domain, struct reader *reader, enum domain_diversification method,
                        const struct domain_keys *master, uint8_t version) {
  *domain = (struct domain){.reader = reader};
  enum status status = domain_look(reader, &domain->view);
  if (status == STATUS_OK)
    status = session_ask(reader, method, master, version, &domain->channel, &domain->view.update);
  if (status == STATUS_OK)
    status = external_authenticate(domain);
  domain->block_max =
      domain->view.data_max < APDU_DATA_MAX ? (domain->view.data_max - 8) / 16 * 16 - 1 : DOMAIN_DATA_MAX;
  if (status != STATUS_OK)
    domain_close(domain);
  return status;
}

void domain_close(struct domain *domain) {
  domain_channel_close(&domain->channel);
  crypto_wipe(domain, sizeof *domain);
}

enum status domain_command(struct domain *domain, const struct apdu *plain, struct apdu_response *response) {
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;

  enum status status = domain_channel_wrap(&domain->channel, plain, bytes, &len);
  return status == STATUS_OK ? reader_transmit(domain->reader, bytes, len, response) : status;
}
