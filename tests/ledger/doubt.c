/* SPDX-License-Identifier: Apache-2.0
 * A COMMIT of which nobody knows what became: its answer is lost on the way, it is itself lost, the database is gone
 * without a word, or stops waiting for its standby. None of them is acknowledged, and the repetition is answered
 * rightly. PostgreSQL alone. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ledger/store.h"
#include "run.h"
#include "suites.h"
#include "world.h"

/* ---- a wire to the database that is cut at a COMMIT ---- */

enum cut { CUT_NOTHING, CUT_BEFORE, CUT_BEHIND, CUT_SILENT };

struct wire {
  pid_t process;
  volatile int *next; /* an enum cut, shared with the process: what to do at the next COMMIT, once */
  char path[PLACE_MAX], url[PLACE_MAX];
};

#define SOCKET_NAME ".s.PGSQL.5432"

static int wire_socket(const char *folder, struct sockaddr_un *address) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  ck_assert_int_lt(snprintf(address->sun_path, sizeof address->sun_path, "%s/" SOCKET_NAME, folder),
                   (int)sizeof address->sun_path);
  return socket(AF_UNIX, SOCK_STREAM, 0);
}

static bool wire_pass(int from, int to, bool *commits) {
  char bytes[65536];
  ssize_t len = read(from, bytes, sizeof bytes);
  *commits = len > 0 && memmem(bytes, (size_t)len, "COMMIT", sizeof "COMMIT") != NULL;
  return len > 0 && (to < 0 || write(to, bytes, (size_t)len) == len);
}

/* What the server says to COMMIT is heard, and not passed on. */
static void wire_hear_out(int server) {
  bool commits = false;
  while (!commits && wire_pass(server, -1, &commits))
    ;
}

/* From here on whatever comes is dropped before anybody acknowledges it, as if the machine were gone. */
static void wire_fall_silent(int client) {
  struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
  const struct sock_fprog all = {.len = 1, .filter = &drop};
  if (setsockopt(client, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) != 0)
    _exit(1);
}

/* False: the client's end is to be kept open. */
static bool wire_serve(volatile int *next, int client, int server) {
  struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
  char seen[65536];
  bool commits = false;
  while (poll(ends, 2, -1) > 0) {
    if (ends[1].revents != 0 && !wire_pass(server, client, &commits))
      return true;
    if (ends[0].revents == 0)
      continue;
    ssize_t len = recv(client, seen, sizeof seen, MSG_PEEK);
    int cut = len > 0 && memmem(seen, (size_t)len, "COMMIT", sizeof "COMMIT") != NULL ? *next : CUT_NOTHING;
    if (cut != CUT_NOTHING)
      *next = CUT_NOTHING;
    if (cut == CUT_SILENT) {
      wire_fall_silent(client);
      return false;
    }
    if (cut == CUT_BEFORE || !wire_pass(client, server, &commits))
      return true;
    if (cut == CUT_BEHIND) {
      wire_hear_out(server);
      return true;
    }
  }
  return true;
}

static _Noreturn void wire_run(volatile int *next, int listening) {
  struct sockaddr_un address;
  for (;;) {
    int client = accept(listening, NULL, NULL), server = wire_socket(getenv("POSTGRES_DIR"), &address);
    bool over = client < 0 || connect(server, (const struct sockaddr *)&address, sizeof address) != 0 ||
                wire_serve(next, client, server);
    if (over)
      (void)close(client);
    (void)close(server);
  }
}

/* Answers with the socket; what of the URL names the host is `host`. */
static int wire_listen_local(struct wire *wire, const struct world *world, char host[PLACE_MAX]) {
  struct sockaddr_un address;
  int listening = wire_socket(world->directory, &address);
  (void)snprintf(wire->path, sizeof wire->path, "%s", address.sun_path);
  (void)snprintf(host, PLACE_MAX, "%s", world->directory);
  ck_assert_int_eq(bind(listening, (const struct sockaddr *)&address, sizeof address), 0);
  return listening;
}

