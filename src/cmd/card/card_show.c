/* SPDX-License-Identifier: Apache-2.0
 * What a virtual card holds, without its secrets, for people and machines. */
#include "card_show.h"

#include <inttypes.h>
#include <jansson.h>
#include <locale.h>
#include <string.h>

#include "cmd/frame/local_time.h"
#include "epurse/amount.h"
#include "epurse/bytes.h"

/* A ring of the log: `count` records were ever written, the newest stands at (count - 1) modulo size. */
struct ring {
  const char *name;
  const uint8_t (*records)[LOG_RECORD_SIZE];
  uint32_t size, count;
};

static struct ring ring_purchases(const struct card_memory *memory) {
  return (struct ring){"purchases", memory->purchase_log, PURCHASE_LOG_RECORDS, bytes_u32(memory->purchase_count)};
}

static struct ring ring_loads(const struct card_memory *memory) {
  return (struct ring){"loads", memory->load_log, LOAD_LOG_RECORDS, bytes_u32(memory->load_count)};
}

/* The nth newest record, from 0. False where there is none. */
static bool ring_record(const struct ring *ring, uint32_t nth, struct log_record *record) {
  if (nth >= ring->size || nth >= ring->count)
    return false;
  const uint8_t *data = ring->records[(ring->count - 1 - nth) % ring->size];
  return log_record_decode(data, LOG_RECORD_SIZE, record) == STATUS_OK;
}

static const char *state_text(uint8_t state) {
  switch (state) {
  case CARD_INITIALISED:
    return "INITIALISED";
  case CARD_PERSONALISED:
    return "PERSONALISED";
  case CARD_EXPIRED:
    return "EXPIRED";
  case CARD_BLOCKED:
    return "BLOCKED";
  default:
    return "UNKNOWN";
  }
}

static const char *slot_text(uint8_t state) {
  static const char *const texts[] = {"NONE", "PREPARED", "COMMITTED", "ABORTED"};
  return state < sizeof texts / sizeof texts[0] ? texts[state] : "UNKNOWN";
}

static const char *type_text(uint8_t type) {
  static const char *const texts[] = {[TRANSACTION_PURCHASE] = "purchase",
                                      [TRANSACTION_LOAD] = "load",
                                      [TRANSACTION_POINTS_PURCHASE] = "points purchase",
                                      [TRANSACTION_REFUND] = "refund",
                                      [TRANSACTION_PAYOUT] = "payout",
                                      [TRANSACTION_OFFLINE_PURCHASE] = "off-line purchase"};
  return type > 0 && type < sizeof texts / sizeof texts[0] ? texts[type] : "UNKNOWN";
}

/* All that is told of a card but its log; strings, so that both forms say the same. */
struct facts {
  char serial[2 * CHIP_SERIAL_SIZE + 1], cid[17], expiry[11], latest_time[21];
  const char *currency; /* three letters, or "" */
  struct parameters parameters;
  bool personal; /* it has parameters */
};

static void facts_read(const struct card_memory *memory, struct facts *facts) {
  *facts = (struct facts){.currency = ""};
  bytes_to_hex(memory->chip_serial, CHIP_SERIAL_SIZE, facts->serial);
  facts->personal = memory->state != CARD_INITIALISED &&
                    parameters_decode(memory->parameters, PARAMETERS_SIZE, &facts->parameters) == STATUS_OK;
  if (!facts->personal)
    return;
  cid_print(facts->parameters.cid, facts->cid);
  snprintf(facts->expiry, sizeof facts->expiry, "%02X%02X-%02X-%02X", facts->parameters.expiry[0],
           facts->parameters.expiry[1], facts->parameters.expiry[2], facts->parameters.expiry[3]);
  if (moment_valid(memory->latest_time))
    moment_print(memory->latest_time, facts->latest_time);
  const struct currency *currency = currency_by_number(facts->parameters.currency);
  if (currency != NULL)
    facts->currency = currency->code;
}

/* ---- for people ---- */

static const char *money(int64_t minor, uint16_t currency, char text[AMOUNT_TEXT_MAX]) {
  const struct lconv *locale = localeconv();
  struct amount_format format = {locale->decimal_point, locale->thousands_sep};
  if (amount_print((struct amount){minor, currency}, &format, text, AMOUNT_TEXT_MAX) == 0)
    snprintf(text, AMOUNT_TEXT_MAX, "%" PRId64, minor);
  return text;
}

static void ring_text(const struct ring *ring, FILE *out) {
  struct log_record record;
  char amount[AMOUNT_TEXT_MAX], balance[AMOUNT_TEXT_MAX], time[LOCAL_TIME_MAX], tid[4 * TID_SIZE + 1];
  fprintf(out, "%s %" PRIu32 "\n", ring->name, ring->count);
  for (uint32_t nth = 0; ring_record(ring, nth, &record); nth++) {
    local_time_print(record.time, time);
    bytes_to_text(record.tid, TID_SIZE, tid);
    fprintf(out, "  %6" PRIu32 "  %s  %-15s  %14s  balance %14s  points %+" PRId32 "  %s\n", record.atc, time,
            type_text(record.type), money(record.amount, record.currency, amount),
            money(record.balance, record.currency, balance), record.points, tid);
  }
}

