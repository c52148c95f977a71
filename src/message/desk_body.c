/* SPDX-License-Identifier: Apache-2.0
 * Bodies of the issuer's desk and house: certification of a card, merchants, terminals. */
#include <string.h>

#include "epurse/message_chip.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "epurse/x509.h"
#include "field.h"

#define POINTS_RATE_MAX 10000 /* per 100 minor units, as the ledger has it */
#define FEE_RATE_MAX    10000 /* basis points: all of it */
#define LIMIT_MAX       (INT64_C(1) << 53)

json_t *certification_request_body(const struct certification_request *request) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", request->cid);
  field_put_binary(&writer, "request", request->request, sizeof request->request);
  if (request->pin_jwe[0] != '\0')
    field_put_text(&writer, "pin", request->pin_jwe);
  return field_done(&writer);
}

enum status certification_request_parse(const json_t *body, struct certification_request *request) {
  struct field_reader reader = field_reader(body);

  *request = (struct certification_request){0};
  field_cid(&reader, "cid", request->cid);
  field_binary(&reader, "request", request->request, sizeof request->request);
  if (field_there(&reader, "pin"))
    field_text(&reader, "pin", 1, request->pin_jwe, sizeof request->pin_jwe);
  return field_end(&reader);
}

json_t *certification_reply_body(const struct certification_reply *reply) {
  struct field_writer writer = field_writer();
  uint8_t parameters[PARAMETERS_SIZE];

  parameters_encode(&reply->parameters, parameters);
  field_put_binary(&writer, "parameters", parameters, sizeof parameters);
  field_put_integer(&writer, "master_version", reply->master_version);
  field_put_binary(&writer, "master_public", reply->master_public, sizeof reply->master_public);
  field_put_binary(&writer, "terminal_ca", reply->terminal_ca, reply->terminal_ca_len);
  field_put_binary(&writer, "server", reply->server, reply->server_len);
  field_put_binary(&writer, "card_ecka", reply->card_ecka, reply->card_ecka_len);
  field_put_binary(&writer, "card_sig", reply->card_sig, reply->card_sig_len);
  field_put_text(&writer, "pin", reply->pin_jwe);
  return field_done(&writer);
}

enum status certification_reply_parse(const json_t *body, struct certification_reply *reply) {
  struct field_reader reader = field_reader(body);
  uint8_t parameters[PARAMETERS_SIZE];

  *reply = (struct certification_reply){0};
  field_binary(&reader, "parameters", parameters, sizeof parameters);
  reply->master_version = (uint8_t)field_integer(&reader, "master_version", 1, UINT8_MAX);
  field_binary(&reader, "master_public", reply->master_public, sizeof reply->master_public);
  field_binary_upto(&reader, "terminal_ca", reply->terminal_ca, sizeof reply->terminal_ca, &reply->terminal_ca_len);
  field_binary_upto(&reader, "server", reply->server, sizeof reply->server, &reply->server_len);
  field_binary_upto(&reader, "card_ecka", reply->card_ecka, sizeof reply->card_ecka, &reply->card_ecka_len);
  field_binary_upto(&reader, "card_sig", reply->card_sig, sizeof reply->card_sig, &reply->card_sig_len);
  field_text(&reader, "pin", 1, reply->pin_jwe, sizeof reply->pin_jwe);
  if (reader.status == STATUS_OK && parameters_decode(parameters, sizeof parameters, &reply->parameters) != STATUS_OK)
    field_refuse(&reader, STATUS_BAD_FORMAT);
  return field_end(&reader);
}

json_t *chip_list_body(const struct chip_list *list) {
  struct field_writer writer = field_writer();

  field_put_binary(&writer, "serials", list->serials[0], list->count * CHIP_SERIAL_SIZE);
  return field_done(&writer);
}

enum status chip_list_parse(const json_t *body, struct chip_list *list) {
  struct field_reader reader = field_reader(body);
  size_t len = 0;

