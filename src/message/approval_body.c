/* SPDX-License-Identifier: Apache-2.0
 * Bodies of approvals: what waits, and what is said of it. */
#include <stdio.h>
#include <string.h>

#include "epurse/message_approval.h"
#include "field.h"

json_t *approval_query_body(const struct approval_query *query) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "after", query->after);
  field_put_boolean(&writer, "waiting", query->waiting);
  return field_done(&writer);
}

enum status approval_query_parse(const json_t *body, struct approval_query *query) {
  struct field_reader reader = field_reader(body);

  query->after = field_integer(&reader, "after", 0, INT64_MAX);
  query->waiting = field_boolean(&reader, "waiting");
  return field_end(&reader);
}

json_t *approval_facts_body(const struct approval_facts *facts) {
  struct field_writer whole = field_writer();

  if (facts == NULL)
    return field_done(&whole);
  struct field_writer writer = field_writer();
  field_put_integer(&writer, "number", facts->number);
  field_put_text(&writer, "type", facts->type);
  field_put_text(&writer, "body", facts->body);
  field_put_binary(&writer, "hash", facts->hash, sizeof facts->hash);
  field_put_text(&writer, "asked_by", facts->asked_by);
  field_put_integer(&writer, "asked_at", facts->asked_at);
  field_put_integer(&writer, "lapses", facts->lapses);
  field_put_text(&writer, "state", facts->state);
  if (facts->decided_by[0] != '\0') {
    field_put_text(&writer, "decided_by", facts->decided_by);
    field_put_integer(&writer, "decided_at", facts->decided_at);
  }
  field_put(&whole, "approval", field_done(&writer));
  return field_done(&whole);
}

static enum status facts_check(const struct approval_facts *facts) {
  char text[APPROVAL_TYPE_MAX + 1 + APPROVAL_BODY_MAX + 1];
  uint8_t hash[CRYPTO_SHA256_SIZE];
  int len = snprintf(text, sizeof text, "%s\n%s", facts->type, facts->body);

  if (!crypto_sha256((const uint8_t *)text, (size_t)len, hash))
    return STATUS_CRYPTO_FAILED;
  return memcmp(hash, facts->hash, sizeof hash) == 0 ? STATUS_OK : STATUS_BAD_FORMAT;
}

static enum status facts_parse(const json_t *item, struct approval_facts *facts) {
  struct field_reader reader = field_reader(item);

  *facts = (struct approval_facts){.number = field_integer(&reader, "number", 1, INT64_MAX)};
  field_text(&reader, "type", 1, facts->type, sizeof facts->type);
  field_text(&reader, "body", 2, facts->body, sizeof facts->body);
  field_binary(&reader, "hash", facts->hash, sizeof facts->hash);
  field_tid(&reader, "asked_by", facts->asked_by);
  facts->asked_at = field_integer(&reader, "asked_at", 0, INT64_MAX);
  facts->lapses = field_integer(&reader, "lapses", 0, INT64_MAX);
  field_text(&reader, "state", 1, facts->state, sizeof facts->state);
  if (field_there(&reader, "decided_by")) {
    field_tid(&reader, "decided_by", facts->decided_by);
    facts->decided_at = field_integer(&reader, "decided_at", 0, INT64_MAX);
  }
  enum status status = field_end(&reader);
  return status == STATUS_OK ? facts_check(facts) : status;
}

enum status approval_facts_parse(const json_t *body, struct approval_facts *facts, bool *found) {
  struct field_reader reader = field_reader(body);

  *found = field_there(&reader, "approval");
  const json_t *item = *found ? field_take(&reader, "approval") : NULL;
  enum status status = field_end(&reader);
  return status == STATUS_OK && *found ? facts_parse(item, facts) : status;
}

json_t *approval_body(const struct approval_message *approval) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "number", approval->number);
  field_put_binary(&writer, "hash", approval->hash, sizeof approval->hash);
  field_put_boolean(&writer, "give", approval->give);
  return field_done(&writer);
}

enum status approval_parse(const json_t *body, struct approval_message *approval) {
  struct field_reader reader = field_reader(body);

  *approval = (struct approval_message){.number = field_integer(&reader, "number", 1, INT64_MAX)};
  field_binary(&reader, "hash", approval->hash, sizeof approval->hash);
  approval->give = field_boolean(&reader, "give");
  return field_end(&reader);
}

json_t *approval_rule_body(int64_t needed) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "needed", needed);
  return field_done(&writer);
}

enum status approval_rule_parse(const json_t *body, int64_t *needed) {
  struct field_reader reader = field_reader(body);

  *needed = field_integer(&reader, "needed", 1, 2);
  return field_end(&reader);
}

json_t *approval_waits_body(int64_t number) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "approval", number);
  return field_done(&writer);
}

enum status approval_waits_parse(const json_t *body, int64_t *number) {
  struct field_reader reader = field_reader(body);

  *number = field_integer(&reader, "approval", 1, INT64_MAX);
  return field_end(&reader);
}
