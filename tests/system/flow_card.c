/* SPDX-License-Identifier: Apache-2.0
 * The card, its holder and its bank. */
#include "flow_card.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "epurse/bytes.h"
#include "epurse/journal.h"
#include "epurse/key.h"
#include "epurse/reader.h"
#include "epurse/scp.h"
#include "flow_world.h"

#define APDU_INS 1 /* offset */

/* ---- the reader ---- */

static enum status card_connect(void *context) {
  struct flow_card *card = context;
  return card->away ? STATUS_NO_CARD : reader_connect(card->inner);
}

static void accident_begin(struct flow_card *card) {
  card->happened = true;
  if (card->accident.hook != NULL && !card->accident.hook_after)
    card->accident.hook(card->accident.context);
  if (card->accident.fail_nth > 0)
    vcard_fail_at(card->vcard, card->accident.fail_nth, card->accident.fail_after);
}

static enum status card_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                 size_t *answer_len) {
  struct flow_card *card = context;
  bool now = card->accident.ins != 0 && !card->happened && len > APDU_INS && command[APDU_INS] == card->accident.ins;
  enum status status = STATUS_CARD_LOST;
  if (card->away)
    return STATUS_CARD_LOST;
  if (now)
    accident_begin(card);
  if (!now || !card->accident.drop_before)
    status = card->inner->transmit(card->inner->context, command, len, answer, answer_len);
  if (now && card->accident.hook_after)
    card->accident.hook(card->accident.context);
  if (now && card->accident.drop_after)
    status = STATUS_CARD_LOST;
  if (now && status == STATUS_CARD_LOST && card->accident.silent)
    status = STATUS_CARD_SILENT;
  if (now && status != STATUS_OK)
    card->away = card->accident.keep_away;
  return status;
}

static void card_disconnect(void *context) {
  struct flow_card *card = context;
  reader_disconnect(card->inner);
}

static enum status card_wait(void *context, bool present, int seconds) {
  const struct flow_card *card = context;
  (void)seconds;
  return present == card->away ? STATUS_TIMEOUT : STATUS_OK;
}

static void card_shutdown(void *context) {
  struct flow_card *card = context;
  reader_close(&card->inner);
}

/* ---- the holder ---- */

static enum status holder_ask_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct flow_card *card = context;
  const char *pin = card->asked < 8 ? card->pins[card->asked] : NULL;
  card->tries_left = tries_left;
  if (pin == NULL)
    return STATUS_CANCELLED;
  card->asked++;
  snprintf(digits, PIN_MAX + 1, "%s", pin);
  return STATUS_OK;
}

static enum status holder_ask_new_pin(void *context, char digits[PIN_MAX + 1]) {
  const struct flow_card *card = context;
  if (card->new_pin == NULL)
    return STATUS_CANCELLED;
  snprintf(digits, PIN_MAX + 1, "%s", card->new_pin);
  return STATUS_OK;
}

void flow_card_type(struct flow_card *card, const char *const pins[]) {
  memset(card->pins, 0, sizeof card->pins);
  for (size_t i = 0; i < 8 && pins[i] != NULL; i++)
    card->pins[i] = pins[i];
  card->asked = 0;
}

/* ---- the card ---- */

void flow_card_attach(struct flow_card *card, const char *path) {
  memset(card, 0, sizeof *card);
  snprintf(card->path, sizeof card->path, "%s", path);
  flow_card_take(card);
  card->reader = (struct reader){.context = card,
                                 .name = "flow",
                                 .connect = card_connect,
                                 .transmit = card_transmit,
                                 .disconnect = card_disconnect,
                                 .wait = card_wait,
                                 .shutdown = card_shutdown};
  card->dialogue = (struct dialogue){.context = card, .ask_pin = holder_ask_pin, .ask_new_pin = holder_ask_new_pin};
  flow_card_type(card, (const char *const[]){HOLDER_PIN, NULL});
}

void flow_card_new(struct flow_card *card, const char *name) {
  uint8_t batch[CRYPTO_AES_KEY_SIZE], transport[CRYPTO_AES_KEY_SIZE], serial[CHIP_SERIAL_SIZE];
  char path[sizeof card->path];
  snprintf(path, sizeof path, "%s/issuer/issuer/batch.key", flow_world.folder);
  ck_assert_int_eq(aes_key_load(path, batch), STATUS_OK);
  ck_assert(crypto_random(serial, sizeof serial));
  ck_assert_int_eq(transport_key_derive(batch, serial, transport), STATUS_OK);
  snprintf(path, sizeof path, "%s/%s-%d.card", flow_world.folder, name, (int)getpid());
  ck_assert_int_eq(vcard_create(path, serial, transport), STATUS_OK);
  flow_card_attach(card, path);
}

void flow_card_issue(struct flow_card *card, const char *name, int64_t minor) {
  struct issue issue = {.pin = HOLDER_PIN};
  struct outcome outcome;
  struct bank bank;
  flow_card_new(card, name);
  struct terminal *desk = flow_terminal("perso");
  enum status status = personalize_run(desk, &card->reader, &issue, &card->dialogue, &outcome);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  memcpy(card->cid, outcome.cid, sizeof card->cid);
  terminal_close(&desk);
  if (minor == 0)
    return;
  bank_make(&bank);
  status = flow_load(card, &bank.tender, minor, &outcome);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  flow_card_settled(card, minor);
}

