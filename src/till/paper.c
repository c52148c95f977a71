/* SPDX-License-Identifier: Apache-2.0
 * The till's receipts on paper: asked for paper before the card is, printed once the result is known. */
#include <locale.h>

#include "epurse/print.h"
#include "epurse/tender.h"
#include "epurse/terminal.h"
#include "till_state.h"

static void note(struct till *till, enum status status) {
  pthread_mutex_lock(&till->mutex);
  bool news = till->health.printer != status;
  till->health.printer = status;
  pthread_mutex_unlock(&till->mutex);
  if (news)
    till_log(till, "printer", "status=%s", status_name(status));
}

enum status till_paper_ready(struct till *till) {
  const struct print_setting *setting = &till->terminal->printer;
  if (setting->output[0] == 0 || setting->copies == 0 || !setting->ask)
    return STATUS_OK;
  enum status status = printer_ready(setting);
  note(till, status);
  return status;
}

static enum status print(struct till *till, const struct print_setting *setting, const struct outcome *outcome,
                         const struct receipt_copy *copy, unsigned again) {
  const struct lconv *locale = localeconv();
  const struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  char when[TILL_WHEN_MAX] = "", bank[2][TENDER_RECEIPT_MAX];
  if (till->options.when != NULL)
    till->options.when(outcome->time, when);
  struct print_receipt receipt = {.merchant = till->facts.merchant,
                                  .merchant_name = till->facts.merchant_name,
                                  .tid = till->facts.tid,
                                  .outcome = outcome,
                                  .proof = copy->len > 0 ? copy->data : NULL,
                                  .proof_len = copy->len,
                                  .again = again != 0,
                                  .time = when[0] != 0 ? when : NULL,
                                  .format = &format,
                                  .words = till->options.words};
  for (int shop = 0; shop < 2; shop++)
    if (tender_receipt_read(till->facts.receipts, outcome->tender_reference, shop != 0, bank[shop]))
      receipt.bank[shop] = bank[shop];
  pthread_mutex_lock(&till->paper_mutex);
  enum status status = printer_receipt(setting, &receipt, again != 0 ? again : setting->copies);
  pthread_mutex_unlock(&till->paper_mutex);
  note(till, status);
  return status;
}

void till_paper_after(struct till *till, const struct outcome *outcome) {
  struct terminal *terminal = till->terminal;
  struct receipt_copy copy = {.len = 0};
  struct outcome again;
  if (terminal == NULL || terminal->printer.output[0] == 0 || terminal->printer.copies == 0 || outcome->number == 0)
    return;
  if (receipt_again(terminal, outcome->number, &again, &copy) != STATUS_OK)
    copy.len = 0; /* the receipt says so */
  enum status status = print(till, &terminal->printer, outcome, &copy, 0);
  if (status != STATUS_OK)
    till_log(till, "not-printed", "number=%lld status=%s", (long long)outcome->number, status_name(status));
}

enum status till_print(struct till *till, int64_t number) {
  struct print_setting setting = {.width = 80};
  struct receipt_copy copy = {.len = 0};
  struct outcome outcome;
  enum status status = STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->desk_mutex);
  if (till->desk != NULL) {
    setting = till->desk->printer;
    status = receipt_again(till->desk, number, &outcome, &copy);
  }
  pthread_mutex_unlock(&till->desk_mutex);
  return status == STATUS_OK ? print(till, &setting, &outcome, &copy, 1) : status;
}

enum status till_print_document(struct till *till, const struct print_document *document) {
  struct print_setting setting = {.width = 80};
  pthread_mutex_lock(&till->desk_mutex);
  bool there = till->desk != NULL;
  if (there)
    setting = till->desk->printer;
  pthread_mutex_unlock(&till->desk_mutex);
  if (!there)
    return STATUS_TILL_BUSY;
  pthread_mutex_lock(&till->paper_mutex);
  enum status status = printer_print(&setting, document);
  pthread_mutex_unlock(&till->paper_mutex);
  note(till, status);
  return status;
}
