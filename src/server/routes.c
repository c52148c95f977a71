/* SPDX-License-Identifier: Apache-2.0
 * All that the server serves, as one table. */
#include "routes.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "clock.h"
#include "endpoints.h"
#include "envelope.h"
#include "epurse/x509.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/peer.h"
#include "http/problem.h"
#include "http/rate.h"
#include "service.h"
#include "watch.h"

#define POS    ENVELOPE_ROLE(ROLE_POS)
#define RELOAD ENVELOPE_ROLE(ROLE_RELOAD)
#define PERSO  ENVELOPE_ROLE(ROLE_PERSO)
#define ADMIN  ENVELOPE_ROLE(ROLE_ADMIN)

/* A message is POSTed to the path that messages.def gives it; the rest is read, by any terminal that is not revoked. */
#define SIGNED(type, roles, handler, body_max)                                                                         \
  { "POST", NULL, roles, handler, body_max, type }
#define PLAIN(path, handler)                                                                                           \
  { "GET", path, 0, handler, 0, MESSAGE_TYPE_COUNT }

static const struct route routes[] = {
    SIGNED(MESSAGE_PURCHASE, POS, post_purchase, 4096),
    SIGNED(MESSAGE_REFUND, POS, post_refund, 4096),
    SIGNED(MESSAGE_OWED_REFUND, POS, post_owed_refund, 1024),
    SIGNED(MESSAGE_PAYOUT, RELOAD | PERSO, post_payout, 4096),
    SIGNED(MESSAGE_HAND_OUT, RELOAD | PERSO, post_hand_out, 2048),
    SIGNED(MESSAGE_LOAD_INQUIRY, RELOAD, post_load_inquiry, 4096),
    SIGNED(MESSAGE_LOAD, RELOAD, post_load, 4096),
    SIGNED(MESSAGE_LOAD_REVERSAL, RELOAD, post_load_reversal, 2048),
    SIGNED(MESSAGE_TRANSACTION_INQUIRY, POS | RELOAD | PERSO, post_transaction_inquiry, 2048),
    SIGNED(MESSAGE_CONFIRMATION, POS | RELOAD | PERSO, post_confirmation, 16384),
    SIGNED(MESSAGE_OFFLINE_PAYMENT, POS | PERSO | ADMIN, post_offline_payment, 16384),
    SIGNED(MESSAGE_DENY_LIST, POS, post_deny_list, 1024),
    SIGNED(MESSAGE_PIN_FAILURE, POS | RELOAD | PERSO, post_pin_failure, 1024),
    SIGNED(MESSAGE_PIN_CHANGE, POS | RELOAD | PERSO, post_pin_change, 4096),
    SIGNED(MESSAGE_CARD_CONTACT, POS | RELOAD | PERSO, post_card_contact, 1024),
    SIGNED(MESSAGE_CARD_RESERVATION, PERSO, post_card_reservation, 1024),
    SIGNED(MESSAGE_CARD_CERTIFICATION, PERSO, post_card_certification, 4096),
    SIGNED(MESSAGE_CARD_ACTIVATION, PERSO, post_card_activation, 1024),
    SIGNED(MESSAGE_CARD_VOID, PERSO, post_card_void, 1024),
    SIGNED(MESSAGE_CARD_QUERY, PERSO | ADMIN, post_card_query, 1024),
    SIGNED(MESSAGE_CARD_BLOCK, ADMIN, post_card_block, 2048),
    SIGNED(MESSAGE_CARD_LIST, ADMIN, post_card_list, 1024),
    SIGNED(MESSAGE_MERCHANT, ADMIN, post_merchant, 2048),
    SIGNED(MESSAGE_TERMINAL, ADMIN, post_terminal, 2048),
    SIGNED(MESSAGE_TERMINAL_RENEWAL, ADMIN, post_terminal_renewal, 4096),
    SIGNED(MESSAGE_RENEWAL_REQUEST, POS | RELOAD | PERSO, post_renewal_request, 12288),
    SIGNED(MESSAGE_RENEWAL_LIST, ADMIN, post_renewal_list, 1024),
    SIGNED(MESSAGE_RENEWAL_ANSWER, ADMIN, post_renewal_answer, 12288),
    SIGNED(MESSAGE_TERMINAL_REVOCATION, ADMIN, post_terminal_revocation, 1024),
    SIGNED(MESSAGE_TERMINAL_LIST, ADMIN, post_terminal_list, 1024),
    SIGNED(MESSAGE_LEDGER_CHECK, ADMIN, post_ledger_check, 1024),
    SIGNED(MESSAGE_PENDING_LIST, ADMIN, post_pending_list, 1024),
    SIGNED(MESSAGE_DEPOSIT_LIST, ADMIN, post_deposit_list, 1024),
    SIGNED(MESSAGE_INCIDENT_LIST, ADMIN, post_incident_list, 1024),
    SIGNED(MESSAGE_BACKUP, ADMIN, post_backup, 1024),
    SIGNED(MESSAGE_BACKUP_QUERY, ADMIN, post_backup_query, 1024),
    SIGNED(MESSAGE_CARD_REPLACEMENT, ADMIN, post_card_replacement, 1024),
    SIGNED(MESSAGE_CARD_RENEWAL, PERSO, post_card_renewal, 1024),
    SIGNED(MESSAGE_MERCHANT_CHANGE, ADMIN, post_merchant_change, 1024),
    SIGNED(MESSAGE_LIMIT, ADMIN, post_limit, 1024),
    SIGNED(MESSAGE_CARD_SUSPENSION, ADMIN, post_card_suspension, 2048),
    SIGNED(MESSAGE_CARD_RESUMPTION, ADMIN, post_card_resumption, 1024),
    SIGNED(MESSAGE_SETTLEMENT, ADMIN, post_settlement, 1024),
    SIGNED(MESSAGE_SETTLEMENT_RESUMPTION, ADMIN, post_settlement_resumption, 1024),
    SIGNED(MESSAGE_SETTLEMENT_LIST, ADMIN, post_settlement_list, 1024),
    SIGNED(MESSAGE_SETTLEMENT_LINES, ADMIN, post_settlement_lines, 1024),
    SIGNED(MESSAGE_SETTLEMENT_CAPTURES, ADMIN, post_settlement_captures, 1024),
    SIGNED(MESSAGE_SETTLEMENT_TRANSFERS, ADMIN, post_settlement_transfers, 1024),
    SIGNED(MESSAGE_REFERENCE_QUERY, POS | RELOAD | PERSO, post_reference_query, 1024),
    SIGNED(MESSAGE_CHIP_ADDITION, ADMIN, post_chip_addition, 8192),
    SIGNED(MESSAGE_APPROVAL, ADMIN, post_approval, 1024),
    SIGNED(MESSAGE_APPROVAL_LIST, ADMIN, post_approval_list, 1024),
    SIGNED(MESSAGE_APPROVAL_RULE, ADMIN, post_approval_rule, 1024),
    PLAIN("/healthz", get_healthz),
    PLAIN("/metrics", get_metrics),
};
#define STORE_QUIET_SECONDS 5 /* without a failure, until they count as over */
#define ROUTE_COUNT         (sizeof routes / sizeof routes[0])
_Static_assert(ROUTE_COUNT <= METRICS_ROUTES_MAX, "every route has its counters");

