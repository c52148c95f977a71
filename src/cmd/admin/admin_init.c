/* SPDX-License-Identifier: Apache-2.0
 * epurse-admin init: an issuer from nothing. Keys, certificates, ledger, configuration, its own terminal; whole or not
 * at all. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "admin.h"
#include "admin_ceremony.h"
#include "admin_folder.h"
#include "admin_house.h"
#include "admin_terminal_folder.h"
#include "cmd/frame/problem.h"
#include "epurse/amount.h"
#include "epurse/clock.h"
#include "epurse/command.h"
#include "epurse/ledger.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_desk.h"
#include "epurse/sentence.h"
#include "epurse/x509.h"
#include "server/configuration.h"

#define STORE_DEFAULT  "sqlite:ledger.db"
#define NO_PIN_SINGLE  2500 /* minor units of a currency with two decimals, as all of these */
#define NO_PIN_TOTAL   7500
#define OFFLINE_SINGLE 2500
#define OFFLINE_TOTAL  5000
#define OFFLINE_COUNT  5
#define HOST_MAX_LEN   256

#define CONFIGURATION_SIZE 4096

/* What init knows on its way. */
struct founding {
  const struct currency *currency;
  char url[192];
  struct ceremony ceremony;
  struct folder folder;
  struct terminal_message registration[2]; /* of the issuer's own terminals: one for each administrator */
  size_t administrators;
  int64_t loads, load_credit, refunds, merchant_refunds, payouts; /* limits of all, minor units; 0: none */
  struct no_pin_limits no_pin;
  struct offline_limits offline;
  uint32_t deposit; /* minor units; 0: none */
};

/* *allowed: the usual. In a currency without two decimals nobody knows what is much: no limit until one is set. */
static enum status limit_choose(const struct admin *admin, const char *text, const struct founding *founding,
                                int64_t *allowed) {
  const struct currency *currency = founding->currency;

  if (currency->exponent != 2)
    *allowed = LEDGER_LIMIT_NONE;
  if (text == NULL || strcmp(text, "default") == 0)
    return STATUS_OK;
  return admin_limit_take(admin, text, currency, allowed);
}

/* One of the sums that a new card may pay without asking; `usual` where nothing is said. */
static enum status freedom_choose(const struct admin *admin, const char *text, const struct founding *founding,
                                  uint32_t usual, uint32_t *minor) {
  int64_t allowed = founding->currency->exponent == 2 ? usual : 0;
  enum status status =
      text == NULL || strcmp(text, "default") == 0
          ? STATUS_OK
          : admin_limit_take(admin, amount_is_nothing(text) ? "none" : text, founding->currency, &allowed);

  if (status == STATUS_OK && allowed > AMOUNT_MAX_ON_CARD)
    status = admin_refuse(admin, STATUS_USAGE, "no card pays as much as %s", text);
  *minor = (uint32_t)allowed;
  return status;
}

/* Without the PIN. One of them none: both. */
static enum status no_pin_choose(const struct admin *admin, struct founding *founding) {
  struct no_pin_limits *no_pin = &founding->no_pin;
  enum status status = freedom_choose(admin, admin->no_pin_single, founding, NO_PIN_SINGLE, &no_pin->single);

  if (status == STATUS_OK)
    status = freedom_choose(admin, admin->no_pin_total, founding, NO_PIN_TOTAL, &no_pin->total);
  if (no_pin->single == 0 || no_pin->total == 0)
    *no_pin = (struct no_pin_limits){0};
  if (status == STATUS_OK && !no_pin_limits_valid(no_pin))
    status = admin_refuse(admin, STATUS_USAGE, "--no-pin-single must not be above --no-pin-total");
  return status;
}

/* Without the server. One of them none: all. */
static enum status offline_choose(const struct admin *admin, struct founding *founding) {
  struct offline_limits *offline = &founding->offline;
  enum status status = freedom_choose(admin, admin->offline_single, founding, OFFLINE_SINGLE, &offline->single);

