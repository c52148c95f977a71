/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal renew --waiting: signs for all terminals that ask for their next certificates over their own
 * lines. The server's word is not taken for who asks: each request is sealed by a key that the terminal CA has
 * certified. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "admin_folder.h"
#include "admin_terminal.h"
#include "admin_terminal_folder.h"
#include "epurse/key.h"
#include "epurse/message_desk.h"
#include "epurse/message_terminal_renewal.h"
#include "epurse/x509.h"

/* ---- who asks ---- */

static X509 *certificate_load(const struct admin *admin, const char *name) {
  char path[FOLDER_PATH_MAX];
  if (folder_path(admin->folder, name, path) != STATUS_OK)
    return NULL;
  BIO *file = BIO_new_file(path, "rb");
  X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
  BIO_free(file);
  return certificate;
}

static bool subject_is(const X509 *certificate, int nid, const char *wanted) {
  char text[64] = "";
  int len = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), nid, text, sizeof text);
  return strcmp(len > 0 ? text : "", wanted) == 0;
}

/* The certificate of the terminal that asked, good still, under a terminal CA that the issuer's root has signed. A CA:
 * what the root signs for the server certifies nobody, or whoever has the server's key would name terminals. */
static bool chain_holds(X509 *own, X509 *ca, X509 *root) {
  X509_STORE *roots = X509_STORE_new();
  X509_STORE_CTX *check = X509_STORE_CTX_new();
  STACK_OF(X509) *between = sk_X509_new_null();
  bool holds = own != NULL && ca != NULL && root != NULL && roots != NULL && check != NULL && between != NULL &&
               X509_STORE_add_cert(roots, root) == 1 && sk_X509_push(between, ca) > 0 &&
               X509_STORE_CTX_init(check, roots, own, between) == 1 &&
               X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_CLIENT) == 1 && X509_verify_cert(check) == 1;
  X509_STORE_CTX_free(check);
  sk_X509_free(between);
  X509_STORE_free(roots);
  return holds;
}

/* What was asked for under that key, by whom the certificate names, and for nothing else. */
static enum status seal_check(const X509 *own, const struct renewal_request *request, struct terminal_message *asked) {
  uint8_t key[CRYPTO_P256_PUBLIC_SIZE];
  struct message_verifier *verifier = NULL;
  struct message message = {0};
  enum status status = x509_public_key(own, key);
  if (status == STATUS_OK)
    status = message_verifier_new(key, &verifier);
  if (status == STATUS_OK)
    status = message_open(request->sealed, strlen(request->sealed), false, verifier, &message);
  if (status == STATUS_OK)
    status = terminal_parse(message.body, asked);
  const char *role = status == STATUS_OK ? role_name(asked->role) : NULL;
  if (status == STATUS_OK &&
      (message.type != MESSAGE_TERMINAL_RENEWAL || asked->role == ROLE_ADMIN || strcmp(asked->tid, request->tid) != 0 ||
       strcmp(message.tid, request->tid) != 0 || role == NULL || !subject_is(own, NID_commonName, request->tid) ||
       !subject_is(own, NID_organizationalUnitName, role) || !subject_is(own, NID_organizationName, asked->merchant)))
    status = STATUS_BAD_SIGNATURE;
  message_clear(&message);
  message_verifier_free(&verifier);
  return status;
}

static enum status request_check(const struct admin *admin, const struct renewal_request *request,
                                 struct terminal_message *asked) {
  BIO *chain = BIO_new_mem_buf(request->chain, (int)request->chain_len);
  X509 *own = chain != NULL ? PEM_read_bio_X509(chain, NULL, NULL, NULL) : NULL;
  X509 *ca = own != NULL ? PEM_read_bio_X509(chain, NULL, NULL, NULL) : NULL;
  X509 *root = certificate_load(admin, "root.crt");
  enum status status = chain_holds(own, ca, root) ? seal_check(own, request, asked) : STATUS_BAD_CERTIFICATE;
  X509_free(root);
  X509_free(ca);
  X509_free(own);
  BIO_free(chain);
  return status;
}

/* ---- the answer ---- */

static enum status file_take(const char *folder, const char *name, uint8_t *data, size_t capacity, size_t *len) {
  char path[FOLDER_PATH_MAX];
  uint8_t *bytes = NULL;
  enum status status = folder_path(folder, name, path);
  if (status == STATUS_OK)
    status = public_file_load(path, &bytes, len);
  if (status == STATUS_OK && *len > capacity)
    status = STATUS_BAD_LENGTH;
  if (status == STATUS_OK)
    memcpy(data, bytes, *len);
  free(bytes);
  return status;
}

