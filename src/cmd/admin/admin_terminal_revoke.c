/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal revoke: the server refuses a terminal from now on, for good; cards do when its certificate has
 * expired by the time that they have seen. */
#include <stdio.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "epurse/message_desk.h"

/* Fewer administrators than it takes agree to nothing, not even to another one: who revoked is told, and what to do. */
static void left_tell(struct admin *admin, const struct message *reply) {
  struct revocation_reply left;

  if (revocation_reply_parse(reply->body, &left) != STATUS_OK)
    return; /* an older back-end says nothing of them */
  (void)json_object_set_new(admin->report, "needed", json_integer((json_int_t)left.needed));
  (void)json_object_set_new(admin->report, "administrators", json_integer((json_int_t)left.administrators));
  if (left.administrators >= left.needed)
    return;
  fprintf(stderr,
          translated(
              "%s: it takes two administrators, and one is left, who alone changes nothing that takes two, and adds no "
              "other one\n"),
          admin->program->name);
  fprintf(stderr, translated("%s: with the back-end stopped, terminal add --role admin --dir makes another one\n"),
          admin->program->name);
}

enum status admin_terminal_revoke(void *context, char **arguments) {
  struct admin *admin = context;
  struct message reply;
  char tid[TID_SIZE + 1];
  json_t *body = revocation_body(arguments[0]);
  enum status status = body != NULL ? revocation_parse(body, tid) : STATUS_BAD_FORMAT;

  if (status != STATUS_OK) {
    json_decref(body);
    return admin_refuse(admin, STATUS_USAGE, "a terminal's name has %d letters and digits, not '%s'", TID_SIZE,
                        arguments[0]);
  }
  status = admin_open(admin);
  if (status != STATUS_OK) {
    json_decref(body);
    return status;
  }
  status = admin_call(admin, MESSAGE_TERMINAL_REVOCATION, body, &reply);
  if (status != STATUS_OK) {
    message_clear(&reply);
    return status == STATUS_NOT_FOUND ? admin_refuse(admin, status, "there is no terminal %s", tid)
                                      : admin_fail(admin, tid, status);
  }
  admin->changed = true;
  admin_print(admin, "Terminal %s is revoked for good; the back-end refuses it from now on.\n", tid);
  admin->report = json_pack("{s:s, s:s}", "operation", "terminal revoke", "tid", tid);
  left_tell(admin, &reply);
  message_clear(&reply);
  return STATUS_OK;
}
