/* SPDX-License-Identifier: Apache-2.0
 * GET /metrics: what the server counts, for Prometheus. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoints.h"
#include "epurse/clock.h"
#include "epurse/ledger_deny.h"
#include "epurse/ledger_totals.h"
#include "figures.h"
#include "http/metrics.h"
#include "http/problem.h"
#include "http/request.h"
#include "service.h"

static void print_silence(const struct ledger_silence *silence, FILE *out) {
  fprintf(
      out,
      "# HELP epurse_offline_terminals_silent Terminals that may take cards off-line, not heard of for silent_days.\n"
      "# TYPE epurse_offline_terminals_silent gauge\nepurse_offline_terminals_silent %" PRId64 "\n"
      "# HELP epurse_offline_terminal_oldest_seconds The longest silent one's last message, unix seconds; 0: none.\n"
      "# TYPE epurse_offline_terminal_oldest_seconds gauge\nepurse_offline_terminal_oldest_seconds %" PRId64 "\n",
      silence->silent, silence->oldest);
}

static void print_expiry(FILE *out, const char *name, int64_t expires) {
  fprintf(out, "epurse_certificate_expiry_seconds{certificate=\"%s\"} %" PRId64 "\n", name, expires);
}

/* The first second that a certificate of this server's is no longer good in. */
static void print_certificates(const struct keyring *keyring, FILE *out) {
  const struct {
    const char *name;
    const struct keyring_certificate *certificate;
  } rows[] = {{"card-ca", &keyring->card_ca_certificate},
              {"server", &keyring->server_certificate},
              {"server-pin", &keyring->server_pin_certificate},
              {"terminal-ca", &keyring->terminal_ca_certificate}};

  fputs("# HELP epurse_certificate_expiry_seconds When a certificate of the server's ends, unix seconds.\n"
        "# TYPE epurse_certificate_expiry_seconds gauge\n",
        out);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rows[i].certificate->len != 0; i++) {
    uint8_t moment[MOMENT_SIZE] = {0};
    memcpy(moment, rows[i].certificate->certificate.expiry, DATE_SIZE);
    print_expiry(out, rows[i].name, moment_to_unix(moment) + 24 * 60 * 60);
  }
  print_expiry(out, "tls", keyring->tls_expires);
}

static void print_clock(bool sound, FILE *out) {
  fprintf(out,
          "# HELP epurse_clock_sound 0: the clock is in doubt and nothing is signed for cards.\n"
          "# TYPE epurse_clock_sound gauge\nepurse_clock_sound %d\n"
          "# HELP epurse_clock_synchronised 0: the kernel says that nothing keeps this machine's clock.\n"
          "# TYPE epurse_clock_synchronised gauge\nepurse_clock_synchronised %d\n",
          sound, clock_synchronised());
}

/* A merchant who asks again and again would read the others' sales from the sums, each with its moment. */
static bool may_see_money(const struct request *request) {
  return request->terminal.role == ROLE_ADMIN || request->terminal.role == ROLE_PERSO;
}

void get_metrics(struct service *service, const struct request *request, struct reply *reply) {
  struct ledger_totals totals;
  struct ledger_silence silence;
  char *text = NULL;
  size_t len = 0;
  FILE *out = NULL;

  reply->status = figures_look(service, &totals, &silence);
  if (reply->status == STATUS_OK) {
    out = open_memstream(&text, &len);
    reply->status = out == NULL ? STATUS_NO_MEMORY : STATUS_OK;
  }
  if (reply->status == STATUS_OK) {
    metrics_print(&service->metrics, &totals, out);
    if (may_see_money(request))
      metrics_print_money(&totals, out);
    print_silence(&silence, out);
    print_certificates(&service->keyring, out);
    print_clock(clock_look(service) == STATUS_OK, out);
    reply->status = fclose(out) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
  }
  if (reply->status == STATUS_OK) {
    reply_text(reply, 200, METRICS_MEDIA_TYPE, text);
  } else {
    free(text);
    problem_reply(reply->status, reply);
  }
}