static int wire_listen_network(char host[PLACE_MAX]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  int listening = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_eq(bind(listening, (const struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&address, &len), 0);
  (void)snprintf(host, PLACE_MAX, "127.0.0.1&port=%d", ntohs(address.sin_port));
  return listening;
}

/* The world's ledger is reached over it from then on. */
static void wire_lay(struct wire *wire, struct world *world, bool network) {
  char host[PLACE_MAX];
  const char *folder = getenv("POSTGRES_DIR");
  const char *at = folder == NULL ? NULL : strstr(world->path, folder);
  ck_assert_ptr_nonnull(at);
  *wire = (struct wire){.path = ""};
  int listening = network ? wire_listen_network(host) : wire_listen_local(wire, world, host);
  ck_assert_int_lt(snprintf(wire->url, sizeof wire->url, "%.*s%s%s", (int)(at - world->path), world->path, host,
                            at + strlen(folder)),
                   PLACE_MAX);
  wire->next = mmap(NULL, sizeof *wire->next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert(wire->next != MAP_FAILED);
  ck_assert_int_eq(listen(listening, 4), 0);
  wire->process = run_fork();
  ck_assert_int_ge(wire->process, 0);
  if (wire->process == 0)
    wire_run(wire->next, listening);
  (void)close(listening);
  ledger_close(&world->ledger);
  ck_assert_int_eq(ledger_open(wire->url, &world->ledger), STATUS_OK);
}

static void wire_end(struct wire *wire, struct world *world) {
  world_reopen(world);
  ck_assert_int_eq(kill(wire->process, SIGKILL), 0);
  ck_assert_int_eq(waitpid(wire->process, NULL, 0), wire->process);
  if (wire->path[0] != '\0')
    (void)unlink(wire->path);
}

/* ---- an answer that does not come ---- */

static uint32_t held_atc(const struct world *world, const struct purse *purse) {
  struct ledger *ledger = NULL;
  struct ledger_card card;
  ck_assert_int_eq(ledger_open(world->path, &ledger), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(ledger, purse->cid, &card), STATUS_OK);
  ledger_close(&ledger);
  return card.held_atc;
}

static void card_with_money(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 5000, RELOAD);
}

START_TEST(a_commit_that_is_cut_off_is_asked_for_again) {
  struct world world;
  struct wire wire;
  struct purse purse;
  struct ask ask = {.purse = &purse}, again = {.purse = &purse};
  card_with_money(&world, &purse);
  wire_lay(&wire, &world, false);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  *wire.next = _i;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  ck_assert_int_eq(*wire.next, CUT_NOTHING);
  ck_assert_uint_eq(held_atc(&world, &purse), _i == CUT_BEHIND ? purse.atc : 0);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  world.now += 60;
  ck_assert_int_eq(world_ask(&world, &again), STATUS_OK);
  ck_assert_mem_eq(ask.transaction.authorisation, again.transaction.authorisation, AUTHORISATION_SIZE);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  *wire.next = _i;
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_STORE_FAILED);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  wire_end(&wire, &world);
  world_assert_card(&world, &purse, 4900, 0, 0);
  world_close(&world);
}
END_TEST

/* ---- a machine that is gone ---- */

/* Nothing says that it is, and left to TCP alone that would take a quarter of an hour, or two hours. */
START_TEST(a_silent_database_is_given_up) {
  struct world world;
  struct wire wire;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  card_with_money(&world, &purse);
  wire_lay(&wire, &world, true);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  *wire.next = CUT_SILENT;
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED); /* the timeout of this test has the rest */
  ck_assert_int_eq(*wire.next, CUT_NOTHING);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  wire_end(&wire, &world);
  world_assert_card(&world, &purse, 4900, 100, 0);
  world_close(&world);
}
END_TEST

/* ---- a standby that does not answer, and a wait for it that somebody cancels ---- */

