/* SPDX-License-Identifier: Apache-2.0
 * A client that asks a running epursed everything once, well and badly, and prints each exchange as a line of JSON.
 *
 *   tour make DIR        writes an issuer's directory for the server
 *   tour call DIR PORT   makes the tour
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/inquiry.h"
#include "epurse/ledger_approval.h"
#include "epurse/message_approval.h"
#include "epurse/message_deny.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "epurse/message_offline.h"
#include "epurse/message_reference.h"
#include "epurse/message_refund.h"
#include "epurse/message_terminal_renewal.h"
#include "line.h"
#include "purse.h"

#define HTTP_ROOM (MESSAGE_MAX + 4096)

struct tour {
  const char *folder;
  uint16_t port;
  struct world world;
};

/* ---- one exchange over HTTPS, printed ---- */

struct shown {
  const char *tid, *method, *path, *type, *body;
  bool takes_alone; /* an authorisation without a signed reply around it */
};

/* The value of a header field up to its line's end or ';', or "". */
static void field_of(const char *text, const char *name, char *value, size_t capacity) {
  const char *at = strstr(text, name);
  size_t len = at == NULL ? 0 : strcspn(at + strlen(name), ";\r\n");

  snprintf(value, capacity, "%.*s", (int)len, at == NULL ? "" : at + strlen(name));
}

/* Sends, prints, answers the HTTP status; `text` gets the whole reply. */
static int exchange(const struct tour *tour, const struct shown *shown, char text[HTTP_ROOM]) {
  static char request[4 * HTTP_ROOM];
  struct line line;
  struct line_paths room;
  struct line_options options = line_options_of(tour->folder, shown->tid, &room);
  char type[64];

  snprintf(request, sizeof request,
           "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
           shown->method, shown->path, shown->takes_alone ? "application/jose, application/json" : "*/*", shown->type,
           strlen(shown->body), shown->body);
  ck_assert(line_open(&line, tour->port, &options));
  int http = line_ask(&line, request, text, HTTP_ROOM);
  line_close(&line);
  field_of(text, "Content-Type: ", type, sizeof type);
  const char *body = strstr(text, "\r\n\r\n");
  json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "tid", shown->tid, "method", shown->method, "path",
                          shown->path, "request", strlen(shown->body) <= MESSAGE_MAX ? shown->body : "", "http", http,
                          "type", type, "reply", body == NULL ? "" : body + 4);
  ck_assert_ptr_nonnull(row);
  json_dumpf(row, stdout, JSON_COMPACT);
  putchar('\n');
  json_decref(row);
  return http;
}

static void carry(struct station *station, enum message_type type, const char *text, struct answer *answer) {
  const struct tour *tour = station->carry_context;
  static char reply[HTTP_ROOM];
  struct shown shown = {.tid = station->tid,
                        .method = "POST",
                        .path = message_path(type),
                        .type = MESSAGE_MEDIA_TYPE,
                        .body = text,
                        .takes_alone = station->takes_alone};
  char content_type[64];
  int http = exchange(tour, &shown, reply);

  field_of(reply, "Content-Type: ", content_type, sizeof content_type);
  ck_assert_ptr_nonnull(strstr(reply, "\r\n\r\n"));
  station_read(station, type, http, content_type, strstr(reply, "\r\n\r\n") + 4, answer);
}

/* ---- the tour ---- */

static void begin(struct tour *tour, const char *folder, const char *port) {
  char problem[256] = "";
  struct world *world = &tour->world;
  struct station *const stations[] = {&world->pos, &world->other_pos, &world->reload, &world->desk, &world->admin};
  static const char *const tids[] = {POS, OTHER_POS, RELOAD, DESK, ADMIN};

  tour->folder = folder;
  tour->port = (uint16_t)strtoul(port, NULL, 10);
  world->now = (int64_t)time(NULL);
  world->service.clock = world_clock;
  world->service.clock_context = &world->now;
  ck_assert_int_eq(keyring_certificates(&world->service.keyring, folder, world->now, problem), STATUS_OK);
  ck_assert_int_eq(keyring_keys(&world->service.keyring, folder, HOUSE_PASSPHRASE, problem), STATUS_OK);
  for (size_t i = 0; i < sizeof stations / sizeof stations[0]; i++) {
    station_open(stations[i], folder, tids[i]);
    stations[i]->carry = carry;
    stations[i]->carry_context = tour;
  }
}

