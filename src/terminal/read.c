/* SPDX-License-Identifier: Apache-2.0
 * Reading a card: balance and log, with the cardholder's PIN or at the issuer's desk. */
#include "read.h"

#include <stdlib.h>

#include "contact.h"
#include "epurse/terminal.h"

/* contact_attempt: VERIFY only. */
static enum status attempt_verify(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                                  uint8_t *tries_left) {
  struct contact *contact = context;
  (void)digits;
  return contact_verify(contact, block, tries_left);
}

/* The desk reads what has expired (6.1); nobody reads what is blocked (R17). */
static enum status read_permitted(struct contact *contact) {
  bool desk = contact->terminal->role == ROLE_PERSO;
  enum status status = contact_take_verdict(contact);
  return desk && (status == STATUS_CARD_EXPIRED || status == STATUS_CARD_UNKNOWN) ? STATUS_OK : status;
}

/* A session in which the card lets itself be read: the one that is open, else a new one. */
static enum status read_open(struct contact *contact, int wait_seconds, unsigned *tries_left) {
  struct contact_pin pin = {attempt_verify, contact, 0};
  enum status status = contact->open ? STATUS_OK : contact_open(contact, wait_seconds);
  if (status == STATUS_OK)
    status = read_permitted(contact);
  if (status == STATUS_OK && contact->terminal->role != ROLE_PERSO)
    status = contact_try_pin(contact, &pin);
  *tries_left = pin.tries_left;
  return status;
}

enum status read_balance(struct contact *contact, int wait_seconds, struct balance *balance, struct card_info *info,
                         unsigned *tries_left) {
  enum status status = read_open(contact, wait_seconds, tries_left);
  if (status == STATUS_OK)
    status = session_balance(&contact->session, balance);
  if (status == STATUS_OK)
    status = session_info(&contact->session, info);
  contact_close(contact);
  return status;
}

enum status card_read_balance(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                              struct balance *balance, struct card_info *info) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  unsigned tries_left = 0;
  return read_balance(&contact, 0, balance, info, &tries_left);
}

/* Newest first: a card counts purchases and loads with one counter. */
static int compare_records(const void *one, const void *other) {
  const struct log_record *a = one, *b = other;
  return (a->atc < b->atc) - (a->atc > b->atc);
}

static enum status read_rings(struct contact *contact, struct log_record records[CARD_LOG_MAX], size_t *count) {
  size_t purchases = PURCHASE_LOG_RECORDS, loads = LOAD_LOG_RECORDS;
  enum status status = session_log(&contact->session, SFI_PURCHASE_LOG, records, &purchases);
  if (status == STATUS_OK)
    status = session_log(&contact->session, SFI_LOAD_LOG, records + purchases, &loads);
  if (status != STATUS_OK)
    return status;
  *count = purchases + loads;
  qsort(records, *count, sizeof records[0], compare_records);
  return STATUS_OK;
}

enum status card_read_log(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                          struct log_record records[CARD_LOG_MAX], size_t *count) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  unsigned tries_left = 0;
  *count = 0;
  enum status status = read_open(&contact, 0, &tries_left);
  if (status == STATUS_OK)
    status = read_rings(&contact, records, count);
  contact_close(&contact);
  return status;
}

enum status card_read_statement(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                                struct card_statement *statement) {
  struct contact contact = {.terminal = terminal, .reader = reader, .dialogue = dialogue};
  unsigned tries_left = 0;
  statement->count = 0;
  enum status status = read_open(&contact, 0, &tries_left);
  if (status == STATUS_OK)
    status = session_info(&contact.session, &statement->info);
  if (status == STATUS_OK)
    status = session_balance(&contact.session, &statement->balance);
  if (status == STATUS_OK)
    status = read_rings(&contact, statement->records, &statement->count);
  contact_close(&contact);
  return status;
}
