/* SPDX-License-Identifier: Apache-2.0
 * A settlement's payouts as ISO 20022 CustomerCreditTransferInitiation, pain.001.001.09: one payment instruction with a
 * transfer for each merchant, and one with those to cardholders. Elements stand in the order of the message's
 * schema. */
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin_settlement.h"
#include "epurse/iban.h"
#include "epurse/terminal.h"
#include "pain_id.h"
#include "reply_sum.h"
#include "sepa_text.h"

#define PAIN_NAMESPACE "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

/* Read before anything is written: the head has number and sum. */
struct transfer {
  char id[TEXT_35], name[SEPA_NAME_MAX + 1], iban[IBAN_MAX + 1], bic[BIC_MAX + 1], about[141];
  json_int_t net;
};

struct pain {
  struct admin *admin;
  struct settlement_reading reading;
  char debtor[SEPA_NAME_MAX + 1], today[21];
  char debtor_iban[IBAN_MAX + 1], debtor_bic[BIC_MAX + 1]; /* "": not said */
  char id[TEXT_35];                                        /* of the message */
  struct transfer *transfers;                              /* those to merchants, then those to cardholders */
  size_t merchants, count, capacity;
  char without[MERCHANT_MAX + 1]; /* the first one whose account is not known */
  size_t without_count;
  char wrong_merchant[MERCHANT_MAX + 1]; /* the first one whose account is none that a bank takes, or "" */
  xmlTextWriterPtr writer;
  bool failed, beyond; /* beyond: no sum holds what is to be paid */
};

static enum status transfer_grow(struct pain *pain) {
  size_t capacity = pain->capacity == 0 ? 64 : pain->capacity * 2;
  struct transfer *grown = NULL;

  if (pain->count < pain->capacity)
    return STATUS_OK;
  grown = realloc(pain->transfers, capacity * sizeof *grown);
  if (grown == NULL)
    return STATUS_NO_MEMORY;
  pain->transfers = grown;
  pain->capacity = capacity;
  return STATUS_OK;
}

static struct pain_name name_of(const struct pain *pain) {
  return (struct pain_name){
      .issuer = pain->reading.issuer, .number = pain->reading.number, .incarnation = pain->reading.head.incarnation};
}

/* A shop's identifier where a bank takes it; else a part of it that a bank takes, and its number in the file. */
static bool transfer_identify(const struct pain *pain, const char *merchant, struct transfer *transfer) {
  const struct pain_name name = name_of(pain);
  char readable[MERCHANT_MAX + 1], number[TEXT_35];
  bool plain = sepa_id_valid(merchant);
  int len = 0;

  pain_number_print(&name, number);
  if (plain) {
    len = snprintf(transfer->id, sizeof transfer->id, "%s-%s", number, merchant);
  } else {
    (void)snprintf(readable, sizeof readable, "%s", merchant);
    for (char *at = readable; *at != '\0'; at++) {
      char sign[] = {*at, '\0'};
      *at = sepa_id_valid(sign) ? *at : '-';
    }
    len = snprintf(transfer->id, sizeof transfer->id, "%s-%s/%zu", number, readable, pain->count);
  }
  return len > 0 && (size_t)len < sizeof transfer->id;
}

/* Whether a bank would take it; the first one that it would not is said when all are read. */
static bool account_check(struct pain *pain, const struct settlement_line *line) {
  bool valid = iban_valid(line->iban) && (line->bic[0] == '\0' || bic_valid(line->bic));

  if (!valid && pain->wrong_merchant[0] == '\0')
    (void)snprintf(pain->wrong_merchant, sizeof pain->wrong_merchant, "%s", line->merchant);
  return valid;
}

/* A shop whose name is in no letters that banks read goes by its identifier: nobody waits for their money because of a
 * name, which no verb changes. */
static void transfer_name(const struct settlement_line *line, struct transfer *transfer) {
  if (!sepa_name(line->name, transfer->name, sizeof transfer->name) &&
      !sepa_name(line->merchant, transfer->name, sizeof transfer->name))
    (void)snprintf(transfer->name, sizeof transfer->name, "NOTPROVIDED");
}

static enum status transfer_take(void *context, const struct settlement_line *line, json_t *item) {
  struct pain *pain = context;
  struct transfer *transfer = NULL;
  char closed[21];

