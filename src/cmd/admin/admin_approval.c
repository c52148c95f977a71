/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin approval list, show, give, refuse: what an administrator asked for waits for another one's word;
 * approval require: for how much it does. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "cmd/frame/local_time.h"
#include "epurse/bytes.h"
#include "epurse/message_approval.h"
#include "epurse/moment.h"

/* "2026-11-26T22:44:28Z" */
static void moment_text(int64_t seconds, char text[21]) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(seconds, moment);
  moment_print(moment, text);
}

/* As --json has it; the caller's. */
static json_t *facts_json(const struct approval_facts *facts) {
  char asked[21], lapses[21], decided[21], hash[2 * CRYPTO_SHA256_SIZE + 1];
  json_t *request = json_loads(facts->body, JSON_REJECT_DUPLICATES, NULL);

  moment_text(facts->asked_at, asked);
  moment_text(facts->lapses, lapses);
  moment_text(facts->decided_at, decided);
  bytes_to_hex(facts->hash, sizeof facts->hash, hash);
  json_t *object = json_pack("{s:I, s:s, s:o, s:s, s:s, s:s, s:s, s:s}", "number", (json_int_t)facts->number, "type",
                             facts->type, "request", request, "hash", hash, "asked_by", facts->asked_by, "asked_at",
                             asked, "lapses", lapses, "state", facts->state);
  if (object != NULL && facts->decided_by[0] != '\0') {
    (void)json_object_set_new(object, "decided_by", json_string(facts->decided_by));
    (void)json_object_set_new(object, "decided_at", json_string(decided));
  }
  return object;
}

static void facts_print(const struct admin *admin, const struct approval_facts *facts) {
  char asked[LOCAL_TIME_MAX], lapses[LOCAL_TIME_MAX], decided[LOCAL_TIME_MAX];

  local_time_print_unix(facts->asked_at, asked);
  local_time_print_unix(facts->lapses, lapses);
  local_time_print_unix(facts->decided_at, decided);
  admin_print(admin, "%" PRId64 "  %s  %s  %s  %s, until %s\n", facts->number, facts->state, facts->asked_by,
              facts->type, asked, lapses);
  admin_row(admin, "  %s\n", facts->body);
  if (facts->decided_by[0] != '\0')
    admin_row(admin, "  %s  %s\n", facts->decided_by, decided);
}

/* The first one later than `after`; says nothing of what is not there. */
static enum status facts_ask(struct admin *admin, int64_t after, bool waiting, struct approval_facts *facts,
                             bool *found) {
  const struct approval_query query = {.after = after, .waiting = waiting};
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_APPROVAL_LIST, approval_query_body(&query), &reply);

  if (status == STATUS_OK)
    status = approval_facts_parse(reply.body, facts, found);
  if (status == STATUS_OK && *found && facts->number <= after)
    status = STATUS_BAD_REPLY; /* a server that repeats itself cannot keep us here for ever */
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

enum status admin_approval_list(void *context, char **arguments) {
  struct admin *admin = context;
  struct approval_facts facts = {0};
  json_t *list = json_array();
  bool found = true;
  enum status status = list != NULL ? admin_open(admin) : STATUS_NO_MEMORY;

  (void)arguments;
  while (status == STATUS_OK && found) {
    status = facts_ask(admin, facts.number, true, &facts, &found);
    if (status != STATUS_OK || !found)
      break;
    facts_print(admin, &facts);
    if (json_array_append_new(list, facts_json(&facts)) != 0)
      status = STATUS_NO_MEMORY;
  }
  if (status == STATUS_OK)
    admin->report = json_pack("{s:O}", "approvals", list);
  json_decref(list);
  return status;
}

/* The one of that number, whatever became of it. */
static enum status facts_find(struct admin *admin, const char *text, struct approval_facts *facts) {
  char *end = NULL;
  int64_t number = strspn(text, "0123456789") == strlen(text) ? strtoll(text, &end, 10) : 0;
  bool found = false;

  if (number < 1 || number == INT64_MAX)
    return admin_refuse(admin, STATUS_USAGE, "'%s' is no approval's number", text);
  enum status status = admin_open(admin);
  if (status == STATUS_OK)
    status = facts_ask(admin, number - 1, false, facts, &found);
  if (status == STATUS_OK && (!found || facts->number != number))
    return admin_refuse(admin, STATUS_NOT_FOUND, "there is no approval %s", text);
  return status;
}

enum status admin_approval_show(void *context, char **arguments) {
  struct admin *admin = context;
  struct approval_facts facts = {0};
  enum status status = facts_find(admin, arguments[0], &facts);

  if (status != STATUS_OK)
    return status;
  facts_print(admin, &facts);
  admin->report = json_pack("{s:o}", "approval", facts_json(&facts));
  return STATUS_OK;
}

/* What is given is what is shown here: the word names its hash. */
static enum status decide(struct admin *admin, const char *text, bool give) {
  struct approval_facts facts = {0};
  struct approval_message word = {.give = give};
  struct message reply;
  enum status status = facts_find(admin, text, &facts);

  if (status != STATUS_OK)
    return status;
  facts_print(admin, &facts);
  word.number = facts.number;
  memcpy(word.hash, facts.hash, sizeof word.hash);
  status = admin_call(admin, MESSAGE_APPROVAL, approval_body(&word), &reply);
  message_clear(&reply);
  if (status != STATUS_OK)
    return admin_fail(admin, text, status);
  admin->changed = true;
  admin_print(admin, give ? SENTENCE("Approval %s is given, and it is done.\n") : SENTENCE("Approval %s is refused.\n"),
              text);
  admin->report = json_pack("{s:I, s:s}", "number", (json_int_t)facts.number, "type", facts.type);
  return STATUS_OK;
}

enum status admin_approval_give(void *context, char **arguments) {
  return decide(context, arguments[0], true);
}

enum status admin_approval_refuse(void *context, char **arguments) {
  return decide(context, arguments[0], false);
}

enum status admin_approval_require(void *context, char **arguments) {
  struct admin *admin = context;
  const char *text = arguments[0];
  int64_t needed = strcmp(text, "1") == 0 ? 1 : strcmp(text, "2") == 0 ? 2 : 0;
  struct message reply;

  if (needed == 0)
    return admin_refuse(admin, STATUS_USAGE, "it takes 1 administrator or 2, not '%s'", text);
  enum status status = admin_open(admin);
  if (status != STATUS_OK)
    return status;
  status = admin_call(admin, MESSAGE_APPROVAL_RULE, approval_rule_body(needed), &reply);
  message_clear(&reply);
  if (status == STATUS_APPROVAL_OWN && needed == 2)
    return admin_refuse(admin, status, "there is no second administrator: terminal add --role admin makes one");
  if (status == STATUS_APPROVAL_OWN) /* two are required, so that one alone adds nobody */
    return admin_refuse(admin, status,
                        "there is no second administrator to give it: with the back-end stopped, terminal add --role "
                        "admin --dir makes one");
  if (status != STATUS_OK)
    return admin_fail(admin, NULL, status);
  admin_print(admin,
              needed == 1 ? SENTENCE("It takes one administrator.\n") : SENTENCE("It takes two administrators.\n"));
  admin->report = json_pack("{s:I}", "needed", (json_int_t)needed);
  return STATUS_OK;
}
