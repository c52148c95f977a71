/* SPDX-License-Identifier: Apache-2.0
 * Personalization (Protocol 4): a number, keys made on the card, certificates, everything written, the card locked and
 * then known as issued. Every step can be repeated on the same card. */
#include <string.h>

#include "epurse/backend.h"
#include "epurse/message_desk.h"
#include "epurse/reader.h"
#include "epurse/terminal.h"

#include "certification.h"
#include "contact.h"
#include "pin_report.h"

/* Tells the server about a card by number and chip; its word. Where its answer is lost it may have done it: the same
 * again finds out. */
static enum status desk_report(struct terminal *terminal, enum message_type type, const struct card_message *card) {
  struct message reply;
  enum status status = backend_call(terminal->backend, type, card_message_body(type, card), &reply);
  if (status != STATUS_OK)
    return backend_in_doubt(terminal->backend) ? STATUS_OUTCOME_UNKNOWN : status;
  status = reply.status;
  message_clear(&reply);
  return status;
}

static enum status desk_reserve(struct terminal *terminal, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                                uint8_t cid[CID_SIZE]) {
  struct message reply;
  json_t *body = reservation_body(chip_serial);
  enum status status = backend_call(terminal->backend, MESSAGE_CARD_RESERVATION, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  if (status == STATUS_OK && reservation_reply_parse(reply.body, cid) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

/* What the server holds of a card: its state's name. */
static enum status desk_query(struct terminal *terminal, const uint8_t cid[CID_SIZE], struct card_facts *facts) {
  struct card_message question = {.reason = ""};
  struct message reply;
  memcpy(question.cid, cid, CID_SIZE);
  json_t *body = card_message_body(MESSAGE_CARD_QUERY, &question);
  enum status status = backend_call(terminal->backend, MESSAGE_CARD_QUERY, body, &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status;
  if (status == STATUS_OK && card_facts_parse(reply.body, facts) != STATUS_OK)
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status;
}

/* Writes everything; the last grouping locks the card. The order matters: each is checked under what came before. */
static enum status card_write(struct session *session, const struct certification *certification) {
  const struct certification_reply *reply = &certification->reply;
  uint8_t parameters[PARAMETERS_SIZE], pin[PIN_BLOCK_SIZE], master[1 + CRYPTO_P256_PUBLIC_SIZE];
  const struct {
    uint16_t dgi;
    const uint8_t *data;
    size_t len;
  } groupings[] = {{DGI_PARAMETERS, parameters, sizeof parameters},
                   {DGI_PIN, pin, sizeof pin},
                   {DGI_MASTER_KEY, master, sizeof master},
                   {DGI_TERMINAL_CA, reply->terminal_ca, reply->terminal_ca_len},
                   {DGI_SERVER, reply->server, reply->server_len},
                   {DGI_CARD_ECKA, reply->card_ecka, reply->card_ecka_len},
                   {DGI_CARD_SIG, reply->card_sig, reply->card_sig_len}};
  const size_t count = sizeof groupings / sizeof groupings[0];
  parameters_encode(&reply->parameters, parameters);
  master[0] = reply->master_version;
  memcpy(master + 1, reply->master_public, CRYPTO_P256_PUBLIC_SIZE);
  enum status status = pin_block_encode(certification->pin, pin);
  for (size_t i = 0; status == STATUS_OK && i < count; i++)
    status = session_store(session, groupings[i].dgi, groupings[i].data, groupings[i].len, i == count - 1);
  crypto_wipe(pin, sizeof pin);
  return status;
}

/* The chip is known: the desk says whether and for whom. */
static enum status desk_begin(struct issue *issue, const uint8_t chip_serial[CHIP_SERIAL_SIZE], bool locked) {
  const struct issue_desk *desk = issue->desk;
  memcpy(issue->chip_serial, chip_serial, CHIP_SERIAL_SIZE);
  return desk != NULL && desk->begin != NULL ? desk->begin(desk->context, chip_serial, locked, issue->pin) : STATUS_OK;
}

static enum status desk_keep(const struct issue *issue, const struct certification *certification) {
  const struct issue_desk *desk = issue->desk;
  return desk != NULL && desk->keep != NULL ? desk->keep(desk->context, certification->cid, certification->pin)
                                            : STATUS_OK;
}

/* The raw card, in an SCP03 session: number, keys, certificates, all written. */
static enum status desk_write(struct contact *contact, const struct issue *issue, struct certification *certification) {
  struct terminal *terminal = contact->terminal;
  memcpy(certification->pin, issue->pin, sizeof certification->pin);
  memcpy(certification->chip_serial, issue->chip_serial, CHIP_SERIAL_SIZE);
  enum status status = desk_reserve(terminal, certification->chip_serial, certification->cid);
  if (status == STATUS_OK) {
    contact_say(contact, "The card makes its keys.");
    status = session_generate(&contact->session, certification->request);
  }
  if (status == STATUS_OK)
    status = certification_run(terminal, certification);
  if (status == STATUS_OK)
    status = desk_keep(issue, certification);
  if (status == STATUS_OK) {
    contact_say(contact, "The card is written.");
    status = card_write(&contact->session, certification);
  }
  return status;
}

/* Whether a write that went wrong locked the card all the same: an error status word proves nothing, and the PIN that
 * the server drew is known here and now only. */
static enum status desk_finish(struct contact *contact, enum status status) {
  const uint8_t *batch_key = contact->terminal->batch_key;
  session_close(&contact->session);
  if (status == STATUS_OK)
    return STATUS_OK;
  reader_disconnect(contact->reader);
  contact->connected = reader_connect(contact->reader) == STATUS_OK;
  if (!contact->connected)
    return status;
  bool locked = session_open_blank(&contact->session, contact->reader, batch_key) == STATUS_CARD_ALREADY_ISSUED;
  session_close(&contact->session);
  return locked ? STATUS_OK : status;
}

/* What the server's state of a locked card means to the desk. */
static enum status desk_judge(const struct card_facts *facts) {
  if (strcmp(facts->state, "RESERVED") == 0)
    return STATUS_OK;
  if (strcmp(facts->state, "ISSUED") == 0 || strcmp(facts->state, "SUSPENDED") == 0)
    return STATUS_CARD_ALREADY_ISSUED;
  if (strcmp(facts->state, "CLOSED") == 0)
    return STATUS_CARD_CLOSED;
  return strcmp(facts->state, "BLOCKED") == 0 ? STATUS_CARD_BLOCKED : STATUS_CARD_UNKNOWN;
}

/* A new card is empty, and ends when the server thinks it does. */
static enum status desk_verify(struct contact *contact, const struct card_info *info, const struct card_facts *facts) {
  struct balance balance;
  enum status status = session_balance(&contact->session, &balance);
  if (status != STATUS_OK)
    return status;
  if (balance.balance != 0 || balance.points != 0)
    return STATUS_OUT_OF_STEP;
  return memcmp(info->expiry, facts->expiry, DATE_SIZE) == 0 ? STATUS_OK : STATUS_BAD_REPLY;
}

/* A PIN that was chosen now, for a card that an earlier run locked: the card says whether it has that one. One that
 * blocks itself here is no card that the server could block. */
static enum status desk_prove_pin(struct contact *contact, const struct issue *issue, struct outcome *outcome) {
  uint8_t block[PIN_BLOCK_SIZE] = {0}, tries_left = 0;
  if (!outcome->finished_before || issue->pin[0] == 0)
    return STATUS_OK;
  enum status status = pin_block_encode(issue->pin, block);
  if (status == STATUS_OK)
    status = contact_verify(contact, block, &tries_left);
  crypto_wipe(block, sizeof block);
  if (status == STATUS_WRONG_PIN) {
    outcome->tries_left = tries_left;
    pin_report(contact->terminal, contact->session.pin_record);
  }
  return status;
}

/* Who the locked card is, in a session: in the run that wrote it that very one, for another may have been put in
 * since. */
static enum status desk_meet(struct contact *contact, const struct issue *issue, const struct outcome *outcome,
                             struct card_info *info) {
  enum status status = contact_enter(contact);
  if (status == STATUS_OK)
    status = session_info(&contact->session, info);
  if (status != STATUS_OK || outcome->finished_before)
    return status;
  bool same = memcmp(info->chip_serial, issue->chip_serial, CHIP_SERIAL_SIZE) == 0 &&
              memcmp(info->cid, outcome->cid, CID_SIZE) == 0;
  return same ? STATUS_OK : STATUS_CARD_LOST;
}

static void desk_note(const struct card_info *info, struct issue *issue, struct outcome *outcome) {
  memcpy(outcome->cid, info->cid, sizeof outcome->cid);
  memcpy(issue->chip_serial, info->chip_serial, sizeof issue->chip_serial);
  memcpy(issue->expiry, info->expiry, sizeof issue->expiry);
}

/* The locked card, met as any terminal would: it is what the server thinks it is; then the server issues it. */
static enum status desk_activate(struct contact *contact, struct issue *issue, struct outcome *outcome) {
  struct card_message activation = {.reason = ""};
  struct card_info info;
  struct card_facts facts;
  enum status status = desk_meet(contact, issue, outcome, &info);
  if (status == STATUS_OK)
    status = desk_query(contact->terminal, info.cid, &facts);
  if (status == STATUS_OK && outcome->finished_before)
    status = desk_begin(issue, info.chip_serial, true);
  if (status != STATUS_OK)
    return status;
  desk_note(&info, issue, outcome);
  outcome->deposit = strcmp(facts.state, "RESERVED") == 0 && issue->no_deposit ? 0 : facts.deposit;
  status = desk_judge(&facts);
  if (status == STATUS_OK)
    status = desk_verify(contact, &info, &facts);
  if (status == STATUS_OK)
    status = desk_prove_pin(contact, issue, outcome);
  if (status != STATUS_OK)
    return status;
  activation.deposit = outcome->deposit;
  memcpy(activation.cid, info.cid, sizeof activation.cid);
  memcpy(activation.chip_serial, info.chip_serial, sizeof activation.chip_serial);
  status = desk_report(contact->terminal, MESSAGE_CARD_ACTIVATION, &activation);
  if (status == STATUS_OK) {
    outcome->confirmed = true;
    outcome->balance_before = outcome->balance_after = 0;
  }
  return status;
}

static void outcome_begin(struct outcome *outcome, const struct terminal *terminal) {
  memset(outcome, 0, sizeof *outcome);
  outcome->amount.currency = terminal->currency->numeric;
  outcome->balance_before = outcome->balance_after = outcome->points_after = -1;
}

enum status personalize_run(struct terminal *terminal, struct reader *reader, struct issue *issue,
                            const struct dialogue *dialogue, struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  struct certification certification = {.pin = ""};
  uint8_t block[PIN_BLOCK_SIZE] = {0};
  outcome_begin(outcome, terminal);
  if (terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  if (!terminal->has_batch_key)
    return STATUS_BAD_KEY;
  enum status status = issue->pin[0] != 0 ? pin_block_encode(issue->pin, block) : STATUS_OK;
  crypto_wipe(block, sizeof block);
  if (status == STATUS_OK)
    status = contact_wait(&contact, issue->wait_seconds);
  if (status != STATUS_OK)
    goto out;
  memset(issue->chip_serial, 0, sizeof issue->chip_serial);
  status = session_open_blank(&contact.session, reader, terminal->batch_key);
  if (status == STATUS_OK) {
    status = desk_begin(issue, contact.session.chip_serial, false);
    if (status != STATUS_OK)
      goto out;
    status = desk_write(&contact, issue, &certification);
    memcpy(outcome->cid, certification.cid, sizeof outcome->cid);
    memcpy(issue->pin, certification.pin, sizeof issue->pin); /* the card may hold it, whatever comes now */
    status = desk_finish(&contact, status);
  } else if (status == STATUS_CARD_ALREADY_ISSUED) {
    outcome->finished_before = true; /* locked before: if only the server does not know yet, it is told now */
    status = STATUS_OK;
  }
  if (status == STATUS_OK)
    status = desk_activate(&contact, issue, outcome);
out:
  contact_close(&contact);
  crypto_wipe(&certification, sizeof certification);
  return status;
}

/* The same chip gets its own number again, and so it can be given back. */
static enum status desk_give_back(struct terminal *terminal, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                                  uint8_t cid[CID_SIZE]) {
  struct card_message card = {.reason = ""};
  memcpy(card.chip_serial, chip_serial, CHIP_SERIAL_SIZE);
  enum status status = desk_reserve(terminal, card.chip_serial, card.cid);
  if (status == STATUS_OK)
    status = desk_report(terminal, MESSAGE_CARD_VOID, &card);
  if (status == STATUS_OK)
    memcpy(cid, card.cid, CID_SIZE);
  return status;
}

enum status personalize_drop(struct terminal *terminal, const uint8_t chip_serial[CHIP_SERIAL_SIZE],
                             uint8_t cid[CID_SIZE]) {
  memset(cid, 0, CID_SIZE);
  return terminal->role == ROLE_PERSO ? desk_give_back(terminal, chip_serial, cid) : STATUS_NOT_PERMITTED;
}

enum status personalize_check(struct terminal *terminal, struct reader *reader, struct issue *issue,
                              struct outcome *outcome) {
  struct contact contact = {.terminal = terminal, .reader = reader};
  struct card_info info;
  struct card_facts facts;
  outcome_begin(outcome, terminal);
  if (terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  enum status status = contact_open(&contact, issue->wait_seconds);
  if (status == STATUS_OK)
    status = session_info(&contact.session, &info);
  if (status == STATUS_OK)
    status = desk_query(terminal, info.cid, &facts);
  if (status == STATUS_OK) {
    desk_note(&info, issue, outcome);
    status = desk_judge(&facts);
    status = status == STATUS_CARD_ALREADY_ISSUED ? desk_verify(&contact, &info, &facts)
             : status == STATUS_OK                ? STATUS_CARD_NOT_PERSONALISED
                                                  : status;
  }
  contact_close(&contact);
  return status;
}

enum status personalize_void(struct terminal *terminal, struct reader *reader, uint8_t cid[CID_SIZE]) {
  struct contact contact = {.terminal = terminal, .reader = reader};
  memset(cid, 0, CID_SIZE);
  if (terminal->role != ROLE_PERSO)
    return STATUS_NOT_PERMITTED;
  if (!terminal->has_batch_key)
    return STATUS_BAD_KEY;
  enum status status = contact_wait(&contact, 0);
  if (status == STATUS_OK)
    status = session_open_blank(&contact.session, reader, terminal->batch_key);
  if (status == STATUS_OK)
    status = desk_give_back(terminal, contact.session.chip_serial, cid);
  contact_close(&contact);
  return status;
}
