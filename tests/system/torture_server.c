/* SPDX-License-Identifier: Apache-2.0
 * The server as a process of its own, asked one question at a time over a pair of sockets. A second process stands over
 * it, starts it again when it dies, and tells the terminal that nobody will answer. */
#include "torture_server.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "epurse/ledger_audit.h"
#include "epurse/ledger_incident.h"
#include "http/peer.h"
#include "http/request.h"
#include "server/routes.h"
#include "server/service.h"
#include "server/writer.h"
#include "torture_world.h"

enum packet_kind { PACKET_QUESTION, PACKET_BOOKS, PACKET_BLOCK, PACKET_STOP, PACKET_ANSWER, PACKET_DEAD };

struct packet {
  enum packet_kind kind;
  enum till till;
  enum message_type type;
  enum whose whose;
  struct server_answer body; /* the last: as much of its text as there is is sent */
};

#define TRACE_LATEST 16 /* of a card's transactions: more than change in one request */

static struct service service;
static struct peer peers[TILL_COUNT];
static bool serving;    /* a request of a terminal */
static sqlite3 *opened; /* the ledger's database, which it has for itself alone */
static int client = -1; /* this side of the sockets */
static pid_t keeper;

static size_t packet_size(const struct packet *packet) {
  return offsetof(struct packet, body.text) + packet->body.len + 1;
}

static bool packet_send(int line, const struct packet *packet) {
  return send(line, packet, packet_size(packet), MSG_NOSIGNAL) == (ssize_t)packet_size(packet);
}

static bool packet_receive(int line, struct packet *packet) {
  ssize_t len = recv(line, packet, sizeof *packet, 0);
  return len > 0 && (size_t)len == packet_size(packet);
}

/* ---- its commits ---- */

int __real_sqlite3_exec(sqlite3 *database, const char *sql, int (*row)(void *, int, char **, char **), void *context,
                        char **problem);
int __wrap_sqlite3_exec(sqlite3 *database, const char *sql, int (*row)(void *, int, char **, char **), void *context,
                        char **problem);
int __wrap_sqlite3_exec(sqlite3 *database, const char *sql, int (*row)(void *, int, char **, char **), void *context,
                        char **problem) {
  opened = database;
  bool commit = serving && strcmp(sql, "COMMIT") == 0;
  enum fault_kind fault = commit ? fault_at(PLACE_COMMIT) : FAULT_NONE;
  torture->server_down = torture->server_down || fault_away(fault);
  if (fault == FAULT_SERVER_DEAD_BEFORE || fault == FAULT_SERVER_GONE_BEFORE)
    fault_kill();
  if (fault == FAULT_SERVER_DISK_FULL)
    return SQLITE_FULL;
  int result = __real_sqlite3_exec(database, sql, row, context, problem);
  if (fault == FAULT_SERVER_DEAD_AFTER || fault == FAULT_SERVER_GONE_AFTER)
    fault_kill();
  return result;
}

/* ---- its books ---- */

#define INCIDENTS_MAX 32

/* What a terminal gave back although the card had been credited by the claim: docs/ledger.md, "reversed credit". */
static void tell_given_back(struct books *books) {
  struct ledger_incident incidents[INCIDENTS_MAX];
  struct ledger_transaction transaction;
  size_t count = 0;
  if (ledger_incident_list(writer_ledger(service.writer), 0, incidents, INCIDENTS_MAX, &count) != STATUS_OK)
    return;
  for (size_t i = 0; i < count; i++)
    if (memcmp(incidents[i].cid, books->cards[WHOSE_OPENED].cid, CID_SIZE) == 0)
      books->lies++;
    else if (incidents[i].kind == LEDGER_INCIDENT_REVERSED_CREDIT &&
             ledger_transaction_find(writer_ledger(service.writer), incidents[i].cid, incidents[i].atc, &transaction) ==
                 STATUS_OK) {
      books->given_back++;
      books->given_back_sum += transaction.amount;
    }
}

static void note_finding(void *context, const char *line) {
  struct books *books = context;
  if (books->findings++ == 0)
    snprintf(books->finding, sizeof books->finding, "%s", line);
}

static size_t list(const struct ledger_card *card, struct ledger_transaction transactions[BOOKS_MAX]) {
  size_t count = 0;
  return ledger_transaction_list(writer_ledger(service.writer), card->cid, 0, transactions, BOOKS_MAX, &count) ==
                 STATUS_OK
             ? count
             : 0;
}

/* Of refunds the ledger tells only the server's messages: its tables say it. */
static void tell_refunds(struct books *books) {
  sqlite3_stmt *row = NULL;
  if (sqlite3_prepare_v2(opened, "SELECT amount FROM owed_refund", -1, &row, NULL) == SQLITE_OK)
    while (books->owed_count < REFUNDS_MAX && sqlite3_step(row) == SQLITE_ROW)
      books->owed_refunds[books->owed_count++] = sqlite3_column_int64(row, 0);
  sqlite3_finalize(row);
  row = NULL;
  books->refunds_borne = -1;
  if (sqlite3_prepare_v2(opened,
                         "SELECT -account.balance FROM account, merchant WHERE merchant.name = 'BAKERY' AND "
                         "account.id = -(merchant.id * 16 + 5)",
                         -1, &row, NULL) == SQLITE_OK &&
      sqlite3_step(row) == SQLITE_ROW)
    books->refunds_borne = sqlite3_column_int64(row, 0);
  sqlite3_finalize(row);
}