  field_binary_upto(&reader, "serials", list->serials[0], sizeof list->serials, &len);
  list->count = len / CHIP_SERIAL_SIZE;
  if (len % CHIP_SERIAL_SIZE != 0)
    field_refuse(&reader, STATUS_BAD_FORMAT);
  return field_end(&reader);
}

/* A merchant's identifier: printable ASCII without blanks (EMV 9F16 as it is used here). */
static void merchant_id_take(struct field_reader *reader, const char *name, size_t min, char id[MERCHANT_MAX + 1]) {
  field_text(reader, name, min, id, MERCHANT_MAX + 1);
  for (const char *at = id; *at != '\0'; at++)
    if (*at <= ' ' || *at > '~')
      field_refuse(reader, STATUS_BAD_FORMAT);
}

/* How it is paid out: each of these may be missing. */
static void payout_put(struct field_writer *writer, const struct merchant_message *merchant) {
  if (merchant->fee_rate >= 0)
    field_put_integer(writer, "fee_rate", merchant->fee_rate);
  if (merchant->iban[0] != '\0')
    field_put_text(writer, "iban", merchant->iban);
  if (merchant->bic[0] != '\0')
    field_put_text(writer, "bic", merchant->bic);
}

json_t *merchant_body(const struct merchant_message *merchant) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "id", merchant->id);
  field_put_text(&writer, "name", merchant->name);
  field_put_integer(&writer, "points_rate", merchant->points_rate);
  payout_put(&writer, merchant);
  return field_done(&writer);
}

json_t *merchant_change_body(const struct merchant_message *merchant) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "id", merchant->id);
  payout_put(&writer, merchant);
  return field_done(&writer);
}

static void payout_take(struct field_reader *reader, struct merchant_message *merchant) {
  if (field_there(reader, "fee_rate"))
    merchant->fee_rate = field_integer(reader, "fee_rate", 0, FEE_RATE_MAX);
  if (field_there(reader, "iban"))
    field_text(reader, "iban", 1, merchant->iban, sizeof merchant->iban);
  if (field_there(reader, "bic"))
    field_text(reader, "bic", 1, merchant->bic, sizeof merchant->bic);
}

enum status merchant_parse(const json_t *body, struct merchant_message *merchant) {
  struct field_reader reader = field_reader(body);

  *merchant = (struct merchant_message){.fee_rate = -1};
  merchant_id_take(&reader, "id", 1, merchant->id);
  field_text(&reader, "name", 1, merchant->name, sizeof merchant->name);
  merchant->points_rate = field_integer(&reader, "points_rate", 0, POINTS_RATE_MAX);
  payout_take(&reader, merchant);
  return field_end(&reader);
}

enum status merchant_change_parse(const json_t *body, struct merchant_message *merchant) {
  struct field_reader reader = field_reader(body);

  *merchant = (struct merchant_message){.fee_rate = -1};
  merchant_id_take(&reader, "id", 1, merchant->id);
  payout_take(&reader, merchant);
  return field_end(&reader);
}

json_t *terminal_body(const struct terminal_message *terminal) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "tid", terminal->tid);
  field_put_text(&writer, "role", role_name(terminal->role));
  field_put_text(&writer, "merchant", terminal->merchant);
  field_put_date(&writer, "expiry", terminal->expiry);
  field_put_binary(&writer, "ecka_public", terminal->ecka_public, sizeof terminal->ecka_public);
  field_put_binary(&writer, "sig_public", terminal->sig_public, sizeof terminal->sig_public);
  if (terminal->request[0] != '\0')
    field_put_text(&writer, "request", terminal->request);
  return field_done(&writer);
}

enum status terminal_parse(const json_t *body, struct terminal_message *terminal) {
  struct field_reader reader = field_reader(body);
  char role[16];

