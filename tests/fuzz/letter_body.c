/* SPDX-License-Identifier: Apache-2.0
 * Bodies of messages, each read by its own struct and written again. */
#include "epurse/inquiry.h"
#include "epurse/message_approval.h"
#include "epurse/message_chip.h"
#include "epurse/message_deny.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "epurse/message_offline.h"
#include "epurse/message_reference.h"
#include "epurse/message_refund.h"
#include "epurse/message_renewal.h"
#include "epurse/message_terminal_renewal.h"
#include "letter.h"

/* Reads a body and answers it written again; NULL where it is refused. */
typedef json_t *again(enum message_type type, const json_t *body);

static json_t *transaction_request_again(enum message_type type, const json_t *body) {
  struct transaction_request request;
  return transaction_request_parse(type, body, &request) == STATUS_OK ? transaction_request_body(type, &request) : NULL;
}

static json_t *transaction_reply_again(enum message_type type, const json_t *body) {
  struct transaction_reply reply;
  (void)type;
  return transaction_reply_parse(body, &reply) == STATUS_OK ? transaction_reply_body(&reply) : NULL;
}

static json_t *confirmation_again(enum message_type type, const json_t *body) {
  struct confirmations confirmations;
  (void)type;
  return confirmation_parse(body, false, &confirmations) == STATUS_OK ? confirmation_body(&confirmations, false) : NULL;
}

static json_t *confirmation_reply_again(enum message_type type, const json_t *body) {
  struct confirmations confirmations;
  (void)type;
  return confirmation_parse(body, true, &confirmations) == STATUS_OK ? confirmation_body(&confirmations, true) : NULL;
}

static json_t *offline_payment_again(enum message_type type, const json_t *body) {
  struct offline_payments payments;
  (void)type;
  return offline_payment_parse(body, false, &payments) == STATUS_OK ? offline_payment_body(&payments, false) : NULL;
}

static json_t *offline_reply_again(enum message_type type, const json_t *body) {
  struct offline_payments payments;
  (void)type;
  return offline_payment_parse(body, true, &payments) == STATUS_OK ? offline_payment_body(&payments, true) : NULL;
}

static json_t *deny_list_again(enum message_type type, const json_t *body) {
  int64_t after = 0;
  (void)type;
  return deny_list_parse(body, &after) == STATUS_OK ? deny_list_body(after) : NULL;
}

static json_t *deny_page_again(enum message_type type, const json_t *body) {
  struct deny_page page;
  (void)type;
  return deny_page_parse(body, &page) == STATUS_OK ? deny_page_body(&page) : NULL;
}

static json_t *inquiry_request_again(enum message_type type, const json_t *body) {
  struct inquiry_request request;
  return inquiry_request_parse(type, body, &request) == STATUS_OK ? inquiry_request_body(type, &request) : NULL;
}

static json_t *inquiry_reply_again(enum message_type type, const json_t *body) {
  struct inquiry_reply reply;
  (void)type;
  return inquiry_reply_parse(body, &reply) == STATUS_OK ? inquiry_reply_body(&reply) : NULL;
}

static json_t *card_message_again(enum message_type type, const json_t *body) {
  struct card_message message;
  return card_message_parse(type, body, &message) == STATUS_OK ? card_message_body(type, &message) : NULL;
}

static json_t *pin_failure_again(enum message_type type, const json_t *body) {
  uint8_t record[PIN_RECORD_SIZE];
  (void)type;
  return pin_failure_parse(body, record) == STATUS_OK ? pin_failure_body(record) : NULL;
}

static json_t *pin_change_again(enum message_type type, const json_t *body) {
  struct pin_change_message change;
  (void)type;
  return pin_change_parse(body, &change) == STATUS_OK ? pin_change_body(&change) : NULL;
}

static json_t *reservation_again(enum message_type type, const json_t *body) {
  uint8_t serial[CHIP_SERIAL_SIZE];
  (void)type;
  return reservation_parse(body, serial) == STATUS_OK ? reservation_body(serial) : NULL;
}

static json_t *reservation_reply_again(enum message_type type, const json_t *body) {
  uint8_t cid[CID_SIZE];
  (void)type;
  return reservation_reply_parse(body, cid) == STATUS_OK ? reservation_reply_body(cid) : NULL;
}

static json_t *certification_request_again(enum message_type type, const json_t *body) {
  struct certification_request request;
  (void)type;
  return certification_request_parse(body, &request) == STATUS_OK ? certification_request_body(&request) : NULL;
}

static json_t *certification_reply_again(enum message_type type, const json_t *body) {
  struct certification_reply reply;
  (void)type;
  return certification_reply_parse(body, &reply) == STATUS_OK ? certification_reply_body(&reply) : NULL;
}

static json_t *merchant_again(enum message_type type, const json_t *body) {
  struct merchant_message merchant;
  (void)type;
  return merchant_parse(body, &merchant) == STATUS_OK ? merchant_body(&merchant) : NULL;
}

