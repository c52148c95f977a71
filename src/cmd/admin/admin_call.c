/* SPDX-License-Identifier: Apache-2.0
 * What epurse-admin does for all its verbs: speaks to the server, asks for passphrases, says what is wrong. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admin.h"
#include "cmd/frame/language.h"
#include "cmd/frame/problem.h"
#include "epurse/backend.h"
#include "epurse/message_approval.h"
#include "epurse/terminal.h"
#include "epurse/x509.h"

#define PATIENCE         60 /* seconds that a busy server is asked again */
#define EXIT_UNAVAILABLE 69 /* sysexits.h: the other side is not there; whatever was asked for has no part in it */

/* Whether the server did it is not known: why, and what tells it. */
static enum status unknown_say(const struct admin *admin) {
  const char *sentence = status_sentence(admin->lost);
  const char *trouble = backend_trouble(admin->terminal->backend, admin->lost);
  char why[768];

  (void)snprintf(why, sizeof why, "%s%s%s%s", sentence, trouble[0] != 0 ? " (" : "", trouble,
                 trouble[0] != 0 ? ")" : "");
  if (admin->kept != NULL)
    problem_say_with(admin->program->name, sentence,
                     "%s; whether it was done is not known: the new keys are kept in %s, ask for the same again", why,
                     admin->kept);
  else if (admin->look[0] == '\0')
    problem_say_with(admin->program->name, sentence,
                     "%s; whether it was done is not known: ask for the same again, nothing is done twice", why);
  else
    problem_say_with(admin->program->name, sentence,
                     "%s; whether it was done is not known: look with %s before it is asked for again", why,
                     admin->look);
  return STATUS_OUTCOME_UNKNOWN;
}

enum status admin_fail(const struct admin *admin, const char *about, enum status status) {
  if (status == STATUS_OUTCOME_UNKNOWN && admin->look != NULL)
    return unknown_say(admin);
  if (status_exit_code(status) == EXIT_UNAVAILABLE)
    about = NULL;
  const char *trouble = admin->terminal != NULL ? backend_trouble(admin->terminal->backend, status) : "";
  problem_say_with(admin->program->name, status_sentence(status), "%s%s%s%s%s%s", about != NULL ? about : "",
                   about != NULL ? ": " : "", status_sentence(status), trouble[0] != 0 ? " (" : "", trouble,
                   trouble[0] != 0 ? ")" : "");
  return status;
}

enum status admin_refuse(const struct admin *admin, enum status status, const char *format, ...) {
  va_list arguments;

  va_start(arguments, format);
  problem_say_list(admin->program->name, status_sentence(status), format, arguments);
  va_end(arguments);
  return status;
}

enum status admin_refuse_cid(const struct admin *admin, const char *text) {
  if (strlen(text) == 2 * CID_SIZE && strspn(text, "0123456789") == 2 * CID_SIZE)
    return admin_refuse(admin, STATUS_USAGE,
                        "'%s' is not a card number: its last digit does not fit the others, so one of "
                        "them is mistyped",
                        text);
  return admin_refuse(admin, STATUS_USAGE, "'%s' is not a card number: 16 digits, as they stand on the card", text);
}

enum status admin_hosts_check(const struct admin *admin) {
  if (x509_hosts_valid(admin->hosts))
    return STATUS_OK;
  return admin_refuse(admin, STATUS_USAGE, "no certificate can name --host '%s': names and addresses, like %s",
                      admin->hosts, "pay.example.org,192.0.2.1");
}

void admin_print(const struct admin *admin, const char *format, ...) {
  va_list arguments;

  if (admin->json)
    return;
  va_start(arguments, format);
  vprintf(translated(format), arguments);
  va_end(arguments);
}

void admin_row(const struct admin *admin, const char *format, ...) {
  va_list arguments;

  if (admin->json)
    return;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
}

