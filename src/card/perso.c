/* SPDX-License-Identifier: Apache-2.0
 * GENERATE ASYMMETRIC KEY PAIR and STORE DATA: each data grouping is checked, then kept; the last one locks the card.
 */
#include "perso.h"

#include <string.h>

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/certificate.h"

#include "memory.h"

#define MASTER_KEY_SIZE    (1 + CRYPTO_P256_PUBLIC_SIZE) /* version, key */
#define POINT_UNCOMPRESSED 0x04                          /* first byte of a public key: SEC 1 2.3.3 */

enum stored_bit {
  STORED_PARAMETERS = 0x01,
  STORED_PIN = 0x02,
  STORED_MASTER_KEY = 0x04,
  STORED_TERMINAL_CA = 0x08,
  STORED_SERVER = 0x10,
  STORED_CARD_ECKA = 0x20,
  STORED_CARD_SIG = 0x40,
  STORED_ALL = 0x7F
};

/* One data grouping on its way in. */
struct grouping {
  const uint8_t *value; /* borrowed from the command */
  uint8_t len;
  struct certificate certificate; /* of those that are one */
  uint8_t voids;                  /* enum stored_bit of what no longer holds once this is kept */
};

/* A row per grouping. `check` refuses and stages nothing; `keep` stages and refuses nothing. */
struct grouping_kind {
  uint16_t dgi; /* enum store_data_dgi */
  uint8_t bit;  /* enum stored_bit */
  uint16_t (*check)(const struct card *card, struct grouping *grouping);
  void (*keep)(struct card *card, const struct grouping *grouping);
};

static bool stored(const struct card *card, uint8_t bits) {
  return (card->memory.stored & bits) == bits;
}

/* ---- parameters ---- */

static bool ceiling_valid(uint32_t ceiling) {
  return ceiling > 0 && ceiling <= AMOUNT_MAX_ON_CARD;
}

/* Whether the SIG certificate tells terminals what the parameters tell the card: number, off-line limits, currency. */
static bool certificate_agrees(const struct certificate *certificate, const struct parameters *parameters) {
  return memcmp(certificate->subject, parameters->cid, CID_SIZE) == 0 &&
         certificate_limits_are(certificate, parameters->currency, &parameters->offline);
}

/* A SIG certificate that was stored before names these too: with others it no longer holds. */
static uint16_t check_parameters(const struct card *card, struct grouping *grouping) {
  struct parameters parameters;
  struct certificate certificate;
  if (parameters_decode(grouping->value, grouping->len, &parameters) != STATUS_OK)
    return SW_WRONG_DATA;
  if (!ceiling_valid(parameters.purse_ceiling) || !ceiling_valid(parameters.payment_ceiling) ||
      parameters.currency == 0 || date_passed(parameters.expiry, parameters.time))
    return SW_WRONG_DATA;
  if (stored(card, STORED_CARD_SIG) &&
      (certificate_decode(card->memory.sig_certificate, card->memory.sig_certificate_len, &certificate) != STATUS_OK ||
       !certificate_agrees(&certificate, &parameters)))
    grouping->voids = STORED_CARD_SIG;
  return SW_OK;
}

static void keep_parameters(struct card *card, const struct grouping *grouping) {
  memory_stage(card, card->memory.parameters, grouping->value, PARAMETERS_SIZE);
}

/* ---- PIN ---- */

static uint16_t check_pin(const struct card *card, struct grouping *grouping) {
  char digits[PIN_MAX + 1];
  enum status status = STATUS_BAD_LENGTH;
  (void)card;
  if (grouping->len == PIN_BLOCK_SIZE)
    status = pin_block_decode(grouping->value, digits);
  crypto_wipe(digits, sizeof digits);
  return status == STATUS_OK ? SW_OK : SW_WRONG_DATA;
}

static void keep_pin(struct card *card, const struct grouping *grouping) {
  memory_stage(card, card->memory.pin_block, grouping->value, PIN_BLOCK_SIZE);
}

/* ---- keys of the issuer ---- */

/* Under another master key, what was verified under the one before no longer holds. */
static uint16_t check_master_key(const struct card *card, struct grouping *grouping) {
  (void)card;
  if (grouping->len != MASTER_KEY_SIZE || grouping->value[0] == 0 || !crypto_p256_valid(grouping->value + 1))
    return SW_WRONG_DATA;
  grouping->voids = STORED_TERMINAL_CA | STORED_SERVER;
  return SW_OK;
}

