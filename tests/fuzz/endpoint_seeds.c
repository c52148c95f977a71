/* SPDX-License-Identifier: Apache-2.0
 * Seeds of the target endpoints: messages that belong together, each answered with OK. */
#include "endpoint_seeds.h"

#include <string.h>

#include "epurse/bytes.h"
#include "epurse/inquiry.h"
#include "epurse/message.h"
#include "epurse/message_approval.h"
#include "epurse/message_deny.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "epurse/message_offline.h"
#include "epurse/message_reference.h"
#include "epurse/message_refund.h"
#include "epurse/message_terminal_renewal.h"

enum station { POS, RELOAD, DESK, ADMIN };

/* An input in the making. */
struct draft {
  const struct world *world;
  uint8_t data[FUZZ_INPUT_MAX];
  struct bytes_writer writer;
  unsigned count;         /* of messages */
  struct promise promise; /* the last one */
  uint32_t committed;     /* the last transaction that happened, as the last promise says */
  uint32_t pin_events;    /* of what the card has signed of its PIN */
};

static void draft_begin(struct draft *draft, const struct world *world) {
  memset(draft, 0, sizeof *draft);
  draft->world = world;
  draft->writer = bytes_writer(draft->data, sizeof draft->data);
}

static void draft_end(struct draft *draft, const struct fuzz_sink *sink) {
  fuzz_require(!draft->writer.failed);
  fuzz_seed(sink, draft->data, draft->writer.len);
}

static bool is_put[MESSAGE_TYPE_COUNT]; /* in some input */

/* Takes the body over. */
static void put(struct draft *draft, enum station station, enum message_type type, json_t *body) {
  char text[FUZZ_INPUT_MAX];
  size_t len = json_dumpb(body, text, sizeof text, JSON_COMPACT);
  fuzz_require(body != NULL && len < sizeof text);
  fuzz_require(draft->count++ < ENDPOINT_MESSAGES_MAX);
  is_put[type] = true;
  bytes_write_u8(&draft->writer, (uint8_t)station);
  bytes_write_u8(&draft->writer, (uint8_t)type);
  bytes_write_u16(&draft->writer, (uint16_t)len);
  bytes_write(&draft->writer, (const uint8_t *)text, len);
  json_decref(body);
}

/* What the card promises next. */
struct wish {
  enum message_type type;
  uint32_t amount, balance, points;
  bool with_points; /* a purchase that points pay */
  bool aborted;     /* the transaction before did not happen */
  const char *pin;  /* NULL: the card's first one */
  const char *tender, *reference;
  uint16_t pin_changes;
  uint32_t sale; /* of a refund: the ATC of what it gives back */
  bool closes;   /* a payout that ends the card */
};

static uint8_t transaction_of(const struct wish *wish) {
  if (wish->type == MESSAGE_REFUND)
    return TRANSACTION_REFUND;
  if (wish->type != MESSAGE_PURCHASE)
    return wish->type == MESSAGE_PAYOUT ? TRANSACTION_PAYOUT : TRANSACTION_LOAD;
  return wish->with_points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE;
}

/* Where it is done, and what is its own. */
static enum station order_station(const struct draft *draft, const struct wish *wish, struct promise *promise) {
  bool at_till = wish->type == MESSAGE_PURCHASE || wish->type == MESSAGE_REFUND;
  memcpy(promise->tid, at_till ? draft->world->pos.tid : draft->world->reload.tid, TID_SIZE);
  promise->sale_atc = wish->sale;
  promise->pin_verified = wish->sale == 0;
  return at_till ? POS : RELOAD;
}

