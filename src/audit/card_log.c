/* SPDX-License-Identifier: Apache-2.0
 * A card's own log, as `log --json` printed it, against ledger and journals. */
#include "audit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/amount.h"
#include "epurse/bytes.h"
#include "epurse/command.h"
#include "epurse/ledger_card.h"
#include "epurse/ledger_transaction.h"
#include "epurse/message.h"
#include "epurse/sentence.h"

#define RECORDS_MAX (PURCHASE_LOG_RECORDS + LOAD_LOG_RECORDS)

/* A record of the log; texts are borrowed from the object. */
struct log_line {
  uint32_t atc;
  uint8_t type; /* enum transaction_type */
  int64_t amount, balance, points;
  const char *time, *tid, *currency;
};
/* The whole of it. */
struct statement {
  struct audit *audit;
  const char *file;
  uint8_t cid[CID_SIZE];
  int64_t atc, balance, points, purse_ceiling, payment_ceiling;
  const char *expiry, *chip;
  struct log_line lines[RECORDS_MAX]; /* newest first */
  size_t count;
  uint32_t due[2]; /* of purchases and of loads: the oldest ATC that the card's ring must still hold */
};

static void statement_add(const struct statement *statement, enum audit_kind kind, uint32_t atc, const char *words) {
  struct audit_finding finding = {.kind = kind, .of_card = true, .atc = atc, .file = statement->file};
  memcpy(finding.cid, statement->cid, CID_SIZE);
  finding_add(statement->audit, &finding, "%s", words);
}

/* ---- read ---- */

static bool number_take(const json_t *object, const char *name, int64_t *number) {
  const json_t *value = json_object_get(object, name);
  *number = json_integer_value(value);
  return json_is_integer(value);
}

static bool text_take(const json_t *object, const char *name, const char **text) {
  *text = json_string_value(json_object_get(object, name));
  return *text != NULL;
}

/* Refunds go with loads. */
static bool is_credit(uint8_t type) {
  return type == TRANSACTION_LOAD || type == TRANSACTION_REFUND;
}

/* What one does to the balance: nothing, where points pay or come back. */
static int64_t change_of(uint8_t type, bool in_points, int64_t amount) {
  if (type == TRANSACTION_POINTS_PURCHASE || in_points)
    return 0;
  return is_credit(type) ? amount : -amount;
}

static bool line_take(const json_t *object, struct log_line *line) {
  static const char *const types[] = {
      [TRANSACTION_PURCHASE] = "purchase", [TRANSACTION_LOAD] = "load",     [TRANSACTION_POINTS_PURCHASE] = "points",
      [TRANSACTION_REFUND] = "refund",     [TRANSACTION_PAYOUT] = "payout", [TRANSACTION_OFFLINE_PURCHASE] = "offline"};
  const char *type = NULL;
  int64_t atc = 0;
  bool whole = number_take(object, "atc", &atc) && number_take(object, "amount", &line->amount) &&
               number_take(object, "balance", &line->balance) && number_take(object, "points", &line->points) &&
               text_take(object, "time", &line->time) && text_take(object, "tid", &line->tid) &&
               text_take(object, "currency", &line->currency) && text_take(object, "type", &type);
  if (!whole || atc < 1 || atc > UINT32_MAX || strlen(line->tid) != TID_SIZE)
    return false;
  line->atc = (uint32_t)atc;
  for (uint8_t i = TRANSACTION_PURCHASE; i <= TRANSACTION_OFFLINE_PURCHASE; i++)
    if (types[i] != NULL && strcmp(type, types[i]) == 0)
      line->type = i;
  return line->type != 0;
}

static int compare_lines(const void *one, const void *other) {
  const struct log_line *a = one, *b = other;
  return (a->atc < b->atc) - (a->atc > b->atc);
}

static const char *statement_take(const json_t *object, struct statement *statement) {
  const json_t *records = json_object_get(object, "records");
  const char *cid = NULL;
  if (!json_is_array(records))
    return SENTENCE("this is not the log of a card");
  if (!text_take(object, "cid", &cid) || cid_parse(cid, statement->cid) != STATUS_OK)
    return SENTENCE("it does not say whose log it is: print it with this version");
  if (!number_take(object, "atc", &statement->atc) || !number_take(object, "balance", &statement->balance) ||
      !number_take(object, "points", &statement->points) ||
      !number_take(object, "purse_ceiling", &statement->purse_ceiling) ||
      !number_take(object, "payment_ceiling", &statement->payment_ceiling) ||
      !text_take(object, "expiry", &statement->expiry) || !text_take(object, "chip", &statement->chip))
    return SENTENCE("it lacks what the card says of itself");
  statement->count = json_array_size(records);
  if (statement->count > RECORDS_MAX)
    return SENTENCE("it has more records than a card");
  for (size_t i = 0; i < statement->count; i++)
    if (!line_take(json_array_get(records, i), &statement->lines[i]))
      return SENTENCE("a record is damaged");
  qsort(statement->lines, statement->count, sizeof statement->lines[0], compare_lines);
  return NULL;
}

