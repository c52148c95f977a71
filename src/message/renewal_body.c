/* SPDX-License-Identifier: Apache-2.0
 * The reply about a renewed card: what it has at once, and what follows. */
#include "epurse/message_renewal.h"
#include "field.h"

json_t *renewal_reply_body(const struct renewal_reply *reply) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "at", reply->at);
  field_put_integer(&writer, "balance", reply->balance);
  field_put_integer(&writer, "owed", reply->owed);
  field_put_integer(&writer, "points", reply->points);
  field_put_integer(&writer, "kept", reply->kept);
  field_put_integer(&writer, "points_kept", reply->points_kept);
  field_put_integer(&writer, "rest_at", reply->rest_at);
  return field_done(&writer);
}

enum status renewal_reply_parse(const json_t *body, struct renewal_reply *reply) {
  struct field_reader reader = field_reader(body);

  reply->at = field_integer(&reader, "at", INT64_MIN, INT64_MAX);
  reply->balance = field_integer(&reader, "balance", 0, INT64_MAX);
  reply->owed = field_integer(&reader, "owed", 0, INT64_MAX);
  reply->points = field_integer(&reader, "points", 0, INT64_MAX);
  reply->kept = field_integer(&reader, "kept", 0, INT64_MAX);
  reply->points_kept = field_integer(&reader, "points_kept", 0, INT64_MAX);
  reply->rest_at = field_integer(&reader, "rest_at", 0, INT64_MAX);
  return field_end(&reader);
}