static void put_order(struct draft *draft, const struct wish *wish) {
  struct transaction_request request = {0};
  struct promise *promise = &draft->promise;
  uint8_t hash[CRYPTO_SHA256_SIZE] = {0}, record[PROMISE_SIZE];
  uint32_t atc = promise->atc, last_atc = wish->aborted ? draft->committed : atc;
  if (atc > 0) {
    world_promise_sign(draft->world, promise, record);
    fuzz_require(record_hash(record, sizeof record, hash) == STATUS_OK);
  }
  world_promise(draft->world, transaction_of(wish), wish->amount, promise);
  promise->atc = atc + 1;
  promise->balance = wish->balance;
  promise->points = wish->points;
  promise->pin_changes = wish->pin_changes;
  enum station station = order_station(draft, wish, promise);
  promise->last_atc = draft->committed = last_atc;
  memset(promise->last_secret, 0, SECRET_SIZE);
  if (last_atc > 0)
    memcpy(promise->last_secret, world_secret, SECRET_SIZE);
  memcpy(promise->previous, hash, sizeof hash);
  world_promise_sign(draft->world, promise, request.promise);
  if (promise->pin_verified)
    strcpy(request.pin_jwe, wish->pin != NULL ? wish->pin : WORLD_PIN);
  strcpy(request.reference, wish->reference != NULL ? wish->reference : "");
  strcpy(request.tender_kind, wish->tender != NULL ? wish->tender : "cash");
  request.closes = wish->closes;
  put(draft, station, wish->type, transaction_request_body(wish->type, &request));
}
#define ORDER(draft, ...) put_order((draft), &(const struct wish){__VA_ARGS__})

static void put_confirmation(struct draft *draft, enum station station) {
  struct confirmations confirmations = {.count = 1};
  memcpy(confirmations.items[0].cid, draft->world->cid, CID_SIZE);
  memcpy(confirmations.items[0].secret, world_secret, SECRET_SIZE);
  confirmations.items[0].atc = draft->promise.atc;
  put(draft, station, MESSAGE_CONFIRMATION, confirmation_body(&confirmations, false));
}

/* Two payments after the last promise. */
static void put_offline(struct draft *draft) {
  struct offline_payments payments = {.count = 2};
  struct promise promise = draft->promise;
  promise.type = TRANSACTION_OFFLINE_PURCHASE;
  promise.amount = 5;
  promise.atc++;
  memset(promise.commitment, 0, sizeof promise.commitment);
  world_promise_sign(draft->world, &promise, payments.items[0].promise);
  promise.balance -= 5;
  promise.offline_count = 1;
  promise.offline_sum = 5;
  promise.atc++;
  world_promise_sign(draft->world, &promise, payments.items[1].promise);
  put(draft, POS, MESSAGE_OFFLINE_PAYMENT, offline_payment_body(&payments, false));
}

static void put_card(struct draft *draft, enum station station, enum message_type type) {
  struct card_message card = {.reason = "lost"};
  memcpy(card.cid, draft->world->cid, CID_SIZE);
  memcpy(card.chip_serial, draft->world->chip_serial, CHIP_SERIAL_SIZE);
  put(draft, station, type, card_message_body(type, &card));
}

/* About the last promise. */
static void put_inquiry(struct draft *draft, enum station station, enum message_type type) {
  struct inquiry_request request = {.given_back = false};
  world_promise_sign(draft->world, &draft->promise, request.promise);
  put(draft, station, type, inquiry_request_body(type, &request));
}

static void seed_transactions(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD_INQUIRY, .amount = 3000);
  draft.promise.atc = 0;
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  put_confirmation(&draft, RELOAD);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1250, .balance = 3000); /* settles the load again, with r */
  put_confirmation(&draft, POS);
  put_inquiry(&draft, POS, MESSAGE_TRANSACTION_INQUIRY);
  put_offline(&draft);
  put(&draft, POS, MESSAGE_DENY_LIST, deny_list_body(0));
  draft_end(&draft, sink);
  draft_begin(&draft, world); /* points are granted, and pay */
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1000, .balance = 3000);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 50, .balance = 2000, .points = 100, .with_points = true);
  put_confirmation(&draft, POS);
  draft_end(&draft, sink);
}

static void seed_torn(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world); /* given back before anybody knows what the card did */
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  put_inquiry(&draft, RELOAD, MESSAGE_LOAD_REVERSAL);
  draft_end(&draft, sink);
  draft_begin(&draft, world); /* never credited: the money is owed, and is loaded after all */
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000, .aborted = true, .tender = "owed");
  put_confirmation(&draft, RELOAD);
  draft_end(&draft, sink);
  draft_begin(&draft, world); /* owed, then given back */
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 10, .aborted = true);
  put_inquiry(&draft, POS, MESSAGE_TRANSACTION_INQUIRY);
  draft_end(&draft, sink);
}