  (void)item;
  if (line->sums.net == 0)
    return STATUS_OK;
  if (line->iban[0] == '\0') {
    if (pain->without_count++ == 0)
      (void)snprintf(pain->without, sizeof pain->without, "%s", line->merchant);
    return STATUS_OK;
  }
  if (!account_check(pain, line))
    return STATUS_OK;
  if (transfer_grow(pain) != STATUS_OK)
    return STATUS_NO_MEMORY;
  transfer = &pain->transfers[pain->count++];
  *transfer = (struct transfer){.net = line->sums.net};
  if (!transfer_identify(pain, line->merchant, transfer))
    return STATUS_BAD_REPLY;
  transfer_name(line, transfer);
  (void)snprintf(transfer->iban, sizeof transfer->iban, "%s", line->iban);
  (void)snprintf(transfer->bic, sizeof transfer->bic, "%s", line->bic);
  settlement_moment(closed, pain->reading.head.closed_at);
  (void)snprintf(transfer->about, sizeof transfer->about, "Settlement %lld of %.10s, %lld purchases",
                 (long long)pain->reading.number, closed, (long long)line->sums.purchases);
  return STATUS_OK;
}

/* A name in no letters that banks read is left to the bank. */
static enum status holder_take(void *context, const struct holder_transfer *payout, json_t *item) {
  struct pain *pain = context;
  const struct pain_name name = name_of(pain);
  struct transfer *transfer = NULL;
  char number[TEXT_35];

  (void)item;
  if (!iban_valid(payout->iban) || transfer_grow(pain) != STATUS_OK)
    return iban_valid(payout->iban) ? STATUS_NO_MEMORY : STATUS_BAD_REPLY;
  transfer = &pain->transfers[pain->count++];
  *transfer = (struct transfer){.net = payout->amount};
  pain_number_print(&name, number);
  (void)snprintf(transfer->id, sizeof transfer->id, "%.20s-H%zu", number, pain->count - pain->merchants);
  if (!sepa_name(payout->holder, transfer->name, sizeof transfer->name))
    (void)snprintf(transfer->name, sizeof transfer->name, "NOTPROVIDED");
  (void)snprintf(transfer->iban, sizeof transfer->iban, "%s", payout->iban);
  (void)snprintf(transfer->about, sizeof transfer->about, "Payout of card %.16s, no. %lld", payout->cid,
                 (long long)payout->atc);
  return STATUS_OK;
}

/* ---- XML ---- */

static const xmlChar *xml(const char *text) {
  return (const xmlChar *)text;
}

static void element_open(struct pain *pain, const char *name) {
  pain->failed |= xmlTextWriterStartElement(pain->writer, xml(name)) < 0;
}

static void element_close(struct pain *pain) {
  pain->failed |= xmlTextWriterEndElement(pain->writer) < 0;
}

static void element_put(struct pain *pain, const char *name, const char *text) {
  pain->failed |= xmlTextWriterWriteElement(pain->writer, xml(name), xml(text)) < 0;
}

/* <outer><inner>text</inner></outer> */
static void element_put_in(struct pain *pain, const char *outer, const char *inner, const char *text) {
  element_open(pain, outer);
  element_put(pain, inner, text);
  element_close(pain);
}

static void account_put(struct pain *pain, const char *name, const char *iban) {
  element_open(pain, name);
  element_put_in(pain, "Id", "IBAN", iban);
  element_close(pain);
}

/* The debtor's agent is mandatory; an unknown one is called so, by the rules of SEPA. */
static void agent_put(struct pain *pain, const char *name, const char *bic) {
  element_open(pain, name);
  element_open(pain, "FinInstnId");
  if (bic != NULL && bic[0] != '\0')
    element_put(pain, "BICFI", bic);
  else
    element_put_in(pain, "Othr", "Id", "NOTPROVIDED");
  element_close(pain);
  element_close(pain);
}

/* Of transfers[from] to transfers[end - 1]. */
static void sums_put(struct pain *pain, size_t from, size_t end) {
  char count[24], sum[AMOUNT_TEXT_MAX];
  json_int_t net = 0;

  for (size_t i = from; i < end; i++)
    pain->beyond |= !reply_sum(&net, &pain->transfers[i].net, 1);
  (void)snprintf(count, sizeof count, "%zu", end - from);
  settlement_amount(sum, net, pain->admin->terminal->currency);
  element_put(pain, "NbOfTxs", count);
  element_put(pain, "CtrlSum", sum);
}