/* The directory of the issuer's own terminal: named itself, by its terminal.conf, or by the issuer's that it is in. */
static enum status folder_find(struct admin *admin) {
  static const char file[] = "/terminal.conf";
  struct stat facts;
  size_t len = 0;
  int written = snprintf(admin->folder, sizeof admin->folder, "%s/admin/terminal.conf", admin->config);

  if (written < 0 || (size_t)written >= sizeof admin->folder)
    return STATUS_NO_CONFIG;
  if (stat(admin->folder, &facts) != 0)
    (void)snprintf(admin->folder, sizeof admin->folder, "%s", admin->config);
  len = strlen(admin->folder);
  if (len > strlen(file) && strcmp(admin->folder + len - strlen(file), file) == 0)
    admin->folder[len - strlen(file)] = '\0';
  return STATUS_OK;
}

/* A long list is asked for faster than the server lets a terminal ask. */
static void say_waiting(void *context) {
  const struct admin *admin = context;
  fprintf(stderr, translated("%s: the back-end is busy; it is asked again in a moment\n"), admin->program->name);
}

enum status admin_open(struct admin *admin) {
  char problem[256] = "";
  enum status status = STATUS_NO_CONFIG;

  if (admin->terminal != NULL)
    return STATUS_OK;
  if (admin->config != NULL)
    status = folder_find(admin);
  if (status == STATUS_OK)
    status = terminal_open(admin->folder, &admin->terminal, problem);
  if (status != STATUS_OK && problem[0] == '\0')
    return admin_fail(admin, admin->config, status);
  if (status != STATUS_OK) {
    problem_open(admin->program->name, status_sentence(status), problem);
    return status;
  }
  if (admin->terminal->role != ROLE_ADMIN) {
    return admin_refuse(admin, STATUS_NOT_PERMITTED,
                        "%s is not the issuer's own terminal: name its directory (DIR/admin)", admin->terminal->tid);
  }
  backend_patience(admin->terminal->backend, PATIENCE, say_waiting, admin);
  return STATUS_OK;
}

/* Where the number makes no sense the outcome only is told. */
static void waits_tell(struct admin *admin, const json_t *body) {
  int64_t number = 0;

  if (approval_waits_parse(body, &number) != STATUS_OK)
    return;
  admin_print(admin, "This waits as approval %" PRId64 ": another administrator looks at it and gives it.\n", number);
  if (admin->report == NULL)
    admin->report = json_object();
  (void)json_object_set_new(admin->report, "approval", json_integer((json_int_t)number));
}

/* The verb that shows what became of a question that changes something; "": it can be asked again, unseen; NULL: it
 * changes nothing. */
static const char *look_for(enum message_type type) {
  static const struct {
    enum message_type type;
    const char *look;
  } rows[] = {{MESSAGE_APPROVAL, "approval show"},
              {MESSAGE_APPROVAL_RULE, ""},
              {MESSAGE_BACKUP, ""},
              {MESSAGE_CARD_BLOCK, "card show"},
              {MESSAGE_CARD_REPLACEMENT, "card show"},
              {MESSAGE_CARD_RESUMPTION, "card show"},
              {MESSAGE_CARD_SUSPENSION, "card show"},
              {MESSAGE_CHIP_ADDITION, ""},
              {MESSAGE_LIMIT, "limit show"},
              {MESSAGE_MERCHANT, "limit show"},
              {MESSAGE_MERCHANT_CHANGE, ""},
              {MESSAGE_OFFLINE_PAYMENT, ""},
              {MESSAGE_RENEWAL_ANSWER, ""},
              {MESSAGE_SETTLEMENT, "settlement list"},
              {MESSAGE_SETTLEMENT_RESUMPTION, ""},
              {MESSAGE_TERMINAL, ""},
              {MESSAGE_TERMINAL_RENEWAL, ""},
              {MESSAGE_TERMINAL_REVOCATION, "terminal list"}};

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].type == type)
      return rows[i].look;
  return NULL;
}

