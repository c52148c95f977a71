/* SPDX-License-Identifier: Apache-2.0
 * A terminal as a process of its own, with the faults of its journal, its reader and its line to the server. */
#include "torture_till.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/http_client.h"
#include "epurse/journal.h"
#include "epurse/terminal_card_renewal.h"
#include "epurse/terminal_payout.h"
#include "epurse/terminal_refund.h"
#include "torture_reader.h"
#include "torture_server.h"
#include "torture_world.h"

#define CALL_SECONDS 60 /* a call that takes longer hangs */

static enum till here;    /* which terminal this process is */
static const char *typed; /* the PIN of another customer; NULL: the holder's own are typed */

/* ---- its journal ---- */

/* Counts a write; false: the disk refuses it. */
static bool journal_may(enum fault_kind *fault) {
  *fault = fault_at(PLACE_JOURNAL);
  if (*fault == FAULT_KILL_BEFORE_JOURNAL)
    fault_kill();
  return *fault != FAULT_JOURNAL_REFUSES;
}

static enum status journal_done(enum fault_kind fault, enum status status, const struct journal_entry *entry) {
  if (entry != NULL && status == STATUS_OK)
    trace_journal(&torture->trace, entry);
  if (fault == FAULT_KILL_AFTER_JOURNAL)
    fault_kill();
  return status;
}

enum status __real_journal_begin(struct journal *journal, struct journal_entry *entry);
enum status __wrap_journal_begin(struct journal *journal, struct journal_entry *entry);
enum status __wrap_journal_begin(struct journal *journal, struct journal_entry *entry) {
  enum fault_kind fault;
  return journal_may(&fault) ? journal_done(fault, __real_journal_begin(journal, entry), entry) : STATUS_STORE_FAILED;
}

enum status __real_journal_update(struct journal *journal, const struct journal_entry *entry);
enum status __wrap_journal_update(struct journal *journal, const struct journal_entry *entry);
enum status __wrap_journal_update(struct journal *journal, const struct journal_entry *entry) {
  enum fault_kind fault;
  return journal_may(&fault) ? journal_done(fault, __real_journal_update(journal, entry), entry) : STATUS_STORE_FAILED;
}

enum status __real_journal_next_seq(struct journal *journal, int64_t *seq);
enum status __wrap_journal_next_seq(struct journal *journal, int64_t *seq);
enum status __wrap_journal_next_seq(struct journal *journal, int64_t *seq) {
  enum fault_kind fault;
  return journal_may(&fault) ? journal_done(fault, __real_journal_next_seq(journal, seq), NULL) : STATUS_STORE_FAILED;
}

enum status __real_journal_reported(struct journal *journal, int64_t id);
enum status __wrap_journal_reported(struct journal *journal, int64_t id);
enum status __wrap_journal_reported(struct journal *journal, int64_t id) {
  enum fault_kind fault;
  return journal_may(&fault) ? journal_done(fault, __real_journal_reported(journal, id), NULL) : STATUS_STORE_FAILED;
}

/* ---- its line to the server ---- */

static bool type_of(const char *path, enum message_type *type) {
  for (*type = 0; *type < MESSAGE_TYPE_COUNT; (*type)++)
    if (strcmp(message_path(*type), path) == 0)
      return true;
  return false;
}

/* Keeps a request back; there is room for one. */
static void keep_late(enum fault_kind fault, enum message_type type, const char *text) {
  struct late_request *late = &torture->late;
  *late = (struct late_request){.waits = true, .kind = fault, .till = here, .type = type, .len = strlen(text)};
  memcpy(late->text, text, late->len + 1);
}

/* What reaches the server, and what comes back. */
static void line_carry(enum fault_kind fault, enum message_type type, const char *text, struct server_answer *answer) {
  static struct server_answer unheard;
  *answer = (struct server_answer){.http = 0};
  torture->server_down = torture->server_down || fault == FAULT_LINE_DOWN;
  if (torture->server_down || fault == FAULT_REQUEST_LOST)
    return;
  if (fault == FAULT_REQUEST_LATE || fault == FAULT_REQUEST_VERY_LATE) {
    keep_late(fault, type, text);
    return;
  }
  server_ask(here, type, text, answer);
  if (fault == FAULT_REQUEST_REPEATED)
    server_ask(here, type, text, &unheard);
  if (fault == FAULT_REPLY_LOST)
    answer->http = 0;
}

