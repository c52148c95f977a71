/* SPDX-License-Identifier: Apache-2.0
 * Counts and closings, for machines: in minor units, by the names of docs/epurse-json.schema.json. */
#include "epurse/closing_json.h"

#include "epurse/bytes.h"
#include "epurse/moment.h"
#include "epurse/terminal_closing.h"

static json_t *sum_json(const struct count_sum *sum) {
  return json_pack("{s:I, s:I}", "count", (json_int_t)sum->count, "amount", (json_int_t)sum->amount);
}

static json_t *cashiers_json(const struct count *count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count->cashier_count; i++) {
    const struct count_cashier *one = &count->cashiers[i];
    json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:o}", "cashier", one->name, "sales",
                                          sum_json(&one->sales), "refunds", sum_json(&one->refunds), "loads",
                                          sum_json(&one->loads), "payouts", sum_json(&one->payouts)));
  }
  return list;
}

static json_t *count_json(const struct count *count, const char *tid, const char *currency) {
  json_t *object = json_pack("{s:s, s:s, s:I, s:I}", "tid", tid, "currency", currency, "first",
                             (json_int_t)count->first, "last", (json_int_t)count->last);
  json_t *loads = json_array(), *open = json_array();
  for (size_t i = 0; i < COUNT_KINDS; i++)
    json_object_set_new(object, count_kind_name((enum count_kind)i), sum_json(&count->kinds[i]));
  for (size_t i = 0; i < count->load_count; i++) {
    json_t *load = sum_json(&count->loads[i].sum);
    json_object_set_new(load, "tender", json_string(count->loads[i].kind));
    json_array_append_new(loads, load);
  }
  for (int64_t i = 0; i < count->open.count && i < COUNT_OPEN_MAX; i++)
    json_array_append_new(open, json_integer(count->open_numbers[i]));
  json_object_set_new(object, "loads", loads);
  json_object_set_new(object, "cashiers", cashiers_json(count));
  json_object_set_new(object, "waiting", sum_json(&count->waiting));
  json_object_set_new(object, "open", sum_json(&count->open));
  json_object_set_new(object, "open_numbers", open);
  json_object_set_new(object, "drawer", json_integer(count_drawer(count)));
  return object;
}

static json_t *hash_json(const uint8_t hash[CRYPTO_SHA256_SIZE]) {
  char text[2 * CRYPTO_SHA256_SIZE + 1];
  bytes_to_hex(hash, CRYPTO_SHA256_SIZE, text);
  return json_string(text);
}

static json_t *moment_json(int64_t unix_seconds) {
  char time[21];
  uint8_t moment[MOMENT_SIZE];
  moment_from_unix(unix_seconds, moment);
  moment_print(moment, time);
  return json_string(time);
}

/* Which shift it is, and what was in the drawer. */
json_t *shift_line_json(const struct closing *shift) {
  json_t *object =
      json_pack("{s:I, s:o, s:I, s:I}", "shift", (json_int_t)shift->number, "begun_at", moment_json(shift->begun),
                "drawer_float", (json_int_t)shift->drawer_float, "drawer_target", (json_int_t)closing_target(shift));
  if (shift->begun_by[0] != 0)
    json_object_set_new(object, "cashier", json_string(shift->begun_by));
  if (shift->at == 0)
    return object;
  json_object_set_new(object, "ended_at", moment_json(shift->at));
  if (shift->ended_by[0] != 0)
    json_object_set_new(object, "ended_by", json_string(shift->ended_by));
  json_object_set_new(object, "drawer_counted", json_integer(shift->drawer_counted));
  json_object_set_new(object, "drawer_difference", json_integer(shift->drawer_counted - closing_target(shift)));
  return object;
}

static json_t *shift_json(const struct closing *shift, const uint8_t *hash, json_t *object) {
  json_t *more = shift_line_json(shift);
  json_object_update(object, more);
  json_decref(more);
  if (shift->at == 0)
    return object;
  json_object_set_new(object, "previous", hash_json(shift->previous));
  json_object_set_new(object, "hash", hash_json(hash));
  return object;
}

json_t *closing_json(const struct closing *closing, const uint8_t *hash, const char *tid, const char *currency) {
  json_t *object = count_json(&closing->count, tid, currency);
  if (closing->chain == JOURNAL_SHIFTS)
    return shift_json(closing, hash, object);
  if (closing->number == 0) {
    json_object_set_new(object, "next", json_integer(closing->next));
    return object;
  }
  json_object_set_new(object, "closing", json_integer(closing->number));
  json_object_set_new(object, "closed_at", moment_json(closing->at));
  if (closing->ended_by[0] != 0)
    json_object_set_new(object, "closed_by", json_string(closing->ended_by));
  json_object_set_new(object, "previous", hash_json(closing->previous));
  json_object_set_new(object, "hash", hash_json(hash));
  if (!closing->has_drawer)
    return object;
  json_object_set_new(object, "drawer_float", json_integer(closing->drawer_float));
  json_object_set_new(object, "drawer_target", json_integer(closing_target(closing)));
  json_object_set_new(object, "drawer_counted", json_integer(closing->drawer_counted));
  json_object_set_new(object, "drawer_difference", json_integer(closing->drawer_counted - closing_target(closing)));
  return object;
}

json_t *closing_shifts_json(const struct closing *closing,
                            enum status (*read)(void *context, int64_t number, struct closing *shift), void *context) {
  json_t *list = closing->shifts_last > closing->shifts_after ? json_array() : NULL;
  for (int64_t number = closing->shifts_after + 1; list != NULL && number <= closing->shifts_last; number++) {
    struct closing shift = {.chain = JOURNAL_SHIFTS};
    enum status status = read(context, number, &shift);
    if (status == STATUS_OK)
      json_array_append_new(list, shift_line_json(&shift));
    if (status == STATUS_TILL_BUSY) {
      json_decref(list);
      list = NULL;
    }
  }
  return list;
}