  *terminal = (struct terminal_message){0};
  field_tid(&reader, "tid", terminal->tid);
  field_text(&reader, "role", 1, role, sizeof role);
  if (role_by_name(role, &terminal->role) != STATUS_OK)
    field_refuse(&reader, STATUS_BAD_FORMAT);
  merchant_id_take(&reader, "merchant", 0, terminal->merchant);
  field_date(&reader, "expiry", terminal->expiry);
  field_binary(&reader, "ecka_public", terminal->ecka_public, sizeof terminal->ecka_public);
  field_binary(&reader, "sig_public", terminal->sig_public, sizeof terminal->sig_public);
  if (field_there(&reader, "request"))
    field_text(&reader, "request", 1, terminal->request, sizeof terminal->request);
  if (!crypto_p256_valid(terminal->ecka_public) || !crypto_p256_valid(terminal->sig_public))
    field_refuse(&reader, STATUS_BAD_FORMAT);
  return field_end(&reader);
}

json_t *revocation_body(const char tid[TID_SIZE + 1]) {
  struct field_writer writer = field_writer();

  field_put_text(&writer, "tid", tid);
  return field_done(&writer);
}

enum status revocation_parse(const json_t *body, char tid[TID_SIZE + 1]) {
  struct field_reader reader = field_reader(body);

  field_tid(&reader, "tid", tid);
  return field_end(&reader);
}

json_t *revocation_reply_body(const struct revocation_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "needed", reply->needed);
  field_put_integer(&writer, "administrators", reply->administrators);
  return field_done(&writer);
}

enum status revocation_reply_parse(const json_t *body, struct revocation_reply *reply) {
  struct field_reader reader = field_reader(body);

  reply->needed = field_integer(&reader, "needed", 1, 2);
  reply->administrators = field_integer(&reader, "administrators", 0, INT64_MAX);
  return field_end(&reader);
}

json_t *limit_body(const struct limit_message *limit) {
  struct field_writer writer = field_writer();

  if (limit->tid[0] != '\0')
    field_put_text(&writer, "terminal", limit->tid);
  else
    field_put_text(&writer, "merchant", limit->merchant);
  if (limit->refunds)
    field_put_text(&writer, "of", "refunds");
  else if (limit->payouts)
    field_put_text(&writer, "of", "payouts");
  else if (limit->cards_offline)
    field_put_text(&writer, "of", "cards-offline");
  if (limit->allowed != LIMIT_MESSAGE_ASK)
    field_put_integer(&writer, "allowed", limit->allowed);
  return field_done(&writer);
}

static void limit_of_take(struct field_reader *reader, struct limit_message *limit) {
  char of[16] = "";

  if (!field_there(reader, "of"))
    return;
  field_text(reader, "of", 1, of, sizeof of);
  limit->refunds = strcmp(of, "refunds") == 0;
  limit->payouts = strcmp(of, "payouts") == 0 && limit->tid[0] != '\0';
  limit->cards_offline = strcmp(of, "cards-offline") == 0 && limit->tid[0] != '\0';
  if (!limit->refunds && !limit->payouts && !limit->cards_offline)
    field_refuse(reader, STATUS_BAD_FORMAT);
}

enum status limit_parse(const json_t *body, struct limit_message *limit) {
  struct field_reader reader = field_reader(body);

  *limit = (struct limit_message){0};
  if (field_there(&reader, "terminal"))
    field_tid(&reader, "terminal", limit->tid);
  else
    merchant_id_take(&reader, "merchant", 1, limit->merchant);
  limit_of_take(&reader, limit);
  limit->allowed = LIMIT_MESSAGE_ASK;
  if (field_there(&reader, "allowed"))
    limit->allowed = field_integer(&reader, "allowed", LIMIT_MESSAGE_DEFAULT, LIMIT_MAX);
  return field_end(&reader);
}

json_t *limit_reply_body(const struct limit_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "used", reply->used);
  field_put_integer(&writer, "allowed", reply->allowed);
  return field_done(&writer);
}

enum status limit_reply_parse(const json_t *body, struct limit_reply *reply) {
  struct field_reader reader = field_reader(body);

  reply->used = field_integer(&reader, "used", 0, INT64_MAX);
  reply->allowed = field_integer(&reader, "allowed", 0, LIMIT_MAX);
  return field_end(&reader);
}