/* Meanwhile another customer pays at another terminal. */
static void other_customer_pays(void) {
  static const struct call at_one = {.till = TILL_POS, .verb = VERB_PAY, .amount = 59, .whose = WHOSE_OTHER};
  static const struct call at_two = {.till = TILL_POS2, .verb = VERB_PAY, .amount = 59, .whose = WHOSE_OTHER};
  typed = TORTURE_PIN;
  torture_reader_excursion(here == TILL_POS2 ? &at_one : &at_two);
  typed = NULL;
}

enum status __wrap_http_client_post(struct http_client *client, const char *path, const char *message,
                                    struct http_answer *answer);
enum status __wrap_http_client_post(struct http_client *client, const char *path, const char *message,
                                    struct http_answer *answer) {
  static struct server_answer said;
  enum fault_kind fault = fault_at(PLACE_REQUEST);
  enum message_type type;
  (void)client;
  if (fault == FAULT_KILL_BEFORE_REQUEST)
    fault_kill();
  if (fault == FAULT_OTHER_CUSTOMER)
    other_customer_pays();
  if (!type_of(path, &type))
    return STATUS_INTERNAL;
  line_carry(fault, type, message, &said);
  if (fault == FAULT_KILL_AFTER_REPLY)
    fault_kill();
  if (said.http == 0)
    return STATUS_NO_SERVER;
  *answer =
      (struct http_answer){.code = said.http, .is_message = said.message, .is_problem = said.problem, .len = said.len};
  memcpy(answer->text, said.text, said.len);
  return STATUS_OK;
}

/* ---- its receipts ---- */

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to) {
  bool receipt = strstr(to, "/receipts/") != NULL; /* and not what a terminal writes the first time only */
  enum fault_kind fault = receipt ? fault_at(PLACE_RECEIPT) : FAULT_NONE;
  if (fault == FAULT_KILL_BEFORE_RECEIPT)
    fault_kill();
  if (fault == FAULT_RECEIPT_REFUSED) {
    errno = ENOSPC;
    return -1;
  }
  int result = __real_rename(from, to);
  if (fault == FAULT_KILL_AFTER_RECEIPT)
    fault_kill();
  return result;
}

/* ---- its people ---- */

static enum status holder_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  struct report *report = context;
  (void)tries_left;
  const char *pin = report->asked < PINS_MAX ? torture->pins[report->asked] : NULL;
  if (typed != NULL)
    pin = report->asked == 0 ? typed : NULL;
  if (pin == NULL)
    return STATUS_CANCELLED;
  report->asked++;
  snprintf(digits, PIN_MAX + 1, "%s", pin);
  return STATUS_OK;
}

static enum status holder_new_pin(void *context, char digits[PIN_MAX + 1]) {
  (void)context;
  snprintf(digits, PIN_MAX + 1, "%s", TORTURE_NEW_PIN);
  return STATUS_OK;
}

/* The display: from here on people know. */
static enum status show(void *context, const struct outcome *outcome) {
  struct report *report = context;
  enum fault_kind fault = fault_at(PLACE_DISPLAY);
  if (fault == FAULT_KILL_BEFORE_DISPLAY)
    fault_kill();
  report->outcome = *outcome;
  report->status = STATUS_OK;
  report->returned = true;
  if (fault == FAULT_KILL_AFTER_DISPLAY)
    fault_kill();
  return STATUS_OK;
}

/* ---- a call ---- */

/* Whoever learns that the card is issued takes its deposit, if nobody has. */
static enum status issue(const struct call *call, struct terminal *terminal, struct reader *reader,
                         const struct dialogue *dialogue, struct outcome *outcome) {
  struct issue request = {.pin = TORTURE_PIN};
  enum status status = personalize_run(terminal, reader, &request, dialogue, outcome);
  if (status == STATUS_OK || status == STATUS_CARD_ALREADY_ISSUED)
    bank_take_deposit((int)call->whose, outcome->deposit);
  return status;
}

static enum status balance(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue,
                           struct report *report) {
  struct balance balance;
  struct card_info info;
  enum status status = card_read_balance(terminal, reader, dialogue, &balance, &info);
  report->shown = status == STATUS_OK ? (int64_t)balance.balance : -1;
  return status;
}