static void transfer_put(struct pain *pain, const struct transfer *transfer) {
  char amount[AMOUNT_TEXT_MAX];

  settlement_amount(amount, transfer->net, pain->admin->terminal->currency);
  element_open(pain, "CdtTrfTxInf");
  element_put_in(pain, "PmtId", "EndToEndId", transfer->id);
  element_open(pain, "Amt");
  element_open(pain, "InstdAmt");
  pain->failed |= xmlTextWriterWriteAttribute(pain->writer, xml("Ccy"), xml(pain->admin->terminal->currency->code)) < 0;
  pain->failed |= xmlTextWriterWriteString(pain->writer, xml(amount)) < 0;
  element_close(pain);
  element_close(pain);
  if (transfer->bic[0] != '\0')
    agent_put(pain, "CdtrAgt", transfer->bic);
  element_put_in(pain, "Cdtr", "Nm", transfer->name);
  account_put(pain, "CdtrAcct", transfer->iban);
  element_put_in(pain, "RmtInf", "Ustrd", transfer->about);
  element_close(pain);
}

static void instruction_put(struct pain *pain, const char *id, size_t from, size_t end) {
  const struct admin *admin = pain->admin;
  char closed[21], day[11];

  settlement_moment(closed, pain->reading.head.closed_at);
  if (admin->date != NULL)
    (void)snprintf(day, sizeof day, "%.10s", admin->date);
  else /* a bank does not pay yesterday */
    (void)snprintf(day, sizeof day, "%.10s", strcmp(closed, pain->today) < 0 ? pain->today : closed);
  element_open(pain, "PmtInf");
  element_put(pain, "PmtInfId", id);
  element_put(pain, "PmtMtd", "TRF");
  sums_put(pain, from, end);
  element_put_in(pain, "ReqdExctnDt", "Dt", day);
  element_put_in(pain, "Dbtr", "Nm", pain->debtor);
  account_put(pain, "DbtrAcct", pain->debtor_iban);
  agent_put(pain, "DbtrAgt", pain->debtor_bic);
  element_put(pain, "ChrgBr", "SLEV");
  for (size_t i = from; i < end; i++)
    transfer_put(pain, &pain->transfers[i]);
  element_close(pain);
}

static void document_put(struct pain *pain) {
  char of_holders[TEXT_35 + 2], closed[21];

  (void)snprintf(of_holders, sizeof of_holders, "%s-H", pain->id);
  settlement_moment(closed, pain->reading.head.closed_at);
  pain->failed |= xmlTextWriterStartDocument(pain->writer, NULL, "UTF-8", NULL) < 0;
  pain->failed |= xmlTextWriterStartElementNS(pain->writer, NULL, xml("Document"), xml(PAIN_NAMESPACE)) < 0;
  element_open(pain, "CstmrCdtTrfInitn");
  element_open(pain, "GrpHdr");
  element_put(pain, "MsgId", pain->id);
  element_put(pain, "CreDtTm", closed);
  sums_put(pain, 0, pain->count);
  element_put_in(pain, "InitgPty", "Nm", pain->debtor);
  element_close(pain);
  if (pain->merchants > 0)
    instruction_put(pain, pain->id, 0, pain->merchants);
  if (pain->count > pain->merchants)
    instruction_put(pain, of_holders, pain->merchants, pain->count);
  pain->failed |= xmlTextWriterEndDocument(pain->writer) < 0; /* closes what is open */
}

static enum status document_write(struct pain *pain, FILE *out) {
  enum status status = STATUS_NO_MEMORY;
  xmlBufferPtr text = xmlBufferCreate();

  if (text == NULL)
    return status;
  pain->writer = xmlNewTextWriterMemory(text, 0);
  if (pain->writer != NULL) {
    pain->failed = xmlTextWriterSetIndent(pain->writer, 1) < 0;
    document_put(pain);
    xmlFreeTextWriter(pain->writer); /* flushes into the buffer */
    status = pain->beyond ? STATUS_BAD_REPLY : pain->failed ? STATUS_NO_MEMORY : STATUS_OK;
  }
  size_t len = (size_t)xmlBufferLength(text);
  if (status == STATUS_OK && fwrite(xmlBufferContent(text), 1, len, out) != len)
    status = STATUS_STORE_FAILED;
  xmlBufferFree(text);
  return status;
}

/* ---- who pays, and when ---- */

static bool day_valid(const char *text) {
  static const char form[] = "dddd-dd-dd";
  uint8_t date[DATE_SIZE];

  for (size_t i = 0; i < sizeof form; i++) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !digit : text[i] != form[i])
      return false;
  }
  for (size_t i = 0; i < DATE_SIZE; i++) {
    static const uint8_t places[DATE_SIZE] = {0, 2, 5, 8};
    date[i] = (uint8_t)((text[places[i]] - '0') << 4 | (text[places[i] + 1] - '0'));
  }
  return date_valid(date);
}

