/* SPDX-License-Identifier: Apache-2.0
 * epurse-card: makes virtual cards, puts them into vsmartcard's reader, shows what they hold. */
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "card_show.h"
#include "cmd/frame/finish.h"
#include "cmd/frame/language.h"
#include "cmd/frame/option.h"
#include "cmd/frame/problem.h"
#include "epurse/bytes.h"
#include "epurse/key.h"
#include "epurse/scp.h"
#include "epurse/secret.h"
#include "epurse/vcard.h"
#include "epurse/vpcd.h"

struct card_options {
  const char *batch_key, *serial, *host, *fresh;
  int64_t port;
  bool count, json;
  json_t *report; /* what the verb has for --json */
};

EPURSE_MUST_USE static enum status fail(enum status status, const char *what) {
  problem_say_with("epurse-card", status_sentence(status), "%s: %s", what, status_sentence(status));
  return status;
}

/* ---- new ---- */

static enum status read_serial(const struct card_options *options, uint8_t serial[CHIP_SERIAL_SIZE]) {
  size_t len = 0;
  if (options->serial == NULL)
    return crypto_random(serial, CHIP_SERIAL_SIZE) ? STATUS_OK : fail(STATUS_CRYPTO_FAILED, "chip serial");
  if (bytes_from_hex(options->serial, serial, CHIP_SERIAL_SIZE, &len) == STATUS_OK && len == CHIP_SERIAL_SIZE)
    return STATUS_OK;
  problem_say("epurse-card", "--serial wants 16 hexadecimal digits, not '%s'", options->serial);
  return STATUS_USAGE;
}

/* new --fresh: as the factory sells it. */
static enum status new_fresh(const struct card_options *options, const char *path,
                             const uint8_t serial[CHIP_SERIAL_SIZE]) {
  uint8_t protocol = strcmp(options->fresh, "scp02") == 0 ? 2 : strcmp(options->fresh, "scp03") == 0 ? 3 : 0;
  if (protocol == 0) {
    problem_say("epurse-card", "--fresh is scp02 or scp03");
    return STATUS_USAGE;
  }
  enum status status = vcard_create_fresh(path, serial, protocol);
  return status == STATUS_OK ? status : fail(status, path);
}

static enum status new_raw(const struct card_options *options, const char *path,
                           const uint8_t serial[CHIP_SERIAL_SIZE]) {
  uint8_t batch_key[CRYPTO_AES_KEY_SIZE], transport_key[CRYPTO_AES_KEY_SIZE];
  if (options->batch_key == NULL) {
    problem_say("epurse-card", "name the key of the chip batch with --batch-key");
    return STATUS_USAGE;
  }
  enum status status = aes_key_load(options->batch_key, batch_key);
  if (status != STATUS_OK)
    return fail(status, options->batch_key);
  status = transport_key_derive(batch_key, serial, transport_key);
  if (status == STATUS_OK)
    status = vcard_create(path, serial, transport_key);
  crypto_wipe(batch_key, sizeof batch_key);
  crypto_wipe(transport_key, sizeof transport_key);
  return status == STATUS_OK ? status : fail(status, path);
}

static enum status run_new(void *context, char **arguments) {
  struct card_options *options = context;
  uint8_t serial[CHIP_SERIAL_SIZE];
  char text[2 * CHIP_SERIAL_SIZE + 1];
  enum status status = read_serial(options, serial);
  if (status == STATUS_OK)
    status = options->fresh != NULL ? new_fresh(options, arguments[0], serial) : new_raw(options, arguments[0], serial);
  if (status != STATUS_OK)
    return status;
  bytes_to_hex(serial, sizeof serial, text);
  if (!options->json)
    printf("%s\n", text);
  options->report = json_pack("{s:s}", "chip_serial", text);
  return STATUS_OK;
}

/* ---- run ---- */

static void say(void *context, bool inserted) {
  const struct card_options *options = context;
  problem_say("epurse-card",
              inserted ? SENTENCE("in the reader (vpcd at %s, port %d)")
                       : SENTENCE("out of the reader (vpcd at %s, port %d)"),
              options->host, (int)options->port);
}

/* Signals that are read, not delivered: a card is never in two minds half way through a command. -1: failed. */
static int signals_open(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

/* False where the card is to be pulled. */
static bool signal_handle(const struct card_options *options, const struct vcard *vcard, int signals) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info || info.ssi_signo != SIGUSR1)
    return false;
  if (options->count)
    vcard_tally_print(vcard, options->json ? stderr : stdout);
  return true;
}

