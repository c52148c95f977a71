/* SPDX-License-Identifier: Apache-2.0
 * The card's dispatcher and its security policy: one table, a row per command. */
#include "epurse/card.h"

#include "epurse/certificate.h"
#include "epurse/scp.h"

#include "channel.h"
#include "issuer_key.h"
#include "lifecycle.h"
#include "log.h"
#include "offline.h"
#include "perso.h"
#include "pin.h"
#include "purse.h"
#include "select.h"

/* clang-format off */
#define LIVING (CARD_IN_PERSONALISED | CARD_IN_EXPIRED)
#define READABLE (CARD_IN_PERSONALISED | CARD_IN_EXPIRED_DESK)
#define ANY_STATE (CARD_IN_INITIALISED | LIVING | CARD_IN_BLOCKED)
#define SFI_P2(sfi) ((uint8_t)((sfi) << 3 | 5)) /* all records from P1 on: ISO/IEC 7816-4 7.3.3 */
#define PSO_MIN 1
#define BY_RELOAD_OR_DESK (CARD_BY_RELOAD | CARD_BY_DESK)
#define BY_POS_OR_DESK    (CARD_BY_POS | CARD_BY_DESK)
#define EXTERNAL_SIZE (SCP03_CRYPTOGRAM_SIZE + SECUREMSG_MAC_SIZE)

