/* SPDX-License-Identifier: Apache-2.0
 * Making the world with its own programs. */
#include "flow_world.h"

#include <arpa/inet.h>
#include <check.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "epurse/backend.h"

#define START_SECONDS 20

struct flow_world flow_world;

static const char *programs(void) {
  const char *folder = getenv("top_builddir");
  return folder != NULL ? folder : ".";
}

/* Runs a command line of ours; `format` knows the world's folder. */
static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...) {
  char command[2048];
  va_list arguments;
  va_start(arguments, format);
  ck_assert_int_lt(vsnprintf(command, sizeof command, format, arguments), (int)sizeof command);
  va_end(arguments);
  int result = system(command);
  ck_assert_msg(result == 0, "%d from %s", result, command);
}

static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(line, 0);
  ck_assert_int_eq(bind(line, (struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(getsockname(line, (struct sockaddr *)&address, &len), 0);
  close(line);
  return ntohs(address.sin_port);
}

static bool answers(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected = line >= 0 && connect(line, (struct sockaddr *)&address, sizeof address) == 0;
  if (line >= 0)
    close(line);
  return connected;
}

static void server_start(void) {
  static const struct timespec pause = {0, 50000000};
  char command[1024];
  snprintf(command, sizeof command,
           "exec '%s/epursed' --config '%s/issuer/epursed.conf' --passphrase-fd 4 4<'%s/server.pass' 2>>'%s/log'",
           programs(), flow_world.folder, flow_world.folder, flow_world.folder);
  flow_world.server = fork();
  ck_assert_int_ge(flow_world.server, 0);
  if (flow_world.server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whatever becomes of the tests, no server stays behind */
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  for (int i = 0; i < START_SECONDS * 20 && !answers(flow_world.port); i++)
    nanosleep(&pause, NULL);
  ck_assert(answers(flow_world.port));
}

void flow_terminal_add(const char *tid, const char *role, const char *name) {
  shell("'%s/epurse-admin' --config '%s/issuer/admin' terminal add %s --role %s --merchant BAKERY --out '%s/%s' "
        "--url https://127.0.0.1:%d --issuer-passphrase-fd 3 3<'%s/issuer.pass' >/dev/null",
        programs(), flow_world.folder, tid, role, flow_world.folder, name, flow_world.port, flow_world.folder);
  shell("sed -i 's/^timeout = .*/timeout = 2/' '%s/%s/terminal.conf'", flow_world.folder, name);
}

void flow_world_begin(void) {
  const char *base = getenv("TMPDIR");
  snprintf(flow_world.folder, sizeof flow_world.folder, "%.60s/epurse flow.XXXXXX", base != NULL ? base : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(flow_world.folder));
  flow_world.port = free_port();
  shell("echo 'issuer passphrase' >'%s/issuer.pass'; echo 'server passphrase' >'%s/server.pass'", flow_world.folder,
        flow_world.folder);
  shell("'%s/epurse-admin' init --dir '%s/issuer' --host localhost,127.0.0.1 --listen 127.0.0.1:%d --currency EUR "
        "--issuer 999999 --pool 20000 --loads none --load-credit none --no-pin-single none --demonstration "
        "--issuer-passphrase-fd 3 "
        "--server-passphrase-fd 4 3<'%s/issuer.pass' 4<'%s/server.pass' >/dev/null",
        programs(), flow_world.folder, flow_world.port, flow_world.folder, flow_world.folder);
  shell("sed -i 's/^\\[limits\\]$/&\\nrequests_per_second = 100000\\nrequests_at_once = "
        "100000\\ndesk_reservations_per_day = 100000\\n"
        "desk_reservations_open = 100000/; s/^\\[card\\]$/&\\nnumbers = ascending/' "
        "'%s/issuer/epursed.conf'",
        flow_world.folder);
  server_start();
  shell("'%s/epurse-admin' --config '%s/issuer/admin' merchant add BAKERY --name 'Corner Bakery' --points-rate 1 "
        ">/dev/null",
        programs(), flow_world.folder);
  flow_terminal_add("POS00001", "pos", "pos");
  flow_terminal_add("POS00002", "pos", "pos2");
  flow_terminal_add("RELOAD01", "reload", "reload");
  flow_terminal_add("PERSO001", "perso", "perso");
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk) {
  (void)facts;
  (void)kind;
  (void)walk;
  return remove(path);
}

/* Never to process 0 or -1, which would be all of ours. */
static void server_signal(int number) {
  ck_assert_int_gt(flow_world.server, 1);
  ck_assert_int_eq(kill(flow_world.server, number), 0);
}

void flow_server_stop(void) {
  int result = -1;
  server_signal(SIGCONT);
  server_signal(SIGTERM);
  ck_assert_int_eq(waitpid(flow_world.server, &result, 0), flow_world.server);
  ck_assert_int_eq(result, 0);
  flow_world.server = 0;
}

void flow_world_end(void) {
  if (flow_world.server != 0)
    flow_server_stop();
  ck_assert_int_eq(nftw(flow_world.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void flow_server_freeze(void) {
  server_signal(SIGSTOP);
}

void flow_server_thaw(void) {
  server_signal(SIGCONT);
}

struct terminal *flow_terminal(const char *name) {
  struct terminal *terminal = NULL;
  char path[256], problem[256];
  snprintf(path, sizeof path, "%s/%s", flow_world.folder, name);
  enum status status = terminal_open(path, &terminal, problem);
  ck_assert_msg(status == STATUS_OK, "%s: %s", status_name(status), problem);
  return terminal;
}

void flow_terminal_unplug(const char *name, bool unplugged) {
  shell("sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:%d/' '%s/%s/terminal.conf'", unplugged ? 1 : flow_world.port,
        flow_world.folder, name);
}

/* One question of the administrator. The body is stolen. */
static struct message admin_ask(enum message_type type, json_t *body) {
  struct terminal *admin = flow_terminal("issuer/admin");
  struct message reply;
  enum status status = backend_call(admin->backend, type, body, &reply);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  ck_assert_msg(reply.status == STATUS_OK, "%s", status_name(reply.status));
  terminal_close(&admin);
  return reply;
}

struct card_facts flow_facts(const uint8_t cid[CID_SIZE]) {
  struct card_message question = {.reason = ""};
  struct card_facts facts;
  memcpy(question.cid, cid, CID_SIZE);
  struct message reply = admin_ask(MESSAGE_CARD_QUERY, card_message_body(MESSAGE_CARD_QUERY, &question));
  ck_assert_int_eq(card_facts_parse(reply.body, &facts), STATUS_OK);
  message_clear(&reply);
  return facts;
}

void flow_block(const uint8_t cid[CID_SIZE]) {
  struct card_message question = {.reason = "reported stolen"};
  memcpy(question.cid, cid, CID_SIZE);
  struct message reply = admin_ask(MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &question));
  message_clear(&reply);
}

unsigned flow_requests(const char *path) {
  char name[256], line[1024];
  unsigned count = 0;
  snprintf(name, sizeof name, "%s/log", flow_world.folder);
  FILE *log = fopen(name, "r");
  ck_assert_ptr_nonnull(log);
  while (fgets(line, sizeof line, log) != NULL)
    count += strstr(line, path) != NULL && strstr(line, "code=OK") != NULL;
  fclose(log);
  return count;
}

void flow_ledger_clean(void) {
  struct message reply = admin_ask(MESSAGE_LEDGER_CHECK, json_object());
  json_t *findings = json_object_get(reply.body, "findings");
  ck_assert(json_is_array(findings));
  const char *first = json_string_value(json_array_get(findings, 0));
  ck_assert_msg(json_array_size(findings) == 0, "%s", first != NULL ? first : "?");
  message_clear(&reply);
}

/* The server is not asked anything meanwhile, so that its files stand still. */
void flow_audit_clean(void) {
  shell(
      "cd '%s' && mkdir audited && cp issuer/ledger.db* audited/ && '%s/epurse-admin' audit --ledger audited/ledger.db "
      "--master issuer/master.pem --journal pos --journal pos2 --journal reload --receipts pos/receipts "
      "--receipts pos2/receipts --receipts reload/receipts >audited/said || { cat audited/said >&2; false; }",
      flow_world.folder, programs());
}
