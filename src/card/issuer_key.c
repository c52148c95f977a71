/* SPDX-License-Identifier: Apache-2.0
 * Newer keys of the issuer, taken for one session, and the floors that stay. */
#include "issuer_key.h"

#include <string.h>

#include "epurse/certificate.h"

#include "memory.h"

/* The lowest version of a key that a certificate may bring. What is older than the stored key has nothing to say to
 * this card, whatever the floor. */
static uint8_t lowest_version(const struct card_memory *memory, uint8_t role) {
  bool server = role == ROLE_SERVER;
  uint8_t version = server ? memory->server_version : memory->terminal_ca_version;
  uint8_t least = server ? memory->server_least : memory->terminal_ca_least;
  return version > least ? version : least;
}

uint16_t issuer_key_take(const struct card *card, const struct apdu *command, uint8_t role, struct shown_key *key) {
  const struct card_memory *memory = &card->memory;
  const struct certificate_check check = {.ca_public = memory->master_public, .role = role, .now = memory->latest_time};
  struct certificate certificate;
  if (certificate_decode(command->data, command->lc, &certificate) != STATUS_OK)
    return SW_WRONG_DATA;
  if (certificate.version < lowest_version(memory, role))
    return SW_DATA_NOT_FOUND;
  if (certificate_verify(&certificate, &check) != STATUS_OK)
    return SW_SECURITY_NOT_SATISFIED;
  key->version = certificate.version;
  key->least = certificate.least;
  memcpy(key->subject, certificate.subject, sizeof key->subject);
  memcpy(key->public_key, certificate.public_key, sizeof key->public_key);
  return SW_OK;
}

bool issuer_key_terminal_ca(const struct card *card, uint8_t version, struct shown_key *ca) {
  const struct card_memory *memory = &card->memory;
  if (version != memory->terminal_ca_version || version < memory->terminal_ca_least)
    return false;
  ca->version = version;
  ca->least = memory->terminal_ca_least;
  memcpy(ca->subject, memory->terminal_ca_subject, sizeof ca->subject);
  memcpy(ca->public_key, memory->terminal_ca_public, sizeof ca->public_key);
  return true;
}

/* NULL: none of that version. */
static const uint8_t *server_key(const struct card *card, uint8_t version) {
  if (version < card->memory.server_least)
    return NULL;
  if (card->shown_server.version != 0 && version == card->shown_server.version)
    return card->shown_server.public_key;
  return version == card->memory.server_version ? card->memory.server_public : NULL;
}

uint16_t issuer_key_check_order(const struct card *card, const struct apdu *order, uint8_t version) {
  const uint8_t *key = server_key(card, version);
  if (key == NULL)
    return SW_DATA_NOT_FOUND;
  return record_verify(order->data, order->lc, key) == STATUS_OK ? SW_OK : SW_SECURITY_NOT_SATISFIED;
}

/* Only upwards. Whether there is something to commit. */
static bool floor_stage(struct card *card, uint8_t *floor, uint8_t least) {
  if (least <= *floor)
    return false;
  memory_stage_u8(card, floor, least);
  return true;
}

bool issuer_key_stage_floor(struct card *card) {
  return floor_stage(card, &card->memory.terminal_ca_least, card->terminal_ca_least);
}

uint16_t issuer_key_show_server(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct shown_key key;
  uint16_t sw = issuer_key_take(card, command, ROLE_SERVER, &key);
  (void)response;
  if (sw == SW_OK && floor_stage(card, &card->memory.server_least, key.least))
    sw = memory_commit(card);
  if (sw == SW_OK)
    card->shown_server = key;
  return sw;
}