static enum status debtor_check(struct pain *pain) {
  const struct admin *admin = pain->admin;

  if (admin->debtor == NULL || admin->debtor[0] == '\0' || strlen(admin->debtor) > 70)
    return admin_refuse(admin, STATUS_USAGE, "say who pays, in at most 70 bytes: --debtor NAME");
  if (!xmlCheckUTF8(xml(admin->debtor)))
    return admin_refuse(admin, STATUS_USAGE, "the name of who pays is not UTF-8");
  if (!sepa_name(admin->debtor, pain->debtor, sizeof pain->debtor)) {
    return admin_refuse(admin, STATUS_USAGE,
                        "the name of who pays has nothing that a bank can read: letters of Latin, Greek or Cyrillic, "
                        "digits");
  }
  if (admin->debtor_iban == NULL || !iban_read(admin->debtor_iban, pain->debtor_iban))
    return admin_refuse(admin, STATUS_USAGE, "say from which account: --debtor-iban IBAN");
  if (admin->debtor_bic != NULL && !bic_read(admin->debtor_bic, pain->debtor_bic))
    return admin_refuse(admin, STATUS_USAGE, "'%s' is not a BIC: 8 or 11 letters and digits", admin->debtor_bic);
  if (admin->date != NULL && !day_valid(admin->date))
    return admin_refuse(admin, STATUS_USAGE, "'%s' is not a day: YYYY-MM-DD", admin->date);
  settlement_moment(pain->today, (json_int_t)time(NULL));
  if (admin->date != NULL && strncmp(admin->date, pain->today, 10) < 0)
    return admin_refuse(admin, STATUS_USAGE, "%s is over: the bank can pay from today on", admin->date);
  return STATUS_OK;
}

static enum status transfers_check(const struct pain *pain) {
  if (pain->without_count > 1) {
    return admin_refuse(pain->admin, STATUS_NO_ACCOUNT,
                        "the bank accounts of %s and %zu more are not known: epurse-admin merchant change ID --iban "
                        "IBAN, or export as csv",
                        pain->without, pain->without_count - 1);
  }
  if (pain->without_count == 1) {
    return admin_refuse(pain->admin, STATUS_NO_ACCOUNT,
                        "the bank account of %s is not known: epurse-admin merchant change %s --iban IBAN, or export "
                        "as csv",
                        pain->without, pain->without);
  }
  if (pain->wrong_merchant[0] != '\0') {
    return admin_refuse(pain->admin, STATUS_NO_ACCOUNT,
                        "the bank account of %s is not a possible one: epurse-admin merchant change %s --iban IBAN",
                        pain->wrong_merchant, pain->wrong_merchant);
  }
  if (pain->count == 0) {
    return admin_refuse(pain->admin, STATUS_NOTHING_TO_SETTLE, "nothing of settlement %lld is to be paid out",
                        (long long)pain->reading.number);
  }
  return STATUS_OK;
}

static enum status message_name(struct pain *pain) {
  const struct pain_name name = name_of(pain);
  enum status status = pain_message_identify(&name, pain->debtor_iban, pain->id);

  if (status == STATUS_BAD_LENGTH) {
    return admin_refuse(pain->admin, status,
                        "settlement %lld has too long a number for a message to the bank: export as csv, and order the "
                        "transfers by hand",
                        (long long)pain->reading.number);
  }
  return status == STATUS_OK ? status : admin_fail(pain->admin, NULL, status);
}

enum status settlement_pain(struct admin *admin, json_int_t number, FILE *out) {
  struct pain pain = {
      .admin = admin,
      .reading = {.admin = admin, .number = number, .exported = true, .take = transfer_take, .context = &pain}};
  enum status status = debtor_check(&pain);

  if (status == STATUS_OK)
    status = settlement_read(&pain.reading);
  pain.merchants = pain.count;
  if (status == STATUS_OK)
    status = settlement_transfers_read(&pain.reading, holder_take, &pain);
  if (status == STATUS_OK)
    status = transfers_check(&pain);
  if (status == STATUS_OK)
    status = message_name(&pain);
  if (status == STATUS_OK) {
    status = document_write(&pain, out);
    if (status != STATUS_OK)
      status = admin_fail(admin, NULL, status);
  }
  free(pain.transfers);
  return status;
}
