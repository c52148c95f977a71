/* SPDX-License-Identifier: Apache-2.0
 * A receipt as a document: what was done, where, when, by which card, what is on it now, and the proof of it. */
#include "epurse/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/outcome.h"
#include "epurse/print.h"
#include "epurse/sentence.h"
#include "epurse/tender.h"

static const char *words(const struct print_receipt *receipt, const char *english) {
  return receipt->words != NULL ? receipt->words(english) : english;
}

/* What moves no money says so: its sum is a price. */
static const char *title_of(const struct print_receipt *receipt) {
  switch (receipt->outcome->type) {
  case TRANSACTION_LOAD:
    return words(receipt, SENTENCE("Load"));
  case TRANSACTION_REFUND:
    return receipt->outcome->sale_in_points ? words(receipt, SENTENCE("Refund in points"))
                                            : words(receipt, SENTENCE("Refund"));
  case TRANSACTION_PAYOUT:
    return words(receipt, SENTENCE("Payout"));
  case TRANSACTION_POINTS_PURCHASE:
    return words(receipt, SENTENCE("Purchase with points"));
  default:
    return words(receipt, SENTENCE("Purchase"));
  }
}

static void amount_pair(struct print_document *document, const struct print_receipt *receipt, unsigned style,
                        const char *name, int64_t minor) {
  char text[AMOUNT_TEXT_MAX];
  const struct amount amount = {minor, receipt->outcome->amount.currency};
  if (amount_print(amount, receipt->format, text, sizeof text) > 0)
    print_pair(document, style, name, text);
}

static void head(struct print_document *document, const struct print_receipt *receipt) {
  const char *name = receipt->merchant_name[0] != 0 ? receipt->merchant_name : receipt->merchant;
  char utc[32];
  moment_print(receipt->outcome->time, utc);
  if (name[0] != 0)
    print_line(document, PRINT_CENTRE, PRINT_BOLD | PRINT_DOUBLE, name);
  print_line(document, PRINT_CENTRE, PRINT_PLAIN,
             receipt->shop ? words(receipt, SENTENCE("The shop's receipt"))
                           : words(receipt, SENTENCE("The cardholder's receipt")));
  if (receipt->again)
    print_line(document, PRINT_CENTRE, PRINT_BOLD, words(receipt, SENTENCE("Copy")));
  print_line(document, PRINT_LEFT, PRINT_PLAIN, "");
  print_line(document, PRINT_LEFT, PRINT_PLAIN, receipt->time != NULL ? receipt->time : utc);
  print_rule(document);
}

/* The sum, and what becomes of the purse by it, which is the holder's affair. */
static void sums(struct print_document *document, const struct print_receipt *receipt) {
  const struct outcome *outcome = receipt->outcome;
  char points[48];
  amount_pair(document, receipt, PRINT_BOLD | PRINT_DOUBLE, title_of(receipt), outcome->amount.minor);
  if (outcome->deposit > 0) {
    amount_pair(document, receipt, PRINT_BOLD, words(receipt, SENTENCE("The card's deposit")), outcome->deposit);
    amount_pair(document, receipt, PRINT_BOLD, words(receipt, SENTENCE("In all")),
                outcome->amount.minor + outcome->deposit);
  }
  if (outcome->wanted > outcome->amount.minor)
    amount_pair(document, receipt, PRINT_BOLD, words(receipt, SENTENCE("Left to pay otherwise")),
                outcome->wanted - outcome->amount.minor);
  if (!receipt->shop && outcome->balance_before >= 0)
    amount_pair(document, receipt, PRINT_PLAIN, words(receipt, SENTENCE("Balance before")), outcome->balance_before);
  if (!receipt->shop && outcome->balance_after >= 0)
    amount_pair(document, receipt, PRINT_PLAIN, words(receipt, SENTENCE("Balance now")), outcome->balance_after);
  if (!receipt->shop && outcome->points_after >= 0 && (outcome->points != 0 || outcome->points_after > 0)) {
    snprintf(points, sizeof points, "%+" PRId64 " = %" PRId64, outcome->points, outcome->points_after);
    print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Points")), points);
  }
  print_rule(document);
}

/* By which it is found again, in the shop and at the issuer's. */
static void names(struct print_document *document, const struct print_receipt *receipt) {
  const struct outcome *outcome = receipt->outcome;
  char text[64], cid[2 * CID_SIZE + 1];
  cid_print(outcome->cid, cid);
  snprintf(text, sizeof text, "....%s", cid + 12);
  print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Card")), text);
  if (outcome->type == 0) { /* no transaction: a desk has issued it */
    print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Terminal")), receipt->tid);
    return;
  }
  snprintf(text, sizeof text, "%" PRIu32, outcome->atc);
  print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Transaction of the card")), text);
  snprintf(text, sizeof text, "%s / %" PRId64, receipt->tid, outcome->number);
  print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Terminal / number")), text);
  if (outcome->reference[0] != 0)
    print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Reference")), outcome->reference);
  if (outcome->tender_reference[0] != 0)
    print_pair(document, PRINT_PLAIN, words(receipt, SENTENCE("Paid by")),
               words(receipt, tender_said(outcome->tender_reference)));
}

static void remarks(struct print_document *document, const struct print_receipt *receipt) {
  const struct outcome *outcome = receipt->outcome;
  if (outcome->offline)
    print_line(document, PRINT_LEFT, PRINT_PLAIN,
               words(receipt, SENTENCE("off-line, promised by the card; no authorisation")));
  if (outcome->without_pin)
    print_line(document, PRINT_LEFT, PRINT_PLAIN, words(receipt, SENTENCE("without the PIN")));
}

/* What the bank's terminal has for this reader, line by line as it came. */
static void bank_lines(struct print_document *document, const char *text) {
  char line[256];
  print_rule(document);
  while (*text != 0) {
    size_t len = strcspn(text, "\n");
    snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), text);
    print_line(document, PRINT_LEFT, PRINT_PLAIN, line);
    text += len + (text[len] != 0);
  }
  print_rule(document);
}

static void proof(struct print_document *document, const struct print_receipt *receipt) {
  char text[RECEIPT_TEXT_SIZE];
  const char *instead = words(receipt, SENTENCE("The proof is not printed here; the shop keeps it under this number."));
  print_line(document, PRINT_LEFT, PRINT_PLAIN, "");
  if (receipt->proof == NULL || receipt_text_encode(receipt->proof, receipt->proof_len, text, sizeof text) != STATUS_OK)
    print_line(document, PRINT_CENTRE, PRINT_PLAIN, instead);
  else
    print_qr(document, text, instead);
}

static void deposit(struct print_document *document, const struct print_receipt *receipt) {
  amount_pair(document, receipt, PRINT_BOLD | PRINT_DOUBLE, words(receipt, SENTENCE("Deposit")),
              receipt->outcome->deposit);
  print_rule(document);
  names(document, receipt);
  print_line(document, PRINT_LEFT, PRINT_PLAIN,
             words(receipt, SENTENCE("For the card. It is given back when the card is closed.")));
  print_cut(document);
}

void print_receipt(struct print_document *document, const struct print_receipt *receipt) {
  head(document, receipt);
  if (receipt->outcome->type == 0) {
    deposit(document, receipt);
    return;
  }
  sums(document, receipt);
  names(document, receipt);
  remarks(document, receipt);
  if (receipt->bank[receipt->shop] != NULL)
    bank_lines(document, receipt->bank[receipt->shop]);
  if (!receipt->shop)
    proof(document, receipt);
  print_cut(document);
}
