/* SPDX-License-Identifier: Apache-2.0
 * A ledger in a directory of its own, with merchants, terminals and cards, and what a server does with it. */
#include "world.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_incident.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_payout.h"
#include "epurse/ledger_terminal.h"
#include "world/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct ledger_signer signer = {.sign = purse_sign};

/* ---- set up ---- */

void world_terminal(struct ledger_terminal *terminal, const char *tid, uint8_t role, const char *merchant) {
  static const uint8_t expiry[DATE_SIZE] = {0x20, 0x99, 0x12, 0x31};
  memset(terminal, 0, sizeof *terminal);
  memcpy(terminal->tid, tid, TID_SIZE);
  terminal->role = role;
  (void)snprintf(terminal->merchant, sizeof terminal->merchant, "%s", merchant);
  memset(terminal->ecka_public, 0x04, sizeof terminal->ecka_public);
  memset(terminal->sig_public, 0x05, sizeof terminal->sig_public);
  memcpy(terminal->expiry, expiry, sizeof expiry);
}

static enum status world_populate(struct ledger *ledger, void *context) {
  static const struct ledger_merchant merchants[] = {{.id = "SHOP", .name = "The shop", .points_rate = 10},
                                                     {.id = "KIOSK", .name = "Kiosk"},
                                                     {.id = "BANK", .name = "Bank"}};
  static const struct {
    const char *tid, *merchant;
    uint8_t role;
  } terminals[] = {{POS, "SHOP", ROLE_POS},
                   {OTHER_POS, "KIOSK", ROLE_POS},
                   {RELOAD, "BANK", ROLE_RELOAD},
                   {OTHER_RELOAD, "BANK", ROLE_RELOAD},
                   {DESK, "BANK", ROLE_PERSO}};
  struct ledger_terminal terminal;
  enum status status = STATUS_OK;
  (void)context;
  for (size_t i = 0; status == STATUS_OK && i < sizeof merchants / sizeof merchants[0]; i++)
    status = ledger_merchant_add(ledger, &merchants[i]);
  for (size_t i = 0; status == STATUS_OK && i < sizeof terminals / sizeof terminals[0]; i++) {
    world_terminal(&terminal, terminals[i].tid, terminals[i].role, terminals[i].merchant);
    status = ledger_terminal_add(ledger, &terminal);
  }
  return status;
}

static enum status world_make(const char *path, struct ledger **ledger) {
  const struct ledger_settings settings = {.currency = 978, .issuer = 123456, .pool_size = WORLD_POOL};
  enum status status = ledger_create(path, &settings);
  if (status == STATUS_OK)
    status = ledger_open(path, ledger);
  return status == STATUS_OK ? ledger_transact(*ledger, world_populate, NULL) : status;
}

/* The ledger that others are copies of. */
static char pattern_folder[64], pattern[PLACE_MAX];

void world_pattern_make(void) {
  struct ledger *ledger = NULL;
  if (!folder_make(NULL, "ledger", pattern_folder, sizeof pattern_folder))
    return;
  place_make(pattern_folder, pattern);
  if (world_make(pattern, &ledger) != STATUS_OK)
    pattern[0] = '\0'; /* the tests will say why */
  ledger_close(&ledger);
}

void world_pattern_remove(void) {
  if (pattern[0] != '\0')
    place_remove(pattern);
  if (pattern_folder[0] != '\0')
    (void)folder_remove(pattern_folder);
}

static void world_begin(struct world *world) {
  memset(world, 0, sizeof *world);
  world->now = WORLD_NOW;
  ck_assert(folder_make(NULL, "ledger", world->directory, sizeof world->directory));
}

void world_open_new(struct world *world) {
  world_begin(world);
  place_make(world->directory, world->path);
  ck_assert_int_eq(world_make(world->path, &world->ledger), STATUS_OK);
}

void world_open(struct world *world) {
  if (pattern[0] == '\0') {
    world_open_new(world);
    return;
  }
  world_begin(world);
  place_copy(pattern, world->directory, world->path);
  ck_assert_int_eq(ledger_open(world->path, &world->ledger), STATUS_OK);
}

void world_discard(struct world *world) {
  ledger_close(&world->ledger);
  ck_assert_ptr_null(world->ledger);
  place_remove(world->path);
  (void)rmdir(world->directory);
}

void world_close(struct world *world) {
  world_assert_clean(world);
  world_discard(world);
}

void world_reopen(struct world *world) {
  ledger_close(&world->ledger);
  ck_assert_int_eq(ledger_open(world->path, &world->ledger), STATUS_OK);
}