static const char *path_of(size_t route) {
  return routes[route].path != NULL ? routes[route].path : message_path(routes[route].type);
}

void routes_print(FILE *out) {
  for (size_t i = 0; i < ROUTE_COUNT; i++) {
    const char *separator = "";
    fprintf(out, "%s %s ", routes[i].method, path_of(i));
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

  while (i < ROUTE_COUNT && strcmp(path_of(i), path) != 0)
    i++;
  return i;
}

/* Requests that move money are refused while the ledger is inconsistent, and its file stays as it was found. Terminals
 * keep what they have to bring (r, reversals) in their journals. What reads, blocks or revokes is served. */
static bool moves_money(const struct route *route) {
  switch (route->type) {
  case MESSAGE_PURCHASE:
  case MESSAGE_REFUND:
  case MESSAGE_OWED_REFUND:
  case MESSAGE_PAYOUT:
  case MESSAGE_HAND_OUT:
  case MESSAGE_LOAD_INQUIRY:
  case MESSAGE_LOAD:
  case MESSAGE_LOAD_REVERSAL:
  case MESSAGE_TRANSACTION_INQUIRY:
  case MESSAGE_CONFIRMATION:
  case MESSAGE_OFFLINE_PAYMENT:
  case MESSAGE_CARD_REPLACEMENT:
  case MESSAGE_CARD_RENEWAL:
  case MESSAGE_SETTLEMENT:
    return true;
  default:
    return false;
  }
}

/* Requests whose answer carries the time under a signature that cards, or tills off-line, believe: not while the clock
 * is in doubt. What only brings, asks, blocks or revokes is served. */
static bool needs_clock(const struct route *route) {
  switch (route->type) {
  case MESSAGE_PURCHASE:
  case MESSAGE_REFUND:
  case MESSAGE_PAYOUT:
  case MESSAGE_LOAD_INQUIRY:
  case MESSAGE_LOAD:
  case MESSAGE_CARD_CERTIFICATION:
  case MESSAGE_DENY_LIST:
    return true;
  default:
    return false;
  }
}

/* Requests that give money away where so many days have passed: not while nobody knows whether they have. */
static bool decides_by_days(const struct route *route) {
  return route->type == MESSAGE_CARD_REPLACEMENT || route->type == MESSAGE_CARD_RENEWAL ||
         route->type == MESSAGE_SETTLEMENT || route->type == MESSAGE_OWED_REFUND;
}

/* A media type may have parameters behind a ';' (RFC 9110 8.3.1). */
static bool is_message(const char *content_type) {
  size_t len = strlen(MESSAGE_MEDIA_TYPE);

  return strncasecmp(content_type, MESSAGE_MEDIA_TYPE, len) == 0 &&
         (content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ');
}

static enum status check(struct service *service, const struct route *route, const struct request *request) {
  if (strcmp(route->method, request->method) != 0)
    return STATUS_METHOD_NOT_ALLOWED;
  if (request->body_len > route->body_max || request->body_len > service->configuration.body)
    return STATUS_BODY_TOO_LARGE;
  if (route->roles != 0 && !is_message(request->content_type))
    return STATUS_UNSUPPORTED_TYPE;
  if (watch_alarmed(service) && moves_money(route))
    return STATUS_LEDGER_STOPPED;
  return needs_clock(route) || decides_by_days(route) ? clock_look(service) : STATUS_OK;
}

static enum status serve_signed(struct service *service, const struct route *route, struct request *request,
                                struct reply *reply) {
  struct envelope_rule rule = {.type = route->type, .roles = route->roles};
  enum status status = envelope_open(service, &rule, request);

  /* The mark goes on where the terminal's clock agrees: by a clock that ran ahead alone all other servers would be
   * behind. */
  if (status == STATUS_OK && needs_clock(route)) {
    status = clock_check(service);
    if (status != STATUS_OK)
      message_clear(&request->message);
  }
  if (status != STATUS_OK) {
    problem_reply(status, reply);
    return status;
  }
  route->handler(service, request, reply);
  envelope_reply(service, request, reply);
  message_clear(&request->message);
  return reply->status;
}

/* The handshake takes a revoked terminal's certificate too. Where the ledger cannot say who asks, the endpoint says
 * what is wrong with it. */
static enum status serve_plain(struct service *service, const struct route *route, struct request *request,
                               struct reply *reply) {
  enum status status = envelope_bare(service, request);

  if (status == STATUS_NOT_AUTHENTICATED || status == STATUS_TERMINAL_REVOKED) {
    problem_reply(status, reply);
    return status;
  }
  route->handler(service, request, reply);
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
  return route->roles != 0 ? serve_signed(service, route, request, reply) : serve_plain(service, route, request, reply);
}

static uint64_t microseconds_since(const struct timespec *begin) {
  struct timespec end = {0};

  clock_gettime(CLOCK_MONOTONIC, &end);
  return (uint64_t)(end.tv_sec - begin->tv_sec) * 1000000 + (uint64_t)((end.tv_nsec - begin->tv_nsec) / 1000);
}

/* Loud when it begins and when it ends, whatever the level of requests: some may go well in between. What was answered
 * well has asked the ledger. */
static void tell_store(struct service *service, enum status status) {
  bool fails = status == STATUS_STORE_FAILED || status == STATUS_STORE_UNREACHABLE;
  int64_t failed_at = service->store_failed_at;

  if (fails && atomic_exchange(&service->store_failed_at, service_now(service)) == 0)
    log_line(&service->log, LOG_ERROR, "store", "code=%s", status_name(status));
  if (status == STATUS_OK && failed_at != 0 && service_now(service) >= failed_at + STORE_QUIET_SECONDS &&
      atomic_compare_exchange_strong(&service->store_failed_at, &failed_at, 0))
    log_line(&service->log, LOG_WARNING, "store", "code=%s", status_name(status));
}

static void note(struct service *service, const struct request *request, size_t route, const struct reply *reply) {
  bool refused = reply->status == STATUS_TOO_MANY_REQUESTS || reply->status == STATUS_OVERLOADED;
  bool served = route < ROUTE_COUNT;
  uint64_t spent = microseconds_since(&request->arrived);

  tell_store(service, reply->status);
  metrics_request(&service->metrics, served ? route : METRICS_ROUTES_MAX, served ? path_of(route) : "", reply->status,
                  spent);
  log_line_soon(&service->log, refused ? LOG_DEBUG : LOG_INFO, "request",
                "method=%s path=%s peer=%s http=%d code=%s us=%llu", request->method, served ? request->path : "?",
                request->peer->common_name, reply->http_status, status_name(reply->status), (unsigned long long)spent);
}

static void take_time(struct request *request) {
  if (request->arrived.tv_sec == 0 && request->arrived.tv_nsec == 0)
    clock_gettime(CLOCK_MONOTONIC, &request->arrived);
}

void routes_refuse(struct service *service, const struct request *request, enum status status, struct reply *reply) {
  struct request timed = *request;

  take_time(&timed);
  *reply = (struct reply){.status = status};
  problem_reply(status, reply);
  note(service, &timed, find(request->path), reply);
}

/* One that asks on all the same is logged once. */
bool routes_admit(struct service *service, const struct request *request, struct reply *reply) {
  struct timespec now = {0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
  enum rate_answer answer = rate_take(service->rate, request->peer->common_name, milliseconds);
  if (answer == RATE_OK)
    return true;
  if (answer == RATE_REFUSED) {
    log_line(&service->log, LOG_WARNING, "refused", "why=%s peer=%s", status_name(STATUS_TOO_MANY_REQUESTS),
             request->peer->common_name);
  }
  routes_refuse(service, request, STATUS_TOO_MANY_REQUESTS, reply);
  return false;
}

void routes_serve(struct service *service, const struct request *request, struct reply *reply) {
  struct request opened = *request;
  size_t route = find(request->path);

  take_time(&opened);
  *reply = (struct reply){.status = STATUS_NOT_FOUND};
  if (route < ROUTE_COUNT)
    reply->status = serve(service, &routes[route], &opened, reply);
  else
    problem_reply(STATUS_NOT_FOUND, reply);
  note(service, &opened, route, reply);
}