static void expect(struct tour *tour, struct station *station, enum message_type type, json_t *body,
                   enum status wanted) {
  enum status got = station_tell(station, &tour->world.service, type, body);

  ck_assert_msg(got == wanted, "%s: %s instead of %s", message_word(type), status_name(got), status_name(wanted));
}

static json_t *about(const struct purse *purse, enum message_type type) {
  struct card_message body = {.reason = "lost"};

  memcpy(body.cid, purse->cid, CID_SIZE);
  memcpy(body.chip_serial, purse->chip_serial, CHIP_SERIAL_SIZE);
  return card_message_body(type, &body);
}

static void house_part(struct tour *tour) {
  struct world *world = &tour->world;
  struct merchant_message merchant = {.id = "TOUR",
                                      .name = "Tour",
                                      .points_rate = 1,
                                      .fee_rate = 25,
                                      .iban = "DE89370400440532013000",
                                      .bic = "COBADEFFXXX"};
  struct terminal_message terminal = {
      .tid = "TOUR0001", .role = ROLE_POS, .merchant = "TOUR", .expiry = {0x20, 0x40, 0x12, 0x31}};

  memcpy(terminal.sig_public, key_public(world->pos.ecka), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(terminal.ecka_public, key_public(world->pos.sig), CRYPTO_P256_PUBLIC_SIZE);
  expect(tour, &world->admin, MESSAGE_MERCHANT, merchant_body(&merchant), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_MERCHANT, merchant_body(&merchant), STATUS_EXISTS);
  expect(tour, &world->admin, MESSAGE_MERCHANT_CHANGE, merchant_change_body(&merchant), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_TERMINAL, terminal_body(&terminal), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_TERMINAL_RENEWAL, terminal_body(&terminal), STATUS_OK);
  const struct limit_message limit = {.tid = "TOUR0001", .allowed = 1000}, credit = {.merchant = "TOUR"},
                             nobody = {.merchant = "NOBODY"}, asked = {.tid = "TOUR0001", .allowed = LIMIT_MESSAGE_ASK};
  expect(tour, &world->admin, MESSAGE_LIMIT, limit_body(&limit), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_LIMIT, limit_body(&asked), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_LIMIT, limit_body(&credit), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_LIMIT, limit_body(&nobody), STATUS_NOT_FOUND);
  expect(tour, &world->admin, MESSAGE_TERMINAL_REVOCATION, revocation_body("TOUR0001"), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_TERMINAL_RENEWAL, terminal_body(&terminal), STATUS_TERMINAL_REVOKED);
  expect(tour, &world->admin, MESSAGE_BACKUP_QUERY, json_object(), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_BACKUP, json_pack("{s:s}", "name", "tour.db"), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_TERMINAL_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 100), STATUS_OK);
  memcpy(terminal.tid, "TOUR0002", TID_SIZE);
  memcpy(terminal.merchant, "NONE", 5);
  expect(tour, &world->admin, MESSAGE_TERMINAL, terminal_body(&terminal), STATUS_NOT_FOUND);
}

