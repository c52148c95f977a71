/* SPDX-License-Identifier: Apache-2.0
 * A terminal's request for its next certificates goes to the server over the terminal's own line, and the answer comes
 * the same way: FOLDER/renewal/request.json there, FOLDER/renewal-answer back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/backend.h"
#include "epurse/key.h"
#include "epurse/message_terminal_renewal.h"
#include "epurse/terminal_renewal.h"
#include "identity.h"

#define REQUEST       "renewal/request.json" /* its time of change is when it was brought last */
#define ANSWER        "renewal-answer"
#define AGAIN_SECONDS 600

static const char *const answered[] = {"terminal.cert", "tls.crt", "terminal-ca.cert"};
#define ANSWERED (sizeof answered / sizeof answered[0])

bool renewal_due(const char *folder) {
  char path[IDENTITY_PATH_MAX];
  struct stat facts;
  if (identity_path(folder, REQUEST, path) != STATUS_OK || stat(path, &facts) != 0)
    return false;
  int64_t since = (int64_t)time(NULL) - (int64_t)facts.st_mtime;
  return since >= AGAIN_SECONDS || since <= -AGAIN_SECONDS; /* a clock that was ahead, by years maybe */
}

static enum status request_load(const struct terminal *terminal, struct renewal_request *request) {
  char path[IDENTITY_PATH_MAX];
  uint8_t *chain = NULL;
  enum status status = identity_path(terminal->folder, REQUEST, path);
  if (status != STATUS_OK)
    return status;
  if (access(path, F_OK) != 0)
    return STATUS_NOT_FOUND;
  json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
  const char *sealed = json_string_value(json_object_get(object, "signed"));
  if (sealed == NULL || strlen(sealed) >= sizeof request->sealed)
    status = STATUS_BAD_FORMAT;
  else
    strcpy(request->sealed, sealed);
  json_decref(object);
  if (status == STATUS_OK)
    status = identity_path(terminal->folder, "tls.crt", path);
  if (status == STATUS_OK)
    status = public_file_load(path, &chain, &request->chain_len);
  if (status == STATUS_OK && request->chain_len > sizeof request->chain)
    status = STATUS_BAD_LENGTH;
  if (status == STATUS_OK)
    memcpy(request->chain, chain, request->chain_len);
  free(chain);
  return status;
}

static enum status answer_path(const char *folder, const char *name, char path[IDENTITY_PATH_MAX]) {
  int len = snprintf(path, IDENTITY_PATH_MAX, "%s/" ANSWER "/%s", folder, name);
  return len > 0 && len < IDENTITY_PATH_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

void renewal_answer_drop(const char *folder) {
  char path[IDENTITY_PATH_MAX];
  for (size_t i = 0; i < ANSWERED; i++)
    if (answer_path(folder, answered[i], path) == STATUS_OK)
      (void)unlink(path);
  if (identity_path(folder, ANSWER, path) == STATUS_OK)
    (void)rmdir(path);
}

static enum status answer_store(const char *folder, const struct renewal_files *files) {
  const uint8_t *const data[ANSWERED] = {files->terminal_cert, files->chain, files->terminal_ca_cert};
  const size_t len[ANSWERED] = {files->terminal_cert_len, files->chain_len, files->terminal_ca_cert_len};
  char path[IDENTITY_PATH_MAX];
  renewal_answer_drop(folder); /* an older one */
  enum status status = identity_path(folder, ANSWER, path);
  if (status == STATUS_OK && mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
    status = STATUS_STORE_FAILED;
  for (size_t i = 0; i < ANSWERED && status == STATUS_OK; i++) {
    status = answer_path(folder, answered[i], path);
    if (status == STATUS_OK)
      status = public_file_store(path, data[i], len[i]);
  }
  return status;
}

static enum status ask(struct terminal *terminal, const struct renewal_request *request, struct renewal_files *files) {
  struct message reply;
  enum status status = backend_call(terminal->backend, MESSAGE_RENEWAL_REQUEST, renewal_request_body(request), &reply);
  if (status != STATUS_OK)
    return status;
  status = reply.status == STATUS_OK ? renewal_files_parse(reply.body, files) : reply.status;
  message_clear(&reply);
  return status;
}

enum status renewal_bring(struct terminal *terminal, char answer[RENEWAL_PATH_MAX]) {
  struct renewal_request request = {.tid = ""};
  struct renewal_files files = {.chain_len = 0};
  char path[IDENTITY_PATH_MAX];
  answer[0] = '\0';
  enum status status = request_load(terminal, &request);
  if (status == STATUS_OK)
    status = identity_path(terminal->folder, REQUEST, path);
  if (status != STATUS_OK)
    return status;
  (void)utimensat(AT_FDCWD, path, NULL, 0);
  status = ask(terminal, &request, &files);
  if (status != STATUS_OK || files.chain_len == 0)
    return status;
  status = answer_store(terminal->folder, &files);
  int len = snprintf(answer, RENEWAL_PATH_MAX, "%s/" ANSWER, terminal->folder);
  if (status == STATUS_OK && (len < 0 || len >= RENEWAL_PATH_MAX))
    status = STATUS_BAD_LENGTH;
  if (status != STATUS_OK)
    answer[0] = '\0';
  return status;
}