enum place_outcome world_tamper(struct world *world, const char *sql) {
  ledger_close(&world->ledger);
  enum place_outcome outcome = place_run(world->path, sql);
  ck_assert_int_eq(ledger_open(world->path, &world->ledger), STATUS_OK);
  return outcome;
}

void world_refuse_bad(struct world *world) {
  const char *sql = place_is_file() ? "CREATE TRIGGER no_bad BEFORE INSERT ON merchant WHEN NEW.name = 'BAD' "
                                      "BEGIN SELECT RAISE(ABORT, 'no'); END"
                                    : "ALTER TABLE merchant ADD CHECK (name <> 'BAD')";
  ck_assert_int_eq(world_tamper(world, sql), PLACE_DONE);
}

/* ---- cards ---- */

void world_chip(uint32_t chip, uint8_t serial[CHIP_SERIAL_SIZE]) {
  memset(serial, 0xC0, CHIP_SERIAL_SIZE);
  memcpy(serial, &chip, sizeof chip);
}

void world_certification(struct ledger_certification *certification) {
  static const uint8_t expiry[DATE_SIZE] = {0x20, 0x31, 0x12, 0x31};
  memset(certification, 0, sizeof *certification);
  memset(certification->sig_public, 0x04, sizeof certification->sig_public);
  memset(certification->ecka_public, 0x05, sizeof certification->ecka_public);
  memcpy(certification->expiry, expiry, sizeof expiry);
  certification->currency = 978;
  certification->purse_ceiling = WORLD_PURSE_CEILING;
  certification->payment_ceiling = WORLD_PAYMENT_CEILING;
  memset(certification->pin_mac, 0x77, sizeof certification->pin_mac);
  memset(certification->sig_certificate, 0x7F, 200);
  certification->sig_certificate_len = 200;
}

struct issue {
  uint8_t chip_serial[CHIP_SERIAL_SIZE];
  uint8_t cid[CID_SIZE];
};

static enum status world_issue_step(struct ledger *ledger, void *context) {
  struct issue *issue = context;
  struct ledger_certification certification;
  world_certification(&certification);
  enum status status = ledger_card_reserve(ledger, issue->chip_serial, WORLD_NOW, issue->cid);
  if (status == STATUS_OK)
    status = ledger_card_certify(ledger, issue->cid, &certification);
  return status == STATUS_OK ? ledger_card_issue(ledger, issue->cid, WORLD_NOW) : status;
}

void world_issue(struct world *world, uint32_t chip, struct purse *purse) {
  struct issue issue;
  world_chip(chip, issue.chip_serial);
  memset(purse, 0, sizeof *purse);
  ck_assert_int_eq(ledger_transact(world->ledger, world_issue_step, &issue), STATUS_OK);
  memcpy(purse->cid, issue.cid, CID_SIZE);
}

/* ---- what the server does ---- */

static enum status ask_authorise(struct ledger *ledger, struct asking *asking) {
  struct ask *ask = asking->ask;
  if (asking->offer.promise->type == TRANSACTION_LOAD)
    return ledger_load_authorise(ledger, &asking->offer, &ask->tender, &signer, &ask->transaction);
  if (asking->offer.promise->type == TRANSACTION_REFUND)
    return ledger_refund_authorise(ledger, &asking->offer, WORLD_REFUND_WINDOW, &signer, &ask->transaction);
  const struct ledger_payout_terms terms = {ask->account, ask->closes};
  if (asking->offer.promise->type == TRANSACTION_PAYOUT)
    return ledger_payout_authorise(ledger, &asking->offer, &terms, &signer, &ask->transaction);
  return ledger_purchase_authorise(ledger, &asking->offer, &signer, &ask->transaction);
}

static enum status world_ask_step(struct ledger *ledger, void *context) {
  struct asking *asking = context;
  struct ask *ask = asking->ask;
  ask->outcome = ledger_promise_open(ledger, &asking->offer, &ask->standing);
  if (ask->outcome == STATUS_OK && ask->standing.answered) {
    ask->transaction = ask->standing.transaction;
    return STATUS_OK;
  }
  if (ask->outcome != STATUS_OK && ask->outcome != STATUS_OUT_OF_STEP)
    return ask->outcome;
  if (ask->outcome == STATUS_OK)
    ask->outcome = ask_authorise(ledger, asking);
  if (ask->outcome == STATUS_OK)
    return STATUS_OK;
  return ledger_decline(ledger, &asking->offer, ask->outcome, &signer, &ask->transaction);
}