/* What the card has signed of its PIN: wrong; right, and what it is to be; changed. */
static void put_pin(struct draft *draft, uint8_t kind, const char *new_pin) {
  struct pin_change_message change = {.new_pin_jwe = ""};
  struct pin_record pin = world_pin(draft->world, kind, ++draft->pin_events, kind == PIN_KIND_CHANGED);
  strcpy(change.new_pin_jwe, new_pin);
  world_pin_sign(draft->world, &pin, change.record);
  if (kind == PIN_KIND_WRONG)
    put(draft, POS, MESSAGE_PIN_FAILURE, pin_failure_body(change.record));
  else
    put(draft, POS, MESSAGE_PIN_CHANGE, pin_change_body(&change));
}

static void seed_pin(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world);
  put_pin(&draft, PIN_KIND_WRONG, "");
  put_pin(&draft, PIN_KIND_RIGHT, "987654");
  put_pin(&draft, PIN_KIND_CHANGED, "");
  draft_end(&draft, sink);
  draft_begin(&draft, world); /* the record of the change is lost: the promise says it */
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000, .pin = "9999"); /* wrong */
  put_pin(&draft, PIN_KIND_RIGHT, "987654");
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 2000, .aborted = true, .pin = "987654", .pin_changes = 1);
  draft_end(&draft, sink);
}

static void seed_card(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world);
  put_card(&draft, POS, MESSAGE_CARD_CONTACT);
  put_card(&draft, DESK, MESSAGE_CARD_QUERY);
  put(&draft, ADMIN, MESSAGE_INCIDENT_LIST, json_pack("{s:i, s:i}", "after", 0, "limit", 3));
  put(&draft, ADMIN, MESSAGE_DEPOSIT_LIST, json_pack("{s:s, s:s, s:i}", "day", "2026-05-01", "after", "", "limit", 3));
  draft_end(&draft, sink);
  draft_begin(&draft, world);
  put(&draft, ADMIN, MESSAGE_CARD_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_TERMINAL_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_PENDING_LIST, json_pack("{s:s, s:s, s:i}", "state", "held", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_PENDING_LIST, json_pack("{s:s, s:s, s:i}", "state", "owed", "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_BACKUP, json_pack("{s:s}", "name", "fuzz.db"));
  put(&draft, ADMIN, MESSAGE_BACKUP_QUERY, json_object());
  put(&draft, ADMIN, MESSAGE_CHIP_ADDITION, json_pack("{s:s}", "serials", "AAAAAAAAAAA"));
  put(&draft, ADMIN, MESSAGE_APPROVAL_LIST, json_pack("{s:i, s:b}", "after", 0, "waiting", 1));
  put(&draft, ADMIN, MESSAGE_APPROVAL_RULE, json_pack("{s:i}", "needed", 2));
  put(&draft, ADMIN, MESSAGE_LEDGER_CHECK, json_object());
  put_card(&draft, ADMIN, MESSAGE_CARD_SUSPENSION);
  put_card(&draft, ADMIN, MESSAGE_CARD_RESUMPTION);
  put_card(&draft, ADMIN, MESSAGE_CARD_BLOCK);
  draft_end(&draft, sink);
}

static void seed_refund(const struct world *world, const struct fuzz_sink *sink) {
  struct owed_refund owed = {.atc = 2, .amount = 100, .wish = {1}};
  struct draft draft;
  memcpy(owed.cid, world->cid, CID_SIZE);
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1250, .balance = 3000);
  put_confirmation(&draft, POS);
  ORDER(&draft, .type = MESSAGE_REFUND, .amount = 500, .balance = 1750, .sale = 2);
  put_confirmation(&draft, POS);
  put(&draft, POS, MESSAGE_OWED_REFUND, owed_refund_body(&owed));
  draft_end(&draft, sink);
}

static void seed_payout(const struct world *world, const struct fuzz_sink *sink) {
  struct inquiry_request pay = {.wish = HAND_OUT_PAY};
  struct draft draft;
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PAYOUT, .amount = 1000, .balance = 3000);
  put_confirmation(&draft, RELOAD);
  world_promise_sign(world, &draft.promise, pay.promise);
  put(&draft, RELOAD, MESSAGE_HAND_OUT, inquiry_request_body(MESSAGE_HAND_OUT, &pay));
  draft_end(&draft, sink);
}

