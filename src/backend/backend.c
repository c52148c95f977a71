/* SPDX-License-Identifier: Apache-2.0
 * Questions to the server: sealed, sent, and the answer checked for who gave it, to what, and when. */
#include "epurse/backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/message_alone.h"
#include "http_client.h"

#define SIGNED_EVERY 3600 /* seconds */

struct backend {
  struct http_client *http;
  struct message_verifier *server, *server_next; /* server_next: NULL where there is none */
  const struct key *sig;
  char tid[TID_SIZE + 1];
  enum status (*next_seq)(void *context, int64_t *seq);
  void *next_seq_context;
  void (*met)(void *context, int64_t incarnation, int64_t since);
  void *met_context;
  int64_t signed_at[MESSAGE_TYPE_COUNT]; /* when such a question was last answered under a signature; 0: not yet */
  int64_t answered_at;                   /* when the last call was; 0: it was not, or there was none */
  bool in_doubt;                         /* the last call's outcome */
  long patience;                         /* seconds that a call waits for a server that is busy */
  void (*waiting)(void *context);
  void *waiting_context;
};

enum status backend_open(const struct backend_options *options, struct backend **backend) {
  enum status status;
  *backend = NULL;
  if (strlen(options->tid) != TID_SIZE)
    return STATUS_BAD_CONFIG;
  struct backend *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL)
    return STATUS_NO_MEMORY;
  memcpy(fresh->tid, options->tid, TID_SIZE);
  fresh->sig = options->sig;
  fresh->next_seq = options->next_seq;
  fresh->next_seq_context = options->next_seq_context;
  fresh->met = options->met;
  fresh->met_context = options->met_context;
  fresh->patience = options->timeout_seconds;
  status = http_client_open(options, &fresh->http);
  if (status == STATUS_OK)
    status = message_verifier_new(options->server_public, &fresh->server);
  if (status == STATUS_OK && options->server_next_public != NULL)
    status = message_verifier_new(options->server_next_public, &fresh->server_next);
  if (status != STATUS_OK)
    backend_close(&fresh);
  *backend = fresh;
  return status;
}

void backend_close(struct backend **backend) {
  struct backend *old = *backend;
  *backend = NULL;
  if (old == NULL)
    return;
  http_client_close(&old->http);
  message_verifier_free(&old->server_next);
  message_verifier_free(&old->server);
  free(old);
}

enum status backend_look(struct backend *backend, struct backend_probe *probe) {
  return http_client_look(backend->http, "/healthz", probe);
}

/* Whether a status is one by which a server turns a message away, with that HTTP status. */
static bool refuses_message(enum status status, long http) {
  switch (status) {
  case STATUS_INTERNAL:
  case STATUS_NO_MEMORY:
  case STATUS_CRYPTO_FAILED:
    return http == 500;
  default: /* 500 for the others: they never cross HTTP */
    return http >= 400 && http != 500 && status_http(status) == http;
  }
}

/* problem+json (RFC 9457): its extension member "code" is the name of a status. Unsigned, so it can only refuse a
 * message; what is decided of cards and money comes signed with HTTP 200, and is not believed here. */
static enum status problem_status(const struct http_answer *answer) {
  json_t *problem = json_loadb(answer->text, answer->len, JSON_REJECT_DUPLICATES, NULL);
  const char *code = json_string_value(json_object_get(problem, "code"));
  enum status status = code != NULL ? status_by_name(code) : STATUS_BAD_REPLY;
  if (!refuses_message(status, answer->code) || (status == STATUS_INTERNAL && strcmp(code, "INTERNAL") != 0))
    status = STATUS_BAD_REPLY;
  json_decref(problem);
  /* Name, key and certificate here belong together (identity.c): then it is the server that has another key for the
   * name. */
  return status == STATUS_NOT_AUTHENTICATED ? STATUS_TERMINAL_REPLACED : status;
}

/* The reply must answer this very question, and be told about now. */
static enum status reply_check(const struct message *question, const struct message *reply) {
  if (reply->type != question->type || reply->seq != question->seq || strcmp(reply->tid, question->tid) != 0)
    return STATUS_BAD_REPLY;
  int64_t now = (int64_t)time(NULL);
  if (reply->time < now - MESSAGE_CLOCK_SKEW || reply->time > now + MESSAGE_CLOCK_SKEW)
    return STATUS_CLOCK_OFF;
  return STATUS_OK;
}

/* Under the server's key, or its newer one. */
static enum status signature_open(const struct backend *backend, const struct http_answer *answer,
                                  struct message *reply) {
  enum status status = message_open(answer->text, answer->len, true, backend->server, reply);
  return status == STATUS_BAD_SIGNATURE && backend->server_next != NULL
             ? message_open(answer->text, answer->len, true, backend->server_next, reply)
             : status;
}

static int64_t monotonic_seconds(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec + 1; /* never 0 */
}

/* Whether the authorisation alone will do. What only a signed reply says beside it (the ledger's incarnation, what
 * cards pay without a PIN, the server's clock) is heard again once an hour. */
