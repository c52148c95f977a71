/* SPDX-License-Identifier: Apache-2.0
 * What the till answers, as JSON: by the names of docs/till-openapi.yaml. */
#include "epurse/certificate.h"
#include "epurse/outcome_json.h"
#include "json_state.h"

static void add(json_t *object, const char *name, json_t *value) {
  (void)json_object_set_new(object, name, value);
}

/* As the verb status of epurse-pos says it, and while it is under way; "declined" is said where nothing was taken. */
static const char *state_of(const struct till_result *result) {
  if (result->running)
    return "running";
  if (result->held)
    return "held";
  return till_is_done(result) ? "done" : "declined";
}

/* The sentence, and where it was the line to the back-end why; that there are other readers is a sentence of its
 * own. */
static json_t *problem_json(const struct till_result *result) {
  const char *sentence = status_sentence(result->status);
  if (result->status == STATUS_NO_READER && result->trouble[0] != 0)
    return json_string(result->trouble);
  return result->trouble[0] == 0 ? json_string(sentence) : json_sprintf("%s (%s)", sentence, result->trouble);
}

json_t *result_json(const struct till_result *result) {
  json_t *object = json_object();
  add(object, "reference", json_string(result->reference));
  if (result->kind != 0)
    add(object, "kind", json_string(till_kind_name(result->kind)));
  add(object, "state", json_string(state_of(result)));
  if (result->running) {
    add(object, "step", json_string(till_step_name(result->step)));
    if (result->step == TILL_PIN_WANTED)
      add(object, "tries_left", json_integer(result->tries_left));
  } else {
    add(object, "status", json_string(status_name(result->status)));
    if (result->status != STATUS_OK)
      add(object, "problem", problem_json(result));
    if (result->status == STATUS_WRONG_PIN)
      add(object, "tries_left", json_integer(result->outcome.tries_left));
  }
  if (result->owed)
    add(object, "owed", json_true());
  outcome_json_add(object, &result->outcome);
  return object;
}

static json_t *total_json(const struct till_total *total) {
  return json_pack("{s:i, s:I}", "count", (int)total->count, "amount", (json_int_t)total->amount);
}

json_t *totals_json(const struct till_totals *totals, const char *currency) {
  json_t *object = json_pack("{s:I, s:I, s:s}", "since", (json_int_t)totals->since, "until", (json_int_t)totals->until,
                             "currency", currency);
  add(object, "sales", total_json(&totals->kinds[TILL_SALE]));
  add(object, "refunds", total_json(&totals->kinds[TILL_REFUND]));
  add(object, "loads", total_json(&totals->kinds[TILL_LOAD]));
  add(object, "payouts", total_json(&totals->kinds[TILL_PAYOUT]));
  add(object, "points", total_json(&totals->points));
  add(object, "offline", total_json(&totals->offline));
  add(object, "waiting", total_json(&totals->waiting));
  add(object, "held", json_integer(totals->held));
  return object;
}

json_t *health_json(const struct till_health *health, const struct till_facts *facts) {
  json_t *object =
      json_pack("{s:s, s:s, s:s, s:s}", "tid", facts->tid, "role", facts->role == ROLE_POS ? "pos" : "reload",
                "merchant", facts->merchant, "currency", facts->currency->code);
  if (facts->reader[0] != 0)
    add(object, "reader_spec", json_string(facts->reader));
  add(object, "busy", json_boolean(health->busy));
  add(object, "reader", json_boolean(health->reader));
  add(object, "server", json_boolean(health->server));
  add(object, "trouble", json_string(status_name(health->trouble)));
  add(object, "card", json_boolean(health->card));
  add(object, "printer", json_string(status_name(health->printer)));
  add(object, "waiting", json_integer(health->waiting));
  add(object, "certificate_expires", json_integer(health->certificate_expires));
  return object;
}

json_t *event_json(const struct till_event *event) {
  json_t *object =
      json_pack("{s:I, s:s, s:s, s:s}", "number", (json_int_t)event->number, "event", till_step_name(event->step),
                "kind", till_kind_name(event->kind), "reference", event->reference);
  if (event->step == TILL_PIN_WANTED)
    add(object, "tries_left", json_integer(event->tries_left));
  if (event->step == TILL_QUESTION)
    add(object, "wants_text", json_boolean(event->wants_text));
  if (event->text[0] != 0)
    add(object, "text", json_string(event->text));
  if (event->step == TILL_DONE)
    add(object, "status", json_string(status_name(event->status)));
  return object;
}