/* ---- a record and its booking, a record and its journal ---- */

static const char *line_difference(const struct log_line *line, const struct ledger_transaction *booking) {
  struct promise promise;
  struct authorisation authorisation;
  char time[21];
  if (promise_decode(booking->promise, PROMISE_SIZE, &promise) != STATUS_OK ||
      authorisation_decode(booking->authorisation, AUTHORISATION_SIZE, &authorisation) != STATUS_OK)
    return NULL; /* told by the ledger's own audit */
  const struct currency *currency = currency_by_number(promise.currency);
  int64_t change = change_of(line->type, promise.sale_in_points, line->amount);
  moment_print(authorisation.time, time);
  if (line->amount != booking->amount)
    return SENTENCE("another amount is booked");
  if (line->type != booking->type)
    return SENTENCE("something of another kind is booked");
  if (memcmp(line->tid, booking->tid, TID_SIZE) != 0)
    return SENTENCE("another terminal is booked");
  if (line->points != booking->points)
    return SENTENCE("other points are booked");
  if (strcmp(line->time, time) != 0)
    return SENTENCE("another time is booked");
  if (currency == NULL || strcmp(line->currency, currency->code) != 0)
    return SENTENCE("another currency is booked");
  if (line->balance != promise.balance + change)
    return SENTENCE("its balance is not the one that the card promised");
  return NULL;
}

