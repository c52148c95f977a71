/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin offline bring: an off-line receipt, handed in because its terminal is lost; its promise is booked,
 * once. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/terminal_program.h"
#include "epurse/key.h"
#include "epurse/message_offline.h"
#include "epurse/receipt.h"

/* The receipt's bytes, where the file has the text of its QR code. */
static enum status text_take(const uint8_t *data, size_t len, uint8_t bytes[RECEIPT_MAX], size_t *bytes_len) {
  while (len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
    len--;
  return receipt_text_decode(data, len, bytes, bytes_len);
}

/* A receipt that proves itself, of an off-line payment; *facts say which. */
static enum status receipt_take(const struct admin *admin, const char *path, uint8_t promise[PROMISE_SIZE],
                                struct receipt_facts *facts) {
  uint8_t bytes[RECEIPT_MAX], *data = NULL;
  struct receipt receipt;
  const char *reason = "";
  size_t len = 0;
  enum status status = public_file_load(path, &data, &len);
  if (status == STATUS_OK && receipt_text_is(data, len))
    status = text_take(data, len, bytes, &len);
  else if (status == STATUS_OK && len > sizeof bytes)
    status = STATUS_BAD_LENGTH;
  else if (status == STATUS_OK)
    memcpy(bytes, data, len);
  free(data);
  if (status == STATUS_OK)
    status = receipt_verify(bytes, len, admin->terminal->master_public, facts, &reason);
  if (status == STATUS_OK)
    status =
        facts->promise.type == TRANSACTION_OFFLINE_PURCHASE ? receipt_decode(bytes, len, &receipt) : STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    memcpy(promise, receipt.promise.data, PROMISE_SIZE);
  return status;
}

/* The server's word about the one promise. */
static enum status promise_bring(struct admin *admin, const struct offline_payments *question) {
  struct offline_payments answer;
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_OFFLINE_PAYMENT, offline_payment_body(question, false), &reply);
  if (status == STATUS_OK && (offline_payment_parse(reply.body, true, &answer) != STATUS_OK || answer.count != 1))
    status = STATUS_BAD_REPLY;
  message_clear(&reply);
  return status == STATUS_OK ? answer.items[0].status : status;
}

enum status admin_offline_bring(void *context, char **arguments) {
  struct admin *admin = context;
  struct offline_payments question = {.count = 1};
  struct receipt_facts facts;
  char cid[2 * CID_SIZE + 1], amount[AMOUNT_TEXT_MAX];
  enum status status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = receipt_take(admin, arguments[0], question.items[0].promise, &facts);
  if (status == STATUS_OK)
    status = promise_bring(admin, &question);
  if (status != STATUS_OK && status != STATUS_OFFLINE_KNOWN)
    return admin_fail(admin, arguments[0], status);
  bool known = status == STATUS_OFFLINE_KNOWN;
  admin->changed = !known;
  cid_print(facts.promise.cid, cid);
  report_amount(amount, facts.promise.amount, facts.promise.currency);
  admin_print(admin,
              known ? SENTENCE("%s of card %s: the terminal has brought it in; it is booked once.\n")
                    : SENTENCE("%s of card %s is booked, once.\n"),
              amount, cid);
  admin->report = json_pack("{s:s, s:s, s:I, s:I, s:s, s:b}", "operation", "offline bring", "cid", cid, "atc",
                            (json_int_t)facts.promise.atc, "amount", (json_int_t)facts.promise.amount, "currency",
                            admin->terminal->currency->code, "known", (int)known);
  return STATUS_OK;
}