struct ledger_job world_ask_job(struct world *world, struct ask *ask, struct asking *room) {
  *room = (struct asking){.ask = ask,
                          .offer = {.promise = &ask->purse->promise,
                                    .record = ask->purse->record,
                                    .now = world->now,
                                    .zone = world->zone,
                                    .reference = ask->reference}};
  if (ask->tender.kind == LEDGER_TENDER_NONE)
    ask->tender.kind = LEDGER_TENDER_BANK;
  room->hint = (struct ledger_hint){.tid = ask->purse->promise.tid,
                                    .cid = ask->purse->promise.cid,
                                    .atc = ask->purse->promise.atc,
                                    .promise = true,
                                    .last_atc = ask->purse->promise.last_atc,
                                    .reference = ask->reference,
                                    .limits = ask->purse->promise.type == TRANSACTION_LOAD};
  return (struct ledger_job){.step = world_ask_step, .context = room, .hints = &room->hint, .hint_count = 1};
}

enum status world_ask(struct world *world, struct ask *ask) {
  struct asking asking;
  struct ledger_job job = world_ask_job(world, ask, &asking);
  ledger_transact_group(world->ledger, &job, 1);
  return job.status;
}

void world_authorise(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid,
                     struct ask *ask) {
  memset(ask, 0, sizeof *ask);
  ask->purse = purse;
  purse_promise(purse, type, amount, tid);
  ck_assert_int_eq(world_ask(world, ask), STATUS_OK);
}

void world_commit(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid) {
  struct ask ask;
  world_authorise(world, purse, type, amount, tid, &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(purse, ask.transaction.authorisation));
}

void world_complete(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid) {
  world_commit(world, purse, type, amount, tid);
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

struct doing {
  world_act *act;
  const void *what;
};

static enum status world_do_step(struct ledger *ledger, void *context) {
  const struct doing *doing = context;
  return doing->act(ledger, doing->what);
}

enum status world_do(struct world *world, world_act *act, const void *what) {
  struct doing doing = {.act = act, .what = what};
  return ledger_transact(world->ledger, world_do_step, &doing);
}

static enum status world_act_confirm(struct ledger *ledger, const void *what) {
  struct ledger_transaction transaction;
  return ledger_confirm(ledger, what, &transaction);
}

enum status world_confirm(struct world *world, const struct purse *purse, uint32_t atc, const uint8_t *secret) {
  struct ledger_confirmation confirmation = {.atc = atc, .now = world->now};
  memcpy(confirmation.cid, purse->cid, CID_SIZE);
  memcpy(confirmation.secret, secret, SECRET_SIZE);
  struct doing doing = {.act = world_act_confirm, .what = &confirmation};
  const struct ledger_hint hint = {.cid = confirmation.cid, .atc = atc};
  struct ledger_job job = {.step = world_do_step, .context = &doing, .hints = &hint, .hint_count = 1};
  ledger_transact_group(world->ledger, &job, 1);
  return job.status;
}

struct reversing {
  struct ledger_reversal what;
  struct ledger_fate fate;
};

static enum status world_reverse_step(struct ledger *ledger, void *context) {
  struct reversing *reversing = context;
  return ledger_load_reverse(ledger, &reversing->what, &reversing->fate);
}

struct recalled {
  struct promise promise;
  uint8_t record[PROMISE_SIZE];
};

/* The promise of that transaction: the one that stands, or one that is booked. */
static void world_recall(struct world *world, const struct purse *purse, uint32_t atc, struct recalled *recalled) {
  struct ledger_transaction transaction;
  memcpy(recalled->record, purse->record, PROMISE_SIZE);
  if (atc != purse->atc) {
    ck_assert_int_eq(ledger_transaction_find(world->ledger, purse->cid, atc, &transaction), STATUS_OK);
    memcpy(recalled->record, transaction.promise, PROMISE_SIZE);
  }
  ck_assert_int_eq(promise_decode(recalled->record, PROMISE_SIZE, &recalled->promise), STATUS_OK);
}

static void world_inquiry(const struct world *world, const struct recalled *recalled, const char *tid,
                          struct ledger_inquiry *inquiry) {
  *inquiry =
      (struct ledger_inquiry){.offer = {.promise = &recalled->promise, .record = recalled->record, .now = world->now}};
  memcpy(inquiry->tid, tid, TID_SIZE);
}

static enum status world_reversal(struct world *world, const struct purse *purse, uint32_t atc, const char *tid,
                                  bool given_back) {
  struct recalled recalled;
  struct reversing reversing = {.what = {.given_back = given_back}};
  world_recall(world, purse, atc, &recalled);
  world_inquiry(world, &recalled, tid, &reversing.what.inquiry);
  return ledger_transact(world->ledger, world_reverse_step, &reversing);
}

static enum status world_settle_step(struct ledger *ledger, void *context) {
  struct reversing *reversing = context;
  return ledger_payout_settle(ledger, &reversing->what, &reversing->fate);
}

enum status world_settle_payout(struct world *world, const struct purse *purse, const struct world_wish *wish,
                                struct ledger_fate *fate) {
  struct recalled recalled;
  struct reversing reversing = {.what = {.wish = wish->wish}};
  world_recall(world, purse, wish->atc, &recalled);
  world_inquiry(world, &recalled, wish->tid, &reversing.what.inquiry);
  enum status status = ledger_transact(world->ledger, world_settle_step, &reversing);
  *fate = reversing.fate;
  return status;
}

struct inquiring {
  struct ledger_inquiry what;
  struct ledger_fate *fate;
};

static enum status world_inquire_step(struct ledger *ledger, void *context) {
  const struct inquiring *inquiring = context;
  return ledger_promise_inquire(ledger, &inquiring->what, inquiring->fate);
}

enum status world_inquire(struct world *world, const struct purse *purse, uint32_t atc, const char *tid,
                          struct ledger_fate *fate) {
  struct recalled recalled;
  struct inquiring inquiring = {.fate = fate};
  world_recall(world, purse, atc, &recalled);
  world_inquiry(world, &recalled, tid, &inquiring.what);
  return ledger_transact(world->ledger, world_inquire_step, &inquiring);
}

enum status world_reverse(struct world *world, const struct purse *purse, uint32_t atc, const char *tid) {
  return world_reversal(world, purse, atc, tid, true);
}

enum status world_may_reverse(struct world *world, const struct purse *purse, uint32_t atc, const char *tid) {
  return world_reversal(world, purse, atc, tid, false);
}

/* ---- what must hold ---- */

void world_assert_card(struct world *world, const struct purse *purse, int64_t balance, int64_t held, int64_t owed) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  ck_assert_int_eq(card.balance, balance);
  ck_assert_int_eq(card.held, held);
  ck_assert_int_eq(card.owed, owed);
}