  if (status == STATUS_OK)
    status = freedom_choose(admin, admin->offline_total, founding, OFFLINE_TOTAL, &offline->total);
  offline->count = (uint16_t)(admin->offline_count >= 0 ? admin->offline_count : OFFLINE_COUNT);
  if (offline->single == 0 || offline->total == 0 || offline->count == 0)
    *offline = (struct offline_limits){0};
  if (status == STATUS_OK && !offline_limits_valid(offline))
    status = admin_refuse(admin, STATUS_USAGE, "--offline-single must not be above --offline-total");
  return status;
}

static enum status options_check(const struct admin *admin, struct founding *founding) {
  if (admin->dir == NULL)
    return admin_refuse(admin, STATUS_USAGE, "name the new directory with --dir");
  founding->currency = currency_by_code(admin->currency);
  if (founding->currency == NULL) {
    return admin_refuse(admin, STATUS_USAGE,
                        "'%s' is no currency that is known here: three letters of ISO 4217, like EUR", admin->currency);
  }
  if (admin->store != NULL && strncmp(admin->store, "postgresql://", strlen("postgresql://")) != 0) {
    return admin_refuse(admin, STATUS_USAGE,
                        "--store is for postgresql://...; without it the ledger is a file in --dir");
  }
  founding->loads = founding->load_credit = LEDGER_LIMIT_USUAL;
  founding->refunds = LEDGER_LIMIT_REFUNDS;
  founding->merchant_refunds = LEDGER_LIMIT_NONE;
  founding->payouts = LEDGER_LIMIT_PAYOUTS;
  enum status status = limit_choose(admin, admin->loads, founding, &founding->loads);
  if (status == STATUS_OK)
    status = limit_choose(admin, admin->load_credit, founding, &founding->load_credit);
  if (status == STATUS_OK)
    status = limit_choose(admin, admin->refunds, founding, &founding->refunds);
  if (status == STATUS_OK)
    status = limit_choose(admin, admin->merchant_refunds, founding, &founding->merchant_refunds);
  if (status == STATUS_OK)
    status = limit_choose(admin, admin->payouts, founding, &founding->payouts);
  if (status == STATUS_OK)
    status = no_pin_choose(admin, founding);
  if (status == STATUS_OK)
    status = offline_choose(admin, founding);
  if (status == STATUS_OK)
    status = freedom_choose(admin, admin->deposit, founding, 0, &founding->deposit);
  return status;
}

static enum status configuration_write(const struct admin *admin, const struct founding *founding) {
  char text[CONFIGURATION_SIZE];
  int len = snprintf(text, sizeof text,
                     "# epursed.conf(5)\n"
                     "[server]\n"
                     "listen = %s\n"
                     "currency = %s\n"
                     "issuer = %06" PRId64 "\n"
                     "log_level = info\n"
                     "# yes: loads paid by a simulated bank, which moves no money, are taken\n"
                     "demonstration = %s\n"
                     "# strict: nothing is signed while the kernel says that nothing keeps this machine's clock\n"
                     "clock = %s\n"
                     "\n"
                     "[ledger]\n"
                     "store = %s\n"
                     "\n"
                     "[keys]\n"
                     "# a file of mode 0600 with the server passphrase; without it epursed asks, or --passphrase-fd\n"
                     "passphrase_file =\n"
                     "\n"
                     "[card]\n"
                     "# ceilings in minor units\n"
                     "validity_years = 5\n"
                     "purse_ceiling = 50000\n"
                     "payment_ceiling = 15000\n"
                     "# what a card pays without its PIN, and while the line is down; 0: never\n"
                     "no_pin_single = %" PRIu32 "\n"
                     "no_pin_total = %" PRIu32 "\n"
                     "offline_single = %" PRIu32 "\n"
                     "offline_total = %" PRIu32 "\n"
                     "offline_count = %" PRIu16 "\n"
                     "# what a desk takes for a new card and --close gives back; 0: nothing\n"
                     "deposit = %" PRIu32 "\n"
                     "\n"
                     "[limits]\n"
                     "body = 16384\n"
                     "request_seconds = 10\n"
                     "connections = 1024\n",
                     admin->listen, admin->currency, admin->issuer, admin->demonstration ? "yes" : "no",
                     clock_synchronised() ? "strict" : "warn", admin->store != NULL ? admin->store : STORE_DEFAULT,
                     founding->no_pin.single, founding->no_pin.total, founding->offline.single, founding->offline.total,
                     founding->offline.count, founding->deposit);