static json_t *merchant_change_again(enum message_type type, const json_t *body) {
  struct merchant_message merchant;
  (void)type;
  return merchant_change_parse(body, &merchant) == STATUS_OK ? merchant_change_body(&merchant) : NULL;
}

static json_t *replacement_again(enum message_type type, const json_t *body) {
  struct replacement_message replacement;
  (void)type;
  return replacement_parse(body, &replacement) == STATUS_OK ? replacement_body(&replacement) : NULL;
}

static json_t *replacement_reply_again(enum message_type type, const json_t *body) {
  struct replacement_reply reply;
  (void)type;
  return replacement_reply_parse(body, &reply) == STATUS_OK ? replacement_reply_body(&reply) : NULL;
}

static json_t *renewal_reply_again(enum message_type type, const json_t *body) {
  struct renewal_reply reply;
  (void)type;
  return renewal_reply_parse(body, &reply) == STATUS_OK ? renewal_reply_body(&reply) : NULL;
}

static json_t *terminal_again(enum message_type type, const json_t *body) {
  struct terminal_message terminal;
  (void)type;
  return terminal_parse(body, &terminal) == STATUS_OK ? terminal_body(&terminal) : NULL;
}

static json_t *revocation_again(enum message_type type, const json_t *body) {
  char tid[TID_SIZE + 1];
  (void)type;
  return revocation_parse(body, tid) == STATUS_OK ? revocation_body(tid) : NULL;
}

static json_t *limit_again(enum message_type type, const json_t *body) {
  struct limit_message limit;
  (void)type;
  return limit_parse(body, &limit) == STATUS_OK ? limit_body(&limit) : NULL;
}

static json_t *revocation_reply_again(enum message_type type, const json_t *body) {
  struct revocation_reply left;
  (void)type;
  return revocation_reply_parse(body, &left) == STATUS_OK ? revocation_reply_body(&left) : NULL;
}

static json_t *limit_reply_again(enum message_type type, const json_t *body) {
  struct limit_reply reply;
  (void)type;
  return limit_reply_parse(body, &reply) == STATUS_OK ? limit_reply_body(&reply) : NULL;
}

static json_t *card_facts_again(enum message_type type, const json_t *body) {
  struct card_facts facts;
  (void)type;
  return card_facts_parse(body, &facts) == STATUS_OK ? card_facts_body(&facts) : NULL;
}

static json_t *chip_list_again(enum message_type type, const json_t *body) {
  static struct chip_list list;
  (void)type;
  return chip_list_parse(body, &list) == STATUS_OK ? chip_list_body(&list) : NULL;
}

static json_t *reference_query_again(enum message_type type, const json_t *body) {
  char reference[REFERENCE_MAX + 1];
  (void)type;
  return reference_query_parse(body, reference) == STATUS_OK ? reference_query_body(reference) : NULL;
}

static json_t *reference_reply_again(enum message_type type, const json_t *body) {
  struct reference_reply reply;
  (void)type;
  return reference_reply_parse(body, &reply) == STATUS_OK ? reference_reply_body(&reply) : NULL;
}

static json_t *owed_refund_again(enum message_type type, const json_t *body) {
  struct owed_refund refund;
  (void)type;
  return owed_refund_parse(body, &refund) == STATUS_OK ? owed_refund_body(&refund) : NULL;
}

static json_t *owed_refund_reply_again(enum message_type type, const json_t *body) {
  uint8_t cid[CID_SIZE];
  (void)type;
  return owed_refund_reply_parse(body, cid) == STATUS_OK ? owed_refund_reply_body(cid) : NULL;
}

static json_t *approval_again(enum message_type type, const json_t *body) {
  struct approval_message approval;
  (void)type;
  return approval_parse(body, &approval) == STATUS_OK ? approval_body(&approval) : NULL;
}

static json_t *approval_query_again(enum message_type type, const json_t *body) {
  struct approval_query query;
  (void)type;
  return approval_query_parse(body, &query) == STATUS_OK ? approval_query_body(&query) : NULL;
}

static json_t *approval_rule_again(enum message_type type, const json_t *body) {
  int64_t needed;
  (void)type;
  return approval_rule_parse(body, &needed) == STATUS_OK ? approval_rule_body(needed) : NULL;
}

static json_t *approval_facts_again(enum message_type type, const json_t *body) {
  struct approval_facts facts;
  bool found = false;
  (void)type;
  return approval_facts_parse(body, &facts, &found) == STATUS_OK ? approval_facts_body(found ? &facts : NULL) : NULL;
}

static json_t *line_request_again(enum message_type type, const json_t *body) {
  struct renewal_request request;
  (void)type;
  return renewal_request_parse(body, &request) == STATUS_OK ? renewal_request_body(&request) : NULL;
}