static const struct card_command commands[] = {
  /* name                        CLA   INS                             P1    mask  P2    mask  states                channel        roles           authentication       Lc min, max  handler */
  /* in the clear: all that an unknown reader gets */
  {"SELECT",                     0x00, INS_SELECT,                     0x04, 0xFF, 0x00, 0xFF, ANY_STATE,            CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, APDU_DATA_MAX, select_application},
  {"GET DATA card certificate",  0x00, INS_GET_DATA,                   0xBF, 0xFF, 0x21, 0xFF, LIVING,               CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 6, select_get_card_certificate},
  {"GET DATA card certificate",  0x80, INS_GET_DATA,                   0xBF, 0xFF, 0x21, 0xFF, LIVING,               CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 6, select_get_card_certificate},
  {"PERFORM SECURITY OPERATION", 0x80, INS_PERFORM_SECURITY_OPERATION, 0x00, 0x00, 0x00, 0x00, LIVING,               CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, PSO_MIN, APDU_DATA_MAX, channel_perform_security_operation},
  {"MUTUAL AUTHENTICATE",        0x80, INS_MUTUAL_AUTHENTICATE,        0x01, 0xFF, 0x11, 0xFF, LIVING,               CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, SCP11_REQUEST_SIZE, SCP11_REQUEST_SIZE, channel_mutual_authenticate},
  {"INITIALIZE UPDATE",          0x80, INS_INITIALIZE_UPDATE,          0x00, 0x00, 0x00, 0xFF, CARD_IN_INITIALISED,  CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, SCP03_CHALLENGE_SIZE, SCP03_CHALLENGE_SIZE, channel_initialize_update},
  {"EXTERNAL AUTHENTICATE",      0x84, INS_EXTERNAL_AUTHENTICATE,      0x33, 0xFF, 0x00, 0xFF, CARD_IN_INITIALISED,  CHANNEL_NONE,  CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, EXTERNAL_SIZE, EXTERNAL_SIZE, channel_external_authenticate},
  /* blank cards, inside SCP03 */
  {"GENERATE KEY PAIRS",         0x00, INS_GENERATE_KEY_PAIR,          0x80, 0xFF, 0x00, 0xFF, CARD_IN_INITIALISED,  CHANNEL_SCP03, CARD_BY_DESK,   CARD_PIN_NOT_NEEDED, 0, 0, perso_generate},
  {"STORE DATA",                 0x80, INS_STORE_DATA,                 0x00, 0x7F, 0x00, 0x00, CARD_IN_INITIALISED,  CHANNEL_SCP03, CARD_BY_DESK,   CARD_PIN_NOT_NEEDED, 3, PROTECTED_DATA_MAX, perso_store_data},
  /* cardholder's cards, inside SCP11a */
  {"VERIFY",                     0x00, INS_VERIFY,                     0x00, 0xFF, 0x80, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, VERIFY_SIZE, VERIFY_SIZE, pin_verify},
  {"CHANGE REFERENCE DATA",      0x00, INS_CHANGE_REFERENCE_DATA,      0x00, 0xFF, 0x80, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, CHANGE_PIN_SIZE, CHANGE_PIN_SIZE, pin_change},
  {"INITIALIZE FOR LOAD",        0x80, INS_INITIALIZE,                 0x00, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_RELOAD, CARD_PIN_OR_RIDING,  INITIALIZE_SIZE, INITIALIZE_MAX, promise_initialize},
  {"INITIALIZE FOR PURCHASE",    0x80, INS_INITIALIZE,                 0x01, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_POS,    CARD_PIN_BY_AMOUNT,  INITIALIZE_SIZE, INITIALIZE_MAX, promise_initialize},
  {"INITIALIZE FOR REFUND",      0x80, INS_INITIALIZE,                 0x02, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_POS,    CARD_PIN_NOT_NEEDED, INITIALIZE_REFUND_SIZE, INITIALIZE_REFUND_SIZE, promise_initialize},
  {"INITIALIZE FOR PAYOUT",      0x80, INS_INITIALIZE,                 0x03, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, BY_RELOAD_OR_DESK, CARD_PIN_OR_RIDING, INITIALIZE_SIZE, INITIALIZE_MAX, promise_initialize},
  {"INITIALIZE FOR OFF-LINE PURCHASE", 0x80, INS_INITIALIZE,           0x04, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_POS,    CARD_PIN_BY_AMOUNT,  INITIALIZE_SIZE, INITIALIZE_MAX, promise_initialize},
  {"CREDIT FOR LOAD",            0x80, INS_CREDIT_FOR_LOAD,            0x00, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_RELOAD, CARD_PIN_NOT_NEEDED, AUTHORISATION_SIZE, AUTHORISATION_SIZE, purse_execute},
  {"DEBIT FOR PURCHASE",         0x80, INS_DEBIT_FOR_PURCHASE,         0x01, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_POS,    CARD_PIN_NOT_NEEDED, AUTHORISATION_SIZE, AUTHORISATION_SIZE, purse_execute},
  {"CREDIT FOR REFUND",          0x80, INS_CREDIT_FOR_LOAD,            0x02, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, CARD_BY_POS,    CARD_PIN_NOT_NEEDED, AUTHORISATION_SIZE, AUTHORISATION_SIZE, purse_execute},
  {"DEBIT FOR PAYOUT",           0x80, INS_DEBIT_FOR_PURCHASE,         0x03, 0xFF, 0x00, 0xFF, CARD_IN_PERSONALISED, CHANNEL_SCP11, BY_RELOAD_OR_DESK, CARD_PIN_NOT_NEEDED, AUTHORISATION_SIZE, AUTHORISATION_SIZE, purse_execute},
  {"GET TRANSACTION PROOF",      0x80, INS_GET_TRANSACTION_PROOF,      0x00, 0xFF, 0x00, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 0, purse_get_proof},
  {"GET TRANSACTION PROOF off-line", 0x80, INS_GET_TRANSACTION_PROOF,  0x01, 0xFF, 0x00, 0xFF, READABLE,             CHANNEL_SCP11, BY_POS_OR_DESK, CARD_PIN_NOT_NEEDED, 0, 0, offline_get_promise},
  {"GET BALANCE",                0x80, INS_GET_BALANCE,                0x00, 0xFF, 0x00, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_OR_DESK,    0, 0, purse_get_balance},
  {"READ RECORD load log",       0x00, INS_READ_RECORD,                0x00, 0x00, SFI_P2(SFI_LOAD_LOG), 0xFF, READABLE,     CHANNEL_SCP11, CARD_BY_ANY, CARD_PIN_OR_DESK, 0, 0, log_read_records},
  {"READ RECORD purchase log",   0x00, INS_READ_RECORD,                0x00, 0x00, SFI_P2(SFI_PURCHASE_LOG), 0xFF, READABLE, CHANNEL_SCP11, CARD_BY_ANY, CARD_PIN_OR_DESK, 0, 0, log_read_records},
  {"GET DATA SIG certificate",   0x00, INS_GET_DATA,                   0x7F, 0xFF, 0x21, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 0, select_get_sig_certificate},
  {"GET DATA SIG certificate",   0x80, INS_GET_DATA,                   0x7F, 0xFF, 0x21, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 0, select_get_sig_certificate},
  {"GET DATA card particulars",  0x00, INS_GET_DATA,                   0xDF, 0xFF, 0x70, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 0, select_get_card_info},
  {"GET DATA card particulars",  0x80, INS_GET_DATA,                   0xDF, 0xFF, 0x70, 0xFF, READABLE,             CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, 0, 0, select_get_card_info},
  {"VERIFY CERTIFICATE server",  0x00, INS_VERIFY_CERTIFICATE,         0x00, 0xFF, P2_CERTIFICATE, 0xFF, LIVING,     CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, CERTIFICATE_SERVER_SIZE, CERTIFICATE_SERVER_SIZE, issuer_key_show_server},
  {"APPLICATION BLOCK",          0x80, INS_APPLICATION_BLOCK,          0x00, 0xFF, 0x00, 0xFF, LIVING,               CHANNEL_SCP11, CARD_BY_ANY,    CARD_PIN_NOT_NEEDED, BLOCK_ORDER_SIZE, BLOCK_ORDER_SIZE, lifecycle_block},
};
/* clang-format on */

