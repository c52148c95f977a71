/* SPDX-License-Identifier: Apache-2.0
 * The other side of a tender. The drivers are the terminal's own; only the TCP line and the operator are played. */
#include "torture_bank.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bank/tender_book.h"
#include "tender/line.h"
#include "torture.h"
#include "torture_world.h"

/* ---- the bank ---- */

/* Its memory, from all that it was ever asked; the caller frees it. */
static struct book *bank_memory(void) {
  struct book *book = book_new();
  for (unsigned i = 0; book != NULL && i < torture->bank.lines; i++) {
    struct book_answer answer;
    book_take(book, torture->bank.line[i], &answer);
    json_decref(answer.reply);
  }
  return book;
}

static enum status bank_take(const char *request, char answer[LINE_MAX_SIZE]) {
  struct bank_book *bank = &torture->bank;
  struct book_answer said = {0};
  enum status status = STATUS_NO_MEMORY;
  struct book *book = bank_memory();
  if (bank->lines == BANK_LINES || strlen(request) >= BANK_LINE)
    bank->full = true;
  if (book == NULL || bank->full)
    goto out;
  strcpy(bank->line[bank->lines++], request);
  book_take(book, request, &said);
  status = STATUS_BAD_REPLY;
  char *text = said.reply != NULL ? json_dumps(said.reply, JSON_COMPACT) : NULL;
  if (text != NULL && strlen(text) < LINE_MAX_SIZE) {
    strcpy(answer, text);
    status = STATUS_OK;
  }
  free(text);
out:
  json_decref(said.reply);
  book_free(&book);
  return status;
}

enum status __wrap_line_exchange(const struct line_peer *peer, const char *request, int answer_seconds,
                                 char answer[LINE_MAX_SIZE]);
enum status __wrap_line_exchange(const struct line_peer *peer, const char *request, int answer_seconds,
                                 char answer[LINE_MAX_SIZE]) {
  enum fault_kind fault = fault_at(PLACE_TENDER);
  (void)peer;
  (void)answer_seconds;
  if (fault == FAULT_KILL_BEFORE_TENDER)
    fault_kill();
  if (fault == FAULT_TENDER_UNREACHED || torture->bank_down)
    return STATUS_NO_TENDER;
  torture->bank_down = fault_away(fault);
  if (fault == FAULT_TENDER_LOST_BEFORE || fault == FAULT_BANK_DEAD_BEFORE)
    return STATUS_BAD_REPLY;
  enum status status = bank_take(request, answer);
  if (fault == FAULT_KILL_AFTER_TENDER)
    fault_kill();
  return fault == FAULT_TENDER_LOST_AFTER || fault == FAULT_BANK_DEAD_AFTER ? STATUS_BAD_REPLY : status;
}

static int64_t line_kept(struct book *book, const char *line) {
  json_t *request = json_loads(line, 0, NULL);
  const char *command = "", *order = "", *outcome = "";
  json_int_t amount = 0;
  struct book_answer answer = {0};
  (void)json_unpack(request, "{s:s, s:s, s?I}", "command", &command, "order", &order, "amount", &amount);
  if (strcmp(command, "authorise") == 0) {
    char question[BANK_LINE];
    snprintf(question, sizeof question, "{\"command\":\"last\",\"order\":\"%s\"}", order);
    book_take(book, question, &answer);
    (void)json_unpack(answer.reply, "{s:s}", "outcome", &outcome);
  }
  int64_t kept = strcmp(outcome, "paid") == 0 ? (int64_t)amount : 0;
  json_decref(answer.reply);
  json_decref(request);
  return kept;
}

int64_t bank_kept(void) {
  const struct bank_book *bank = &torture->bank;
  struct book *book = bank_memory();
  int64_t kept = 0;
  for (unsigned i = 0; book != NULL && i < bank->lines; i++)
    kept += line_kept(book, bank->line[i]);
  for (unsigned i = 0; i < bank->cash; i++)
    kept += bank->box[i].amount;
  kept += zvt_account_kept(&bank->zvt);
  book_free(&book);
  return kept;
}

/* ---- the operator, who knows which order is meant and says the truth ---- */

struct desk {
  struct tender *driver;
  struct tender tender; /* what the terminal gets: the driver, with the order noted */
  char order[48];
  int64_t amount;
};

static int64_t *box_of(const char *order) {
  struct bank_book *bank = &torture->bank;
  for (unsigned i = 0; i < bank->cash; i++)
    if (strcmp(bank->box[i].order, order) == 0)
      return &bank->box[i].amount;
  if (bank->cash == BANK_LINES) {
    bank->full = true;
    return &bank->box[0].amount;
  }
  snprintf(bank->box[bank->cash].order, sizeof bank->box[0].order, "%s", order);
  bank->box[bank->cash].amount = 0;
  return &bank->box[bank->cash++].amount;
}

static bool operator_does(const struct desk *desk, const char *question) {
  int64_t *box = box_of(desk->order);
  if (strstr(question, "Is it taken?") != NULL) {
    *box = desk->amount;
    return true;
  }
  if (strstr(question, "Is it given back?") != NULL) {
    *box = 0;
    return true;
  }
  bool doubt = strstr(question, "Is it certain") != NULL;
  return doubt ? *box == 0 : *box != 0;
}

