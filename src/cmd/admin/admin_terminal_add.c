/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin terminal add: keys and certificates for a terminal in a directory of its own, and its entry in the
 * ledger; whole or not at all. What may be in the ledger is kept, and the next try goes on with it. epurse-admin
 * terminal renew: the same for one that is known already, or the answer to what that one asked for, for keys that it
 * made itself. With --dir the issuer's directory and its ledger are in the place of the back-end. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin.h"
#include "admin_folder.h"
#include "admin_house.h"
#include "admin_terminal.h"
#include "admin_terminal_folder.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "epurse/key.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"
#include "epurse/terminal.h"
#include "epurse/x509.h"

/* What the verb knows on its way. */
struct joining {
  bool renewal, answer; /* answer: to `asked` */
  struct terminal_message asked;
  char issuer_folder[FOLDER_PATH_MAX];
  char merchant_name[LEDGER_NAME_MAX + 1];
  struct admin_house house; /* with --dir */
  const uint8_t *ca_public; /* of this issuer's terminal CA, CRYPTO_P256_PUBLIC_SIZE */
  struct terminal_order order;
  struct folder folder;
  bool kept; /* what is in it may be registered */
  uint8_t expiry[DATE_SIZE];
  struct key *terminal_ca;
};

static enum status options_check(const struct admin *admin, const char *tid, struct terminal_order *order) {
  if (!terminal_folder_name_valid(tid, TID_SIZE, TID_SIZE))
    return admin_refuse(admin, STATUS_USAGE, "a terminal's name has %d letters and digits, not '%s'", TID_SIZE, tid);
  if (admin->role == NULL || role_by_name(admin->role, &order->role) != STATUS_OK)
    return admin_refuse(admin, STATUS_USAGE, "say what the terminal does: --role pos, reload, perso or admin");
  if (admin->out == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the new terminal's directory with --out");
  if (admin->url == NULL || !terminal_folder_url_valid(admin->url))
    return admin_refuse(admin, STATUS_USAGE, "say how it reaches the back-end: --url https://HOST:PORT");
  order->merchant = admin->merchant != NULL                                  ? admin->merchant
                    : order->role == ROLE_PERSO || order->role == ROLE_ADMIN ? ADMIN_MERCHANT
                                                                             : "";
  if (!terminal_folder_name_valid(order->merchant, 1, MERCHANT_MAX)) {
    return admin_refuse(admin, STATUS_USAGE, "say whose it is: --merchant ID, of 1 to %d letters and digits",
                        MERCHANT_MAX);
  }
  if (strlen(admin->tender) > 100 || strpbrk(admin->tender, "\r\n;#") != NULL)
    return admin_refuse(admin, STATUS_USAGE, "--tender is cash, manual, zvt:HOST:PORT or simulator:HOST:PORT");
  order->tid = tid;
  order->url = admin->url;
  order->tender = admin->tender;
  order->days = order->role == ROLE_ADMIN ? ADMIN_OWN_DAYS : admin->days;
  return STATUS_OK;
}

/* Reads what a terminal asked for; the server says whether it was that terminal. */
static enum status request_load(const struct admin *admin, const char *tid, struct joining *joining) {
  json_t *request = json_load_file(admin->request, JSON_REJECT_DUPLICATES, NULL);
  const char *sealed = json_string_value(json_object_get(request, "signed"));
  enum status status = terminal_parse(json_object_get(request, "terminal"), &joining->asked);

  if (sealed == NULL || strlen(sealed) >= sizeof joining->asked.request || joining->asked.role == ROLE_ADMIN)
    status = STATUS_BAD_FORMAT;
  if (status == STATUS_OK)
    (void)snprintf(joining->asked.request, sizeof joining->asked.request, "%s", sealed);
  json_decref(request);
  if (status != STATUS_OK)
    return admin_refuse(admin, status, "%s is no terminal's request", admin->request);
  if (strcmp(joining->asked.tid, tid) != 0)
    return admin_refuse(admin, STATUS_NOT_PERMITTED, "%s is a request of %s", admin->request, joining->asked.tid);
  return STATUS_OK;
}

/* Of a renewal that the terminal asked for: role and merchant are its own. */
static enum status request_check(const struct admin *admin, const char *tid, struct joining *joining) {
  enum status status = STATUS_OK;