const struct card_command *card_commands(size_t *count) {
  *count = sizeof commands / sizeof *commands;
  return commands;
}

/* Logical channels, chaining and classes that no row has: ISO/IEC 7816-4 5.4.1. */
static uint16_t class_refusal(uint8_t cla) {
  if (cla & 0x68)
    return SW_WRONG_CLA;
  if (cla & CLA_CHAINING)
    return SW_CHAINING_UNSUPPORTED;
  return cla & 0x03 ? SW_CHANNEL_UNSUPPORTED : SW_OK;
}

/* A row of the clear commands wants the class as it stands; of the others, without CLA_SECURE. What has come out of
 * secure messaging never fits a clear row. */
static bool class_fits(const struct card_command *row, const struct apdu *command, bool secured) {
  if (row->channel == CHANNEL_NONE)
    return !secured && command->cla == row->cla;
  return (command->cla & ~CLA_SECURE) == row->cla;
}

/* The first row that fits; else NULL and what is wrong. */
static const struct card_command *row_find(const struct apdu *command, bool secured, uint16_t *sw) {
  *sw = SW_WRONG_INS;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    const struct card_command *row = &commands[i];
    if (row->ins != command->ins)
      continue;
    if (!class_fits(row, command, secured)) {
      *sw = *sw == SW_WRONG_INS ? SW_WRONG_CLA : *sw;
      continue;
    }
    if ((command->p1 & row->p1_mask) == row->p1 && (command->p2 & row->p2_mask) == row->p2)
      return row;
    *sw = SW_WRONG_P1P2;
  }
  return NULL;
}

static bool state_fits(const struct card *card, const struct card_command *row) {
  if (!card->selected && row->ins != INS_SELECT)
    return false;
  switch (card->memory.state) {
  case CARD_INITIALISED:
    return row->states & CARD_IN_INITIALISED;
  case CARD_PERSONALISED:
    return row->states & CARD_IN_PERSONALISED;
  case CARD_EXPIRED:
    return row->states & (CARD_IN_EXPIRED | CARD_IN_EXPIRED_DESK);
  default:
    return row->states & CARD_IN_BLOCKED;
  }
}

