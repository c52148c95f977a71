/* SPDX-License-Identifier: Apache-2.0
 * The running service: opened from the inside out, closed the other way round. */
#include "service.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "epurse/crypto.h"
#include "epurse/secret.h"
#include "epurse/settings.h"
#include "epurse/terminal.h"
#include "epurse/till.h"
#include "register/register_json.h"
#include "register/register_page.h"
#include "register/register_zvt.h"
#include "till_conf.h"

#define PATH_ROOM 1280

struct service {
  const struct service_options *options;
  struct settings *settings; /* NULL: there is no till.conf */
  struct event_base *base;
  struct till *till;
  struct register_json *json;
  struct register_zvt *zvt;   /* NULL: not configured */
  struct register_page *page; /* NULL: there is none */
  struct event *term, *interrupt, *look;
  char token[SECRET_TEXT_MAX];
};

static void log_pairs(void *context, const char *event, const char *pairs) {
  const struct service *service = context;
  log_line(service->options->log, LOG_INFO, event, "%s", pairs);
}

/* ---- the end ---- */

static void on_look(evutil_socket_t fd, short what, void *context) {
  struct service *service = context;
  struct till_health health;
  (void)fd, (void)what;
  till_health(service->till, &health);
  if (!health.busy)
    event_base_loopexit(service->base, NULL);
}

/* Nothing more is begun; what runs is finished, and its client has the answer. A second signal changes nothing. */
static void on_signal(evutil_socket_t fd, short what, void *context) {
  static const struct timeval pause = {.tv_usec = 100 * 1000};
  struct service *service = context;
  (void)fd, (void)what;
  register_json_stop(service->json);
  register_zvt_stop(service->zvt);
  register_page_stop(service->page);
  (void)!till_abort(service->till, NULL);
  event_add(service->look, &pause);
}

/* ---- the beginning ---- */

/* A value that is relative in a configuration without a file belongs to the terminal's directory. */
static void path_of(const struct service *service, const char *section, const char *name, char path[PATH_ROOM]) {
  const char *value = till_conf_text(service->settings, section, name);
  if (value[0] == '/' || value[0] == 0)
    snprintf(path, PATH_ROOM, "%s", value);
  else
    snprintf(path, PATH_ROOM, "%s/%s", till_facts(service->till)->folder, value);
}

static enum status till_begin(struct service *service, char problem[256]) {
  const char *reader = service->options->reader;
  const char *configured = till_conf_text(service->settings, "till", "reader");
  const struct till_options options = {
      .config = service->options->config,
      .reader = reader != NULL       ? reader
                : configured[0] != 0 ? configured
                                     : NULL,
      .rest_ms = (unsigned)till_conf_number(service->settings, "till", "rest") * 1000,
      .log = log_pairs,
      .context = service,
      .words = translated,
      .when = local_time_print,
  };
  return till_open(&options, &service->till, problem);
}

static enum status json_begin(struct service *service, char problem[256]) {
  char socket[PATH_ROOM], certificate[PATH_ROOM], key[PATH_ROOM], token[PATH_ROOM];
  path_of(service, "json", "socket", socket);
  path_of(service, "json", "certificate", certificate);
  path_of(service, "json", "key", key);
  path_of(service, "json", "token", token);
  const struct register_json_options options = {
      .till = service->till,
      .base = service->base,
      .socket = socket,
      .listen = till_conf_text(service->settings, "json", "listen"),
      .certificate = certificate,
      .key = key,
      .token = service->token,
      .log = log_pairs,
      .context = service,
  };
  if (options.listen[0] != 0) {
    enum status status = secret_from_file(token, service->token, sizeof service->token);
    if (status != STATUS_OK) {
      snprintf(problem, 256, "[json] token: %.150s: %s", token, status_sentence(status));
      return status == STATUS_NOT_FOUND ? STATUS_BAD_CONFIG : status;
    }
  }
  enum status status = register_json_open(&options, &service->json, problem);
  if (status == STATUS_OK)
    log_line(service->options->log, LOG_INFO, "ready", "tid=%s socket=\"%s\" port=%u", till_facts(service->till)->tid,
             socket, (unsigned)register_json_port(service->json));
  return status;
}