  if (!terminal_folder_name_valid(tid, TID_SIZE, TID_SIZE))
    return admin_refuse(admin, STATUS_USAGE, "a terminal's name has %d letters and digits, not '%s'", TID_SIZE, tid);
  if (admin->out == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the directory for the answer with --out");
  if (admin->role != NULL || admin->merchant != NULL || admin->url != NULL)
    return admin_refuse(admin, STATUS_USAGE, "--role, --merchant and --url are as they were: leave them out");
  status = request_load(admin, tid, joining);
  joining->answer = true;
  joining->order.tid = tid;
  joining->order.role = joining->asked.role;
  joining->order.merchant = joining->asked.merchant;
  joining->order.days = admin->days;
  return status;
}

/* Where the issuer's keys are: in issuer/ beside the admin directory, or as told. */
static enum status issuer_folder_find(const struct admin *admin, char folder[FOLDER_PATH_MAX]) {
  size_t len = strlen(admin->folder), name = strlen("/admin");
  bool usual = len > name && strcmp(admin->folder + len - name, "/admin") == 0;
  int written = 0;

  if (admin->issuer_dir != NULL)
    written = snprintf(folder, FOLDER_PATH_MAX, "%s", admin->issuer_dir);
  else if (usual)
    written = snprintf(folder, FOLDER_PATH_MAX, "%.*s/issuer", (int)(len - name), admin->folder);
  else
    written = snprintf(folder, FOLDER_PATH_MAX, "%s/../issuer", admin->folder);
  return written > 0 && written < FOLDER_PATH_MAX ? STATUS_OK : STATUS_BAD_LENGTH;
}

/* The terminal CA's key, with its passphrase. */
static enum status ca_load(const struct admin *admin, struct joining *joining) {
  const struct admin_passphrase wanted = {admin->issuer_passphrase_fd, "issuer", false};
  char passphrase[SECRET_TEXT_MAX] = "", path[FOLDER_PATH_MAX];
  enum status status = folder_path(joining->issuer_folder, "terminal-ca.key", path);

  if (status == STATUS_OK) {
    status = admin_passphrase(admin, &wanted, passphrase);
    if (status != STATUS_OK)
      return status;
    status = key_load(path, passphrase, &joining->terminal_ca);
  }
  crypto_wipe(passphrase, sizeof passphrase);
  if (status == STATUS_OK &&
      !crypto_equal(key_public(joining->terminal_ca), joining->ca_public, CRYPTO_P256_PUBLIC_SIZE))
    return admin_refuse(admin, STATUS_BAD_KEY, "%s is another issuer's", path);
  return status == STATUS_OK ? status : admin_fail(admin, path, status);
}

/* Tells the server, which answers with the merchant's name for the display, where it has one. */
static enum status terminal_register(struct admin *admin, struct joining *joining,
                                     const struct terminal_message *registration) {
  struct message reply;
  const char *name = NULL;
  enum status status = admin_call(admin, joining->renewal ? MESSAGE_TERMINAL_RENEWAL : MESSAGE_TERMINAL,
                                  terminal_body(registration), &reply);

  name = json_string_value(json_object_get(reply.body, "merchant_name"));
  (void)snprintf(joining->merchant_name, sizeof joining->merchant_name, "%s",
                 name != NULL ? name : registration->merchant);
  message_clear(&reply);
  if (joining->renewal && status == STATUS_NOT_FOUND)
    return admin_refuse(admin, status, "there is no terminal %s; add it", registration->tid);
  if (joining->answer && (status == STATUS_BAD_SIGNATURE || status == STATUS_BAD_FORMAT))
    return admin_refuse(admin, status, "%s did not ask for this: its present key has not signed it", registration->tid);
  if (joining->renewal && status == STATUS_EXISTS)
    return admin_refuse(admin, status, "%s has another role or another merchant", registration->tid);
  if (status == STATUS_NOT_FOUND)
    return admin_refuse(admin, status, "there is no merchant %s; add it first", registration->merchant);
  return status == STATUS_OK ? status : admin_fail(admin, registration->tid, status);
}

/* An earlier try may have told the server of its keys: this one goes on with them. */
static enum status folder_take_up(struct admin *admin, struct joining *joining, struct terminal_message *registration) {
  joining->kept = true;
  fprintf(stderr, translated("%s: an earlier try has left keys in %s; it goes on with them\n"), admin->program->name,
          joining->folder.path);
  enum status status = terminal_folder_resume(joining->folder.path, &joining->order, registration);
  if (status == STATUS_OK)
    return status;
  return admin_refuse(admin, status,
                      "%s is for another terminal, role or merchant, or outdated (%s): look at it, then remove it",
                      joining->folder.path, status_sentence(status));
}

/* With all in it that can fail, but for the merchant's name, which the server knows. */
static enum status folder_fill(struct admin *admin, struct joining *joining, struct terminal_message *registration) {
  const char *path = joining->folder.path;
  enum status status = joining->answer ? STATUS_NOT_FOUND : folder_resume(admin->out, &joining->folder);