static enum status recover(struct terminal *terminal, struct tender *tender, struct report *report) {
  struct recovery recovery = {0};
  terminal->tender = tender;
  enum status status = terminal_recover(terminal, &recovery);
  report->open = recovery.open;
  return status;
}

/* What the holder bought is given back, to the card or as what it is owed. */
static enum status refund(const struct call *call, struct terminal *terminal, struct reader *reader,
                          const struct dialogue *dialogue, struct report *report) {
  const struct payment payment = {.amount = {call->amount, TORTURE_CURRENCY}};
  struct sale sale;
  enum status status = sale_by_number(terminal, call->sale, &sale);
  if (status != STATUS_OK)
    return status;
  if (call->verb == VERB_OWE)
    return refund_owe(terminal, &payment, &sale, dialogue, &report->outcome);
  return refund_run(terminal, reader, &payment, &sale, dialogue, &report->outcome);
}

/* How many payouts of that amount, with the deposit, this till knows to be handed out: what it asks about is another
 * one. */
static unsigned handed_known(struct terminal *terminal, int64_t amount) {
  struct journal_entry entry = {.id = 0};
  unsigned count = 0;
  while (journal_next_any(terminal->journal, entry.id, &entry) == STATUS_OK)
    count += entry.type == TRANSACTION_PAYOUT && entry.amount + entry.deposit == amount &&
             strcmp(entry.tender_kind, "handed") == 0;
  return count;
}

static enum status cashier_hands_out(void *context, struct amount amount, int64_t deposit, bool again) {
  int64_t minor = amount.minor + deposit;
  return bank_hand_out((int)here, minor, handed_known(context, minor), again);
}

static enum status payout(const struct call *call, struct terminal *terminal, struct reader *reader,
                          const struct dialogue *dialogue, struct report *report) {
  const struct payout_desk cashier = {terminal, cashier_hands_out};
  struct payment payment = {.amount = {call->amount, TORTURE_CURRENCY}, .closes = call->verb == VERB_CLOSE};
  unsigned count = 0;
  int64_t sum = 0;
  if (call->verb == VERB_CONFIRM)
    return payouts_confirm(terminal, &cashier);
  if (call->verb == VERB_BACK)
    return payouts_put_back(terminal, &count, &sum);
  if (payment.closes)
    return payout_all_run(terminal, reader, &payment, &cashier, dialogue, &report->outcome);
  return payout_run(terminal, reader, &payment, &cashier, dialogue, &report->outcome);
}

/* The old card is in the reader, the new one in a drawer. */
static enum status renew(struct terminal *terminal, struct reader *reader, const struct dialogue *dialogue) {
  const struct card_renewal_meeting meeting = {.reader = reader, .dialogue = dialogue};
  struct card_renewal renewal = {.killed = false};
  memcpy(renewal.new_cid, torture->trace.cids[WHOSE_OTHER], CID_SIZE);
  return card_renewal_run(terminal, &meeting, &renewal);
}

/* As a till that lives on does it, on a line that is kept. */
static enum status pay(const struct call *call, struct terminal *terminal, struct reader *reader,
                       const struct dialogue *dialogue, struct outcome *outcome) {
  bool points = call->verb == VERB_PAY_POINTS;
  const struct payment payment = {.amount = {call->amount, TORTURE_CURRENCY},
                                  .points = points,
                                  .ask_pin = !call->without_pin,
                                  .offline = call->offline,
                                  .reference = call->named ? "SALE-1" : NULL,
                                  .name_rides = call->named};
  enum status status = payment_recall(terminal, points ? TRANSACTION_POINTS_PURCHASE : TRANSACTION_PURCHASE, &payment,
                                      dialogue, outcome);
  bool begins = status == STATUS_NOT_FOUND || status == STATUS_REFERENCE_HELD;
  return begins ? purchase_run(terminal, reader, &payment, dialogue, outcome) : status;
}