static enum status zvt_begin(struct service *service, char problem[256]) {
  char book[PATH_ROOM];
  const struct register_zvt_options options = {
      .till = service->till,
      .listen = till_conf_text(service->settings, "zvt", "listen"),
      .peer = till_conf_text(service->settings, "zvt", "peer"),
      .charset = till_conf_text(service->settings, "zvt", "charset"),
      .cashier = till_conf_text(service->settings, "zvt", "cashier"),
      .book = book,
      .log = log_pairs,
      .context = service,
  };
  if (options.listen[0] == 0)
    return STATUS_OK;
  snprintf(book, sizeof book, "%s/zvt.json", till_facts(service->till)->folder);
  enum status status = register_zvt_open(&options, &service->zvt, problem);
  if (status == STATUS_OK)
    log_line(service->options->log, LOG_INFO, "zvt", "port=%u", (unsigned)register_zvt_port(service->zvt));
  return status;
}

/* The page takes the token of the JSON interface too, where there is one. */
static enum status page_begin(struct service *service, char problem[256]) {
  char certificate[PATH_ROOM], key[PATH_ROOM], token_path[PATH_ROOM], code[PATH_ROOM], token[SECRET_TEXT_MAX] = "";
  path_of(service, "page", "certificate", certificate);
  path_of(service, "page", "key", key);
  path_of(service, "page", "code", code);
  path_of(service, "json", "token", token_path);
  const struct register_page_options options = {
      .till = service->till,
      .listen = till_conf_text(service->settings, "page", "listen"),
      .host = till_conf_text(service->settings, "page", "host"),
      .certificate = certificate,
      .key = key,
      .token = token,
      .code = code,
      .log = log_pairs,
      .context = service,
  };
  if (options.listen[0] == 0)
    return STATUS_OK;
  enum status status = secret_from_file(token_path, token, sizeof token);
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && strlen(token) < REGISTER_TOKEN_MIN)) {
    crypto_wipe(token, sizeof token);
    status = STATUS_OK;
  }
  if (status == STATUS_OK)
    status = register_page_open(&options, &service->page, problem);
  else
    snprintf(problem, 256, "[json] token: %.150s: %s", token_path, status_sentence(status));
  crypto_wipe(token, sizeof token);
  if (status == STATUS_OK)
    log_line(service->options->log, LOG_INFO, "page", "port=%u", (unsigned)register_page_port(service->page));
  return status;
}

static enum status loop_begin(struct service *service) {
  service->base = event_base_new();
  if (service->base == NULL)
    return STATUS_NO_MEMORY;
  service->term = evsignal_new(service->base, SIGTERM, on_signal, service);
  service->interrupt = evsignal_new(service->base, SIGINT, on_signal, service);
  service->look = event_new(service->base, -1, EV_PERSIST, on_look, service);
  if (service->term == NULL || service->interrupt == NULL || service->look == NULL)
    return STATUS_NO_MEMORY;
  /* before any door is open: whoever finds one may end the service in order */
  return event_add(service->term, NULL) == 0 && event_add(service->interrupt, NULL) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status settings_begin(struct service *service, char problem[256]) {
  struct terminal described;
  enum status status = terminal_describe(service->options->config, &described, problem);
  return status == STATUS_OK ? till_conf_load(described.folder, &service->settings, problem) : status;
}

static enum status begin(struct service *service, char problem[256]) {
  enum status status = settings_begin(service, problem);
  if (status == STATUS_OK)
    status = loop_begin(service);
  if (status == STATUS_OK)
    status = till_begin(service, problem);
  if (status == STATUS_OK)
    status = zvt_begin(service, problem);
  if (status == STATUS_OK)
    status = page_begin(service, problem);
  if (status == STATUS_OK)
    status = json_begin(service, problem);
  return status;
}

static void end(struct service *service) {
  register_json_close(&service->json);
  register_zvt_close(&service->zvt);
  register_page_close(&service->page);
  till_close(&service->till);
  if (service->term != NULL)
    event_free(service->term);
  if (service->interrupt != NULL)
    event_free(service->interrupt);
  if (service->look != NULL)
    event_free(service->look);
  if (service->base != NULL)
    event_base_free(service->base);
  settings_free(&service->settings);
  crypto_wipe(service->token, sizeof service->token);
}

enum status service_run(const struct service_options *options, char problem[256]) {
  struct service service = {.options = options};
  problem[0] = 0;
  enum status status = begin(&service, problem);
  if (status == STATUS_OK)
    status = event_base_dispatch(service.base) < 0 ? STATUS_INTERNAL : STATUS_OK;
  end(&service);
  if (status == STATUS_OK)
    log_line(options->log, LOG_INFO, "ended", "status=OK");
  return status;
}