static void keep_master_key(struct card *card, const struct grouping *grouping) {
  memory_stage_u8(card, &card->memory.master_version, grouping->value[0]);
  memory_stage(card, card->memory.master_public, grouping->value + 1, CRYPTO_P256_PUBLIC_SIZE);
}

static uint16_t check_under_master(const struct card *card, struct grouping *grouping, uint8_t role) {
  const struct certificate_check check = {.ca_public = card->memory.master_public, .role = role};
  if (!stored(card, STORED_MASTER_KEY))
    return SW_CONDITIONS_NOT_SATISFIED;
  if (certificate_decode(grouping->value, grouping->len, &grouping->certificate) != STATUS_OK)
    return SW_WRONG_DATA;
  return certificate_verify(&grouping->certificate, &check) == STATUS_OK ? SW_OK : SW_SECURITY_NOT_SATISFIED;
}

static uint16_t check_terminal_ca(const struct card *card, struct grouping *grouping) {
  return check_under_master(card, grouping, ROLE_TERMINAL_CA);
}

static void keep_terminal_ca(struct card *card, const struct grouping *grouping) {
  struct card_memory *memory = &card->memory;
  memory_stage_u8(card, &memory->terminal_ca_version, grouping->certificate.version);
  memory_stage_u8(card, &memory->terminal_ca_least, grouping->certificate.least);
  memory_stage(card, memory->terminal_ca_subject, grouping->certificate.subject, sizeof memory->terminal_ca_subject);
  memory_stage(card, memory->terminal_ca_public, grouping->certificate.public_key, CRYPTO_P256_PUBLIC_SIZE);
}

static uint16_t check_server(const struct card *card, struct grouping *grouping) {
  return check_under_master(card, grouping, ROLE_SERVER);
}

static void keep_server(struct card *card, const struct grouping *grouping) {
  memory_stage_u8(card, &card->memory.server_version, grouping->certificate.version);
  memory_stage_u8(card, &card->memory.server_least, grouping->certificate.least);
  memory_stage(card, card->memory.server_public, grouping->certificate.public_key, CRYPTO_P256_PUBLIC_SIZE);
}

/* ---- the card's own certificates ---- */

/* The card cannot verify its own CA's signature; it sees to it that the certificate is for its own key. */
static uint16_t check_own(const struct grouping *grouping, const uint8_t own_public[CRYPTO_P256_PUBLIC_SIZE],
                          uint8_t role) {
  if (own_public[0] != POINT_UNCOMPRESSED)
    return SW_CONDITIONS_NOT_SATISFIED; /* no keys have been made */
  if (grouping->certificate.role != role ||
      memcmp(grouping->certificate.public_key, own_public, CRYPTO_P256_PUBLIC_SIZE) != 0)
    return SW_WRONG_DATA;
  return SW_OK;
}

static uint16_t check_card_ecka(const struct card *card, struct grouping *grouping) {
  if (certificate_decode(grouping->value, grouping->len, &grouping->certificate) != STATUS_OK)
    return SW_WRONG_DATA;
  return check_own(grouping, card->memory.ecka_public, ROLE_CARD_ECKA);
}

static void keep_card_ecka(struct card *card, const struct grouping *grouping) {
  memory_stage_u8(card, &card->memory.ecka_certificate_len, grouping->len);
  memory_stage(card, card->memory.ecka_certificate, grouping->value, grouping->len);
}

static uint16_t check_card_sig(const struct card *card, struct grouping *grouping) {
  struct parameters parameters;
  if (certificate_decode(grouping->value, grouping->len, &grouping->certificate) != STATUS_OK)
    return SW_WRONG_DATA;
  if (stored(card, STORED_PARAMETERS) &&
      (parameters_decode(card->memory.parameters, PARAMETERS_SIZE, &parameters) != STATUS_OK ||
       !certificate_agrees(&grouping->certificate, &parameters)))
    return SW_WRONG_DATA;
  return check_own(grouping, card->memory.sig_public, ROLE_CARD_SIG);
}

static void keep_card_sig(struct card *card, const struct grouping *grouping) {
  memory_stage_u8(card, &card->memory.sig_certificate_len, grouping->len);
  memory_stage(card, card->memory.sig_certificate, grouping->value, grouping->len);
}

