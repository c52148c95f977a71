/* SPDX-License-Identifier: Apache-2.0
 * SELECT with its FCI, and GET DATA: certificates and the card's particulars. */
#include "select.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/tlv.h"

#include "channel.h"

#define TAG_FCI                 0x6F /* ISO/IEC 7816-4 5.3.3 */
#define TAG_FCI_AID             0x84 /* DF name */
#define TAG_FCI_LIFE_CYCLE      0x8A /* life cycle status byte */
#define TAG_FCI_PROPRIETARY     0xA5
#define TAG_APPLICATION_VERSION 0x9F08 /* EMV Book 3 annex A */
#define FCI_MAX                 32

static const uint8_t purse_aid[PURSE_AID_SIZE] = {PURSE_AID_BYTES};
static const uint8_t purse_version[2] = {0x00, 0x02};

static void fci_write(uint8_t state, struct apdu_response *response) {
  uint8_t inner[FCI_MAX], version[8];
  struct bytes_writer proprietary = bytes_writer(version, sizeof version);
  struct bytes_writer body = bytes_writer(inner, sizeof inner);
  struct bytes_writer fci = bytes_writer(response->data, sizeof response->data);
  tlv_write(&proprietary, TAG_APPLICATION_VERSION, purse_version, sizeof purse_version);
  tlv_write(&body, TAG_FCI_AID, purse_aid, sizeof purse_aid);
  tlv_write(&body, TAG_FCI_LIFE_CYCLE, &state, 1);
  tlv_write(&body, TAG_FCI_PROPRIETARY, version, proprietary.len);
  tlv_write(&fci, TAG_FCI, inner, body.len);
  response->len = fci.len;
}

/* Another name ends the session, but leaves selected what was: GPC v2.3.1 6.4.2. */
uint16_t select_application(struct card *card, const struct apdu *command, struct apdu_response *response) {
  channel_close(card);
  if (command->lc != sizeof purse_aid || memcmp(command->data, purse_aid, sizeof purse_aid) != 0)
    return SW_NOT_OUR_FILE;
  card->selected = true;
  fci_write(card->memory.state, response);
  if (card->memory.state == CARD_BLOCKED)
    return SW_BLOCKED;
  return card->memory.state == CARD_EXPIRED ? SW_EXPIRED : SW_OK;
}

static uint16_t certificate_answer(const uint8_t *certificate, uint8_t len, struct apdu_response *response) {
  memcpy(response->data, certificate, len);
  response->len = len;
  return SW_OK;
}

/* The host may name the key whose certificate it wants (GPC Amd F 6.1); there is one. */
uint16_t select_get_card_certificate(struct card *card, const struct apdu *command, struct apdu_response *response) {
  static const uint8_t reference[] = {0xA6, 0x04, 0x83, 0x02, KID_SCP11A, KVN_FIRST};
  if (command->lc != 0 && (command->lc != sizeof reference || memcmp(command->data, reference, sizeof reference) != 0))
    return SW_DATA_NOT_FOUND;
  return certificate_answer(card->memory.ecka_certificate, card->memory.ecka_certificate_len, response);
}

uint16_t select_get_sig_certificate(struct card *card, const struct apdu *command, struct apdu_response *response) {
  (void)command;
  return certificate_answer(card->memory.sig_certificate, card->memory.sig_certificate_len, response);
}

uint16_t select_get_card_info(struct card *card, const struct apdu *command, struct apdu_response *response) {
  const struct card_memory *memory = &card->memory;
  struct parameters parameters;
  struct card_info info = {
      .state = memory->state,
      .atc = bytes_u32(memory->atc),
      .pin_tries_left = memory->pin_tries_left,
      .master_version = memory->master_version,
      .terminal_ca_version = memory->terminal_ca_version,
      .server_version = memory->server_version,
      .terminal_ca_least = memory->terminal_ca_least,
      .server_least = memory->server_least,
  };
  (void)command;
  if (parameters_decode(memory->parameters, sizeof memory->parameters, &parameters) != STATUS_OK)
    return SW_INTERNAL;
  memcpy(info.cid, parameters.cid, sizeof info.cid);
  memcpy(info.chip_serial, memory->chip_serial, sizeof info.chip_serial);
  memcpy(info.expiry, parameters.expiry, sizeof info.expiry);
  memcpy(info.latest_time, memory->latest_time, sizeof info.latest_time);
  info.currency = parameters.currency;
  info.purse_ceiling = parameters.purse_ceiling;
  info.payment_ceiling = parameters.payment_ceiling;
  info.offline = parameters.offline;
  info.no_pin = parameters.no_pin;
  info.pin_changes = bytes_u16(memory->pin_changes);
  card_info_encode(&info, response->data);
  response->len = CARD_INFO_SIZE;
  return SW_OK;
}
