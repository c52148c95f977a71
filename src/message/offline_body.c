/* SPDX-License-Identifier: Apache-2.0
 * Bodies about off-line payments: promises that are brought in, and what became of each. */
#include "epurse/message_offline.h"
#include "field.h"

static json_t *item_body(const struct offline_payment *item, bool is_reply) {
  struct field_writer writer = field_writer();

  if (is_reply)
    field_put_text(&writer, "status", status_name(item->status));
  else
    field_put_binary(&writer, "promise", item->promise, sizeof item->promise);
  return field_done(&writer);
}

json_t *offline_payment_body(const struct offline_payments *payments, bool is_reply) {
  struct field_writer writer = field_writer();
  json_t *items = json_array();

  for (size_t i = 0; i < payments->count; i++)
    if (json_array_append_new(items, item_body(&payments->items[i], is_reply)) != 0)
      writer.failed = true;
  field_put(&writer, "payments", items);
  return field_done(&writer);
}

static enum status item_parse(const json_t *object, bool is_reply, struct offline_payment *item) {
  struct field_reader reader = field_reader(object);

  if (is_reply)
    field_status(&reader, "status", &item->status);
  else
    field_binary(&reader, "promise", item->promise, sizeof item->promise);
  return field_end(&reader);
}

enum status offline_payment_parse(const json_t *body, bool is_reply, struct offline_payments *payments) {
  struct field_reader reader = field_reader(body);
  const json_t *items = field_take(&reader, "payments");
  size_t count = json_array_size(items); /* 0 for what is no array */

  *payments = (struct offline_payments){0};
  if (count == 0 || count > OFFLINE_PAYMENT_MAX) {
    field_refuse(&reader, STATUS_BAD_FORMAT);
    count = 0;
  }
  payments->count = count;
  for (size_t i = 0; i < count; i++) {
    enum status status = item_parse(json_array_get(items, i), is_reply, &payments->items[i]);
    if (status != STATUS_OK)
      field_refuse(&reader, status);
  }
  return field_end(&reader);
}