static void standby_wanted(const char *name) {
  char sql[128];
  const char *store = getenv("LEDGER_TEST_STORE");
  (void)snprintf(sql, sizeof sql, "ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
  ck_assert_int_eq(place_run(store, sql), PLACE_DONE);
  ck_assert_int_eq(place_run(store, "SELECT pg_reload_conf()"), PLACE_DONE);
}

static void standby_forgotten(void) {
  standby_wanted("");
}

/* The operator who thinks that it helps: ends each wait for a standby, as soon as there is one. */
static pid_t canceller_begin(void) {
  pid_t process = run_fork();
  const struct timespec pause = {.tv_nsec = 10000000};
  ck_assert_int_ge(process, 0);
  while (process == 0) {
    (void)place_run(getenv("LEDGER_TEST_STORE"),
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    (void)nanosleep(&pause, NULL);
  }
  return process;
}

/* Waits until commits wait for a standby: the reload is some process's of the server to see, and no answer says that it
 * has. */
static void standby_awaited(void) {
  const char *store = getenv("LEDGER_TEST_STORE");
  pid_t process = run_fork();
  ck_assert_int_ge(process, 0);
  while (process == 0) /* the first that does not come back waits */
    (void)place_run(store, "SELECT pg_logical_emit_message(true, 'test', '')");
  ck_assert_int_eq(place_run(store, "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity "
                                    "WHERE wait_event = 'SyncRep') LOOP PERFORM pg_sleep(0.01); "
                                    "PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"),
                   PLACE_DONE);
  ck_assert_int_eq(kill(process, SIGKILL), 0);
  ck_assert_int_eq(waitpid(process, NULL, 0), process);
}

START_TEST(a_cancelled_wait_for_a_standby_is_no_commit) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  card_with_money(&world, &purse);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  standby_wanted("nobody");
  standby_awaited();
  pid_t canceller = canceller_begin();
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  ck_assert_uint_eq(held_atc(&world, &purse), purse.atc); /* here it is, and nowhere else */
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED);
  ck_assert_int_eq(kill(canceller, SIGKILL), 0);
  ck_assert_int_eq(waitpid(canceller, NULL, 0), canceller);
  standby_forgotten();
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  world_assert_card(&world, &purse, 4900, 0, 0);
  world_close(&world);
}
END_TEST

/* ---- a database whose statements may not take long ---- */

/* As its administrator has it for people. Each booking here takes longer than that. */
static const char impatient[] =
    "CREATE FUNCTION tarry() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'; "
    "CREATE TRIGGER tarries AFTER INSERT ON booking FOR EACH STATEMENT EXECUTE FUNCTION tarry(); "
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 200', current_database()); END $$";
static const char patient[] =
    "DROP FUNCTION tarry() CASCADE; "
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET statement_timeout', current_database()); END $$";

START_TEST(a_statement_may_take_its_time) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  card_with_money(&world, &purse);
  ck_assert_int_eq(place_run(world.path, impatient), PLACE_DONE);
  world_reopen(&world);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert_int_eq(place_run(world.path, patient), PLACE_DONE);
  world_assert_card(&world, &purse, 4900, 100, 0);
  world_close(&world);
}
END_TEST

Suite *doubt_suite(void) {
  Suite *suite = suite_create("doubt");
  TCase *cut = tcase_create("cut off"), *cancelled = tcase_create("cancelled"), *silent = tcase_create("silent");
  TCase *slow = tcase_create("slow");
  suite_add_tcase(suite, slow);
  suite_add_tcase(suite, cut);
  suite_add_tcase(suite, silent);
  suite_add_tcase(suite, cancelled);
  tcase_set_timeout(cut, 60);
  tcase_set_timeout(cancelled, 60);
  tcase_set_timeout(silent, 30);
  if (place_is_file())
    return suite;
  tcase_add_test(slow, a_statement_may_take_its_time);
  tcase_add_loop_test(cut, a_commit_that_is_cut_off_is_asked_for_again, CUT_BEFORE, CUT_BEHIND + 1);
  if (getenv("CHECK_FULL") != NULL) /* 7 s */
    tcase_add_test(silent, a_silent_database_is_given_up);
  tcase_add_unchecked_fixture(cancelled, NULL, standby_forgotten); /* also where the test has failed */
  tcase_add_test(cancelled, a_cancelled_wait_for_a_standby_is_no_commit);
  return suite;
}