  if (status == STATUS_OK)
    return folder_take_up(admin, joining, registration);
  if (status == STATUS_NOT_FOUND)
    status = folder_begin(admin->out, &joining->folder);
  if (status == STATUS_EXISTS)
    return admin_refuse(admin, status, "%s is there already; nothing is overwritten", admin->out);
  if (status == STATUS_OK && joining->answer) {
    status = terminal_folder_answer(path, &joining->order, &joining->asked, registration);
  } else if (status == STATUS_OK) {
    joining->order.merchant_name = joining->order.merchant;
    status = terminal_folder_keys(path, &joining->order, registration);
    if (status == STATUS_OK && admin->dir != NULL)
      status = admin_house_newer_ca(admin, path);
    if (status == STATUS_OK)
      status = terminal_folder_configure(path, &joining->order);
    if (status == STATUS_OK)
      status = folder_hold(&joining->folder);
  }
  return status == STATUS_OK ? status : admin_fail(admin, admin->out, status);
}

/* The server has the keys: what fails now is done by the same again, which tells it nothing new. */
static enum status folder_finish(struct admin *admin, struct joining *joining) {
  enum status status = STATUS_OK;

  joining->merchant_name[strcspn(joining->merchant_name, "\r\n")] = '\0';
  joining->order.merchant_name = joining->merchant_name;
  if (!joining->answer)
    status = terminal_folder_configure(joining->folder.path, &joining->order);
  if (status == STATUS_OK)
    status = folder_commit(&joining->folder);
  if (status == STATUS_OK)
    return status;
  joining->kept = !joining->answer;
  problem_say_with(admin->program->name, status_sentence(status),
                   "the back-end has the keys of %s, and %s could not be finished (%s): ask for the same again",
                   joining->order.tid, admin->out, status_sentence(status));
  return STATUS_UNFINISHED;
}

static enum status terminal_make(struct admin *admin, struct joining *joining) {
  struct terminal_message registration;
  enum status status = folder_fill(admin, joining, &registration);

