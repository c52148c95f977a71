/* SPDX-License-Identifier: Apache-2.0
 * What clients send: an object with known members and nothing else, every one checked before anything is begun. */
#include <event2/buffer.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "epurse/crypto.h"
#include "json_state.h"

#define DRAWER_MAX  INT64_C(1000000000000) /* minor units; no drawer has so much */
#define CLOSING_MAX INT64_C(1000000000)    /* no till closes so often */
#define IBAN_TEXT   64                     /* bytes of an IBAN as people write it */

/* ---- the bytes ---- */

/* A PIN may have been in it. */
static void buffer_wipe(struct evbuffer *buffer) {
  struct evbuffer_iovec pieces[8];
  int count;
  while (evbuffer_get_length(buffer) > 0 && (count = evbuffer_peek(buffer, -1, NULL, pieces, 8)) > 0) {
    size_t wiped = 0;
    for (int i = 0; i < count && i < 8; i++) {
      crypto_wipe(pieces[i].iov_base, pieces[i].iov_len);
      wiped += pieces[i].iov_len;
    }
    evbuffer_drain(buffer, wiped);
  }
}

static bool is_json(struct evhttp_request *raw) {
  static const char json[] = "application/json";
  const char *type = evhttp_find_header(evhttp_request_get_input_headers(raw), "Content-Type");
  size_t len = sizeof json - 1;
  return type != NULL && strncasecmp(type, json, len) == 0 && (type[len] == 0 || type[len] == ';' || type[len] == ' ');
}

enum status body_take(struct evhttp_request *raw, json_t **object) {
  struct evbuffer *input = evhttp_request_get_input_buffer(raw);
  char text[BODY_MAX];
  size_t len = evbuffer_get_length(input);
  enum status status = is_json(raw) ? STATUS_OK : STATUS_UNSUPPORTED_TYPE;
  *object = NULL;
  if (status == STATUS_OK && (len > sizeof text || evbuffer_copyout(input, text, len) != (ev_ssize_t)len))
    status = STATUS_BODY_TOO_LARGE;
  buffer_wipe(input);
  if (status != STATUS_OK)
    return status;
  *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
  crypto_wipe(text, sizeof text);
  if (json_is_object(*object))
    return STATUS_OK;
  body_drop(*object);
  *object = NULL;
  return STATUS_BAD_FORMAT;
}

void body_drop(json_t *object) {
  const char *name;
  json_t *value;
  json_object_foreach(object, name, value) {
    if (json_is_string(value))
      crypto_wipe((void *)(uintptr_t)json_string_value(value), json_string_length(value));
  }
  json_decref(object);
}

/* ---- its members ---- */

/* A reader of members: the first that is wrong counts; those that nobody took are unknown. */
struct members {
  const json_t *object;
  size_t taken;
  enum status status;
};

static json_t *member(struct members *members, const char *name) {
  json_t *value = json_object_get(members->object, name);
  members->taken += value != NULL;
  return value;
}

static void wrong(struct members *members, enum status status) {
  if (members->status == STATUS_OK)
    members->status = status;
}

static bool take_flag(struct members *members, const char *name) {
  json_t *value = member(members, name);
  if (value != NULL && !json_is_boolean(value))
    wrong(members, STATUS_BAD_FORMAT);
  return json_is_true(value);
}

static void take_text(struct members *members, const char *name, char *text, size_t capacity) {
  json_t *value = member(members, name);
  size_t len = json_string_length(value);
  if (value == NULL)
    return;
  if (!json_is_string(value) || len >= capacity || strlen(json_string_value(value)) != len)
    wrong(members, STATUS_BAD_FORMAT);
  else
    memcpy(text, json_string_value(value), len + 1);
}

static int64_t take_number(struct members *members, const char *name, int64_t most) {
  json_t *value = member(members, name);
  int64_t number = json_integer_value(value);
  if (value != NULL && (!json_is_integer(value) || number < 0 || number > most))
    wrong(members, STATUS_BAD_FORMAT);
  return number;
}

static void take_amount(struct members *members, const struct till_facts *facts, struct till_request *request) {
  char code[4] = "";
  const bool all = request->kind == TILL_PAYOUT && take_flag(members, "all");
  request->closes = request->kind == TILL_PAYOUT && take_flag(members, "close");
  json_t *value = member(members, "amount");
  take_text(members, "currency", code, sizeof code);
  const struct currency *currency = currency_by_code(code);
  const bool says = value != NULL || code[0] != 0;
  request->whole = all || request->closes || (request->kind == TILL_REFUND && !says);
  if (request->whole) {
    if (says || (all && request->closes)) /* one of them */
      wrong(members, STATUS_UNKNOWN_FIELD);
    return;
  }
  if (value == NULL || code[0] == 0)
    wrong(members, STATUS_UNKNOWN_FIELD);
  else if (!json_is_integer(value) || json_integer_value(value) <= 0 || json_integer_value(value) > AMOUNT_MAX_ON_CARD)
    wrong(members, STATUS_BAD_AMOUNT);
  else if (currency == NULL || currency->numeric != facts->currency->numeric)
    wrong(members, STATUS_WRONG_CURRENCY);
  else
    request->amount = (struct amount){json_integer_value(value), currency->numeric};
}