static json_t *line_files_again(enum message_type type, const json_t *body) {
  struct renewal_files files;
  (void)type;
  if (renewal_files_parse(body, &files) != STATUS_OK)
    return NULL;
  return files.chain_len > 0 ? renewal_files_body(&files) : json_object();
}

static json_t *line_waiting_again(enum message_type type, const json_t *body) {
  struct renewal_request request;
  (void)type;
  if (renewal_waiting_parse(body, &request) != STATUS_OK)
    return NULL;
  return request.tid[0] != 0 ? renewal_request_body(&request) : json_object();
}

static json_t *line_answer_again(enum message_type type, const json_t *body) {
  struct renewal_answer answer;
  (void)type;
  return renewal_answer_parse(body, &answer) == STATUS_OK ? renewal_answer_body(&answer) : NULL;
}

/* Request and reply of each kind; NULL: no struct for it. */
static again *const bodies[MESSAGE_TYPE_COUNT][2] = {
    [MESSAGE_PURCHASE] = {transaction_request_again, transaction_reply_again},
    [MESSAGE_REFUND] = {transaction_request_again, transaction_reply_again},
    [MESSAGE_OWED_REFUND] = {owed_refund_again, owed_refund_reply_again},
    [MESSAGE_PAYOUT] = {transaction_request_again, transaction_reply_again},
    [MESSAGE_HAND_OUT] = {inquiry_request_again, inquiry_reply_again},
    [MESSAGE_LOAD_INQUIRY] = {transaction_request_again, transaction_reply_again},
    [MESSAGE_LOAD] = {transaction_request_again, transaction_reply_again},
    [MESSAGE_LOAD_REVERSAL] = {inquiry_request_again, inquiry_reply_again},
    [MESSAGE_TRANSACTION_INQUIRY] = {inquiry_request_again, inquiry_reply_again},
    [MESSAGE_CONFIRMATION] = {confirmation_again, confirmation_reply_again},
    [MESSAGE_OFFLINE_PAYMENT] = {offline_payment_again, offline_reply_again},
    [MESSAGE_DENY_LIST] = {deny_list_again, deny_page_again},
    [MESSAGE_PIN_FAILURE] = {pin_failure_again, NULL},
    [MESSAGE_PIN_CHANGE] = {pin_change_again, NULL},
    [MESSAGE_CARD_CONTACT] = {card_message_again, transaction_reply_again},
    [MESSAGE_CARD_RESERVATION] = {reservation_again, reservation_reply_again},
    [MESSAGE_CARD_CERTIFICATION] = {certification_request_again, certification_reply_again},
    [MESSAGE_CARD_ACTIVATION] = {card_message_again, NULL},
    [MESSAGE_CARD_VOID] = {card_message_again, NULL},
    [MESSAGE_CARD_QUERY] = {card_message_again, card_facts_again},
    [MESSAGE_CARD_BLOCK] = {card_message_again, NULL},
    [MESSAGE_MERCHANT] = {merchant_again, NULL},
    [MESSAGE_TERMINAL] = {terminal_again, NULL},
    [MESSAGE_TERMINAL_RENEWAL] = {terminal_again, NULL},
    [MESSAGE_RENEWAL_REQUEST] = {line_request_again, line_files_again},
    [MESSAGE_RENEWAL_LIST] = {NULL, line_waiting_again},
    [MESSAGE_RENEWAL_ANSWER] = {line_answer_again, NULL},
    [MESSAGE_TERMINAL_REVOCATION] = {revocation_again, revocation_reply_again},
    [MESSAGE_CARD_REPLACEMENT] = {replacement_again, replacement_reply_again},
    [MESSAGE_CARD_RENEWAL] = {replacement_again, renewal_reply_again},
    [MESSAGE_MERCHANT_CHANGE] = {merchant_change_again, NULL},
    [MESSAGE_REFERENCE_QUERY] = {reference_query_again, reference_reply_again},
    [MESSAGE_CHIP_ADDITION] = {chip_list_again, NULL},
    [MESSAGE_APPROVAL] = {approval_again, NULL},
    [MESSAGE_APPROVAL_LIST] = {approval_query_again, approval_facts_again},
    [MESSAGE_APPROVAL_RULE] = {approval_rule_again, NULL},
    [MESSAGE_CARD_SUSPENSION] = {card_message_again, NULL},
    [MESSAGE_CARD_RESUMPTION] = {card_message_again, NULL},
    [MESSAGE_LIMIT] = {limit_again, limit_reply_again},
};

bool letter_body_take(const struct message *message, bool is_reply) {
  again *write_again = bodies[message->type][is_reply];
  json_t *written = write_again != NULL ? write_again(message->type, message->body) : NULL;
  if (written == NULL)
    return false;
  fuzz_require(json_equal(written, message->body));
  json_decref(written);
  return true;
}