  if (status != STATUS_OK)
    return status;
  memcpy(joining->expiry, registration.expiry, sizeof joining->expiry);
  admin->kept = joining->answer ? NULL : joining->folder.path;
  enum status registered = admin->dir != NULL
                               ? admin_house_enter(admin, &joining->house, &registration, joining->merchant_name)
                               : terminal_register(admin, joining, &registration);
  admin->kept = NULL;
  bool open = registered == STATUS_OUTCOME_UNKNOWN ||
              (admin->dir != NULL && registered == STATUS_STORE_FAILED); /* perhaps at the commit */
  joining->kept = joining->kept || (open && !joining->answer);
  if (registered != STATUS_OK && registered != STATUS_APPROVAL_WAITS)
    return registered;
  status = folder_finish(admin, joining); /* what waits for another administrator is of use once it is given */
  return status == STATUS_OK ? registered : status;
}

static void terminal_report(struct admin *admin, const struct joining *joining) {
  const struct terminal_order *order = &joining->order;
  char expiry[11];

  date_print(joining->expiry, expiry);
  admin->changed = true;
  admin_print(admin,
              joining->renewal ? SENTENCE("Terminal %s (%s, %s) is renewed, valid until %s. ")
                               : SENTENCE("Terminal %s (%s, %s) is added, valid until %s. "),
              order->tid, role_name(order->role), joining->merchant_name, expiry);
  if (joining->answer)
    admin_print(admin, "The answer is %s: it has nothing secret; until the terminal takes it (renew), it is refused.\n",
                joining->folder.target);
  else
    admin_print(admin, "Its directory is %s: move it to the terminal, keep no copy.\n", joining->folder.target);
  admin->report = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "operation",
                            joining->renewal ? "terminal renew" : "terminal add", "tid", order->tid, "role",
                            role_name(order->role), "merchant", order->merchant, "merchant_name",
                            joining->merchant_name, "expiry", expiry, "dir", joining->folder.target);
}

/* All that have asked over their own lines: nothing else is said of them here. */
static enum status waiting_check(const struct admin *admin, const char *tid, struct terminal_order *order) {
  if (tid != NULL || admin->request != NULL || admin->out != NULL || admin->role != NULL || admin->merchant != NULL ||
      admin->url != NULL)
    return admin_refuse(admin, STATUS_USAGE, "--waiting goes with no terminal's name, and with no option but --days");
  order->days = admin->days;
  return STATUS_OK;
}

static enum status join_check(const struct admin *admin, const char *tid, struct joining *joining) {
  if (admin->dir != NULL &&
      (joining->renewal || admin->role == NULL || strcmp(admin->role, role_name(ROLE_ADMIN)) != 0))
    return admin_refuse(
        admin, STATUS_USAGE,
        "--dir adds administrators: terminal add TID --role admin; everything else goes by the back-end");
  if (joining->renewal && admin->waiting)
    return waiting_check(admin, tid, &joining->order);
  if (admin->waiting)
    return admin_refuse(admin, STATUS_USAGE, "--waiting goes with terminal renew");
  if (tid == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the terminal, or say --waiting");
  return joining->renewal && admin->request != NULL ? request_check(admin, tid, joining)
                                                    : options_check(admin, tid, &joining->order);
}

/* What it must know of the issuer: by the issuer's own terminal, which has a line to the back-end, */
static enum status line_open(struct admin *admin, struct joining *joining) {
  enum status status = admin_open(admin);

  if (status != STATUS_OK)
    return status;
  joining->ca_public = admin->terminal->terminal_ca.public_key;
  joining->order.currency = admin->terminal->currency->code;
  joining->order.public_folder = admin->folder;
  status = issuer_folder_find(admin, joining->issuer_folder);
  return status == STATUS_OK ? status : admin_fail(admin, admin->config, status);
}

/* or by the issuer's directory. */
static enum status house_open(struct admin *admin, struct joining *joining) {
  enum status status = admin_house_open(admin, &joining->house);

  if (status != STATUS_OK)
    return status;
  joining->ca_public = joining->house.ca_public;
  joining->order.currency = joining->house.currency;
  joining->order.public_folder = admin->dir;
  if (admin->issuer_dir == NULL)
    status = folder_path(admin->dir, "issuer", joining->issuer_folder);
  else
    (void)snprintf(joining->issuer_folder, sizeof joining->issuer_folder, "%s", admin->issuer_dir);
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static enum status terminal_join(struct admin *admin, const char *tid, bool renewal) {
  struct joining joining = {.renewal = renewal};
  enum status status = join_check(admin, tid, &joining);

  if (status == STATUS_OK)
    status = admin->dir != NULL ? house_open(admin, &joining) : line_open(admin, &joining);
  if (status == STATUS_OK)
    status = ca_load(admin, &joining);
  if (status == STATUS_OK) {
    joining.order.now = (int64_t)time(NULL);
    joining.order.issuer_folder = joining.issuer_folder;
    joining.order.terminal_ca = joining.terminal_ca;
    status = admin->waiting ? admin_terminal_waiting(admin, &joining.order) : terminal_make(admin, &joining);
  }
  if (!joining.kept)
    folder_discard(&joining.folder);
  key_free(&joining.terminal_ca);
  if (status == STATUS_OK && !admin->waiting)
    terminal_report(admin, &joining);
  return status;
}

enum status admin_terminal_add(void *context, char **arguments) {
  return terminal_join(context, arguments[0], false);
}

enum status admin_terminal_renew(void *context, char **arguments) {
  return terminal_join(context, arguments[0], true);
}