static enum status verb_run(void *context, char **arguments) {
  struct card_options *options = context;
  struct vcard *vcard = NULL;
  struct vpcd *vpcd = NULL;
  char port[8];
  int signals = -1;
  enum status status = vcard_open(arguments[0], &vcard);
  if (status != STATUS_OK)
    return fail(status, arguments[0]);
  snprintf(port, sizeof port, "%d", (int)options->port);
  signals = signals_open();
  if (signals < 0) {
    status = fail(STATUS_INTERNAL, "signals");
    goto out;
  }
  struct vpcd_settings settings = {
      .host = options->host, .port = port, .wake_fd = signals, .notice = say, .context = options};
  status = vpcd_new(vcard, &settings, &vpcd);
  if (status != STATUS_OK) {
    status = fail(status, options->host);
    goto out;
  }
  while (vpcd_serve(vpcd) == STATUS_CANCELLED && signal_handle(options, vcard, signals))
    continue;
  if (options->count)
    vcard_tally_print(vcard, options->json ? stderr : stdout);
out:
  vpcd_free(&vpcd);
  if (signals >= 0)
    close(signals);
  vcard_close(&vcard);
  return status;
}

/* ---- show ---- */

static enum status run_show(void *context, char **arguments) {
  struct card_options *options = context;
  struct vcard *vcard = NULL;
  enum status status = vcard_open(arguments[0], &vcard);
  if (status != STATUS_OK)
    return fail(status, arguments[0]);
  if (!vcard_has_purse(vcard)) {
    vcard_close(&vcard);
    return fail(STATUS_NOT_OUR_CARD, arguments[0]);
  }
  options->report = card_show_json(vcard_memory(vcard));
  if (options->report == NULL)
    status = fail(STATUS_NO_MEMORY, arguments[0]);
  else if (!options->json)
    card_show_text(vcard_memory(vcard), stdout);
  vcard_close(&vcard);
  return status;
}

int main(int argc, char **argv) {
  static const struct option_row rows[] = {
      {"batch-key", 'b', "FILE", "EPURSE_BATCH_KEY", OPTION_TEXT, offsetof(struct card_options, batch_key), 0, 0,
       SENTENCE("new: the key of the chip batch")},
      {"serial", 's', "HEX", NULL, OPTION_TEXT, offsetof(struct card_options, serial), 0, 0,
       SENTENCE("new: the chip's serial number, 16 digits; random without it")},
      {"fresh", 0, "PROTOCOL", NULL, OPTION_TEXT, offsetof(struct card_options, fresh), 0, 0,
       SENTENCE("new: a chip as its factory sells it, without a purse: scp02 or scp03")},
      {"host", 0, "HOST", NULL, OPTION_TEXT, offsetof(struct card_options, host), 0, 0,
       SENTENCE("run: where pcscd with vpcd runs")},
      {"port", 'p', "PORT", NULL, OPTION_NUMBER, offsetof(struct card_options, port), 1, 65535,
       SENTENCE("run: vpcd's port, one higher for its second slot")},
      {"count", 'c', NULL, NULL, OPTION_FLAG, offsetof(struct card_options, count), 0, 0,
       SENTENCE("run: print what each command cost, in the end and on SIGUSR1")},
      {"json", 'j', NULL, NULL, OPTION_FLAG, offsetof(struct card_options, json), 0, 0,
       SENTENCE("print one JSON object")},
      {0}};
  static const struct verb verbs[] = {
      {"new", "FILE", 1, SENTENCE("make the file of a raw card; prints its serial"), run_new},
      {"run", "FILE", 1, SENTENCE("put the card into vpcd's reader until a signal pulls it"), verb_run},
      {"show", "FILE", 1, SENTENCE("show what the card holds, without its secrets"), run_show},
      {0}};
  static const struct program program = {
      .name = "epurse-card", .sentence = SENTENCE("A purse card in a file."), .rows = {rows}, .verbs = verbs};
  struct card_options options = {.host = VPCD_HOST, .port = 35963};
  const struct verb *verb = NULL;
  char **arguments = NULL;
  process_harden();
  language_begin();
  enum status status = option_parse(&program, argc, argv, &options, &verb, &arguments);
  if (status != STATUS_OK)
    return status_exit_code(status);
  status = verb->run(&options, arguments);
  json_t *object = finish_object(verb->name, options.report, status);
  if (options.json)
    finish_print(object);
  if (status == STATUS_OK)
    status = finish(&(struct ending){program.name, verb->name, verb->run == run_new, NULL}, status);
  json_decref(object);
  json_decref(options.report);
  return status_exit_code(status);
}