static const struct grouping_kind kinds[] = {
    {DGI_PARAMETERS, STORED_PARAMETERS, check_parameters, keep_parameters},
    {DGI_PIN, STORED_PIN, check_pin, keep_pin},
    {DGI_MASTER_KEY, STORED_MASTER_KEY, check_master_key, keep_master_key},
    {DGI_TERMINAL_CA, STORED_TERMINAL_CA, check_terminal_ca, keep_terminal_ca},
    {DGI_SERVER, STORED_SERVER, check_server, keep_server},
    {DGI_CARD_ECKA, STORED_CARD_ECKA, check_card_ecka, keep_card_ecka},
    {DGI_CARD_SIG, STORED_CARD_SIG, check_card_sig, keep_card_sig},
};

/* ---- the commands ---- */

/* Everything that a cardholder's card begins with; the keys are fixed from here on (R4). */
static void lock(struct card *card) {
  struct card_memory *memory = &card->memory;
  memory_stage(card, memory->latest_time, memory->parameters + PARAMETERS_TIME, MOMENT_SIZE);
  memory_stage_u8(card, &memory->pin_tries_left, PIN_TRIES);
  memory_stage_zeros(card, memory->pin_changes, sizeof memory->pin_changes);
  memory_stage_zeros(card, memory->balance, sizeof memory->balance);
  memory_stage_zeros(card, memory->points, sizeof memory->points);
  memory_stage_zeros(card, memory->atc, sizeof memory->atc);
  memory_stage_u8(card, &memory->slot_state, SLOT_NONE);
  memory_stage_zeros(card, memory->transport_key, sizeof memory->transport_key);
  memory_stage_u8(card, &memory->state, CARD_PERSONALISED);
}

static const struct grouping_kind *kind_by_dgi(uint16_t dgi) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].dgi == dgi)
      return &kinds[i];
  return NULL;
}

uint16_t perso_store_data(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct bytes_reader reader = bytes_reader(command->data, command->lc);
  const struct grouping_kind *kind = kind_by_dgi(bytes_read_u16(&reader));
  struct grouping grouping = {.len = bytes_read_u8(&reader)};
  uint8_t now_stored;
  uint16_t sw;
  (void)response;
  grouping.value = bytes_read_view(&reader, grouping.len);
  if (kind == NULL)
    return SW_DATA_NOT_FOUND;
  if (!bytes_read_all(&reader))
    return SW_WRONG_DATA;
  sw = kind->check(card, &grouping);
  if (sw != SW_OK)
    return sw;
  now_stored = (uint8_t)((card->memory.stored & ~grouping.voids) | kind->bit);
  if (command->p1 == P1_STORE_DATA_LAST && now_stored != STORED_ALL)
    return SW_CONDITIONS_NOT_SATISFIED;
  kind->keep(card, &grouping);
  memory_stage_u8(card, &card->memory.stored, now_stored);
  if (command->p1 == P1_STORE_DATA_LAST)
    lock(card);
  return memory_commit(card);
}

/* Two fresh pairs; their private halves never leave the card. */
struct key_pairs {
  uint8_t ecka_private[CRYPTO_P256_PRIVATE_SIZE], sig_private[CRYPTO_P256_PRIVATE_SIZE];
  struct card_request request; /* the public halves */
};

static bool pairs_make(const struct card *card, struct key_pairs *pairs, uint8_t record[CARD_REQUEST_SIZE]) {
  if (!crypto_p256_generate(pairs->ecka_private, pairs->request.ecka_public) ||
      !crypto_p256_generate(pairs->sig_private, pairs->request.sig_public))
    return false;
  memcpy(pairs->request.chip_serial, card->memory.chip_serial, CHIP_SERIAL_SIZE);
  card_request_encode(&pairs->request, record);
  return record_sign(record, CARD_REQUEST_TLV_SIZE, pairs->sig_private) == STATUS_OK;
}

uint16_t perso_generate(struct card *card, const struct apdu *command, struct apdu_response *response) {
  struct card_memory *memory = &card->memory;
  struct key_pairs pairs;
  uint16_t sw = SW_INTERNAL;
  (void)command;
  if (pairs_make(card, &pairs, response->data)) {
    memory_stage(card, memory->ecka_private, pairs.ecka_private, sizeof memory->ecka_private);
    memory_stage(card, memory->ecka_public, pairs.request.ecka_public, sizeof memory->ecka_public);
    memory_stage(card, memory->sig_private, pairs.sig_private, sizeof memory->sig_private);
    memory_stage(card, memory->sig_public, pairs.request.sig_public, sizeof memory->sig_public);
    memory_stage_u8(card, &memory->stored, 0);
    response->len = CARD_REQUEST_SIZE;
    sw = memory_commit(card);
  }
  crypto_wipe(&pairs, sizeof pairs);
  return sw;
}