/* The server's, as the card keeps it; 0 where it cannot be read. */
static int64_t line_authorised(const struct log_line *line) {
  struct tm parts = {.tm_year = 0};
  const char *end = strptime(line->time, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end != NULL && *end == 0 ? (int64_t)timegm(&parts) : 0;
}

/* Of a record that an earlier copy of the ledger cannot have. */
static bool line_is_later(const struct statement *statement, const struct log_line *line) {
  struct ledger_transaction booking;
  return statement->audit->until != 0 && line_authorised(line) > statement->audit->until &&
         ledger_transaction_find(statement->audit->ledger, statement->cid, line->atc, &booking) != STATUS_OK;
}

static void line_check_booking(const struct statement *statement, const struct log_line *line) {
  struct audit *audit = statement->audit;
  struct ledger_transaction booking;
  if (ledger_transaction_find(audit->ledger, statement->cid, line->atc, &booking) != STATUS_OK) {
    if (!finding_later(audit, line_authorised(line)))
      statement_add(statement, AUDIT_LOG_UNBOOKED, line->atc, SENTENCE("not in the ledger"));
    return;
  }
  const char *difference = line_difference(line, &booking);
  bool noted = incident_known(audit, LEDGER_INCIDENT_LATE_PROOF, statement->cid, line->atc);
  if (booking.state != LEDGER_CAPTURED && booking.state != LEDGER_HELD && !noted)
    statement_add(statement, AUDIT_LOG_UNBOOKED, line->atc, SENTENCE("the ledger has it as not committed"));
  if (difference != NULL)
    statement_add(statement, AUDIT_LOG_DIFFERS, line->atc, difference);
}

/* When the terminal began it, at the latest: the promise tells, else the server's time in the log, from which a
 * terminal's clock may differ by MESSAGE_CLOCK_SKEW. */
static int64_t line_time(const struct statement *statement, const struct log_line *line) {
  struct ledger_transaction booking;
  struct promise promise;
  if (ledger_transaction_find(statement->audit->ledger, statement->cid, line->atc, &booking) == STATUS_OK &&
      promise_decode(booking.promise, PROMISE_SIZE, &promise) == STATUS_OK)
    return moment_to_unix(promise.time);
  int64_t authorised = line_authorised(line);
  return authorised != 0 ? authorised - MESSAGE_CLOCK_SKEW : 0;
}

static void line_check_journal(const struct statement *statement, const struct log_line *line) {
  const struct till_entry *entry = NULL;
  const struct till *till = till_find(statement->audit, (const uint8_t *)line->tid, statement->cid, line->atc,
                                      line_time(statement, line), &entry);
  if (till == NULL || (entry == NULL && line->type == TRANSACTION_OFFLINE_PURCHASE)) /* torn before its answer */
    return;
  if (entry == NULL)
    statement_add(statement, AUDIT_LOG_UNJOURNALLED, line->atc, SENTENCE("not in the terminal's journal"));
  else if (entry->amount != line->amount || entry->type != line->type)
    statement_add(statement, AUDIT_LOG_JOURNAL, line->atc, SENTENCE("the journal has another amount or kind"));
  else if (entry->state == JOURNAL_CANCELLED)
    statement_add(statement, AUDIT_LOG_JOURNAL, line->atc, SENTENCE("the journal has it as cancelled"));
}

/* ---- what must be in the log ---- */

static const struct log_line *statement_find(const struct statement *statement, uint32_t atc) {
  for (size_t i = 0; i < statement->count; i++)
    if (statement->lines[i].atc == atc)
      return &statement->lines[i];
  return NULL;
}

/* ATCs of one ring, newest first. */
struct ring {
  uint32_t atcs[2 * RECORDS_MAX];
  size_t count, size; /* size: what the card keeps */
};

static void ring_add(struct ring *ring, uint32_t atc) {
  size_t at = 0;
  while (at < ring->count && ring->atcs[at] > atc)
    at++;
  if (at < ring->count && ring->atcs[at] == atc)
    return;
  if (ring->count == 2 * RECORDS_MAX)
    ring->count--;
  if (at > ring->count)
    return;
  memmove(ring->atcs + at + 1, ring->atcs + at, (ring->count - at) * sizeof ring->atcs[0]);
  ring->atcs[at] = atc;
  ring->count++;
}

/* How far back the card's rings must reach, by all that ledger and log know of: a ring that holds its full number has
 * forgotten what came before. */
static enum status statement_reach(struct statement *statement) {
  struct ring rings[2] = {{.size = PURCHASE_LOG_RECORDS}, {.size = LOAD_LOG_RECORDS}};
  struct ledger_transaction *page = calloc(AUDIT_PAGE, sizeof *page);
  size_t count = 0;
  uint32_t before = 0;
  enum status status = page != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = 0; i < statement->count; i++)
    ring_add(&rings[is_credit(statement->lines[i].type)], statement->lines[i].atc);
  do {
    if (status == STATUS_OK)
      status = ledger_transaction_list(statement->audit->ledger, statement->cid, before, page, AUDIT_PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
      if (page[i].state == LEDGER_CAPTURED && (int64_t)page[i].atc <= statement->atc)
        ring_add(&rings[is_credit(page[i].type)], page[i].atc);
      status = before != 0 && page[i].atc >= before ? STATUS_LEDGER_BROKEN : STATUS_OK;
      before = page[i].atc;
    }
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  for (size_t i = 0; i < 2; i++)
    statement->due[i] = rings[i].count >= rings[i].size ? rings[i].atcs[rings[i].size - 1] : 0;
  free(page);
  return status;
}

/* The slot of the card's newest promise may have been committed after the log was read. */
static bool statement_reaches(const struct statement *statement, uint8_t type, uint32_t atc) {
  return (int64_t)atc < statement->atc && atc >= statement->due[is_credit(type)];
}

/* Adds up what the card must hold by the books. */
struct statement_sum {
  int64_t balance, points;
};

static void statement_check_booking(const struct statement *statement, const struct ledger_transaction *booking,
                                    struct statement_sum *sum) {
  bool logged = statement_find(statement, booking->atc) != NULL;
  bool captured = booking->state == LEDGER_CAPTURED;
  if (captured && !logged && statement_reaches(statement, booking->type, booking->atc))
    statement_add(statement, AUDIT_LOG_MISSING, booking->atc, SENTENCE("captured, and not in the card's log"));
  if (!(captured && (int64_t)booking->atc <= statement->atc) && !(booking->state == LEDGER_HELD && logged))
    return;
  if (captured && !logged && (int64_t)booking->atc == statement->atc)
    return;
  sum->points += booking->points;
  sum->balance += change_of(booking->type, booking->in_points, booking->amount);
}

/* What the ledger cannot know yet counts as the card has it. Only what was paid with points brings points back. */
static void statement_add_line(const struct log_line *line, struct statement_sum *sum) {
  sum->points += line->points;
  sum->balance += change_of(line->type, line->type == TRANSACTION_REFUND && line->points > 0, line->amount);
}

static enum status statement_check_bookings(const struct statement *statement) {
  struct ledger_transaction *page = calloc(AUDIT_PAGE, sizeof *page);
  struct statement_sum sum = {0, 0};
  size_t count = 0;
  uint32_t before = 0;
  enum status status = page != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  do {
    if (status == STATUS_OK)
      status = ledger_transaction_list(statement->audit->ledger, statement->cid, before, page, AUDIT_PAGE, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
      statement_check_booking(statement, &page[i], &sum);
      status = before != 0 && page[i].atc >= before ? STATUS_LEDGER_BROKEN : STATUS_OK;
      before = page[i].atc;
    }
  } while (status == STATUS_OK && count == AUDIT_PAGE);
  free(page);
  for (size_t i = 0; status == STATUS_OK && i < statement->count; i++)
    if (line_is_later(statement, &statement->lines[i]))
      statement_add_line(&statement->lines[i], &sum);
  if (status == STATUS_OK && (sum.balance != statement->balance || sum.points != statement->points))
    statement_add(statement, AUDIT_LOG_BALANCE, 0, SENTENCE("not what its captured transactions make"));
  return status;
}

static void statement_check_journals(const struct statement *statement) {
  for (size_t i = 0; i < statement->audit->till_count; i++) {
    const struct till *till = &statement->audit->tills[i];
    for (size_t at = 0; at < till->count; at++) {
      const struct till_entry *entry = &till->entries[at];
      bool committed = entry->state == JOURNAL_COMMITTED || entry->state == JOURNAL_CONFIRMED;
      if (committed && memcmp(entry->cid, statement->cid, CID_SIZE) == 0 &&
          statement_reaches(statement, entry->type, entry->atc) && statement_find(statement, entry->atc) == NULL)
        statement_add(statement, AUDIT_JOURNAL_UNLOGGED, entry->atc, SENTENCE("committed, and not in the card's log"));
    }
  }
}

/* ---- what the card says of itself ---- */

static void statement_check_card(const struct statement *statement, const struct ledger_card *row) {
  const struct ledger_certification *terms = &row->certification;
  char expiry[11], chip[2 * CHIP_SERIAL_SIZE + 1];
  date_print(terms->expiry, expiry);
  bytes_to_hex(row->chip_serial, CHIP_SERIAL_SIZE, chip);
  if (statement->purse_ceiling != terms->purse_ceiling || statement->payment_ceiling != terms->payment_ceiling)
    statement_add(statement, AUDIT_LOG_CARD, 0, SENTENCE("the ledger has other ceilings"));
  if (strcmp(statement->expiry, expiry) != 0)
    statement_add(statement, AUDIT_LOG_CARD, 0, SENTENCE("the ledger has another last day"));
  if (strcmp(statement->chip, chip) != 0)
    statement_add(statement, AUDIT_LOG_CARD, 0, SENTENCE("the ledger has another chip"));
}

static enum status statement_audit(struct statement *statement) {
  struct ledger_card row;
  int64_t balance = statement->count > 0 ? statement->lines[0].balance : 0;
  if (statement->balance != balance)
    statement_add(statement, AUDIT_LOG_BALANCE, 0, SENTENCE("not the balance behind its last record"));
  if (statement->audit->ledger == NULL)
    return STATUS_OK;
  for (size_t i = 0; i < statement->count; i++)
    line_check_journal(statement, &statement->lines[i]);
  if (ledger_card_find(statement->audit->ledger, statement->cid, &row) != STATUS_OK) {
    statement_add(statement, AUDIT_LOG_CARD, 0, SENTENCE("the ledger does not know this card"));
    return STATUS_OK;
  }
  statement_check_card(statement, &row);
  for (size_t i = 0; i < statement->count; i++)
    line_check_booking(statement, &statement->lines[i]);
  enum status status = statement_reach(statement);
  if (status == STATUS_OK)
    statement_check_journals(statement);
  return status == STATUS_OK ? statement_check_bookings(statement) : status;
}

enum status card_log_audit(struct audit *audit, const char *file) {
  struct statement *statement = calloc(1, sizeof *statement);
  json_error_t error;
  json_t *object = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
  enum status status = statement != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  if (statement != NULL) {
    *statement = (struct statement){.audit = audit, .file = name_keep(audit, file)};
    const char *wrong = object != NULL ? statement_take(object, statement) : SENTENCE("it cannot be read as JSON");
    if (wrong != NULL) {
      unread_add(audit, file, wrong);
    } else {
      audit->figures.card_logs++;
      audit->figures.log_records += (int64_t)statement->count;
      status = statement_audit(statement);
      if (status == STATUS_LEDGER_BROKEN) /* told with the ledger's own findings */
        status = STATUS_OK;
    }
  }
  json_decref(object);
  free(statement);
  return status;
}
