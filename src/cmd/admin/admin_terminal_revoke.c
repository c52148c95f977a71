/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal revoke: the server refuses a terminal from now on, for good; cards do when its certificate has
 * expired by the time that they have seen. */
#include "admin.h"
#include "epurse/message_desk.h"

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
  message_clear(&reply);
  if (status == STATUS_NOT_FOUND)
    return admin_refuse(admin, status, "there is no terminal %s", tid);
  if (status != STATUS_OK)
    return admin_fail(admin, tid, status);
  admin->changed = true;
  admin_print(admin, "Terminal %s is revoked for good; the back-end refuses it from now on.\n", tid);
  admin->report = json_pack("{s:s, s:s}", "operation", "terminal revoke", "tid", tid);
  return STATUS_OK;
}
