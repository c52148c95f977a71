/* SPDX-License-Identifier: Apache-2.0
 * Bodies of a refund whose card is not there. */
#include "epurse/message_refund.h"
#include "field.h"

json_t *owed_refund_body(const struct owed_refund *refund) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", refund->cid);
  field_put_integer(&writer, "atc", refund->atc);
  field_put_integer(&writer, "amount", refund->amount);
  field_put_binary(&writer, "wish", refund->wish, sizeof refund->wish);
  if (refund->reference[0] != '\0')
    field_put_text(&writer, "reference", refund->reference);
  return field_done(&writer);
}

enum status owed_refund_parse(const json_t *body, struct owed_refund *refund) {
  struct field_reader reader = field_reader(body);

  *refund = (struct owed_refund){0};
  field_cid(&reader, "cid", refund->cid);
  refund->atc = (uint32_t)field_integer(&reader, "atc", 1, UINT32_MAX);
  refund->amount = (uint32_t)field_integer(&reader, "amount", 1, INT32_MAX);
  field_binary(&reader, "wish", refund->wish, sizeof refund->wish);
  if (!field_there(&reader, "reference"))
    return field_end(&reader);
  field_text(&reader, "reference", 1, refund->reference, sizeof refund->reference);
  if (!reference_valid(refund->reference))
    field_refuse(&reader, STATUS_BAD_FORMAT);
  return field_end(&reader);
}

json_t *owed_refund_reply_body(const uint8_t cid[CID_SIZE]) {
  struct field_writer writer = field_writer();

  field_put_cid(&writer, "cid", cid);
  return field_done(&writer);
}

enum status owed_refund_reply_parse(const json_t *body, uint8_t cid[CID_SIZE]) {
  struct field_reader reader = field_reader(body);

  field_cid(&reader, "cid", cid);
  return field_end(&reader);
}