static int64_t tell_sum(const char *sql) {
  sqlite3_stmt *row = NULL;
  int64_t sum = -1;
  if (sqlite3_prepare_v2(opened, sql, -1, &row, NULL) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW)
    sum = sqlite3_column_int64(row, 0);
  sqlite3_finalize(row);
  return sum;
}

/* Likewise of payouts, and of what the issuer's risk paid for off-line payments. */
static void tell_payouts(struct books *books) {
  books->paid_out =
      tell_sum("SELECT coalesce(sum(amount), 0) FROM payout JOIN booking ON id = booking WHERE outcome = 1");
  books->put_back =
      tell_sum("SELECT coalesce(sum(amount), 0) FROM payout JOIN booking ON id = booking WHERE outcome = 2");
  books->deposits_back = tell_sum("SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 8");
  books->unheard = (unsigned)tell_sum("SELECT count(*) FROM payout WHERE outcome = 1 AND handed_at = 0");
  books->risked = tell_sum("SELECT coalesce(sum(amount), 0) FROM offline_promise WHERE outcome = 4");
}

static void tell_kept(struct books *books) {
  sqlite3_stmt *row = NULL;
  if (sqlite3_prepare_v2(opened, "SELECT promise FROM offline_promise WHERE outcome IN (4, 5)", -1, &row, NULL) ==
      SQLITE_OK)
    while (books->kept_count < KEPT_MAX && sqlite3_step(row) == SQLITE_ROW)
      if (sqlite3_column_bytes(row, 0) == PROMISE_SIZE &&
          promise_decode(sqlite3_column_blob(row, 0), PROMISE_SIZE, &books->kept[books->kept_count]) == STATUS_OK)
        books->kept_count++;
  sqlite3_finalize(row);
}

static void tell_books(void) {
  struct books *books = &torture->books;
  memset(books, 0, sizeof *books);
  books->check = ledger_check(writer_ledger(service.writer), note_finding, books);
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++) {
    if (ledger_card_find_chip(writer_ledger(service.writer), world_serial(whose), &books->cards[whose]) == STATUS_OK)
      books->counts[whose] = list(&books->cards[whose], books->transactions[whose]);
    (void)!ledger_offline_lacking(writer_ledger(service.writer), books->cards[whose].cid, &books->lacking[whose]);
  }
  tell_given_back(books);
  tell_refunds(books);
  tell_payouts(books);
  tell_kept(books);
  books->told = ledger_totals(writer_ledger(service.writer), &books->totals) == STATUS_OK;
}

static void trace_holds(void) {
  static struct ledger_transaction transactions[TRACE_LATEST];
  struct ledger_card card;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++) {
    size_t count = 0;
    if (ledger_card_find_chip(writer_ledger(service.writer), world_serial(whose), &card) == STATUS_OK &&
        ledger_transaction_list(writer_ledger(service.writer), card.cid, 0, transactions, TRACE_LATEST, &count) !=
            STATUS_OK)
      torture->trace.full = true;
    while (count-- > 0)
      trace_hold(&torture->trace, &transactions[count]);
  }
}

static enum status block(struct ledger *ledger, void *context) {
  const struct ledger_card *card = context;
  return ledger_card_block(ledger, card->cid, "lost", service_now(&service));
}

static bool tell_blocked(enum whose whose) {
  struct ledger_card card;
  return ledger_card_find_chip(writer_ledger(service.writer), world_serial(whose), &card) == STATUS_OK &&
         ledger_transact(writer_ledger(service.writer), block, &card) == STATUS_OK;
}

/* ---- serving ---- */

static const struct peer *peer_of(enum till till) {
  struct peer *peer = &peers[till];
  struct ledger_terminal terminal;
  if (peer->verifier != NULL)
    return peer;
  if (ledger_terminal_find(writer_ledger(service.writer), (const uint8_t *)till_tid(till), &terminal) != STATUS_OK)
    return NULL;
  snprintf(peer->common_name, sizeof peer->common_name, "%s", till_tid(till));
  memcpy(peer->public_key, terminal.sig_public, sizeof peer->public_key);
  return message_verifier_new(peer->public_key, &peer->verifier) == STATUS_OK ? peer : NULL;
}