static bool alone_will_do(const struct backend *backend, enum message_type type) {
  int64_t last = backend->signed_at[type];
  return message_alone_answers(type) && last != 0 && monotonic_seconds() - last < SIGNED_EVERY;
}

static enum status reply_open(struct backend *backend, const struct message *question, bool alone,
                              const struct http_answer *answer, struct message *reply) {
  if (answer->is_problem)
    return problem_status(answer);
  if (answer->code == 200 && answer->is_alone && alone)
    return message_alone_read(answer->text, answer->len, question, reply) == STATUS_OK ? STATUS_OK : STATUS_BAD_REPLY;
  if (answer->code != 200 || !answer->is_message)
    return STATUS_BAD_REPLY;
  if (signature_open(backend, answer, reply) != STATUS_OK)
    return STATUS_BAD_REPLY;
  enum status status = reply_check(question, reply);
  if (status == STATUS_OK && reply->status == STATUS_OK)
    backend->signed_at[question->type] = monotonic_seconds();
  if (status != STATUS_OK)
    message_clear(reply);
  return status;
}

/* Whether the server wants to be asked again, and that is not too late; then it has been waited for. */
static bool rest_taken(struct backend *backend, enum status status, const struct http_answer *answer, int64_t until) {
  struct timespec left = {.tv_sec = (time_t)answer->retry_after};
  if ((status != STATUS_TOO_MANY_REQUESTS && status != STATUS_OVERLOADED) || answer->retry_after <= 0 ||
      answer->retry_after > until - monotonic_seconds())
    return false;
  if (backend->waiting != NULL)
    backend->waiting(backend->waiting_context);
  backend->waiting = NULL;
  while (nanosleep(&left, &left) != 0 && errno == EINTR)
    ;
  return true;
}

void backend_patience(struct backend *backend, long seconds, void (*waiting)(void *context), void *context) {
  if (seconds >= 0)
    backend->patience = seconds;
  backend->waiting = waiting;
  backend->waiting_context = context;
}

void backend_wait(struct backend *backend, long seconds) {
  http_client_wait(backend->http, seconds);
}

/* Whether the server may have done it, for all that came back. A refusal of our certificate says that it did not
 * listen, and so does an error reply that makes sense, but two: a number that it knows, and that was never drawn
 * before, it knows from this very message, which libcurl sends again by itself where a kept line breaks before a byte
 * of the answer; and where its store failed it may be that the commit was made. */
static bool outcome_open(const struct backend *backend, enum status posted, const struct http_answer *answer,
                         enum status status) {
  if (posted != STATUS_OK)
    return posted != STATUS_TERMINAL_REVOKED && http_client_sent(backend->http);
  if (answer->is_problem)
    return status == STATUS_BAD_REPLY || status == STATUS_REPLAYED || status == STATUS_STORE_FAILED;
  return status != STATUS_OK;
}

/* The same message each time: if it was taken after all, its number is refused the second time, or, of a purchase or a
 * confirmation, which take none, the answer is the first one's. */
static enum status exchange(struct backend *backend, const struct message *question, const char *jws,
                            struct message *reply) {
  struct http_answer *answer = malloc(sizeof *answer);
  int64_t until = monotonic_seconds() + backend->patience;
  bool alone = alone_will_do(backend, question->type);
  enum status status;
  if (answer == NULL)
    return STATUS_NO_MEMORY;
  http_client_take_alone(backend->http, alone);
  do {
    enum status posted = http_client_post(backend->http, message_path(question->type), jws, answer);
    backend->answered_at = posted == STATUS_OK ? monotonic_seconds() : 0;
    status = posted == STATUS_OK ? reply_open(backend, question, alone, answer, reply) : posted;
    backend->in_doubt = outcome_open(backend, posted, answer, status);
  } while (rest_taken(backend, status, answer, until));
  free(answer);
  return status;
}

enum status backend_call(struct backend *backend, enum message_type type, json_t *body, struct message *reply) {
  struct message question = {.type = type, .status = STATUS_OK, .body = body};
  char *jws = NULL;
  enum status status = STATUS_NO_MEMORY;
  backend->in_doubt = false;
  if (body == NULL)
    goto out;
  memcpy(question.tid, backend->tid, sizeof question.tid);
  question.time = (int64_t)time(NULL);
  status = backend->next_seq(backend->next_seq_context, &question.seq);
  if (status == STATUS_OK)
    status = message_seal(&question, false, backend->sig, &jws);
  if (status == STATUS_OK)
    status = exchange(backend, &question, jws, reply);
  if (status == STATUS_OK && backend->met != NULL)
    backend->met(backend->met_context, reply->incarnation, reply->since);
out:
  free(jws);
  message_clear(&question);
  return status;
}

bool backend_in_doubt(const struct backend *backend) {
  return backend->in_doubt;
}

int64_t backend_answered(const struct backend *backend) {
  return backend->answered_at == 0 || !http_client_kept(backend->http) ? -1
                                                                       : monotonic_seconds() - backend->answered_at;
}

const char *backend_trouble(const struct backend *backend, enum status status) {
  return http_client_trouble(backend->http, status);
}