/* All that is on the card, which is closed then. */
static void seed_closing_payout(const struct world *world, const struct fuzz_sink *sink) {
  struct inquiry_request pay = {.wish = HAND_OUT_PAY};
  struct draft draft;
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PAYOUT, .amount = 3000, .balance = 3000, .closes = true);
  put_confirmation(&draft, RELOAD);
  world_promise_sign(world, &draft.promise, pay.promise);
  put(&draft, RELOAD, MESSAGE_HAND_OUT, inquiry_request_body(MESSAGE_HAND_OUT, &pay));
  put_card(&draft, DESK, MESSAGE_CARD_QUERY);
  draft_end(&draft, sink);
}

static const uint8_t chip[CHIP_SERIAL_SIZE] = {'C', 'H', 'I', 'P', '0', '0', '0', '2'};

/* Of another chip: the card of the world is issued already. */
static void put_issue(struct draft *draft, const struct card_message *card) {
  const struct world *world = draft->world;
  struct certification_request request = {.pin_jwe = "4321"};
  struct card_request keys;
  memcpy(request.cid, card->cid, CID_SIZE);
  memcpy(keys.chip_serial, chip, sizeof chip);
  memcpy(keys.ecka_public, world->pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(keys.sig_public, world->card_sig.point, CRYPTO_P256_PUBLIC_SIZE);
  card_request_encode(&keys, request.request);
  put(draft, DESK, MESSAGE_CARD_RESERVATION, reservation_body(chip));
  put(draft, DESK, MESSAGE_CARD_CERTIFICATION, certification_request_body(&request));
  put(draft, DESK, MESSAGE_CARD_ACTIVATION, card_message_body(MESSAGE_CARD_ACTIVATION, card));
}

static struct card_message second_card(void) {
  struct card_message card = {0};
  cid_make(WORLD_ISSUER, WORLD_SERIAL + 1, card.cid);
  memcpy(card.chip_serial, chip, sizeof chip);
  return card;
}

/* The old card is lost; an administrator says that it may be done, of something else. */
static void seed_renewal(const struct world *world, const struct fuzz_sink *sink) {
  const struct card_message heir = second_card();
  const struct approval_message approval = {.number = 1, .give = true};
  struct replacement_message cards;
  struct draft draft;
  memcpy(cards.cid, world->cid, CID_SIZE);
  memcpy(cards.new_cid, heir.cid, CID_SIZE);
  draft_begin(&draft, world);
  put_issue(&draft, &heir);
  put_card(&draft, ADMIN, MESSAGE_CARD_BLOCK);
  put(&draft, DESK, MESSAGE_CARD_RENEWAL, replacement_body(&cards));
  put(&draft, ADMIN, MESSAGE_APPROVAL, approval_body(&approval));
  put_card(&draft, DESK, MESSAGE_CARD_QUERY);
  draft_end(&draft, sink);
}

static void seed_desk(const struct world *world, const struct fuzz_sink *sink) {
  const struct card_message card = second_card();
  struct draft draft;
  draft_begin(&draft, world);
  put_issue(&draft, &card);
  draft_end(&draft, sink);
  draft_begin(&draft, world);
  put(&draft, DESK, MESSAGE_CARD_RESERVATION, reservation_body(chip));
  put(&draft, DESK, MESSAGE_CARD_VOID, card_message_body(MESSAGE_CARD_VOID, &card));
  draft_end(&draft, sink);
}

static void seed_settlement(const struct world *world, const struct fuzz_sink *sink) {
  const struct merchant_message terms = {.id = "SHOP", .fee_rate = 125, .iban = "DE89370400440532013000"};
  struct replacement_message cards;
  struct draft draft;
  cid_make(WORLD_ISSUER, WORLD_SERIAL, cards.cid);
  cid_make(WORLD_ISSUER, WORLD_SERIAL + 1, cards.new_cid);
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000);
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1250, .balance = 3000);
  put_confirmation(&draft, POS);
  put(&draft, ADMIN, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards));
  put(&draft, ADMIN, MESSAGE_MERCHANT_CHANGE, merchant_change_body(&terms));
  put(&draft, ADMIN, MESSAGE_SETTLEMENT, json_object());
  put(&draft, ADMIN, MESSAGE_SETTLEMENT_RESUMPTION, json_pack("{s:i}", "exported", 2));
  put(&draft, ADMIN, MESSAGE_SETTLEMENT_LIST, json_pack("{s:i, s:i}", "after", 0, "limit", 3));
  put(&draft, ADMIN, MESSAGE_SETTLEMENT_LINES, json_pack("{s:i, s:s, s:i}", "number", 1, "after", "", "limit", 3));
  put(&draft, ADMIN, MESSAGE_SETTLEMENT_CAPTURES, json_pack("{s:i, s:i, s:i}", "number", 1, "after", 0, "limit", 3));
  put(&draft, ADMIN, MESSAGE_SETTLEMENT_TRANSFERS, json_pack("{s:i, s:i, s:i}", "number", 1, "after", 0, "limit", 3));
  draft_end(&draft, sink);
}