  return len > 0 && (size_t)len < sizeof text ? folder_write(founding->folder.path, "epursed.conf", text)
                                              : STATUS_BAD_LENGTH;
}

/* Whether the certificate names that host, as a name or as the same address. */
static bool host_named(const char *hosts, const char *host) {
  struct in6_addr address, other;
  bool is_address = inet_pton(AF_INET6, host, &address) == 1;
  char each[HOST_MAX_LEN];
  size_t len = 0;

  for (; *hosts != '\0'; hosts += len) {
    hosts += strspn(hosts, ", ");
    len = strcspn(hosts, ", ");
    (void)snprintf(each, sizeof each, "%.*s", (int)len, hosts);
    if (strcasecmp(each, host) == 0 ||
        (is_address && inet_pton(AF_INET6, each, &other) == 1 && memcmp(&address, &other, sizeof address) == 0))
      return true;
  }
  return false;
}

/* The host of a URL that is valid, without port and brackets. */
static void url_host(const char *url, char host[HOST_MAX_LEN]) {
  const char *begin = url + strlen("https://");
  bool bracketed = begin[0] == '[';

  begin += bracketed ? 1 : 0;
  (void)snprintf(host, HOST_MAX_LEN, "%.*s", (int)strcspn(begin, bracketed ? "]" : ":"), begin);
}

/* How the issuer's own terminal reaches the server: as it was told, or by the listening address where the certificate
 * names it, else by the first name in the certificate. */
static enum status url_choose(const struct admin *admin, const struct configuration *configuration,
                              struct founding *founding) {
  char host[HOST_MAX_LEN];
  int len = 0;

  (void)snprintf(host, sizeof host, "%s", configuration->host);
  if (!host_named(admin->hosts, host)) {
    const char *first = admin->hosts + strspn(admin->hosts, ", ");
    (void)snprintf(host, sizeof host, "%.*s", (int)strcspn(first, ", "), first);
  }
  bool brackets = strchr(host, ':') != NULL;
  len = admin->url != NULL ? snprintf(founding->url, sizeof founding->url, "%s", admin->url)
                           : snprintf(founding->url, sizeof founding->url, "https://%s%s%s:%s", brackets ? "[" : "",
                                      host, brackets ? "]" : "", configuration->port);
  if (len <= 0 || (size_t)len >= sizeof founding->url || !terminal_folder_url_valid(founding->url))
    return admin_refuse(admin, STATUS_USAGE, "the server's address must be https://HOST:PORT, not '%s'", founding->url);
  url_host(founding->url, host);
  if (!host_named(admin->hosts, host))
    return admin_refuse(admin, STATUS_USAGE, "no terminal would believe %s: --host '%s' does not name it",
                        founding->url, admin->hosts);
  return STATUS_OK;
}

/* What epursed would refuse at its start is refused here, in its words: it reads the configuration back. */
static enum status start_check(const struct admin *admin, struct founding *founding) {
  struct configuration configuration;
  char problem[256] = SENTENCE("a value is too long");
  enum status status = configuration_write(admin, founding);

  if (status == STATUS_OK)
    status = configuration_load(founding->folder.path, &configuration, problem);
  else if (status != STATUS_BAD_LENGTH)
    return admin_fail(admin, admin->dir, status);
  if (status == STATUS_OK && admin->store != NULL && strcmp(configuration.store, admin->store) != 0) {
    (void)snprintf(problem, sizeof problem, "%s", SENTENCE("[ledger] store cannot stand there as it is"));
    status = STATUS_BAD_CONFIG;
  }
  if (status != STATUS_OK) {
    problem_say_with(admin->program->name, problem, "epursed could not start with that: %s; look at --listen '%s'%s",
                     problem, admin->listen, admin->store != NULL ? " and at --store" : "");
    return STATUS_USAGE;
  }
  status = admin_hosts_check(admin);
  return status == STATUS_OK ? url_choose(admin, &configuration, founding) : status;
}

