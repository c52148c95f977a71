/* SPDX-License-Identifier: Apache-2.0
 * All that the server serves, as one table. */
#include "config.h"

#include "routes.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "endpoints.h"
#include "envelope.h"
#include "epurse/x509.h"
#include "problem.h"

#define POS    ENVELOPE_ROLE(ROLE_POS)
#define RELOAD ENVELOPE_ROLE(ROLE_RELOAD)
#define PERSO  ENVELOPE_ROLE(ROLE_PERSO)
#define ADMIN  ENVELOPE_ROLE(ROLE_ADMIN)
#define ANY    0

static const struct route routes[] = {
    {"POST", "/v1/purchases", POS, post_purchase, 4096, MESSAGE_PURCHASE},
    {"POST", "/v1/load-inquiries", RELOAD, post_load_inquiry, 4096, MESSAGE_LOAD_INQUIRY},
    {"POST", "/v1/loads", RELOAD, post_load, 4096, MESSAGE_LOAD},
    {"POST", "/v1/load-reversals", RELOAD, post_load_reversal, 1024, MESSAGE_LOAD_REVERSAL},
    {"POST", "/v1/confirmations", POS | RELOAD, post_confirmation, 16384, MESSAGE_CONFIRMATION},
    {"POST", "/v1/pin-failures", POS | RELOAD | PERSO, post_pin_failure, 1024, MESSAGE_PIN_FAILURE},
    {"POST", "/v1/pin-changes", POS | RELOAD | PERSO, post_pin_change, 4096, MESSAGE_PIN_CHANGE},
    {"POST", "/v1/card-contacts", POS | RELOAD | PERSO, post_card_contact, 1024, MESSAGE_CARD_CONTACT},
    {"POST", "/v1/card-reservations", PERSO, post_card_reservation, 1024, MESSAGE_CARD_RESERVATION},
    {"POST", "/v1/card-certifications", PERSO, post_card_certification, 4096, MESSAGE_CARD_CERTIFICATION},
    {"POST", "/v1/card-activations", PERSO, post_card_activation, 1024, MESSAGE_CARD_ACTIVATION},
    {"POST", "/v1/card-voids", PERSO, post_card_void, 1024, MESSAGE_CARD_VOID},
    {"POST", "/v1/card-queries", PERSO | ADMIN, post_card_query, 1024, MESSAGE_CARD_QUERY},
    {"POST", "/v1/card-blocks", ADMIN, post_card_block, 2048, MESSAGE_CARD_BLOCK},
    {"POST", "/v1/card-lists", ADMIN, post_card_list, 1024, MESSAGE_CARD_LIST},
    {"POST", "/v1/merchants", ADMIN, post_merchant, 2048, MESSAGE_MERCHANT},
    {"POST", "/v1/terminals", ADMIN, post_terminal, 2048, MESSAGE_TERMINAL},
    {"POST", "/v1/terminal-renewals", ADMIN, post_terminal_renewal, 2048, MESSAGE_TERMINAL_RENEWAL},
    {"POST", "/v1/terminal-revocations", ADMIN, post_terminal_revocation, 1024, MESSAGE_TERMINAL_REVOCATION},
    {"POST", "/v1/terminal-lists", ADMIN, post_terminal_list, 1024, MESSAGE_TERMINAL_LIST},
    {"POST", "/v1/ledger-checks", ADMIN, post_ledger_check, 1024, MESSAGE_LEDGER_CHECK},
    {"GET", "/healthz", ANY, get_healthz, 0, MESSAGE_TYPE_COUNT},
    {"GET", "/metrics", ANY, get_metrics, 0, MESSAGE_TYPE_COUNT},
};
#define ROUTE_COUNT (sizeof routes / sizeof routes[0])
_Static_assert(ROUTE_COUNT <= METRICS_ROUTES_MAX, "every route has its counters");

const char *routes_path(size_t route) {
  return route < ROUTE_COUNT ? routes[route].path : NULL;
}

void routes_print(FILE *out) {
  for (size_t i = 0; i < ROUTE_COUNT; i++) {
    const char *separator = "";
    fprintf(out, "%s %s ", routes[i].method, routes[i].path);
    for (uint8_t role = ROLE_POS; role <= ROLE_ADMIN; role++) {
      if ((routes[i].roles & ENVELOPE_ROLE(role)) != 0) {
        fprintf(out, "%s%s", separator, role_name(role));
        separator = ",";
      }
    }
    fprintf(out, "%s\n", routes[i].roles == 0 ? "-" : "");
  }
}