static enum status files_take(const char *folder, struct renewal_files *files) {
  enum status status =
      file_take(folder, "terminal.cert", files->terminal_cert, sizeof files->terminal_cert, &files->terminal_cert_len);
  if (status == STATUS_OK)
    status = file_take(folder, "tls.crt", files->chain, sizeof files->chain, &files->chain_len);
  if (status == STATUS_OK)
    status = file_take(folder, "terminal-ca.cert", files->terminal_ca_cert, sizeof files->terminal_ca_cert,
                       &files->terminal_ca_cert_len);
  return status;
}

/* Signs into a folder that does not stay. */
static enum status answer_make(const struct admin *admin, const struct terminal_order *order,
                               const struct terminal_message *asked, struct renewal_answer *answer) {
  struct terminal_message registration;
  struct folder folder = {.path = ""};
  char target[FOLDER_PATH_MAX];
  enum status status = folder_path(admin->folder, "renewal-answer", target);
  if (status == STATUS_OK)
    status = folder_begin(target, &folder);
  if (status == STATUS_OK)
    status = terminal_folder_answer(folder.path, order, asked, &registration);
  if (status == STATUS_OK)
    status = files_take(folder.path, &answer->files);
  folder_discard(&folder);
  if (status != STATUS_OK)
    return status;
  memcpy(answer->tid, registration.tid, sizeof answer->tid);
  memcpy(answer->sig_public, registration.sig_public, sizeof answer->sig_public);
  memcpy(answer->expiry, registration.expiry, sizeof answer->expiry);
  return STATUS_OK;
}

static enum status answer_send(struct admin *admin, const struct renewal_answer *answer) {
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_RENEWAL_ANSWER, renewal_answer_body(answer), &reply);
  message_clear(&reply);
  return status;
}

static void answer_report(struct admin *admin, const struct renewal_answer *answer, json_t *list) {
  char day[11];
  date_print(answer->expiry, day);
  admin->changed = true;
  admin_print(admin, "Terminal %s has its answer, valid until %s; it fetches it by itself.\n", answer->tid, day);
  (void)json_array_append_new(list, json_pack("{s:s, s:s}", "tid", answer->tid, "expiry", day));
}

/* ---- one after the other ---- */

static enum status next(struct admin *admin, const char *after, struct renewal_request *request) {
  struct message reply;
  enum status status = admin_call(admin, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", after), &reply);
  if (status == STATUS_OK)
    status = renewal_waiting_parse(reply.body, request);
  if (status == STATUS_OK && request->tid[0] != '\0' && strcmp(request->tid, after) <= 0)
    status = STATUS_BAD_REPLY; /* a server that repeats itself cannot keep us here for ever */
  message_clear(&reply);
  return status == STATUS_OK ? status : admin_fail(admin, NULL, status);
}

/* One that does not hold is said and left out; the others are answered all the same. */
static enum status answer_one(struct admin *admin, struct terminal_order *order, const struct renewal_request *request,
                              json_t *list) {
  struct renewal_answer answer = {.tid = ""};
  struct terminal_message asked;
  enum status status = request_check(admin, request, &asked);
  if (status != STATUS_OK)
    return admin_refuse(admin, status, "%s did not ask for this: its present key has not signed it", request->tid);
  order->tid = request->tid;
  order->role = asked.role;
  order->merchant = asked.merchant;
  status = answer_make(admin, order, &asked, &answer);
  if (status == STATUS_OK)
    status = answer_send(admin, &answer);
  if (status == STATUS_OK)
    answer_report(admin, &answer, list);
  return status == STATUS_OK ? status : admin_fail(admin, request->tid, status);
}

enum status admin_terminal_waiting(struct admin *admin, struct terminal_order *order) {
  struct renewal_request request = {.tid = ""};
  char after[TID_SIZE + 1] = "";
  json_t *list = json_array();
  enum status status = list != NULL ? STATUS_OK : STATUS_NO_MEMORY, first = STATUS_OK;
  while (status == STATUS_OK) {
    status = next(admin, after, &request);
    if (status != STATUS_OK || request.tid[0] == '\0')
      break;
    memcpy(after, request.tid, sizeof after);
    enum status one = answer_one(admin, order, &request, list);
    first = first == STATUS_OK ? one : first;
  }
  if (status == STATUS_OK && json_array_size(list) == 0 && first == STATUS_OK)
    admin_print(admin, "No terminal waits for a renewal.\n");
  admin->report = json_pack("{s:s, s:o}", "operation", "terminal renew", "renewed", list);
  return status == STATUS_OK ? first : status;
}