void flow_card_return(struct flow_card *card) {
  vcard_fail_at(card->vcard, 0, false);
  card->away = card->happened = false;
  card->accident = (struct accident){.ins = 0};
}

void flow_card_release(struct flow_card *card) {
  reader_close(&card->inner);
  vcard_close(&card->vcard);
}

void flow_card_take(struct flow_card *card) {
  ck_assert_int_eq(vcard_open(card->path, &card->vcard), STATUS_OK);
  ck_assert_int_eq(reader_open_direct(card->vcard, &card->inner), STATUS_OK);
}

void flow_card_remove(struct flow_card *card) {
  flow_card_release(card);
  ck_assert_int_eq(unlink(card->path), 0);
}

int64_t flow_card_balance(const struct flow_card *card) {
  return bytes_u32(vcard_memory(card->vcard)->balance);
}

void flow_card_settled(const struct flow_card *card, int64_t minor) {
  struct card_facts facts = flow_facts(card->cid);
  ck_assert_int_eq(flow_card_balance(card), minor);
  ck_assert_int_eq(facts.balance, minor);
  ck_assert_int_eq(facts.held, 0);
  ck_assert_int_eq(facts.owed, 0);
}

/* ---- what is done with it ---- */

enum status flow_pay(struct flow_card *card, const char *terminal, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}};
  struct terminal *pos = flow_terminal(terminal);
  card->asked = 0;
  enum status status = purchase_run(pos, &card->reader, &payment, &card->dialogue, outcome);
  terminal_close(&pos);
  return status;
}

enum status flow_load_at(const char *terminal, struct flow_card *card, struct tender *tender, int64_t minor,
                         struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .tender = tender};
  struct terminal *reload = flow_terminal(terminal);
  card->asked = 0;
  enum status status = load_run(reload, &card->reader, &payment, &card->dialogue, outcome);
  terminal_close(&reload);
  return status;
}

enum status flow_load(struct flow_card *card, struct tender *tender, int64_t minor, struct outcome *outcome) {
  return flow_load_at("reload", card, tender, minor, outcome);
}

unsigned flow_open_entries(const char *terminal) {
  struct terminal *opened = flow_terminal(terminal);
  struct journal_entry entry = {.id = 0};
  unsigned count = 0;
  while (journal_next_open(opened->journal, entry.id, &entry) == STATUS_OK)
    count++;
  terminal_close(&opened);
  return count;
}

unsigned flow_recover(const char *terminal, struct tender *tender) {
  struct terminal *opened = flow_terminal(terminal);
  struct recovery recovery = {0};
  opened->tender = tender;
  ck_assert_int_eq(terminal_recover(opened, &recovery), STATUS_OK);
  terminal_close(&opened);
  return recovery.open;
}

/* ---- the bank ---- */

static bool bank_knows(const struct bank *bank, const char *order) {
  return strcmp(order, bank->order) == 0 || strcmp(order, bank->before) == 0;
}

static enum status bank_authorise(void *context, const char *order, struct amount amount,
                                  struct tender_result *result) {
  struct bank *bank = context;
  *result = (struct tender_result){.outcome = bank->answer, .reference = "bank 4711"};
  ck_assert_int_gt(amount.minor, 0);
  ck_assert_str_ne(order, bank->order); /* a name of its own for each charge */
  memcpy(bank->before, bank->order, sizeof bank->before);
  snprintf(bank->order, sizeof bank->order, "%s", order);
  bank->charged += bank->answer == TENDER_PAID;
  if (bank->hook != NULL)
    bank->hook(bank->context);
  return bank->line;
}

static enum status bank_confirm(void *context, const char *order) {
  struct bank *bank = context;
  ck_assert(bank_knows(bank, order));
  bank->confirmed++;
  return STATUS_OK;
}

static enum status bank_reverse(void *context, const char *order, struct tender_result *result) {
  struct bank *bank = context;
  *result = (struct tender_result){.outcome = bank->reverse};
  ck_assert(bank_knows(bank, order));
  bank->reversed += bank->reverse == TENDER_REVERSED;
  return STATUS_OK;
}

static enum status bank_last(void *context, const char *order, struct tender_result *result) {
  const struct bank *bank = context;
  *result = (struct tender_result){.outcome = bank->last, .reference = "bank 4711"};
  ck_assert(bank_knows(bank, order));
  return STATUS_OK;
}

void bank_make(struct bank *bank) {
  *bank = (struct bank){.answer = TENDER_PAID, .last = TENDER_UNKNOWN, .reverse = TENDER_REVERSED, .line = STATUS_OK};
  bank->tender = (struct tender){.kind = "simulator",
                                 .context = bank,
                                 .authorise = bank_authorise,
                                 .confirm = bank_confirm,
                                 .reverse = bank_reverse,
                                 .last = bank_last};
}