/* OTHER_POS, so that POS keeps the keys that it has. */
static void renewal_part(struct tour *tour) {
  static struct renewal_request request = {.chain = {1}, .chain_len = 1};
  static struct renewal_answer answer = {.tid = OTHER_POS,
                                         .expiry = {0x20, 0x40, 0x12, 0x31},
                                         .files = {.terminal_cert_len = 1, .chain_len = 1, .terminal_ca_cert_len = 1}};
  struct world *world = &tour->world;
  struct station *pos = &world->other_pos;
  struct terminal_message asked = {
      .tid = OTHER_POS, .role = ROLE_POS, .merchant = "SHOP", .expiry = {0x20, 0x40, 0x12, 0x31}};
  struct message message = {.type = MESSAGE_TERMINAL_RENEWAL, .tid = OTHER_POS, .seq = 1, .time = world->now};
  char *jws = NULL;

  memcpy(asked.sig_public, key_public(pos->ecka), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(asked.ecka_public, key_public(pos->sig), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(answer.sig_public, asked.sig_public, sizeof answer.sig_public);
  message.body = terminal_body(&asked);
  ck_assert_int_eq(message_seal(&message, false, pos->sig, &jws), STATUS_OK);
  message_clear(&message);
  snprintf(request.sealed, sizeof request.sealed, "%s", jws);
  free(jws);
  expect(tour, &world->admin, MESSAGE_RENEWAL_ANSWER, renewal_answer_body(&answer), STATUS_NOT_FOUND);
  expect(tour, &world->admin, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", ""), STATUS_OK);
  expect(tour, pos, MESSAGE_RENEWAL_REQUEST, renewal_request_body(&request), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", ""), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_RENEWAL_ANSWER, renewal_answer_body(&answer), STATUS_OK);
  expect(tour, pos, MESSAGE_RENEWAL_REQUEST, renewal_request_body(&request), STATUS_OK);
}

/* Above the limits of its certificate: a message that is well, and a payment that is not. */
static void offline_part(struct tour *tour, const struct purse *purse) {
  struct purse copy = *purse;
  struct offline_payments payments = {.count = 1};

  purse_promise(&copy, TRANSACTION_OFFLINE_PURCHASE, 100, &tour->world.pos);
  memcpy(payments.items[0].promise, copy.record, PROMISE_SIZE);
  expect(tour, &tour->world.pos, MESSAGE_DENY_LIST, deny_list_body(0), STATUS_OK);
  expect(tour, &tour->world.pos, MESSAGE_OFFLINE_PAYMENT, offline_payment_body(&payments, false), STATUS_OK);
}

static void payout_part(struct tour *tour, struct purse *purse) {
  struct world *world = &tour->world;
  struct inquiry_request wanted = {.wish = HAND_OUT_PAY};
  struct answer answer;

  purse_promise(purse, TRANSACTION_PAYOUT, 100, &world->reload);
  station_ask(&world->reload, &world->service, MESSAGE_PAYOUT, purse_order(purse, world, MESSAGE_PAYOUT, purse->pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  expect(tour, &world->reload, MESSAGE_CONFIRMATION, purse_confirmation(purse), STATUS_OK);
  memcpy(wanted.promise, purse->record, PROMISE_SIZE);
  expect(tour, &world->reload, MESSAGE_HAND_OUT, inquiry_request_body(MESSAGE_HAND_OUT, &wanted), STATUS_OK);
}

static void money_part(struct tour *tour, struct purse *purse) {
  struct world *world = &tour->world;
  struct answer answer;

  purse_issue(purse, world, 1);
  purse_promise(purse, TRANSACTION_LOAD, 5000, &world->reload);
  expect(tour, &world->reload, MESSAGE_LOAD_INQUIRY, purse_order(purse, world, MESSAGE_LOAD_INQUIRY, purse->pin),
         STATUS_OK);
  station_ask(&world->reload, &world->service, MESSAGE_LOAD, purse_load_order(purse, world, "simulator", "A-1"),
              &answer);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  expect(tour, &world->reload, MESSAGE_CONFIRMATION, purse_confirmation(purse), STATUS_OK);
  purse_promise(purse, TRANSACTION_PURCHASE, 1250, &world->pos);
  json_t *order = purse_order(purse, world, MESSAGE_PURCHASE, purse->pin);
  json_object_set_new(order, "merchant_reference", json_string("sale-1"));
  expect(tour, &world->pos, MESSAGE_REFERENCE_QUERY, reference_query_body("sale-1"), STATUS_OK);
  world->pos.takes_alone = true;
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, order, &answer);
  world->pos.takes_alone = false;
  ck_assert(answer.alone);
  expect(tour, &world->pos, MESSAGE_REFERENCE_QUERY, reference_query_body("sale-1"), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_PENDING_LIST,
         json_pack("{s:s, s:s, s:i}", "state", "held", "after", "", "limit", 9), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_PENDING_LIST,
         json_pack("{s:s, s:s, s:i}", "state", "owed", "after", "", "limit", 9), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_PENDING_LIST,
         json_pack("{s:s, s:s, s:i}", "state", "paid-out", "after", "", "limit", 9), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_INCIDENT_LIST, json_pack("{s:i, s:i}", "after", 0, "limit", 9), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_DEPOSIT_LIST, json_pack("{s:s, s:s, s:i}", "day", "", "after", "", "limit", 9),
         STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
  expect(tour, &world->pos, MESSAGE_CONFIRMATION, purse_confirmation(purse), STATUS_OK);
  expect(tour, &world->pos, MESSAGE_TRANSACTION_INQUIRY, purse_inquiry(purse, MESSAGE_TRANSACTION_INQUIRY, false),
         STATUS_OK);
  const uint32_t sale = purse->atc;
  payout_part(tour, purse);
  purse_refund(purse, sale, 1251, &world->pos);
  expect(tour, &world->pos, MESSAGE_REFUND, purse_order(purse, world, MESSAGE_REFUND, NULL), STATUS_REFUND_EXCEEDS);
  struct owed_refund owed = {.atc = sale, .amount = 50, .wish = {1}};
  memcpy(owed.cid, purse->cid, CID_SIZE);
  expect(tour, &world->pos, MESSAGE_OWED_REFUND, owed_refund_body(&owed), STATUS_OK);
  owed.amount = 1250;
  owed.wish[0] = 2;
  expect(tour, &world->pos, MESSAGE_OWED_REFUND, owed_refund_body(&owed), STATUS_REFUND_EXCEEDS);
  purse_refund(purse, sale, 1200, &world->pos);
  expect(tour, &world->pos, MESSAGE_REFUND, purse_order(purse, world, MESSAGE_REFUND, NULL), STATUS_OK);
  purse_promise(purse, TRANSACTION_PURCHASE, 15001, &world->pos);
  expect(tour, &world->pos, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
         STATUS_ABOVE_LIMIT);
  purse_promise(purse, TRANSACTION_LOAD, 100, &world->reload);
  expect(tour, &world->reload, MESSAGE_LOAD_REVERSAL, purse_inquiry(purse, MESSAGE_LOAD_REVERSAL, false), STATUS_OK);
  offline_part(tour, purse);
  const struct purse_pin wrong = {.kind = PIN_KIND_WRONG, .left = 4, .station = &world->pos};
  uint8_t record[PIN_RECORD_SIZE];
  purse_pin(purse, &wrong, record);
  expect(tour, &world->pos, MESSAGE_PIN_FAILURE, pin_failure_body(record), STATUS_OK);
  expect(tour, &world->reload, MESSAGE_PIN_FAILURE, pin_failure_body(record), STATUS_NOT_PERMITTED);
}

static void fill_new_pin(const struct tour *tour, const struct purse *purse, struct pin_change_message *change) {
  struct pin_envelope envelope = {.atc = 0};
  char *jwe = NULL;

  memcpy(envelope.cid, purse->cid, CID_SIZE);
  snprintf(envelope.pin, sizeof envelope.pin, "%s", "135790");
  ck_assert_int_eq(pin_seal(&envelope, tour->world.service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  snprintf(change->new_pin_jwe, sizeof change->new_pin_jwe, "%s", jwe);
  free(jwe);
}

static void contact_part(struct tour *tour, struct purse *purse) {
  struct world *world = &tour->world;
  struct pin_change_message change = {.new_pin_jwe = ""};
  struct purse_pin pin = {.kind = PIN_KIND_RIGHT, .station = &world->pos, .nonce = {1}};

  expect(tour, &world->reload, MESSAGE_CARD_CONTACT, about(purse, MESSAGE_CARD_CONTACT), STATUS_OK);
  fill_new_pin(tour, purse, &change);
  purse_pin(purse, &pin, change.record);
  expect(tour, &world->pos, MESSAGE_PIN_CHANGE, pin_change_body(&change), STATUS_OK);
  fill_new_pin(tour, purse, &change); /* another envelope, the same PIN: the same question */
  expect(tour, &world->pos, MESSAGE_PIN_CHANGE, pin_change_body(&change), STATUS_OK);
  change.new_pin_jwe[0] = 0;
  pin.kind = PIN_KIND_CHANGED;
  purse_pin(purse, &pin, change.record);
  expect(tour, &world->pos, MESSAGE_PIN_CHANGE, pin_change_body(&change), STATUS_OK);
  snprintf(purse->pin, sizeof purse->pin, "%s", "135790");
  purse_pin(purse, &pin, change.record); /* one that nobody had block_order_deliver */
  expect(tour, &world->pos, MESSAGE_PIN_CHANGE, pin_change_body(&change), STATUS_OUT_OF_STEP);
}

static void end_part(struct tour *tour, struct purse *purse) {
  struct world *world = &tour->world;
  struct purse blank;
  struct answer answer;

  purse_new(&blank, 2);
  station_ask(&world->desk, &world->service, MESSAGE_CARD_RESERVATION, reservation_body(blank.chip_serial), &answer);
  ck_assert_int_eq(reservation_reply_parse(answer.body, blank.cid), STATUS_OK);
  answer_clear(&answer);
  expect(tour, &world->desk, MESSAGE_CARD_QUERY, about(&blank, MESSAGE_CARD_QUERY), STATUS_OK);
  expect(tour, &world->desk, MESSAGE_CARD_VOID, about(&blank, MESSAGE_CARD_VOID), STATUS_OK);
  expect(tour, &world->desk, MESSAGE_CARD_QUERY, about(purse, MESSAGE_CARD_QUERY), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_CARD_QUERY, about(purse, MESSAGE_CARD_QUERY), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_CARD_SUSPENSION, about(purse, MESSAGE_CARD_SUSPENSION), STATUS_OK);
  expect(tour, &world->desk, MESSAGE_CARD_QUERY, about(purse, MESSAGE_CARD_QUERY), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_CARD_RESUMPTION, about(purse, MESSAGE_CARD_RESUMPTION), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_CARD_BLOCK, about(purse, MESSAGE_CARD_BLOCK), STATUS_OK);
  expect(tour, &world->pos, MESSAGE_CARD_CONTACT, about(purse, MESSAGE_CARD_CONTACT), STATUS_CARD_BLOCKED);
  expect(tour, &world->admin, MESSAGE_CARD_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 10), STATUS_OK);
  purse_promise(purse, TRANSACTION_PURCHASE, 100, &world->pos);
  expect(tour, &world->pos, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
         STATUS_CARD_BLOCKED);
  expect(tour, &world->admin, MESSAGE_LEDGER_CHECK, json_object(), STATUS_OK);
}

static json_t *page_of(const char *after, json_int_t number) {
  return json_pack("{s:I, s:s, s:i}", "number", number, "after", after, "limit", 10);
}

/* After the card has paid and is blocked. */
static void settlement_part(struct tour *tour, const struct purse *purse) {
  struct world *world = &tour->world;
  struct replacement_message cards;
  struct purse heir;

  expect(tour, &world->admin, MESSAGE_SETTLEMENT, json_object(), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT, json_object(), STATUS_NOTHING_TO_SETTLE);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_RESUMPTION, json_pack("{s:i}", "exported", 7), STATUS_EXISTS);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_RESUMPTION, json_pack("{s:i}", "exported", 0), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_LIST, json_pack("{s:i, s:i}", "after", 0, "limit", 10), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_LINES, page_of("", 1), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_LINES, page_of("", 2), STATUS_NOT_FOUND);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_CAPTURES,
         json_pack("{s:i, s:i, s:i}", "number", 1, "after", 0, "limit", 10), STATUS_OK);
  expect(tour, &world->admin, MESSAGE_SETTLEMENT_TRANSFERS,
         json_pack("{s:i, s:i, s:i}", "number", 1, "after", 0, "limit", 10), STATUS_OK);
  purse_issue(&heir, world, 3);
  memcpy(cards.cid, purse->cid, CID_SIZE);
  memcpy(cards.new_cid, heir.cid, CID_SIZE);
  expect(tour, &world->admin, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards), STATUS_REPLACEMENT_TOO_EARLY);
  memcpy(cards.cid, heir.cid, CID_SIZE);
  expect(tour, &world->admin, MESSAGE_CARD_REPLACEMENT, replacement_body(&cards), STATUS_CARD_NOT_BLOCKED);
  expect(tour, &world->desk, MESSAGE_CARD_RENEWAL, replacement_body(&cards), STATUS_NEW_CARD_NOT_ISSUED);
  memcpy(cards.cid, purse->cid, CID_SIZE);
  expect(tour, &world->desk, MESSAGE_CARD_RENEWAL, replacement_body(&cards), STATUS_APPROVAL_WAITS);
  expect(tour, &world->admin, MESSAGE_CARD_RENEWAL, replacement_body(&cards), STATUS_NOT_PERMITTED);
}

/* Every route, with what is wrong everywhere. */
static void bad_part(struct tour *tour) {
  static char text[HTTP_ROOM], large[MESSAGE_MAX + 1];
  struct station *admin = &tour->world.admin;

  memset(large, 'a', MESSAGE_MAX);
  for (int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
    struct shown shown = {.tid = POS, .method = "PUT", .path = message_path((enum message_type)type), .body = "x"};
    shown.type = MESSAGE_MEDIA_TYPE;
    ck_assert_int_eq(exchange(tour, &shown, text), 405);
    shown.method = "POST";
    ck_assert_int_eq(exchange(tour, &shown, text), 400);
    shown.type = "application/json";
    ck_assert_int_eq(exchange(tour, &shown, text), 415);
    shown.type = MESSAGE_MEDIA_TYPE;
    shown.body = large;
    int http = exchange(tour, &shown, text);
    ck_assert(http == (type == MESSAGE_CONFIRMATION || type == MESSAGE_OFFLINE_PAYMENT ? 400 : 413));
    char *jws = station_message(admin, MESSAGE_LEDGER_CHECK, json_object(), tour->world.now);
    shown.body = jws; /* the administrator's message over another terminal's connection */
    ck_assert_int_eq(exchange(tour, &shown, text), 401);
    free(jws);
  }
  for (int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
    bool desk = type >= MESSAGE_CARD_RESERVATION && type <= MESSAGE_CARD_QUERY;
    bool pin = (type >= MESSAGE_PIN_FAILURE && type <= MESSAGE_CARD_CONTACT) || type == MESSAGE_PAYOUT ||
               type == MESSAGE_HAND_OUT || type == MESSAGE_TRANSACTION_INQUIRY || type == MESSAGE_CONFIRMATION;
    expect(tour,
           type == MESSAGE_REFERENCE_QUERY || type == MESSAGE_RENEWAL_REQUEST      ? &tour->world.admin
           : desk || type >= MESSAGE_CARD_BLOCK || type == MESSAGE_OFFLINE_PAYMENT ? &tour->world.reload
           : pin                                                                   ? admin
                                                                                   : &tour->world.desk,
           (enum message_type)type, json_object(), STATUS_NOT_PERMITTED);
  }
}

static void plain_part(struct tour *tour) {
  static char text[HTTP_ROOM];
  struct shown shown = {.tid = POS, .method = "GET", .path = "/healthz", .type = "text/plain", .body = ""};

  ck_assert_int_eq(exchange(tour, &shown, text), 200);
  shown.path = "/metrics";
  ck_assert_int_eq(exchange(tour, &shown, text), 200);
  shown.method = "PUT";
  ck_assert_int_eq(exchange(tour, &shown, text), 405);
  shown.path = "/healthz";
  ck_assert_int_eq(exchange(tour, &shown, text), 405);
}

/* Something that waits since it took two administrators. */
static enum status ask(struct ledger *ledger, void *context) {
  const struct ledger_approval_asking asking = {.tid = (const uint8_t *)ADMIN_TOO,
                                                .type = message_word(MESSAGE_LIMIT),
                                                .body = "{\"allowed\":200000,\"terminal\":\"" RELOAD "\"}",
                                                .now = (int64_t)time(NULL)};

  return ledger_approval_ask(ledger, &asking, context);
}

static void leave_waiting(const char *folder) {
  struct configuration configuration;
  struct ledger *ledger = NULL;
  char problem[256] = "";
  int64_t number = 0;

  ck_assert_int_eq(configuration_load(folder, &configuration, problem), STATUS_OK);
  ck_assert_int_eq(ledger_open(configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(ledger_transact(ledger, ask, &number), STATUS_OK);
  ledger_close(&ledger);
}

static void approval_part(struct tour *tour) {
  const struct approval_query query = {.waiting = true};
  struct approval_message word = {.give = true};
  struct approval_facts facts;
  struct answer answer;
  bool found = false;

  station_ask(&tour->world.admin, &tour->world.service, MESSAGE_APPROVAL_LIST, approval_query_body(&query), &answer);
  ck_assert_int_eq(approval_facts_parse(answer.body, &facts, &found), STATUS_OK);
  ck_assert(found);
  answer_clear(&answer);
  word.number = facts.number;
  memcpy(word.hash, facts.hash, sizeof word.hash);
  expect(tour, &tour->world.admin, MESSAGE_APPROVAL, approval_body(&word), STATUS_OK);
  expect(tour, &tour->world.admin, MESSAGE_APPROVAL_RULE, approval_rule_body(1), STATUS_OK); /* as it is */
}

/* Check's assertions want a test round them; this program has its one here. */
static struct { const char *verb, *folder, *port; } order;

START_TEST(whole_tour) {
  static struct tour tour;
  struct purse purse;

  if (strcmp(order.verb, "make") == 0) {
    house_make(order.folder);
    leave_waiting(order.folder);
    return;
  }
  begin(&tour, order.folder, order.port);
  plain_part(&tour);
  house_part(&tour);
  renewal_part(&tour);
  money_part(&tour, &purse);
  contact_part(&tour, &purse);
  end_part(&tour, &purse);
  settlement_part(&tour, &purse);
  bad_part(&tour);
  approval_part(&tour);
  expect(&tour, &tour.world.admin, MESSAGE_CHIP_ADDITION, json_pack("{s:s}", "serials", "AAAAAAAAAAAAAAAAAAAAAg"),
         STATUS_OK); /* the last: no other chips are reserved after it */
}
END_TEST

static int run(void) {
  Suite *suite = suite_create("tour");
  TCase *all = tcase_create("tour");
  SRunner *runner = srunner_create(suite);

  tcase_add_test(all, whole_tour);
  suite_add_tcase(suite, all);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  if (failed > 0) {
    TestResult **results = srunner_failures(runner);
    fprintf(stderr, "tour.c:%d: %s\n", tr_lno(results[0]), tr_msg(results[0]));
    free(results);
  }
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  bool make = argc == 3 && strcmp(argv[1], "make") == 0;
  bool call = argc == 4 && strcmp(argv[1], "call") == 0;

  if (!make && !call) {
    fprintf(stderr, "usage: tour make DIR | tour call DIR PORT\n");
    return EXIT_FAILURE;
  }
  order.verb = argv[1];
  order.folder = argv[2];
  order.port = argv[3]; /* NULL for make */
  return run();
}
