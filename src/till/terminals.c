/* SPDX-License-Identifier: Apache-2.0
 * The till's terminal, opened twice: for the thread, and for questions while a sale runs; with the way that loads are
 * paid. */
#include <stdio.h>
#include <string.h>

#include "epurse/print.h"
#include "epurse/terminal.h"
#include "till_state.h"

/* Money that a hand takes is asked about while somebody is there for it, which is during a sale; else nobody
 * answers. */
static enum status operator_confirm(void *context, const char *question) {
  return till_ask(context, question, NULL, 0);
}

static enum status operator_ask(void *context, const char *question, char *text, unsigned capacity) {
  return till_ask(context, question, text, capacity);
}

static enum status tender_begin(struct till *till) {
  const struct tender_operator operator= {.context = till,
                                          .confirm = operator_confirm,
                                          .ask = operator_ask,
                                          .folder = till->terminal->folder,
                                          .receipts = till->terminal->receipts};
  return till->terminal->role == ROLE_RELOAD ? tender_open(till->terminal->tender_spec, &operator, & till->tender)
                                             : STATUS_OK;
}

static void facts_take(struct till *till) {
  const struct terminal *terminal = till->terminal;
  struct till_facts *facts = &till->facts;
  memcpy(facts->tid, terminal->tid, sizeof facts->tid);
  facts->role = terminal->role;
  memcpy(facts->merchant, terminal->merchant, sizeof facts->merchant);
  memcpy(facts->merchant_name, terminal->merchant_name, sizeof facts->merchant_name);
  facts->currency = terminal->currency;
  facts->offline = terminal->offline.use;
  memcpy(facts->folder, terminal->folder, sizeof facts->folder);
  memcpy(facts->receipts, terminal->receipts, sizeof facts->receipts);
  facts->printer = terminal->printer.output[0] != 0;
  memcpy(facts->reader, till->reader_spec, sizeof facts->reader);
}

enum status till_terminals_open(struct till *till, char problem[256]) {
  struct terminal *desk = NULL;
  enum status status = terminal_open(till->config, &till->terminal, problem);
  if (status == STATUS_OK)
    status = terminal_open(till->config, &desk, problem);
  if (status == STATUS_OK) {
    status = tender_begin(till);
    if (status != STATUS_OK)
      snprintf(problem, 256, "'%.100s' is no way to pay a load", till->terminal->tender_spec);
  }
  if (status == STATUS_OK && till->terminal->role != ROLE_POS && till->terminal->role != ROLE_RELOAD)
    status = STATUS_NOT_PERMITTED;
  if (status == STATUS_OK && till->terminal->printer.output[0] != 0 && !printer_named(till->terminal->printer.output)) {
    snprintf(problem, 256, "[printer] output: '%.100s' is no printer", till->terminal->printer.output);
    status = STATUS_BAD_CONFIG;
  }
  if (status == STATUS_OK && !print_font_there(&till->terminal->printer)) {
    snprintf(problem, 256, "[printer] font: '%.100s' cannot be drawn with", till->terminal->printer.font);
    status = STATUS_BAD_CONFIG;
  }
  if (status == STATUS_OK && till->facts.tid[0] == 0)
    facts_take(till);
  if (status == STATUS_OK)
    till->terminal->later = (struct confirm_later){.wanted = true, .while_waiting = terminal_confirm};
  pthread_mutex_lock(&till->desk_mutex);
  till->desk = desk;
  pthread_mutex_unlock(&till->desk_mutex);
  if (status != STATUS_OK) {
    till_terminals_close(till);
    return status;
  }
  pthread_mutex_lock(&till->mutex);
  till->health.certificate_expires = terminal_expires(till->terminal);
  pthread_mutex_unlock(&till->mutex);
  return STATUS_OK;
}

void till_terminals_close(struct till *till) {
  pthread_mutex_lock(&till->desk_mutex);
  terminal_close(&till->desk);
  pthread_mutex_unlock(&till->desk_mutex);
  tender_close(&till->tender);
  terminal_close(&till->terminal);
}