static void answer_question(const struct packet *question, struct packet *answer) {
  struct request request = {.method = "POST",
                            .path = message_path(question->type),
                            .content_type = MESSAGE_MEDIA_TYPE,
                            .body = question->body.text,
                            .body_len = question->body.len,
                            .peer = peer_of(question->till)};
  struct reply reply;
  if (request.peer == NULL)
    return;
  serving = true;
  routes_serve(&service, &request, &reply);
  serving = false;
  trace_holds();
  answer->body.http = reply.http_status;
  answer->body.message = strcmp(reply.content_type, MESSAGE_MEDIA_TYPE) == 0;
  answer->body.problem = strcmp(reply.content_type, PROBLEM_MEDIA_TYPE) == 0;
  if (reply.text != NULL && reply.text_len <= MESSAGE_MAX) {
    memcpy(answer->body.text, reply.text, reply.text_len);
    answer->body.len = reply.text_len;
  }
  reply_clear(&reply);
}

static int64_t server_clock(void *context) {
  (void)context;
  return (int64_t)(torture->clock + torture->server_ahead);
}

/* Where the one before it died in a question, nobody is told so before what that one had committed is traced. */
static _Noreturn void serve(int line, bool follows) {
  static struct packet question, answer, dead = {.kind = PACKET_DEAD};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct ledger *ledger = NULL;
  service.configuration.watch = 0; /* its commits would be counted with the others */
  service.clock = server_clock;
  if (ledger_open(service.configuration.store, &ledger) != STATUS_OK || service_start(&service, &ledger) != STATUS_OK)
    _exit(70);
  trace_holds();
  if (follows && !packet_send(line, &dead))
    _exit(74);
  while (packet_receive(line, &question)) {
    memset(&answer, 0, offsetof(struct packet, body.text) + 1);
    answer.kind = PACKET_ANSWER;
    if (question.kind == PACKET_QUESTION)
      answer_question(&question, &answer);
    else if (question.kind == PACKET_BOOKS)
      tell_books();
    else if (question.kind == PACKET_BLOCK)
      answer.body.http = tell_blocked(question.whose) ? 200 : 500;
    if (question.kind == PACKET_STOP)
      service_stop(&service);
    if (!packet_send(line, &answer) || question.kind == PACKET_STOP)
      break;
  }
  _exit(question.kind == PACKET_STOP ? 0 : 71);
}

static _Noreturn void keep(int line) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (bool follows = false;; follows = true) {
    int code = 0;
    pid_t child = fork();
    if (child == 0)
      serve(line, follows);
    if (child < 0 || waitpid(child, &code, 0) != child)
      _exit(72);
    if (!WIFEXITED(code) || WEXITSTATUS(code) != TORTURE_KILLED)
      _exit(WIFEXITED(code) ? WEXITSTATUS(code) : 73);
  }
}

/* ---- from outside ---- */

bool server_prepare(const char *folder, const char *passphrase) {
  struct configuration configuration;
  char problem[256] = "";
  enum status status = configuration_load(folder, &configuration, problem);
  if (status == STATUS_OK)
    status = service_open(&service, &configuration, passphrase, problem);
  service_stop(&service); /* each server opens it for itself */
  service.log.fd = getenv("TORTURE_LOG") != NULL ? STDERR_FILENO : -1;
  if (status != STATUS_OK)
    printf("Bail out! %s: %s\n", status_name(status), problem);
  return status == STATUS_OK;
}

void server_validity(unsigned years) {
  service.configuration.validity_years = years;
}

bool server_start(void) {
  int lines[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lines) != 0)
    return false;
  keeper = fork();
  if (keeper == 0) {
    close(lines[0]);
    keep(lines[1]);
  }
  close(lines[1]);
  client = lines[0];
  return keeper > 0;
}

static bool exchange(const struct packet *question, struct packet *answer) {
  return packet_send(client, question) && packet_receive(client, answer) && answer->kind == PACKET_ANSWER;
}

void server_ask(enum till till, enum message_type type, const char *text, struct server_answer *answer) {
  static struct packet question, reply;
  question = (struct packet){.kind = PACKET_QUESTION, .till = till, .type = type};
  question.body.len = strlen(text);
  memcpy(question.body.text, text, question.body.len);
  *answer = (struct server_answer){.http = 0};
  if (exchange(&question, &reply))
    memcpy(answer, &reply.body, offsetof(struct server_answer, text) + reply.body.len + 1);
}

void server_deliver_late(enum fault_kind kind) {
  static struct server_answer answer;
  struct late_request *late = &torture->late;
  if (!late->waits || late->kind != kind)
    return;
  late->waits = false;
  server_ask(late->till, late->type, late->text, &answer);
}

bool server_books(void) {
  static struct packet question, answer;
  question = (struct packet){.kind = PACKET_BOOKS};
  torture->books.told = false;
  return exchange(&question, &answer) && torture->books.told;
}

bool server_block(enum whose whose) {
  static struct packet question, answer;
  question = (struct packet){.kind = PACKET_BLOCK, .whose = whose};
  return exchange(&question, &answer) && answer.body.http == 200;
}

bool server_stop(void) {
  static struct packet question, answer;
  int code = -1;
  question = (struct packet){.kind = PACKET_STOP};
  bool told = exchange(&question, &answer);
  close(client);
  client = -1;
  return waitpid(keeper, &code, 0) == keeper && told && code == 0;
}