static enum status operator_confirm(void *context, const char *question) {
  enum fault_kind fault = fault_at(PLACE_TENDER);
  if (fault == FAULT_KILL_BEFORE_TENDER)
    fault_kill();
  if (fault == FAULT_TENDER_UNREACHED || fault == FAULT_TENDER_LOST_BEFORE || fault == FAULT_BANK_DEAD_BEFORE)
    return STATUS_CANCELLED; /* does not do it and says so */
  bool yes = operator_does(context, question);
  if (fault == FAULT_KILL_AFTER_TENDER)
    fault_kill();
  return yes ? STATUS_OK : STATUS_CANCELLED;
}

static unsigned handed_count(int till, int64_t amount) {
  const struct bank_book *bank = &torture->bank;
  unsigned count = 0;
  for (unsigned i = 0; i < bank->handouts; i++)
    count += bank->handed[i].till == till && bank->handed[i].amount == amount;
  return count;
}

enum status bank_hand_out(int till, int64_t amount, unsigned known, bool again) {
  struct bank_book *bank = &torture->bank;
  enum fault_kind fault = fault_at(PLACE_TENDER);
  if (fault == FAULT_KILL_BEFORE_TENDER)
    fault_kill();
  if (fault == FAULT_TENDER_UNREACHED || fault == FAULT_TENDER_LOST_BEFORE || fault == FAULT_BANK_DEAD_BEFORE)
    return STATUS_CANCELLED; /* does not do it and says so */
  bank->full = bank->full || bank->handouts == BANK_LINES;
  bool done = again && handed_count(till, amount) > known; /* and remembers it */
  if (!done && !bank->full) {
    bank->handed[bank->handouts].till = till;
    bank->handed[bank->handouts++].amount = amount;
  }
  if (fault == FAULT_KILL_AFTER_TENDER)
    fault_kill();
  return fault == FAULT_TENDER_LOST_AFTER || fault == FAULT_BANK_DEAD_AFTER ? STATUS_CANCELLED : STATUS_OK;
}

int64_t bank_handed(void) {
  const struct bank_book *bank = &torture->bank;
  int64_t sum = 0;
  for (unsigned i = 0; i < bank->handouts; i++)
    sum += bank->handed[i].amount;
  return sum;
}

void bank_take_deposit(int whose, int64_t minor) {
  torture->bank.deposits[whose] = minor;
}

int64_t bank_deposits(void) {
  int64_t sum = 0;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++)
    sum += torture->bank.deposits[whose];
  return sum;
}

static void desk_note(struct desk *desk, const char *order) {
  snprintf(desk->order, sizeof desk->order, "%s", order);
}

static enum status desk_authorise(void *context, const char *order, struct amount amount,
                                  struct tender_result *result) {
  struct desk *desk = context;
  desk_note(desk, order);
  desk->amount = amount.minor;
  return desk->driver->authorise(desk->driver->context, order, amount, result);
}

static enum status desk_confirm(void *context, const char *order) {
  struct desk *desk = context;
  desk_note(desk, order);
  return desk->driver->confirm(desk->driver->context, order);
}

static enum status desk_reverse(void *context, const char *order, struct tender_result *result) {
  struct desk *desk = context;
  desk_note(desk, order);
  return desk->driver->reverse(desk->driver->context, order, result);
}

static enum status desk_last(void *context, const char *order, struct tender_result *result) {
  struct desk *desk = context;
  desk_note(desk, order);
  return desk->driver->last(desk->driver->context, order, result);
}

static const char *driver_of(const struct call *call) {
  static const char *const banks[] = {[BANK_SIMULATOR] = "simulator:127.0.0.1:9",
                                      [BANK_ZVT] = "zvt:127.0.0.1:9",
                                      [BANK_ZVT_GOODS] = "zvt:127.0.0.1:9,goods",
                                      [BANK_ZVT_STINGY] = "zvt:127.0.0.1:9,goods"};
  return call->cash ? "cash" : banks[call->bank];
}

struct tender *bank_open(const struct call *call) {
  struct desk *desk = calloc(1, sizeof *desk);
  if (desk == NULL)
    return NULL;
  const struct tender_operator operator= {
      .context = desk, .confirm = operator_confirm, .folder = world_path(till_name(call->till))};
  torture->bank.zvt.stingy = call->bank == BANK_ZVT_STINGY;
  if (tender_open(driver_of(call), &operator, & desk->driver) != STATUS_OK) {
    free(desk);
    return NULL;
  }
  desk->tender = (struct tender){.kind = desk->driver->kind,
                                 .context = desk,
                                 .authorise = desk_authorise,
                                 .confirm = desk_confirm,
                                 .reverse = desk_reverse,
                                 .last = desk_last};
  return &desk->tender;
}

void bank_close(struct tender **tender) {
  if (*tender == NULL)
    return;
  struct desk *desk = (*tender)->context;
  tender_close(&desk->driver);
  free(desk);
  *tender = NULL;
}