void world_assert_agrees(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  ck_assert_int_eq(card.balance, purse->balance);
  ck_assert_int_eq(card.points, purse->points);
  ck_assert_int_eq(card.held + card.points_held, 0);
}

void world_assert_merchant(struct world *world, const char *id, int64_t balance, int64_t tender) {
  struct ledger_merchant merchant;
  ck_assert_int_eq(ledger_merchant_find(world->ledger, id, &merchant), STATUS_OK);
  ck_assert_int_eq(merchant.balance, balance);
  ck_assert_int_eq(merchant.tender, tender);
}

static void world_print(void *context, const char *line) {
  (void)context;
  (void)fprintf(stderr, "# %s\n", line);
}

void world_assert_clean(struct world *world) {
  ck_assert_int_eq(ledger_check(world->ledger, world_print, NULL), STATUS_OK);
}

static void world_count(void *context, const char *line) {
  size_t *lines = context;
  (void)line;
  ++*lines;
}

void lines_add(void *context, const char *line) {
  struct lines *lines = context;
  size_t len = strlen(lines->text);
  (void)snprintf(lines->text + len, sizeof lines->text - len, "%s\n", line);
  lines->count++;
}

size_t world_contradictions(struct world *world) {
  size_t lines = 0;
  enum status status = ledger_check(world->ledger, world_count, &lines);
  ck_assert_int_eq(status, lines > 0 ? STATUS_LEDGER_BROKEN : STATUS_OK);
  return lines;
}

uint8_t world_state(struct world *world, const struct purse *purse, uint32_t atc) {
  struct ledger_transaction transaction;
  enum status status = ledger_transaction_find(world->ledger, purse->cid, atc, &transaction);
  ck_assert(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return status == STATUS_OK ? transaction.state : 0;
}

uint8_t world_card_state(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  return card.state;
}

size_t world_incidents(struct world *world) {
  struct ledger_incident incidents[8];
  size_t count = 0;
  ck_assert_int_eq(ledger_incident_list(world->ledger, 0, incidents, 8, &count), STATUS_OK);
  return count;
}