static enum status call_do(const struct call *call, struct terminal *terminal, struct reader *reader,
                           struct report *report) {
  const struct dialogue dialogue = {
      .context = report, .ask_pin = holder_pin, .ask_new_pin = holder_new_pin, .show = show};
  struct payment payment = {.amount = {call->amount, TORTURE_CURRENCY}};
  enum status status = STATUS_INTERNAL;
  payment.tender = bank_open(call);
  switch (call->verb) {
  case VERB_PAY:
  case VERB_PAY_POINTS:
    status = pay(call, terminal, reader, &dialogue, &report->outcome);
    break;
  case VERB_LOAD:
    status = load_run(terminal, reader, &payment, &dialogue, &report->outcome);
    break;
  case VERB_PIN:
    status = pin_change_run(terminal, reader, 0, &dialogue, &report->outcome);
    break;
  case VERB_BALANCE:
    status = balance(terminal, reader, &dialogue, report);
    break;
  case VERB_ISSUE:
    status = issue(call, terminal, reader, &dialogue, &report->outcome);
    break;
  case VERB_VOID:
    status = personalize_void(terminal, reader, report->outcome.cid);
    break;
  case VERB_RECOVER:
    status = recover(terminal, payment.tender, report);
    break;
  case VERB_REFUND:
  case VERB_OWE:
    status = refund(call, terminal, reader, &dialogue, report);
    break;
  case VERB_PAYOUT:
  case VERB_CLOSE:
  case VERB_CONFIRM:
  case VERB_BACK:
    status = payout(call, terminal, reader, &dialogue, report);
    break;
  case VERB_RENEW:
    status = renew(terminal, reader, &dialogue);
    break;
  }
  bank_close(&payment.tender);
  return status;
}

static struct terminal *terminal_here(enum till till) {
  struct terminal *terminal = NULL;
  char problem[256];
  enum status status = terminal_open(world_path(till_name(till)), &terminal, problem);
  if (status != STATUS_OK)
    printf("# %s: %s\n", status_name(status), problem);
  return terminal;
}

/* False: the engine could not do it. */
static bool perform(const struct call *call, struct report *report) {
  struct reader *reader = NULL;
  here = call->till;
  struct terminal *terminal = terminal_here(call->till);
  if (terminal == NULL || !torture_reader_open(call, &reader)) {
    terminal_close(&terminal);
    return false;
  }
  report->status = call_do(call, terminal, reader, report);
  terminal_close(&terminal);
  torture_reader_close(&reader);
  report->returned = true;
  return true;
}

static void report_begin(struct report *report, const struct call *call) {
  *report = (struct report){.atc = world_card_atc(call->whose), .before = world_card_balance(call->whose)};
}

/* Away from this terminal with the card, and back: another terminal's process does the call inside. */
void torture_reader_excursion(const struct call *call) {
  int code = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    fault_calm();
    report_begin(&torture->inside, call);
    bool done = perform(call, &torture->inside);
    fflush(stdout);
    _exit(done ? 0 : 70);
  }
  torture->inside_did = call;
  torture->inside.odd = waitpid(child, &code, 0) != child || code != 0;
}

/* In a process of its own, which a fault may kill. */
static void run_apart(const struct call *call, struct report *report) {
  int code = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    alarm(CALL_SECONDS);
    bool done = perform(call, report);
    fflush(stdout);
    _exit(done ? 0 : 70);
  }
  bool ended = child > 0 && waitpid(child, &code, 0) == child && WIFEXITED(code);
  report->odd = !ended || (WEXITSTATUS(code) != 0 && WEXITSTATUS(code) != TORTURE_KILLED);
  report->killed = ended && WEXITSTATUS(code) == TORTURE_KILLED;
}

/* In the engine's own process, where nothing is to go wrong: most calls of a run, and half of their time is the
 * fork. */
static void run_here(const struct call *call, struct report *report) {
  alarm(CALL_SECONDS); /* ends the engine */
  report->odd = !perform(call, report);
  alarm(0);
}

void till_run(const struct call *call, unsigned number) {
  struct report *report = &torture->report;
  report_begin(report, call);
  torture->inside_did = NULL;
  torture->server_down = call->server_down;
  fault_arm(number);
  if (torture_apart || fault_waits())
    run_apart(call, report);
  else
    run_here(call, report);
  torture->server_down = torture->bank_down = false;
  fault_disarm();
}

bool till_prepare(void) {
  for (enum till till = 0; till < TILL_COUNT; till++) {
    struct terminal *terminal = terminal_here(till);
    if (terminal == NULL)
      return false;
    terminal_close(&terminal);
  }
  return true;
}

bool report_done(const struct report *report) {
  return report->returned && report->status == STATUS_OK;
}

bool report_ended(const struct report *report) {
  return report_done(report) || (report->returned && report->status == STATUS_SETTLED_ELSEWHERE);
}
