/* SPDX-License-Identifier: Apache-2.0
 * The ZVT client's orders: a small file beside the journal, written whole before anything is sent that moves money. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zvt/zvt_file.h"
#include "zvt_client.h"

static bool settled(const struct zvt_order *order) {
  return order->stage >= ZVT_CONFIRMED;
}

struct zvt_order *zvt_orders_find(struct zvt_orders *orders, const char *name) {
  for (size_t i = 0; i < orders->count; i++)
    if (strcmp(orders->orders[i].name, name) == 0)
      return &orders->orders[i];
  return NULL;
}

/* Leaves out the oldest settled ones beyond what is kept. */
static void thin(struct zvt_orders *orders) {
  size_t over = 0, kept = 0;
  for (size_t i = 0; i < orders->count; i++)
    over += settled(&orders->orders[i]);
  over = over > ZVT_ORDERS_KEPT ? over - ZVT_ORDERS_KEPT : 0;
  for (size_t i = 0; i < orders->count; i++) {
    bool out = over > 0 && settled(&orders->orders[i]);
    over -= out;
    if (!out)
      orders->orders[kept++] = orders->orders[i];
  }
  orders->count = kept;
}

struct zvt_order *zvt_orders_add(struct zvt_orders *orders, const char *name) {
  static const struct zvt_mark nothing = {-1, -1, -1, -1};
  thin(orders);
  if (orders->count == ZVT_ORDERS_MAX || strlen(name) > TENDER_ORDER_MAX)
    return NULL;
  struct zvt_order *order = &orders->orders[orders->count++];
  *order = (struct zvt_order){.terminal = -1, .before = nothing, .charge = nothing};
  memcpy(order->name, name, strlen(name) + 1);
  return order;
}

/* ---- the file ---- */

static json_t *mark_json(const struct zvt_mark *mark) {
  return json_pack("[I, I, I, I]", (json_int_t)mark->receipt, (json_int_t)mark->trace, (json_int_t)mark->time,
                   (json_int_t)mark->date);
}

static bool mark_read(json_t *array, struct zvt_mark *mark) {
  json_int_t receipt = 0, trace = 0, time = 0, date = 0;
  if (json_unpack(array, "[I, I, I, I !]", &receipt, &trace, &time, &date) != 0)
    return false;
  *mark = (struct zvt_mark){receipt, trace, time, date};
  return true;
}

static json_t *order_json(const struct zvt_order *order) {
  return json_pack("{s:s, s:i, s:I, s:I, s:I, s:i, s:o, s:o}", "order", order->name, "stage", (int)order->stage,
                   "amount", (json_int_t)order->amount, "currency", (json_int_t)order->currency, "terminal",
                   (json_int_t)order->terminal, "told", (int)order->told, "before", mark_json(&order->before), "charge",
                   mark_json(&order->charge));
}

static bool order_read(json_t *object, struct zvt_order *order) {
  const char *name = NULL;
  int stage = 0, told = 0;
  json_int_t amount = 0, currency = 0, terminal = 0;
  json_t *before = NULL, *charge = NULL;
  if (json_unpack(object, "{s:s, s:i, s:I, s:I, s:I, s:i, s:o, s:o !}", "order", &name, "stage", &stage, "amount",
                  &amount, "currency", &currency, "terminal", &terminal, "told", &told, "before", &before, "charge",
                  &charge) != 0 ||
      !tender_order_valid(name) || stage < ZVT_SENT || stage > ZVT_REVERSED || told < ZVT_UNTOLD || told > ZVT_KNOWN ||
      !mark_read(before, &order->before) || !mark_read(charge, &order->charge))
    return false;
  memcpy(order->name, name, strlen(name) + 1);
  order->stage = (enum zvt_stage)stage;
  order->told = (enum zvt_told)told;
  order->amount = amount;
  order->currency = currency;
  order->terminal = terminal;
  return true;
}

enum status zvt_orders_read(struct zvt_orders *orders) {
  json_t *each = NULL;
  size_t i = 0;
  orders->count = 0;
  if (access(orders->path, F_OK) != 0)
    return STATUS_OK;
  json_t *array = json_load_file(orders->path, JSON_REJECT_DUPLICATES, NULL);
  bool good = json_is_array(array) && json_array_size(array) <= ZVT_ORDERS_MAX;
  if (good)
    json_array_foreach(array, i, each) good = good && order_read(each, &orders->orders[i]);
  if (good)
    orders->count = json_array_size(array);
  json_decref(array);
  return good ? STATUS_OK : STATUS_BAD_CONFIG;
}

enum status zvt_orders_save(struct zvt_orders *orders) {
  json_t *array = json_array();
  bool whole = array != NULL;
  for (size_t i = 0; i < orders->count; i++)
    whole = whole && json_array_append_new(array, order_json(&orders->orders[i])) == 0;
  char *text = whole ? json_dumps(array, JSON_COMPACT) : NULL;
  json_decref(array);
  bool saved = text != NULL && zvt_file_save(orders->path, text);
  free(text);
  return saved ? STATUS_OK : STATUS_STORE_FAILED;
}