/* What the end of a call without an answer means to the verb: it may have had an effect; or had one before, of which it
 * was to hear. */
static enum status lost_judge(struct admin *admin, enum message_type type, enum status status) {
  const char *look = look_for(type);
  bool open = backend_in_doubt(admin->terminal->backend);

  if (admin->reads || !(admin->changed ? open || status == STATUS_NO_SERVER : open && look != NULL))
    return status;
  admin->lost = status;
  admin->look = look != NULL ? look : "";
  return STATUS_OUTCOME_UNKNOWN;
}

enum status admin_call(struct admin *admin, enum message_type type, json_t *body, struct message *reply) {
  enum status status = STATUS_NO_MEMORY;

  *reply = (struct message){0};
  if (body != NULL) {
    status = backend_call(admin->terminal->backend, type, body, reply);
    status = status == STATUS_OK ? reply->status : lost_judge(admin, type, status);
  }
  if (status == STATUS_APPROVAL_WAITS)
    waits_tell(admin, reply->body);
  return status;
}

/* `issuer` and `server` are the two forms of the same question. */
static enum status passphrase_ask(const struct admin_passphrase *wanted, const char *issuer, const char *server,
                                  char text[SECRET_TEXT_MAX]) {
  const char *question = translated(strcmp(wanted->whose, "issuer") == 0 ? issuer : server);

  return secret_from_prompt(question, text, SECRET_TEXT_MAX);
}

/* Asks; a new passphrase again, since nobody sees what was typed. STATUS_BAD_FORMAT: the two differ. */
static enum status passphrase_prompt(const struct admin_passphrase *wanted, char text[SECRET_TEXT_MAX]) {
  char again[SECRET_TEXT_MAX];
  enum status status =
      passphrase_ask(wanted, wanted->is_new ? SENTENCE("New issuer passphrase: ") : SENTENCE("The issuer passphrase: "),
                     wanted->is_new ? SENTENCE("New server passphrase: ") : SENTENCE("The server passphrase: "), text);

  if (status == STATUS_OK && wanted->is_new) {
    status = passphrase_ask(wanted, SENTENCE("Once more, the issuer passphrase: "),
                            SENTENCE("Once more, the server passphrase: "), again);
    if (status == STATUS_OK && strcmp(text, again) != 0)
      status = STATUS_BAD_FORMAT;
    crypto_wipe(again, sizeof again);
  }
  return status;
}

enum status admin_passphrase(const struct admin *admin, const struct admin_passphrase *wanted,
                             char text[SECRET_TEXT_MAX]) {
  enum status status =
      wanted->fd >= 0 ? secret_from_fd((int)wanted->fd, text, SECRET_TEXT_MAX) : passphrase_prompt(wanted, text);

  if (status == STATUS_OK && strlen(text) < ADMIN_PASSPHRASE_MIN)
    status = STATUS_BAD_LENGTH;
  if (status == STATUS_CANCELLED && wanted->fd >= 0)
    status = STATUS_STORE_FAILED; /* nothing came out of the descriptor */
  if (status == STATUS_OK)
    return STATUS_OK;
  crypto_wipe(text, SECRET_TEXT_MAX);
  switch (status) {
  case STATUS_BAD_LENGTH:
    return admin_refuse(admin, status, "the %s passphrase must have %d to %d characters", wanted->whose,
                        ADMIN_PASSPHRASE_MIN, SECRET_TEXT_MAX - 1);
  case STATUS_BAD_FORMAT:
    return admin_refuse(admin, status, "the %s passphrase was not typed the same twice", wanted->whose);
  case STATUS_USAGE:
    return admin_refuse(admin, status,
                        "there is no terminal to ask on, or this runs in its background: give --%s-passphrase-fd",
                        wanted->whose);
  case STATUS_STORE_FAILED:
    return admin_refuse(admin, STATUS_USAGE, "the %s passphrase cannot be read from that descriptor", wanted->whose);
  default:
    return admin_fail(admin, NULL, status);
  }
}