/* The issuer's own terminal; its merchant is the issuer. */
static enum status own_terminal_make(struct founding *founding, const char *name, size_t number) {
  char admin_path[FOLDER_PATH_MAX], issuer_path[FOLDER_PATH_MAX];
  struct terminal_order order = {.tid = number == 0 ? ADMIN_TID : ADMIN_SECOND_TID,
                                 .merchant = ADMIN_MERCHANT,
                                 .merchant_name = "Issuer",
                                 .role = ROLE_ADMIN,
                                 .currency = founding->currency->code,
                                 .url = founding->url,
                                 .tender = "cash",
                                 .now = founding->ceremony.now,
                                 .days = ADMIN_OWN_DAYS,
                                 .public_folder = founding->folder.path,
                                 .issuer_folder = issuer_path,
                                 .terminal_ca = founding->ceremony.terminal_ca};
  enum status status = folder_make(founding->folder.path, name);

  if (status == STATUS_OK)
    status = folder_path(founding->folder.path, "issuer", issuer_path);
  if (status == STATUS_OK)
    status = folder_path(founding->folder.path, name, admin_path);
  if (status == STATUS_OK)
    status = terminal_folder_keys(admin_path, &order, &founding->registration[number]);
  return status == STATUS_OK ? terminal_folder_configure(admin_path, &order) : status;
}

/* One for each administrator: two that agree are two keys, in two hands. */
static enum status own_terminals_make(struct founding *founding) {
  static const char *const names[] = {ADMIN_FOLDER, ADMIN_SECOND_FOLDER};
  enum status status = STATUS_OK;

  for (size_t i = 0; status == STATUS_OK && i < founding->administrators; i++)
    status = own_terminal_make(founding, names[i], i);
  return status;
}

/* A step of the ledger: the issuer as a merchant, and its terminals. */
static enum status own_terminals_register(struct ledger *ledger, void *context) {
  const struct founding *founding = context;
  struct ledger_merchant merchant = {.id = ADMIN_MERCHANT, .name = "Issuer"};
  enum status status = ledger_merchant_add(ledger, &merchant);

  if (status == STATUS_OK) /* nobody owes itself */
    status = ledger_merchant_limit(ledger, ADMIN_MERCHANT, LEDGER_LIMIT_NONE);
  for (size_t i = 0; status == STATUS_OK && i < founding->administrators; i++)
    status = admin_house_terminal(ledger, &founding->registration[i]);
  return status;
}

static enum status ledger_make(const struct admin *admin, struct founding *founding) {
  char path[FOLDER_PATH_MAX], place[FOLDER_PATH_MAX];
  const char *store = admin->store != NULL ? admin->store : path;
  struct ledger_settings settings = {.currency = founding->currency->numeric,
                                     .issuer = (uint32_t)admin->issuer,
                                     .point_value = (uint32_t)admin->point_value,
                                     .pool_size = (uint32_t)admin->pool,
                                     .terminal_loads = founding->loads,
                                     .load_credit = founding->load_credit,
                                     .terminal_refunds = founding->refunds,
                                     .merchant_refunds = founding->merchant_refunds,
                                     .terminal_payouts = founding->payouts,
                                     .approvals = admin->approvals};
  struct ledger *ledger = NULL;
  enum status status = folder_path(founding->folder.path, "ledger.db", path);

  if (status == STATUS_OK)
    status = ledger_create(store, &settings);
  if (status == STATUS_OK)
    status = ledger_open(store, &ledger);
  if (status == STATUS_OK)
    status = ledger_transact(ledger, own_terminals_register, founding);
  ledger_close(&ledger);
  ledger_place(store, place, sizeof place);
  return status == STATUS_OK ? status : admin_fail(admin, place, status);
}

/* Everything, in the directory that is not at its place yet. */
static enum status issuer_make(const struct admin *admin, struct founding *founding) {
  const char *folder = founding->folder.path;
  enum status status = folder_make(folder, "issuer");