/* What it pays without its PIN, and without the back-end; nothing where it never does. */
static void freedoms_text(const struct parameters *parameters, FILE *out) {
  char single[AMOUNT_TEXT_MAX], total[AMOUNT_TEXT_MAX];
  const struct no_pin_limits *no_pin = &parameters->no_pin;
  const struct offline_limits *offline = &parameters->offline;
  if (no_pin->single > 0)
    fprintf(out, "without the PIN %s, in all %s\n", money(no_pin->single, parameters->currency, single),
            money(no_pin->total, parameters->currency, total));
  if (offline->single > 0)
    fprintf(out, "off-line %s, in all %s, %u payments\n", money(offline->single, parameters->currency, single),
            money(offline->total, parameters->currency, total), offline->count);
}

void card_show_text(const struct card_memory *memory, FILE *out) {
  struct facts facts;
  char latest[LOCAL_TIME_MAX] = "";
  char balance[AMOUNT_TEXT_MAX], purse[AMOUNT_TEXT_MAX], payment[AMOUNT_TEXT_MAX];
  struct ring purchases = ring_purchases(memory), loads = ring_loads(memory);
  facts_read(memory, &facts);
  fprintf(out, "state %s\nchip serial %s\n", state_text(memory->state), facts.serial);
  if (!facts.personal)
    return;
  uint16_t currency = facts.parameters.currency;
  if (facts.latest_time[0] != 0)
    local_time_print(memory->latest_time, latest);
  fprintf(out, "card number %s\nvalid until %s\nlatest server time %s\n", facts.cid, facts.expiry, latest);
  fprintf(out, "balance %s\npoints %" PRIu32 "\n", money(bytes_u32(memory->balance), currency, balance),
          bytes_u32(memory->points));
  fprintf(out, "purse ceiling %s\npayment ceiling %s\n", money(facts.parameters.purse_ceiling, currency, purse),
          money(facts.parameters.payment_ceiling, currency, payment));
  freedoms_text(&facts.parameters, out);
  fprintf(out, "PIN tries left %u\ntransactions %" PRIu32 ", the last one %s\n", memory->pin_tries_left,
          bytes_u32(memory->atc), slot_text(memory->slot_state));
  fprintf(out, "key versions: master %u, terminal CA %u, server %u\n", memory->master_version,
          memory->terminal_ca_version, memory->server_version);
  ring_text(&purchases, out);
  ring_text(&loads, out);
}

/* ---- for machines ---- */

static json_t *ring_json(const struct ring *ring) {
  struct log_record record;
  json_t *array = json_array();
  for (uint32_t nth = 0; ring_record(ring, nth, &record); nth++) {
    char time[21], tid[4 * TID_SIZE + 1];
    const struct currency *currency = currency_by_number(record.currency);
    moment_print(record.time, time);
    bytes_to_text(record.tid, TID_SIZE, tid);
    json_array_append_new(array,
                          json_pack("{s:I, s:s, s:I, s:s, s:I, s:I, s:s, s:s}", "atc", (json_int_t)record.atc, "type",
                                    type_text(record.type), "amount", (json_int_t)record.amount, "currency",
                                    currency != NULL ? currency->code : "", "balance", (json_int_t)record.balance,
                                    "points", (json_int_t)record.points, "tid", tid, "time", time));
  }
  return array;
}

static json_t *personal_json(const struct card_memory *memory, const struct facts *facts) {
  struct ring purchases = ring_purchases(memory), loads = ring_loads(memory);
  return json_pack(
      "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:s, s:{s:i, s:i, s:i}, s:o, s:o}",
      "cid", facts->cid, "expiry", facts->expiry, "latest_time", facts->latest_time, "currency", facts->currency,
      "balance", (json_int_t)bytes_u32(memory->balance), "points", (json_int_t)bytes_u32(memory->points),
      "purse_ceiling", (json_int_t)facts->parameters.purse_ceiling, "payment_ceiling",
      (json_int_t)facts->parameters.payment_ceiling, "no_pin_single", (json_int_t)facts->parameters.no_pin.single,
      "no_pin_total", (json_int_t)facts->parameters.no_pin.total, "offline_single",
      (json_int_t)facts->parameters.offline.single, "offline_total", (json_int_t)facts->parameters.offline.total,
      "offline_count", (int)facts->parameters.offline.count, "pin_tries_left", (int)memory->pin_tries_left, "atc",
      (json_int_t)bytes_u32(memory->atc), "slot", slot_text(memory->slot_state), "key_versions", "master",
      (int)memory->master_version, "terminal_ca", (int)memory->terminal_ca_version, "server",
      (int)memory->server_version, "purchases", ring_json(&purchases), "loads", ring_json(&loads));
}

json_t *card_show_json(const struct card_memory *memory) {
  struct facts facts;
  facts_read(memory, &facts);
  json_t *object =
      json_pack("{s:s, s:s}", "state", state_text(memory->state), "chip_serial", (const char *)facts.serial);
  json_t *personal = facts.personal ? personal_json(memory, &facts) : json_object();
  if (object != NULL && (personal == NULL || json_object_update(object, personal) != 0)) {
    json_decref(object);
    object = NULL;
  }
  json_decref(personal);
  return object;
}
