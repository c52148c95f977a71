/* SPDX-License-Identifier: Apache-2.0
 * What a simulated bank remembers: each order once, and what became of it. */
#include "tender_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum book_state { BOOK_PENDING, BOOK_PAID, BOOK_CONFIRMED, BOOK_DECLINED, BOOK_REVERSED };

struct book_order {
  char *name;
  enum book_state state;
  unsigned number; /* of the bank's receipt */
  struct book_order *next;
};

struct book {
  struct book_order *orders;
  unsigned numbers; /* given out */
  enum book_mode mode;
  int64_t seconds;
};

static const char *const mode_names[] = {
    [BOOK_APPROVE] = "approve", [BOOK_DECLINE] = "decline", [BOOK_DROP] = "drop", [BOOK_DROP_BEFORE] = "drop-before"};

const char *book_mode_name(enum book_mode mode) {
  return mode_names[mode];
}

bool book_mode_by_name(const char *name, enum book_mode *mode) {
  for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++) {
    if (strcmp(name, mode_names[i]) == 0) {
      *mode = (enum book_mode)i;
      return true;
    }
  }
  return false;
}

struct book *book_new(void) {
  return calloc(1, sizeof(struct book));
}

void book_free(struct book **book) {
  struct book_order *order = *book != NULL ? (*book)->orders : NULL;

  while (order != NULL) {
    struct book_order *next = order->next;
    free(order->name);
    free(order);
    order = next;
  }
  free(*book);
  *book = NULL;
}

void book_set(struct book *book, enum book_mode mode, int64_t seconds) {
  book->mode = mode;
  book->seconds = seconds;
}

static struct book_order *book_find(const struct book *book, const char *name) {
  struct book_order *order = book->orders;
  while (order != NULL && strcmp(order->name, name) != 0)
    order = order->next;
  return order;
}

static struct book_order *book_add(struct book *book, const char *name) {
  struct book_order *order = calloc(1, sizeof *order);
  char *copy = strdup(name);

  if (order == NULL || copy == NULL) {
    free(order);
    free(copy);
    return NULL;
  }
  order->name = copy;
  order->state = BOOK_PENDING;
  order->next = book->orders;
  book->orders = order;
  return order;
}

static json_t *reply_error(const char *what) {
  return json_pack("{s:s}", "error", what);
}

/* An order as it stands. One that never came, or came no further than the line, was not charged. */
static json_t *reply_order(const char *name, const struct book_order *order) {
  static const struct {
    const char *outcome, *text;
  } says[] = {[BOOK_PENDING] = {"unknown", "WAITING FOR THE CUSTOMER"},
              [BOOK_PAID] = {"paid", "APPROVED"},
              [BOOK_CONFIRMED] = {"paid", "APPROVED AND CONFIRMED"},
              [BOOK_DECLINED] = {"declined", "DECLINED"},
              [BOOK_REVERSED] = {"reversed", "REVERSED"}};
  char reference[32] = "";

  if (order == NULL)
    return json_pack("{s:s, s:s, s:s}", "order", name, "outcome", "declined", "text", "NO SUCH CHARGE");
  if (order->number != 0)
    snprintf(reference, sizeof reference, "SIM-%06u", order->number);
  return json_pack("{s:s, s:s, s:s, s:s}", "order", name, "outcome", says[order->state].outcome, "reference", reference,
                   "text", says[order->state].text);
}

void book_settle(struct book *book, const char *name, struct book_answer *answer) {
  struct book_order *order = book_find(book, name);

  *answer = (struct book_answer){0};
  if (order == NULL)
    return;
  if (order->state == BOOK_PENDING && book->mode == BOOK_DECLINE) {
    order->state = BOOK_DECLINED;
  } else if (order->state == BOOK_PENDING) {
    order->state = BOOK_PAID;
    order->number = ++book->numbers;
  }
  answer->reply = book->mode == BOOK_DROP ? NULL : reply_order(name, order);
}

static void book_authorise(struct book *book, const char *name, struct book_answer *answer) {
  struct book_order *order = book_find(book, name);

  if (order != NULL) {
    answer->reply = reply_order(name, order);
    return;
  }
  if (book->mode == BOOK_DROP_BEFORE)
    return;
  order = book_add(book, name);
  if (order == NULL) {
    answer->reply = reply_error("no memory");
  } else if (book->seconds > 0) {
    answer->seconds = book->seconds;
    answer->order = order->name;
  } else {
    book_settle(book, order->name, answer);
  }
}

static void book_confirm(struct book *book, const char *name, struct book_answer *answer) {
  struct book_order *order = book_find(book, name);
  if (order != NULL && order->state == BOOK_PAID)
    order->state = BOOK_CONFIRMED;
  answer->reply = reply_order(name, order);
}

/* What was confirmed stands. */
static void book_reverse(struct book *book, const char *name, struct book_answer *answer) {
  struct book_order *order = book_find(book, name);
  if (order != NULL && order->state == BOOK_PAID)
    order->state = BOOK_REVERSED;
  answer->reply = reply_order(name, order);
}

static void book_last(struct book *book, const char *name, struct book_answer *answer) {
  answer->reply = reply_order(name, book_find(book, name));
}

static const struct {
  const char *command;
  void (*run)(struct book *book, const char *name, struct book_answer *answer);
} commands[] = {
    {"authorise", book_authorise}, {"confirm", book_confirm}, {"reverse", book_reverse}, {"last", book_last}};

static json_t *book_take_mode(struct book *book, json_t *request) {
  const char *name = NULL;
  json_int_t seconds = 0;
  enum book_mode mode = BOOK_APPROVE;

  if (json_unpack(request, "{s:s, s?I}", "mode", &name, "slow", &seconds) != 0 || !book_mode_by_name(name, &mode) ||
      seconds < 0)
    return reply_error("no such mode");
  book_set(book, mode, seconds);
  return json_pack("{s:s, s:I}", "mode", name, "slow", seconds);
}

static void book_take_object(struct book *book, json_t *request, struct book_answer *answer) {
  const char *command = NULL, *order = NULL;

  if (json_unpack(request, "{s:s, s?s}", "command", &command, "order", &order) != 0) {
    answer->reply = reply_error("not a request");
    return;
  }
  if (strcmp(command, "mode") == 0) {
    answer->reply = book_take_mode(book, request);
    return;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0] && order != NULL; i++) {
    if (strcmp(command, commands[i].command) == 0) {
      commands[i].run(book, order, answer);
      return;
    }
  }
  answer->reply = reply_error("no such command");
}

void book_take(struct book *book, const char *line, struct book_answer *answer) {
  json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

  *answer = (struct book_answer){0};
  book_take_object(book, request, answer);
  json_decref(request);
}