  if (status == STATUS_OK) {
    founding->ceremony.folder = folder;
    status = ceremony_run(&founding->ceremony);
  }
  if (status == STATUS_CRYPTO_FAILED)
    return admin_refuse(admin, status, "keys or certificates could not be made: check --host '%s'", admin->hosts);
  if (status == STATUS_OK)
    status = own_terminals_make(founding);
  if (status == STATUS_OK)
    status = configuration_write(admin, founding);
  if (status != STATUS_OK)
    return admin_fail(admin, admin->dir, status);
  status = ledger_make(admin, founding); /* last: tables in a database do not go away with the directory */
  if (status != STATUS_OK)
    return status;
  status = folder_commit(&founding->folder);
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static enum status passphrases_take(const struct admin *admin, char issuer[SECRET_TEXT_MAX],
                                    char server[SECRET_TEXT_MAX]) {
  const struct admin_passphrase of_issuer = {admin->issuer_passphrase_fd, "issuer", true};
  const struct admin_passphrase of_server = {admin->server_passphrase_fd, "server", true};
  enum status status = admin_passphrase(admin, &of_issuer, issuer);

  return status == STATUS_OK ? admin_passphrase(admin, &of_server, server) : status;
}

static enum status folder_take(const struct admin *admin, struct founding *founding) {
  enum status status = folder_begin(admin->dir, &founding->folder);

  if (status == STATUS_EXISTS)
    return admin_refuse(admin, status, "%s is there already; nothing is overwritten", admin->dir);
  return status == STATUS_OK ? status : admin_fail(admin, admin->dir, status);
}

static void founding_report(struct admin *admin, const struct founding *founding) {
  const char *dir = founding->folder.target;

  admin_print(admin,
              "%s holds a new issuer: keys, certificates and a ledger with %" PRId64 " card numbers.\n"
              "Start the back-end with: epursed --config \"%s/epursed.conf\"\n"
              "Keep %s/issuer off-line when no terminal is being added.\n",
              dir, admin->pool, dir, dir);
  if (founding->administrators > 1) {
    admin_print(admin, "It takes two administrators: %s/admin is one's, %s/admin-2 the other's; give it away.\n", dir,
                dir);
  }
  admin->report = json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s}", "operation", "init", "dir", dir, "approvals",
                            (json_int_t)admin->approvals, "issuer", (json_int_t)admin->issuer, "currency",
                            founding->currency->code, "pool", (json_int_t)admin->pool, "url", founding->url);
}

enum status admin_init(void *context, char **arguments) {
  struct admin *admin = context;
  struct founding founding = {.administrators = (size_t)admin->approvals};
  char issuer[SECRET_TEXT_MAX] = "", server[SECRET_TEXT_MAX] = "";
  enum status status = options_check(admin, &founding);

  (void)arguments;
  if (status == STATUS_OK) {
    /* whether it can be, before somebody thinks of passphrases; nothing stays behind if they walk away */
    status = folder_take(admin, &founding);
    if (status == STATUS_OK)
      status = start_check(admin, &founding);
    folder_discard(&founding.folder);
  }
  if (status == STATUS_OK)
    status = passphrases_take(admin, issuer, server);
  if (status == STATUS_OK)
    status = folder_take(admin, &founding);
  if (status == STATUS_OK) {
    founding.ceremony = (struct ceremony){.issuer_passphrase = issuer,
                                          .server_passphrase = server,
                                          .hosts = admin->hosts,
                                          .issuer = (uint32_t)admin->issuer,
                                          .now = (int64_t)time(NULL)};
    status = issuer_make(admin, &founding);
  }
  folder_discard(&founding.folder);
  key_free(&founding.ceremony.master);
  key_free(&founding.ceremony.terminal_ca);
  crypto_wipe(issuer, sizeof issuer);
  crypto_wipe(server, sizeof server);
  if (status == STATUS_OK) {
    admin->changed = true;
    founding_report(admin, &founding);
  }
  return status;
}