static void seed_house(const struct world *world, const struct fuzz_sink *sink) {
  const struct merchant_message merchant = {.id = "KIOSK", .name = "Kiosk", .points_rate = 1};
  struct terminal_message terminal = {.tid = "SHOP0009", .role = ROLE_POS, .merchant = "KIOSK"};
  struct draft draft;
  memcpy(terminal.expiry, world_expiry, DATE_SIZE);
  memcpy(terminal.ecka_public, world->pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.sig_public, world->reload.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  draft_begin(&draft, world);
  put(&draft, ADMIN, MESSAGE_MERCHANT, merchant_body(&merchant));
  put(&draft, ADMIN, MESSAGE_TERMINAL, terminal_body(&terminal));
  put(&draft, ADMIN, MESSAGE_TERMINAL_RENEWAL, terminal_body(&terminal));
  const struct limit_message limit = {.merchant = "KIOSK", .allowed = 1000};
  put(&draft, ADMIN, MESSAGE_LIMIT, limit_body(&limit));
  put(&draft, ADMIN, MESSAGE_TERMINAL_REVOCATION, revocation_body(terminal.tid));
  draft_end(&draft, sink);
}

/* Nobody asks with a seal that holds, so that nothing waits. */
static void seed_line(const struct world *world, const struct fuzz_sink *sink) {
  const struct renewal_request request = {.sealed = "a.b.c", .chain = "PEM", .chain_len = 3};
  struct renewal_answer answer = {.files = {.terminal_cert_len = 2, .chain_len = 3, .terminal_ca_cert_len = 4}};
  struct draft draft;
  memcpy(answer.tid, world->pos.tid, TID_SIZE);
  memcpy(answer.expiry, world_expiry, DATE_SIZE);
  draft_begin(&draft, world);
  put(&draft, POS, MESSAGE_RENEWAL_REQUEST, renewal_request_body(&request));
  put(&draft, ADMIN, MESSAGE_RENEWAL_ANSWER, renewal_answer_body(&answer));
  put(&draft, ADMIN, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", ""));
  draft_end(&draft, sink);
}

static void seed_reference(const struct world *world, const struct fuzz_sink *sink) {
  struct draft draft;
  draft_begin(&draft, world);
  ORDER(&draft, .type = MESSAGE_LOAD, .amount = 3000, .reference = "load-1");
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1250, .balance = 3000, .reference = "sale-1");
  ORDER(&draft, .type = MESSAGE_PURCHASE, .amount = 1250, .balance = 1750, .reference = "sale-1");
  put(&draft, POS, MESSAGE_REFERENCE_QUERY, reference_query_body("sale-1"));
  put(&draft, POS, MESSAGE_REFERENCE_QUERY, reference_query_body("sale-2"));
  draft_end(&draft, sink);
}

void endpoint_seeds(const struct world *world, const struct fuzz_sink *sink) {
  seed_transactions(world, sink);
  seed_torn(world, sink);
  seed_pin(world, sink);
  seed_card(world, sink);
  seed_desk(world, sink);
  seed_house(world, sink);
  seed_line(world, sink);
  seed_settlement(world, sink);
  seed_reference(world, sink);
  seed_refund(world, sink);
  seed_payout(world, sink);
  seed_closing_payout(world, sink);
  seed_renewal(world, sink);
  for (size_t type = 0; type < MESSAGE_TYPE_COUNT; type++)
    fuzz_require(is_put[type]); /* none that the server reads is left out */
}
