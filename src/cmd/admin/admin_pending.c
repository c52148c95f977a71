/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin pending: what waits for an end, since when, and what will end it. */
#include <inttypes.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/terminal_program.h"

#define PAGE_ROWS     24 /* fit a message */
#define SENTENCE_ROOM 160

/* Where the list is. */
struct pending {
  struct admin *admin;
  const char *state; /* "held", "owed", "paid-out" */
  char after[2 * CID_SIZE + 1];
  int64_t now; /* the back-end's, unix seconds */
  json_t *list;
};

/* One row; the texts are borrowed from the reply. */
struct row {
  const char *cid, *type, *tid, *merchant, *card, *reference;
  json_int_t atc, amount, since;
  int reversed;
};

/* What will bring it to an end: a format for the name of the terminal. */
static const char *ending(const struct pending *pending, const struct row *row) {
  bool blocked = strcmp(row->card, "BLOCKED") == 0, held = strcmp(pending->state, "held") == 0;

  if (strcmp(pending->state, "paid-out") == 0)
    return SENTENCE("paid out by the card; whether it was handed out, %s says: recover, or payout --back");
  if (held && blocked)
    return SENTENCE("held; the card is blocked: the proof of %s settles it, or in the end card replace");
  if (held && strcmp(row->type, "load") != 0)
    return SENTENCE("held; booked or released at the card's next payment or load anywhere, or by recover at %s");
  if (held && row->reversed)
    return SENTENCE("held; released, for the charge was given back, at the card's next payment or load anywhere, or by "
                    "recover at %s");
  if (held)
    return SENTENCE(
        "held; credited or owed to the card at the card's next payment or load anywhere, or by recover at %s");
  return blocked ? SENTENCE("owed; the card is blocked: card replace moves it to a new one")
                 : SENTENCE("owed; a load of exactly this amount credits it anywhere, nothing is charged");
}

/* The terminal's name stands where the format has %s, if anywhere. */
static void sentence_fill(char text[SENTENCE_ROOM], const char *format, const char *tid) {
  const char *at = strstr(format, "%s");

  if (at == NULL)
    (void)snprintf(text, SENTENCE_ROOM, "%s", format);
  else
    (void)snprintf(text, SENTENCE_ROOM, "%.*s%s%s", (int)(at - format), format, tid, at + strlen("%s"));
}

static void age_print(int64_t seconds, char text[24]) {
  static const struct {
    int64_t seconds;
    const char *unit;
  } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
  size_t i = 0;

  while (i < 3 && seconds < 2 * units[i].seconds)
    i++;
  (void)snprintf(text, 24, "%" PRId64 " %s", seconds / units[i].seconds, units[i].unit);
}

static enum status row_show(const struct pending *pending, const struct row *row) {
  char amount[AMOUNT_TEXT_MAX], since[21], local[LOCAL_TIME_MAX], age[24], sentence[SENTENCE_ROOM],
      words[SENTENCE_ROOM];
  uint8_t moment[MOMENT_SIZE];
  int64_t seconds = pending->now > row->since ? pending->now - row->since : 0;
  const struct currency *currency = pending->admin->terminal->currency;
  json_t *object = NULL;

  moment_from_unix(row->since, moment);
  moment_print(moment, since);
  local_time_print(moment, local);
  age_print(seconds, age);
  const char *format = ending(pending, row);
  sentence_fill(sentence, format, row->tid);
  sentence_fill(words, translated(format), row->tid);
  report_amount(amount, row->amount, currency->numeric);
  admin_print(pending->admin, "%s  no. %-6lld  %-15s  %14s  %s  %-15s  since %s, %s", row->cid, (long long)row->atc,
              row->type, amount, row->tid, row->merchant, local, age);
  if (row->reference[0] != 0)
    admin_print(pending->admin, ", reference %s", row->reference);
  admin_row(pending->admin, "\n    %s\n", words);
  object = json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:s, s:I, s:s}", "cid", row->cid, "atc",
                     row->atc, "state", pending->state, "type", row->type, "amount", row->amount, "currency",
                     currency->code, "tid", row->tid, "merchant", row->merchant, "card", row->card, "reversed",
                     row->reversed, "since", since, "age_seconds", (json_int_t)seconds, "settled_by", sentence);
  if (object != NULL && row->reference[0] != 0)
    json_object_set_new(object, "reference", json_string(row->reference));
  return json_array_append_new(pending->list, object) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

/* The list goes up, so that a server that repeats itself cannot keep us here for ever. */
static enum status row_take(struct pending *pending, json_t *item) {
  struct row row;
  uint8_t cid[CID_SIZE];

  if (json_unpack(item, "{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:s !}", "cid", &row.cid, "atc", &row.atc,
                  "type", &row.type, "amount", &row.amount, "tid", &row.tid, "merchant", &row.merchant, "card",
                  &row.card, "reversed", &row.reversed, "since", &row.since, "reference", &row.reference) != 0 ||
      cid_parse(row.cid, cid) != STATUS_OK || strcmp(row.cid, pending->after) <= 0)
    return STATUS_BAD_REPLY;
  memcpy(pending->after, row.cid, sizeof pending->after);
  return row_show(pending, &row);
}

/* One page; *count is how many rows it had. */
static enum status page_take(struct pending *pending, size_t *count) {
  struct message reply;
  const json_t *items = NULL;
  enum status status = admin_call(
      pending->admin, MESSAGE_PENDING_LIST,
      json_pack("{s:s, s:s, s:i}", "state", pending->state, "after", pending->after, "limit", PAGE_ROWS), &reply);

  *count = 0;
  pending->now = reply.time;
  items = json_object_get(reply.body, "pending");
  if (status == STATUS_OK && !json_is_array(items))
    status = STATUS_BAD_REPLY;
  for (size_t i = 0; status == STATUS_OK && i < json_array_size(items); i++) {
    status = row_take(pending, json_array_get(items, i));
    ++*count;
  }
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(pending->admin, NULL, status);
}

enum status admin_pending(void *context, char **arguments) {
  static const char *const states[] = {"held", "owed", "paid-out"};
  struct pending pending = {.admin = context, .list = json_array()};
  enum status status = admin_open(context);

  (void)arguments;
  if (status == STATUS_OK && pending.list == NULL)
    status = admin_fail(context, NULL, STATUS_NO_MEMORY);
  for (size_t i = 0; status == STATUS_OK && i < 3; i++) {
    pending.state = states[i];
    pending.after[0] = '\0';
    for (size_t count = 1; status == STATUS_OK && count > 0;)
      status = page_take(&pending, &count);
  }
  if (status == STATUS_OK && json_array_size(pending.list) == 0)
    admin_print(context, "Nothing is pending.\n");
  if (status == STATUS_OK)
    pending.admin->report = json_pack("{s:O}", "pending", pending.list);
  json_decref(pending.list);
  return status;
}