static void take_offline(struct members *members, const struct till_facts *facts, struct till_request *request) {
  static const char *const words[] = {
      [OFFLINE_USE_NEVER] = "never", [OFFLINE_USE_AUTO] = "auto", [OFFLINE_USE_ONLY] = "only"};
  char word[8] = "";
  request->offline = request->points ? OFFLINE_USE_NEVER : facts->offline;
  take_text(members, "offline", word, sizeof word);
  if (word[0] == 0)
    return;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(word, words[i]) == 0) {
      request->offline = (enum offline_use)i;
      if (request->points && i != OFFLINE_USE_NEVER) /* points are the server's to know */
        wrong(members, STATUS_BAD_FORMAT);
      return;
    }
  wrong(members, STATUS_BAD_FORMAT);
}

/* As people write it; what is none is refused as that when the payout is to begin. */
static void take_iban(struct members *members, struct till_request *request) {
  char text[IBAN_TEXT + 1] = "";
  take_text(members, "iban", text, sizeof text);
  if (text[0] != 0 && !iban_read(text, request->iban))
    memcpy(request->iban, "?", sizeof "?");
}

/* A register knows which one it gives back. */
static void take_sale(struct members *members, struct till_request *request) {
  bool numbered = json_object_get(members->object, "sale_number") != NULL;
  take_text(members, "sale", request->sale, sizeof request->sale);
  request->sale_number = take_number(members, "sale_number", INT64_MAX);
  if (numbered == (request->sale[0] != 0)) /* one of them */
    wrong(members, STATUS_UNKNOWN_FIELD);
  else if (numbered && request->sale_number == 0)
    wrong(members, STATUS_BAD_FORMAT);
}

enum status body_request(const json_t *object, const struct till_facts *facts, struct till_request *request,
                         int *wait) {
  struct members members = {.object = object, .status = STATUS_OK};
  take_text(&members, "reference", request->reference, sizeof request->reference);
  if (members.status == STATUS_OK && request->reference[0] == 0)
    wrong(&members, STATUS_UNKNOWN_FIELD);
  take_amount(&members, facts, request);
  *wait = (int)take_number(&members, "wait", WAIT_MAX_S);
  request->wait_seconds = (int)take_number(&members, "card_seconds", 86400);
  take_text(&members, "cashier", request->cashier, sizeof request->cashier);
  take_text(&members, "cashier_code", request->cashier_code, sizeof request->cashier_code);
  request->tap = take_flag(&members, "tap");
  request->card_stays = take_flag(&members, "card_stays");
  request->card_now = take_flag(&members, "card_now");
  request->unnamed = take_flag(&members, "unnamed");
  request->show = take_flag(&members, "show");
  if (request->kind == TILL_SALE) {
    request->points = take_flag(&members, "points");
    request->ask_pin = take_flag(&members, "ask_pin");
    request->up_to = take_flag(&members, "up_to");
    take_offline(&members, facts, request);
  }
  if (request->kind == TILL_PAYOUT) {
    take_iban(&members, request);
    take_text(&members, "name", request->holder, sizeof request->holder);
  }
  if (request->kind == TILL_REFUND) {
    take_sale(&members, request);
    take_text(&members, "supervisor", request->supervisor, sizeof request->supervisor);
    request->without_card = take_flag(&members, "without_card");
  }
  if (members.status == STATUS_OK && members.taken != json_object_size(object))
    return STATUS_UNKNOWN_FIELD;
  return members.status;
}

static void take_cashier(struct members *members, struct till_cashier *cashier) {
  take_text(members, "cashier", cashier->name, sizeof cashier->name);
  take_text(members, "cashier_code", cashier->code, sizeof cashier->code);
}

enum status body_closing(const json_t *object, struct closing *closing, struct till_cashier *cashier) {
  struct members members = {.object = object, .status = STATUS_OK};
  closing->has_drawer = json_object_get(object, "counted") != NULL;
  closing->drawer_float = take_number(&members, "float", DRAWER_MAX);
  closing->drawer_counted = take_number(&members, "counted", DRAWER_MAX);
  closing->number = take_number(&members, "number", CLOSING_MAX);
  if (closing->number == 0 && json_object_get(object, "number") != NULL)
    wrong(&members, STATUS_BAD_FORMAT);
  take_cashier(&members, cashier);
  if (!closing->has_drawer && json_object_get(object, "float") != NULL)
    wrong(&members, STATUS_UNKNOWN_FIELD);
  if (members.status == STATUS_OK && members.taken != json_object_size(object))
    return STATUS_UNKNOWN_FIELD;
  return members.status;
}

enum status body_shift(const json_t *object, bool begins, struct closing *shift, struct till_cashier *cashier) {
  struct members members = {.object = object, .status = STATUS_OK};
  const char *name = begins ? "float" : "counted";
  *(begins ? &shift->drawer_float : &shift->drawer_counted) = take_number(&members, name, DRAWER_MAX);
  take_cashier(&members, cashier);
  if (json_object_get(object, name) == NULL ||
      (members.status == STATUS_OK && members.taken != json_object_size(object)))
    return STATUS_UNKNOWN_FIELD;
  return members.status;
}
