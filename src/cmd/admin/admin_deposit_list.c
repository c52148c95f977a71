/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin deposit list: what desks took as deposits of cards, and what went back, by terminal, of a day or of
 * all. */
#include <inttypes.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/terminal_program.h"
#include "reply_sum.h"

#define PAGE_ROWS 40 /* fit a message */

/* A row, or the sum of all. */
struct sums {
  json_int_t cards, taken, given_back, transferred;
};

/* Where the list is. */
struct deposits {
  struct admin *admin;
  const char *day; /* "": all */
  char after[TID_SIZE + 1];
  struct sums all;
  json_t *list;
};

static void sums_print(const struct deposits *deposits, const char *name, const struct sums *sums) {
  const uint16_t currency = deposits->admin->terminal->currency->numeric;
  char taken[AMOUNT_TEXT_MAX], back[AMOUNT_TEXT_MAX], away[AMOUNT_TEXT_MAX];

  report_amount(taken, sums->taken, currency);
  report_amount(back, sums->given_back, currency);
  report_amount(away, sums->transferred, currency);
  admin_print(deposits->admin, "%-8s  cards %" PRId64 ", taken %s, given back %s, transferred %s\n", name,
              (int64_t)sums->cards, taken, back, away);
}

/* False: no server has so much to tell. */
static bool sums_add(struct sums *all, const struct sums *sums) {
  return reply_sum(&all->cards, &sums->cards, 1) && reply_sum(&all->taken, &sums->taken, 1) &&
         reply_sum(&all->given_back, &sums->given_back, 1) && reply_sum(&all->transferred, &sums->transferred, 1);
}

/* The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status row_take(struct deposits *deposits, json_t *item) {
  struct sums sums;
  const char *tid = NULL;

  if (json_unpack(item, "{s:s, s:I, s:I, s:I, s:I !}", "tid", &tid, "cards", &sums.cards, "taken", &sums.taken,
                  "given_back", &sums.given_back, "transferred", &sums.transferred) != 0 ||
      strlen(tid) != TID_SIZE || strcmp(tid, deposits->after) <= 0 || !sums_add(&deposits->all, &sums))
    return STATUS_BAD_REPLY;
  memcpy(deposits->after, tid, sizeof deposits->after);
  sums_print(deposits, tid, &sums);
  json_t *row = json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "tid", tid, "cards", sums.cards, "taken", sums.taken,
                          "given_back", sums.given_back, "transferred", sums.transferred, "currency",
                          deposits->admin->terminal->currency->code);
  return json_array_append_new(deposits->list, row) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* One page; *count is how many rows it had. */
static enum status page_take(struct deposits *deposits, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status = admin_call(
      deposits->admin, MESSAGE_DEPOSIT_LIST,
      json_pack("{s:s, s:s, s:i}", "day", deposits->day, "after", deposits->after, "limit", PAGE_ROWS), &reply);

  *count = 0;
  items = json_object_get(reply.body, "deposits");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = row_take(deposits, json_array_get(items, i));
    ++*count;
  }
  message_clear(&reply);
  if (status == STATUS_BAD_FORMAT && deposits->day[0] != 0)
    return admin_refuse(deposits->admin, status, "'%s' is not a day: YYYY-MM-DD", deposits->day);
  return status == STATUS_OK ? status : admin_fail(deposits->admin, NULL, status);
}

/* What was taken and is not back is with cards: of all days their deposits. */
static void report(struct deposits *deposits) {
  const struct sums *all = &deposits->all;

  if (json_array_size(deposits->list) == 0)
    admin_print(deposits->admin, "No deposits were taken or given back.\n");
  else
    sums_print(deposits, "=", all);
  deposits->admin->report = json_pack("{s:O, s:I, s:I, s:I, s:s}", "deposits", deposits->list, "taken", all->taken,
                                      "given_back", all->given_back, "transferred", all->transferred, "currency",
                                      deposits->admin->terminal->currency->code);
}

enum status admin_deposit_list(void *context, char **arguments) {
  struct deposits deposits = {.admin = context, .day = arguments[0] != NULL ? arguments[0] : "", .list = json_array()};
  enum status status = admin_open(context);

  if (status == STATUS_OK && deposits.list == NULL)
    status = admin_fail(context, NULL, STATUS_NO_MEMORY);
  for (size_t count = 1; status == STATUS_OK && count > 0;)
    status = page_take(&deposits, &count);
  if (status == STATUS_OK)
    report(&deposits);
  json_decref(deposits.list);
  return status;
}