static size_t find(const char *path) {
  size_t i = 0;

  while (i < ROUTE_COUNT && strcmp(routes[i].path, path) != 0) {
    i++;
  }
  return i;
}

/* A media type may have parameters behind a ';' (RFC 9110 8.3.1). */
static bool is_message(const char *content_type) {
  size_t len = strlen(MESSAGE_MEDIA_TYPE);

  return strncasecmp(content_type, MESSAGE_MEDIA_TYPE, len) == 0 &&
         (content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ');
}

static enum status check(const struct service *service, const struct route *route, const struct request *request) {
  if (strcmp(route->method, request->method) != 0) {
    return STATUS_METHOD_NOT_ALLOWED;
  }
  if (request->body_len > route->body_max || request->body_len > service->configuration.body) {
    return STATUS_BODY_TOO_LARGE;
  }
  if (route->roles != 0 && !is_message(request->content_type)) {
    return STATUS_UNSUPPORTED_TYPE;
  }
  return STATUS_OK;
}

static enum status serve_signed(struct service *service, const struct route *route, struct request *request,
                                struct reply *reply) {
  struct envelope_rule rule = {.type = route->type, .roles = route->roles};
  enum status status = envelope_open(service, &rule, request);

  if (status != STATUS_OK) {
    problem_reply(status, reply);
    return status;
  }
  route->handler(service, request, reply);
  envelope_reply(service, request, reply);
  message_clear(&request->message);
  return reply->status;
}

static enum status serve(struct service *service, const struct route *route, struct request *request,
                         struct reply *reply) {
  enum status status = check(service, route, request);

  if (status != STATUS_OK) {
    problem_reply(status, reply);
    reply->allow = status == STATUS_METHOD_NOT_ALLOWED ? route->method : NULL;
    return status;
  }
  if (route->roles != 0) {
    return serve_signed(service, route, request, reply);
  }
  route->handler(service, request, reply);
  return reply->status;
}

/* Whether the terminal has a request left. One that asks on all the same is logged once. */
static bool may_ask(struct service *service, const struct request *request, const struct timespec *now) {
  uint64_t milliseconds = (uint64_t)now->tv_sec * 1000 + (uint64_t)now->tv_nsec / 1000000;
  enum rate_answer answer = rate_take(service->rate, request->peer->common_name, milliseconds);

  if (answer == RATE_REFUSED) {
    log_line(&service->log, LOG_WARNING, "refused", "why=%s peer=%s", status_name(STATUS_TOO_MANY_REQUESTS),
             request->peer->common_name);
  }
  return answer == RATE_OK;
}

static uint64_t microseconds_since(const struct timespec *begin) {
  struct timespec end = {0};

  clock_gettime(CLOCK_MONOTONIC, &end);
  return (uint64_t)(end.tv_sec - begin->tv_sec) * 1000000 + (uint64_t)((end.tv_nsec - begin->tv_nsec) / 1000);
}

void routes_serve(struct service *service, const struct request *request, struct reply *reply) {
  struct request opened = *request;
  struct timespec begin = {0};
  size_t route = find(request->path);
  enum status status = STATUS_NOT_FOUND;

  *reply = (struct reply){0};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  if (!may_ask(service, request, &begin)) {
    status = STATUS_TOO_MANY_REQUESTS;
    problem_reply(status, reply);
  } else if (route < ROUTE_COUNT) {
    status = serve(service, &routes[route], &opened, reply);
  } else {
    problem_reply(status, reply);
  }
  uint64_t spent = microseconds_since(&begin);
  metrics_request(&service->metrics, route < ROUTE_COUNT ? route : METRICS_ROUTES_MAX, status, spent);
  enum log_level level = status == STATUS_TOO_MANY_REQUESTS ? LOG_DEBUG : LOG_INFO;
  log_line(&service->log, level, "request", "method=%s path=%s peer=%s http=%d code=%s us=%llu", request->method,
           route < ROUTE_COUNT ? request->path : "?", request->peer->common_name, reply->http_status,
           status_name(status), (unsigned long long)spent);
}
