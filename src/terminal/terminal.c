/* SPDX-License-Identifier: Apache-2.0
 * Opening a terminal: its configuration, who it is, its journal and its line to the server. */
#include "epurse/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/backend.h"
#include "epurse/journal.h"
#include "epurse/sentence.h"
#include "epurse/settings.h"
#include "epurse/terminal_renewal.h"

#include "configuration.h"
#include "identity.h"
#include "no_pin.h"

static enum status next_seq(void *context, int64_t *seq) {
  return journal_next_seq(context, seq);
}

/* Where the journal cannot take it now, the next reply says it again. */
static void met(void *context, int64_t incarnation, int64_t since) {
  (void)!journal_met(context, incarnation, since);
}

static enum status terminal_connect(struct terminal *terminal, const struct settings *settings, char problem[256]) {
  char root[IDENTITY_PATH_MAX], certificate[IDENTITY_PATH_MAX], sig[IDENTITY_PATH_MAX];
  const char *folder = settings_folder(settings);
  const char *file = settings_text(settings, "files", "journal");
  enum status status = journal_open(file, &terminal->journal);
  if (status != STATUS_OK) {
    snprintf(problem, 256, "%.120s: %s", file, status_sentence(status));
    return status;
  }
  if (identity_path(folder, "root.crt", root) != STATUS_OK ||
      identity_path(folder, "tls.crt", certificate) != STATUS_OK || identity_path(folder, "sig.key", sig) != STATUS_OK)
    return STATUS_BAD_CONFIG;
  const struct certificate *server = identity_server(terminal, terminal->server.version, NULL);
  const struct certificate *next = identity_server(terminal, terminal->server_next.version, NULL);
  if (server == NULL) /* withdrawn by the newer one */
    server = &terminal->server_next;
  const struct backend_options options = {
      .url = settings_text(settings, "server", "url"),
      .root_certificate = root,
      .certificate = certificate,
      .private_key = sig,
      .sig = terminal->sig,
      .tid = terminal->tid,
      .server_public = server->public_key,
      .server_next_public = next != NULL && next != server ? next->public_key : NULL,
      .timeout_seconds = (long)settings_number(settings, "server", "timeout"),
      .next_seq = next_seq,
      .next_seq_context = terminal->journal,
      .met = met,
      .met_context = terminal->journal,
  };
  status = backend_open(&options, &terminal->backend);
  if (status == STATUS_BAD_CONFIG)
    snprintf(problem, 256, SENTENCE("[server] url: https://HOST:PORT, nothing after it"));
  return status;
}

enum status terminal_open(const char *path, struct terminal **terminal, char problem[256]) {
  struct settings *settings = NULL;
  struct terminal *fresh = NULL;
  *terminal = NULL;
  problem[0] = 0;
  enum status status = terminal_settings_load(path, &settings, problem);
  if (status != STATUS_OK)
    goto out;
  status = STATUS_NO_MEMORY;
  fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    goto out;
  status = terminal_configure(fresh, settings, problem);
  if (status == STATUS_OK)
    status = renewal_finish(fresh->folder);
  if (status == STATUS_OK)
    status = identity_load(fresh, settings_folder(settings), problem);
  if (status == STATUS_OK)
    status = terminal_connect(fresh, settings, problem);
  if (status == STATUS_OK)
    no_pin_load(fresh);
out:
  settings_free(&settings);
  if (status != STATUS_OK) {
    terminal_close(&fresh);
    if (problem[0] == 0 || status == STATUS_NO_CONFIG)
      snprintf(problem, 256, "%.120s: %s", path, status_sentence(status));
  }
  *terminal = fresh;
  return status;
}

int64_t terminal_expires(const struct terminal *terminal) {
  uint8_t moment[MOMENT_SIZE] = {0};
  memcpy(moment, terminal->self.expiry, DATE_SIZE);
  return moment_to_unix(moment) + 24 * 60 * 60; /* its last day counts */
}

void terminal_close(struct terminal **terminal) {
  struct terminal *old = *terminal;
  *terminal = NULL;
  if (old == NULL)
    return;
  backend_close(&old->backend);
  journal_close(&old->journal);
  identity_wipe(old);
  crypto_wipe(old, sizeof *old);
  free(old);
}