static bool role_fits(const struct card *card, const struct card_command *row) {
  uint8_t roles = row->roles;
  if (row->channel == CHANNEL_NONE)
    return true; /* nobody is known yet */
  if (card->memory.state == CARD_EXPIRED && !(row->states & CARD_IN_EXPIRED))
    roles &= CARD_BY_DESK;
  switch (card->role) {
  case ROLE_POS:
    return roles & CARD_BY_POS;
  case ROLE_RELOAD:
    return roles & CARD_BY_RELOAD;
  case ROLE_PERSO:
    return roles & CARD_BY_DESK;
  default:
    return false;
  }
}

static bool authentication_fits(const struct card *card, const struct card_command *row, const struct apdu *command) {
  if (card->pin_verified)
    return true;
  switch (row->authentication) {
  case CARD_PIN_NOT_NEEDED:
    return true;
  case CARD_PIN_OR_RIDING:
    return command->lc > row->lc_min;
  case CARD_PIN_BY_AMOUNT:
    return command->lc > row->lc_min || promise_needs_no_pin(card, command);
  case CARD_PIN_OR_DESK:
    return card->role == ROLE_PERSO;
  default:
    return false;
  }
}

static uint16_t row_refusal(const struct card *card, const struct card_command *row, const struct apdu *command,
                            bool secured) {
  if (!state_fits(card, row))
    return SW_CONDITIONS_NOT_SATISFIED;
  if (row->channel != CHANNEL_NONE && (!secured || card->channel != row->channel))
    return SW_SECURITY_NOT_SATISFIED;
  if (!role_fits(card, row) || !authentication_fits(card, row, command))
    return SW_SECURITY_NOT_SATISFIED;
  if (command->lc < row->lc_min || command->lc > row->lc_max)
    return SW_WRONG_LENGTH;
  return SW_OK;
}

static uint16_t serve(struct card *card, const struct apdu *command, bool secured, struct apdu_response *response) {
  uint16_t sw;
  const struct card_command *row = row_find(command, secured, &sw);
  if (row == NULL)
    return sw;
  sw = row_refusal(card, row, command, secured);
  return sw == SW_OK ? row->handler(card, command, response) : sw;
}

/* A command inside the channel: out of secure messaging, served, and its answer back into it. A change of the card's
 * state, whatever brought it about, ends the session once the answer has been made. */
static void serve_secured(struct card *card, const struct apdu *wire, struct apdu_response *response) {
  uint8_t buffer[APDU_DATA_MAX];
  uint8_t state = card->memory.state;
  struct apdu plain;
  if (securemsg_unwrap(&card->secure, wire, buffer, &plain) != STATUS_OK) {
    channel_close(card);
    response->sw = SW_SECURE_MESSAGING_INCORRECT;
  } else {
    channel_confirm(card);
    response->sw = serve(card, &plain, true, response);
    if (securemsg_wrap_response(&card->secure, response) != STATUS_OK) {
      channel_close(card);
      response->sw = SW_INTERNAL;
    }
  }
  if (card->memory.state != state)
    channel_close(card);
  crypto_wipe(buffer, sizeof buffer);
}

static void respond(struct card *card, const struct apdu *wire, struct apdu_response *response) {
  response->sw = class_refusal(wire->cla);
  if (card->memory.state == CARD_BLOCKED && wire->ins != INS_SELECT)
    response->sw = SW_CONDITIONS_NOT_SATISFIED;
  if (response->sw != SW_OK)
    return;
  if ((wire->cla & CLA_SECURE) && card->channel != CHANNEL_NONE)
    serve_secured(card, wire, response);
  else
    response->sw = serve(card, wire, false, response);
}

size_t card_process(struct card *card, const uint8_t *command, size_t len, uint8_t answer[APDU_RESPONSE_MAX]) {
  struct apdu_response response = {.sw = SW_WRONG_LENGTH};
  struct apdu wire;
  size_t answer_len = 0;
  if (card->mute)
    return 0;
  if (apdu_parse(command, len, &wire) == STATUS_OK)
    respond(card, &wire, &response);
  if (!apdu_sw_has_data(response.sw))
    response.len = 0;
  if (!card->mute)
    answer_len = apdu_response_encode(&response, answer);
  crypto_wipe(&response, sizeof response);
  return answer_len;
}
