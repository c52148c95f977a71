/* SPDX-License-Identifier: Apache-2.0
 * Several servers on one database, and a database that dies under them: each step is booked once, wherever it was
 * asked. PostgreSQL alone; a server is a process with a connection of its own. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_totals.h"
#include "ledger/store.h"
#include "run.h"
#include "suites.h"
#include "world.h"

/* ---- the same promise, everywhere at once ---- */

struct same {
  struct purse purses[8];
};

/* Each server has a clock of its own, so that two answers could not be equal by chance. */
static void same_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct same *same = context;
  world->now += member + 1;
  for (size_t i = 0; i < sizeof same->purses / sizeof same->purses[0]; i++) {
    struct ask ask = {.purse = &same->purses[i]};
    if (world_ask(world, &ask) != STATUS_OK || ask.outcome != STATUS_OK)
      _exit(3);
    crew_answer(pipe_end, ask.transaction.authorisation, AUTHORISATION_SIZE);
  }
}

START_TEST(one_promise_has_one_answer) {
  static struct same same;
  struct world world;
  struct crew crew;
  size_t count = sizeof same.purses / sizeof same.purses[0];
  world_open(&world);
  for (size_t i = 0; i < count; i++) {
    world_issue(&world, (uint32_t)i + 1, &same.purses[i]);
    world_complete(&world, &same.purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    purse_promise(&same.purses[i], TRANSACTION_PURCHASE, 100, POS);
  }
  crew_begin(&crew, &world, same_work, &same);
  for (size_t i = 0; i < count; i++) {
    uint8_t first[AUTHORISATION_SIZE], other[AUTHORISATION_SIZE];
    ck_assert_int_eq(read(crew.answers[0], first, sizeof first), sizeof first);
    for (unsigned member = 1; member < SERVERS; member++) {
      ck_assert_int_eq(read(crew.answers[member], other, sizeof other), sizeof other);
      ck_assert_mem_eq(first, other, sizeof first);
    }
  }
  crew_end(&crew, &world);
  for (size_t i = 0; i < count; i++)
    world_assert_card(&world, &same.purses[i], 4900, 100, 0);
  world_close(&world);
}
END_TEST

/* ---- many cards, one shop ---- */

#define CARDS_EACH 5
#define PURCHASES  12

struct market {
  struct purse purses[SERVERS][CARDS_EACH];
};

static void market_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct market *market = context;
  (void)pipe_end;
  for (int round = 0; round < PURCHASES; round++) {
    for (size_t i = 0; i < CARDS_EACH; i++) {
      struct purse *purse = &market->purses[member][i];
      struct ask ask = {.purse = purse};
      purse_promise(purse, TRANSACTION_PURCHASE, 100, POS);
      if (world_ask(world, &ask) != STATUS_OK || ask.outcome != STATUS_OK ||
          !purse_commit(purse, ask.transaction.authorisation) ||
          world_confirm(world, purse, purse->atc, purse->secret) != STATUS_OK)
        _exit(4);
    }
  }
}

START_TEST(one_shop_is_paid_by_all) {
  static struct market market;
  struct world world;
  struct crew crew;
  struct ledger_totals totals;
  world_open(&world);
  for (unsigned member = 0; member < SERVERS; member++)
    for (uint32_t i = 0; i < CARDS_EACH; i++) {
      world_issue(&world, member * CARDS_EACH + i + 1, &market.purses[member][i]);
      world_complete(&world, &market.purses[member][i], TRANSACTION_LOAD, 5000, RELOAD);
    }
  struct timespec begun, ended;
  ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &begun), 0);
  crew_begin(&crew, &world, market_work, &market);
  crew_end(&crew, &world);
  ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &ended), 0);
  printf("# %d purchases, confirmed, of %d servers at one shop: %ld ms\n", SERVERS * CARDS_EACH * PURCHASES, SERVERS,
         (long)(ended.tv_sec - begun.tv_sec) * 1000 + (ended.tv_nsec - begun.tv_nsec) / 1000000);
  int64_t paid = (int64_t)SERVERS * CARDS_EACH * PURCHASES * 100;
  world_assert_merchant(&world, "SHOP", paid, 0);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.merchants_due, paid);
  ck_assert_int_eq(totals.points, paid / 10);
  ck_assert_uint_eq(totals.open_holds, 0);
  world_close(&world);
}
END_TEST

/* ---- what is counted, and what is accepted once ---- */

#define SEQUENCES 20

static enum status act_accept(struct ledger *ledger, const void *what) {
  return ledger_terminal_accept(ledger, (const uint8_t *)POS, *(const uint64_t *)what);
}

static enum status act_wrong_pin(struct ledger *ledger, const void *what) {
  uint32_t failures = 0;
  return ledger_card_pin_count(ledger, what, false, &failures);
}

static void count_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct purse *purse = context;
  (void)member;
  for (uint64_t seq = 1; seq <= SEQUENCES; seq++) {
    enum status status = world_do(world, act_accept, &seq);
    if ((status != STATUS_OK && status != STATUS_REPLAYED) || world_do(world, act_wrong_pin, purse->cid) != STATUS_OK)
      _exit(5);
    crew_answer(pipe_end, &status, sizeof status);
  }
}

START_TEST(sequence_numbers_and_wrong_pins_are_of_all) {
  struct world world;
  struct crew crew;
  struct purse purse;
  struct ledger_card card;
  unsigned accepted[SEQUENCES] = {0};
  world_open(&world);
  world_issue(&world, 1, &purse);
  crew_begin(&crew, &world, count_work, &purse);
  for (unsigned member = 0; member < SERVERS; member++)
    for (size_t i = 0; i < SEQUENCES; i++) {
      enum status status = STATUS_INTERNAL;
      ck_assert_int_eq(read(crew.answers[member], &status, sizeof status), sizeof status);
      accepted[i] += status == STATUS_OK;
    }
  crew_end(&crew, &world);
  for (size_t i = 0; i < SEQUENCES; i++)
    ck_assert_uint_eq(accepted[i], 1);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.pin_failures, SERVERS * SEQUENCES);
  world_close(&world);
}
END_TEST

/* Four servers take of one terminal's limit at once: together no more than it allows. */
#define LOADS 6

struct till_roll {
  struct purse purses[SERVERS][LOADS];
};

static enum status act_limit(struct ledger *ledger, const void *what) {
  return ledger_terminal_limit(ledger, (const uint8_t *)RELOAD, *(const int64_t *)what);
}

static void limit_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct till_roll *roll = context;
  for (size_t i = 0; i < LOADS; i++) {
    struct ask ask = {.purse = &roll->purses[member][i]};
    if (world_ask(world, &ask) != STATUS_OK || (ask.outcome != STATUS_OK && ask.outcome != STATUS_TERMINAL_LIMIT))
      _exit(6);
    crew_answer(pipe_end, &ask.outcome, sizeof ask.outcome);
  }
}

START_TEST(a_limit_is_of_all) {
  static struct till_roll roll;
  const int64_t loads = 10 * 100;
  struct world world;
  struct crew crew;
  struct ledger_limit limit;
  unsigned taken = 0;
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_limit, &loads), STATUS_OK);
  for (unsigned member = 0; member < SERVERS; member++)
    for (uint32_t i = 0; i < LOADS; i++) {
      world_issue(&world, member * LOADS + i + 1, &roll.purses[member][i]);
      purse_promise(&roll.purses[member][i], TRANSACTION_LOAD, 100, RELOAD);
    }
  crew_begin(&crew, &world, limit_work, &roll);
  for (unsigned i = 0; i < SERVERS * LOADS; i++) {
    enum status outcome = STATUS_INTERNAL;
    ck_assert_int_eq(read(crew.answers[i / LOADS], &outcome, sizeof outcome), sizeof outcome);
    taken += outcome == STATUS_OK;
  }
  crew_end(&crew, &world);
  ck_assert_uint_eq(taken, 10);
  ck_assert_int_eq(
      ledger_terminal_limit_read(world.ledger, (const uint8_t *)RELOAD, world.now / (24 * 60 * 60), &limit), STATUS_OK);
  ck_assert_int_eq(limit.used, loads);
  world_close(&world);
}
END_TEST

static void desk_work(struct world *world, unsigned member, int pipe_end, void *context) {
  (void)context;
  for (uint32_t i = 0; i < 5; i++) {
    struct purse purse;
    world_issue(world, member * 5 + i + 1, &purse);
    crew_answer(pipe_end, purse.cid, CID_SIZE);
  }
}

START_TEST(desks_get_different_numbers) {
  struct world world;
  struct crew crew;
  uint8_t cids[SERVERS * 5][CID_SIZE];
  world_open(&world);
  crew_begin(&crew, &world, desk_work, NULL);
  for (unsigned i = 0; i < SERVERS * 5; i++) {
    ck_assert_int_eq(read(crew.answers[i / 5], cids[i], CID_SIZE), CID_SIZE);
    for (unsigned other = 0; other < i; other++)
      ck_assert_int_ne(memcmp(cids[i], cids[other], CID_SIZE), 0);
  }
  crew_end(&crew, &world);
  world_close(&world); /* and no number is lost */
}
END_TEST

/* ---- what it costs ---- */

static uint64_t trips(const struct world *world) {
  return world->ledger->driver->trips(world->ledger->store);
}

/* A purchase that settles the one before it; later r comes in, and the transaction is read as it then stands. What a
 * step is known to look at is asked for at once; writes travel with the next question or the commit. */
START_TEST(a_purchase_waits_for_answers_alone) {
  struct world world;
  struct purse purse;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_commit(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  uint64_t before = trips(&world);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  uint64_t asked = trips(&world);
  ck_assert(purse_commit(&purse, ask.transaction.authorisation));
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_OK);
  uint64_t confirmed = trips(&world);
  printf("# round trips: %u to authorise, %u to confirm\n", (unsigned)(asked - before), (unsigned)(confirmed - asked));
  ck_assert_uint_le(asked - before, 2);
  ck_assert_uint_le(confirmed - asked, 3);
  world_close(&world);
}
END_TEST

#define TOGETHER 8

/* However many: what they read comes in one answer, what they write goes with the commit. */
START_TEST(a_group_waits_twice) {
  struct world world;
  struct purse purses[TOGETHER];
  struct ask asks[TOGETHER];
  struct asking rooms[TOGETHER];
  struct ledger_job jobs[TOGETHER];
  char names[TOGETHER][16];
  world_open(&world);
  for (uint32_t i = 0; i < TOGETHER; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    world_commit(&world, &purses[i], TRANSACTION_PURCHASE, 100, POS);
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 100, POS);
    (void)snprintf(names[i], sizeof names[i], "sale-%u", (unsigned)i);
    asks[i] = (struct ask){.purse = &purses[i], .reference = names[i]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  uint64_t before = trips(&world);
  ledger_transact_group(world.ledger, jobs, TOGETHER);
  ck_assert_uint_eq(trips(&world) - before, 2);
  for (size_t i = 0; i < TOGETHER; i++)
    ck_assert_int_eq(asks[i].outcome, STATUS_OK);
  world_close(&world);
}
END_TEST

static enum status find_card(struct ledger *ledger, void *context) {
  struct ledger_card card;
  return ledger_card_identify(ledger, context, &card);
}

/* Who a card is, outside of steps. */
START_TEST(readings_wait_once) {
  struct world world;
  struct purse purses[TOGETHER];
  struct ledger_hint hints[TOGETHER];
  struct ledger_job jobs[TOGETHER];
  world_open(&world);
  for (uint32_t i = 0; i < TOGETHER; i++) {
    world_issue(&world, i + 1, &purses[i]);
    hints[i] = (struct ledger_hint){.cid = purses[i].cid};
    jobs[i] = (struct ledger_job){.step = find_card, .context = purses[i].cid, .hints = &hints[i], .hint_count = 1};
  }
  uint64_t before = trips(&world);
  ledger_read_group(world.ledger, jobs, TOGETHER);
  ck_assert_uint_eq(trips(&world) - before, 1);
  for (size_t i = 0; i < TOGETHER; i++)
    ck_assert_int_eq(jobs[i].status, STATUS_OK);
  world_close(&world);
}
END_TEST

/* Whoever asks for metrics does not have all transactions read each time; an audit counts what others posted
 * meanwhile. */
START_TEST(postings_are_counted_once) {
  struct world world;
  struct purse purse;
  struct ledger_totals first, then;
  world_open(&world);
  world_issue(&world, 1, &purse);
  struct world other = world;
  ck_assert_int_eq(ledger_open(world.path, &other.ledger), STATUS_OK);
  uint64_t before = trips(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &first), STATUS_OK);
  uint64_t counted = trips(&world);
  world_complete(&other, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(ledger_totals(world.ledger, &then), STATUS_OK);
  ck_assert_uint_lt(trips(&world) - counted, counted - before);
  ck_assert_uint_eq(then.postings, first.postings);
  world_assert_clean(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &then), STATUS_OK);
  ck_assert_uint_eq(then.postings, first.postings + 2);
  ledger_close(&other.ledger);
  world_close(&world);
}
END_TEST

struct plan {
  bool by_both;
};

static void plan_line(void *context, const struct store_value columns[STORE_ANSWER_COLUMNS]) {
  struct plan *plan = context;
  plan->by_both =
      plan->by_both ||
      strstr(columns[0].bytes, "Index Cond: ((merchant = t.merchant) AND (reference = u.reference))") != NULL;
}

/* As groups ask, and where there is none yet: such a plan stays. */
START_TEST(a_reference_is_looked_for_by_its_name) {
  static const char find[] = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
                             "SET plan_cache_mode = force_generic_plan; PREPARE find AS "
#define GATHER(name, key, sql) GATHER_##name(sql)
#define GATHER_TERMINAL_WINDOW(sql)
#define GATHER_TERMINAL_BRIEF(sql)
#define GATHER_CARD_CHAIN(sql)
#define GATHER_CARD_ACCOUNTS(sql)
#define GATHER_PROMISE_KNOWN(sql)
#define GATHER_BOOKING_BRIEF(sql)
#define GATHER_REFERENCE_FIND(sql) sql
#define GATHER_TERMINAL_FIND(sql)
#define GATHER_CARD_FIND(sql)
#include "ledger/queries_postgres_gathers.def"
      ;
  struct world world;
  struct plan plan = {false};
  const struct store_question question = {
      .sql = "EXPLAIN EXECUTE find ('{}', '{}')", .row = plan_line, .context = &plan};
  world_open(&world);
  ck_assert_int_eq(world.ledger->driver->script(world.ledger->store, find), STATUS_OK);
  ck_assert_int_eq(world.ledger->driver->ask(world.ledger->store, &question), STATUS_OK);
  ck_assert(plan.by_both);
  world_close(&world);
}
END_TEST

/* ---- connections that break, a database that dies ---- */

#define BREAK_OTHERS                                                                                                   \
  "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "                        \
  "AND datname = current_database()"

START_TEST(a_broken_connection_is_made_anew) {
  struct world world;
  struct purse purse;
  struct ledger_card card;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(place_run(world.path, BREAK_OTHERS), PLACE_DONE);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS); /* a step */
  ck_assert_int_eq(place_run(world.path, BREAK_OTHERS), PLACE_DONE);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK); /* a reading */
  ck_assert_int_eq(card.balance, 4900);
  world_close(&world);
}
END_TEST

/* Nobody sees a program whose connection is gone: what it finds with the next one may not be what it opened. */
static void another_is_not_gone_on_with(const char *change, enum status opened) {
  struct world world;
  struct purse purse;
  struct ledger_card card;
  struct ask ask = {.purse = &purse};
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  ck_assert_int_eq(place_run(world.path, BREAK_OTHERS), PLACE_DONE);
  if (change == NULL)
    ck_assert_int_eq(ledger_restored_elsewhere(world.path, world.now), STATUS_OK);
  else
    ck_assert_int_eq(place_run(world.path, change), PLACE_DONE);
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_STORE_FAILED); /* a reading */
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, POS);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_STORE_FAILED); /* a step */
  ck_assert(ledger_unsure(world.ledger));
  ledger_close(&world.ledger);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), opened);
  world_discard(&world);
}

START_TEST(a_restored_ledger_is_not_gone_on_with) {
  another_is_not_gone_on_with(NULL, STATUS_OK);
}
END_TEST

START_TEST(a_migrated_ledger_is_not_gone_on_with) {
  another_is_not_gone_on_with("UPDATE schema_version SET version = version + 1", STATUS_OLD_SCHEMA);
}
END_TEST

#define HOLD   "BEGIN; LOCK TABLE turnstile IN ROW SHARE MODE; SELECT pg_sleep(600)"
#define LET_GO "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
/* Until somebody has the turnstile so, or waits for it. */
#define WAIT(what)                                                                                                     \
  "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'turnstile'::regclass AND " what              \
  ") LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"
#define HELD   WAIT("mode = 'RowShareLock' AND granted")
#define TELLER WAIT("mode = 'ExclusiveLock' AND NOT granted")
#define OPENER WAIT("mode = 'RowShareLock' AND NOT granted")

static pid_t beside(void (*work)(const struct world *world, int pipe_end), const struct world *world, int pipe_end) {
  pid_t child = run_fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    work(world, pipe_end);
    _exit(0);
  }
  return child;
}

static void hold_work(const struct world *world, int pipe_end) {
  (void)pipe_end;
  (void)!place_run(world->path, HOLD);
}

static void tell_work(const struct world *world, int pipe_end) {
  enum status status = ledger_restored_elsewhere(world->path, world->now);
  crew_answer(pipe_end, &status, sizeof status);
}

static void open_work(const struct world *world, int pipe_end) {
  struct ledger *ledger = NULL;
  enum status status = ledger_open(world->path, &ledger);
  crew_answer(pipe_end, &status, sizeof status);
  ledger_close(&ledger);
}

/* Who begins while somebody looks whether he is alone waits until that one knows, and is seen. */
START_TEST(who_opens_meanwhile_is_seen) {
  struct world world;
  enum status told = STATUS_INTERNAL, opened = STATUS_INTERNAL;
  int teller[2], opener[2];
  pid_t children[3];
  world_open(&world);
  ledger_close(&world.ledger);
  ck_assert(pipe(teller) == 0 && pipe(opener) == 0);
  children[0] = beside(hold_work, &world, -1);
  ck_assert_int_eq(place_run(world.path, HELD), PLACE_DONE);
  children[1] = beside(tell_work, &world, teller[1]);
  ck_assert_int_eq(place_run(world.path, TELLER), PLACE_DONE);
  children[2] = beside(open_work, &world, opener[1]);
  ck_assert_int_eq(place_run(world.path, OPENER), PLACE_DONE);
  ck_assert_int_eq(place_run(world.path, LET_GO), PLACE_DONE);
  ck_assert_int_eq(read(teller[0], &told, sizeof told), sizeof told);
  ck_assert_int_eq(read(opener[0], &opened, sizeof opened), sizeof opened);
  ck_assert_int_eq(told, STATUS_LEDGER_BUSY);
  ck_assert_int_eq(opened, STATUS_OK);
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(waitpid(children[i], NULL, 0), children[i]);
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Sends each promise until it is answered, as a terminal does; tells what was acknowledged. */
static void stubborn_work(struct world *world, struct purse *purse, int pipe_end) {
  for (uint32_t count = 0;; count++) {
    struct ask ask = {.purse = purse};
    const struct timespec pause = {.tv_nsec = 20000000};
    purse_promise(purse, count == 0 ? TRANSACTION_LOAD : TRANSACTION_PURCHASE, count == 0 ? 40000 : 1,
                  count == 0 ? RELOAD : OTHER_POS);
    enum status status = world_ask(world, &ask);
    for (; status != STATUS_OK; status = world_ask(world, &ask)) {
      if (status != STATUS_STORE_FAILED && status != STATUS_STORE_UNREACHABLE && status != STATUS_LEDGER_BUSY)
        _exit((int)status);
      (void)nanosleep(&pause, NULL);
    }
    if (ask.outcome != STATUS_OK || !purse_commit(purse, ask.transaction.authorisation))
      _exit(100);
    crew_answer(pipe_end, &purse->atc, sizeof purse->atc);
  }
}

static long data_base_master(void) {
  const char *folder = getenv("POSTGRES_DIR");
  char path[256];
  long master = 0;
  ck_assert_ptr_nonnull(folder);
  (void)snprintf(path, sizeof path, "%s/data/postmaster.pid", folder);
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return 0;
  (void)!fscanf(file, "%ld", &master);
  (void)fclose(file);
  return master;
}

/* The process that serves our client: a child of the master that calls itself "postgres: ... [local] ...". */
static long data_base_backend(long master) {
  char path[64], title[256];
  long child = 0;
  (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", master, master);
  FILE *children = fopen(path, "r");
  while (children != NULL && fscanf(children, "%ld", &child) == 1) {
    (void)snprintf(path, sizeof path, "/proc/%ld/cmdline", child);
    FILE *file = fopen(path, "r");
    size_t len = file == NULL ? 0 : fread(title, 1, sizeof title - 1, file);
    title[len] = '\0';
    if (file != NULL)
      (void)fclose(file);
    if (strstr(title, "[local]") != NULL)
      break;
    child = 0;
  }
  if (children != NULL)
    (void)fclose(children);
  return child;
}

/* One backend: the master then ends all others and recovers. Or the master itself, which is started anew. */
static void data_base_die(bool all) {
  char command[256];
  long master = data_base_master();
  long victim = all ? master : data_base_backend(master);
  if (victim <= 0)
    return; /* it was reconnecting just now */
  ck_assert_int_eq(kill((pid_t)victim, SIGKILL), 0);
  if (!all)
    return;
  (void)snprintf(command, sizeof command, "sleep 0.5; '%s/start' >/dev/null", getenv("POSTGRES_DIR"));
  ck_assert_int_eq(system(command), 0); /* NOLINT: a path of our own making */
}

#define DEATHS      10
#define PATIENCE_MS 60000 /* for the database to be there again */

/* Takes the next that was acknowledged: each promise once. */
static void take_acknowledged(int from, uint32_t *acknowledged) {
  uint32_t atc = 0;
  ck_assert_msg(read(from, &atc, sizeof atc) == sizeof atc, "the client gave up");
  ck_assert_uint_eq(atc, *acknowledged + 1);
  *acknowledged = atc;
}

/* What was acknowledged up to now, and one more: the client is at work. */
static void hear_acknowledged(int from, uint32_t *acknowledged) {
  struct pollfd said = {.fd = from, .events = POLLIN};
  while (poll(&said, 1, 0) == 1)
    take_acknowledged(from, acknowledged);
  ck_assert_msg(poll(&said, 1, PATIENCE_MS) == 1, "waited a minute for a payment");
  take_acknowledged(from, acknowledged);
}

/* The database is killed at any moment, also between a commit and its answer. */
START_TEST(survives_the_data_base) {
  struct world world;
  struct purse purse;
  int ends[2], outcome = 0;
  uint32_t acknowledged = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  ledger_close(&world.ledger);
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = run_fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    (void)close(ends[0]);
    if (ledger_open(world.path, &world.ledger) != STATUS_OK)
      _exit(99);
    stubborn_work(&world, &purse, ends[1]);
  }
  (void)close(ends[1]);
  for (long death = 0; death < DEATHS; death++) {
    const struct timespec pause = {.tv_nsec = death * 37000000};
    hear_acknowledged(ends[0], &acknowledged);
    (void)nanosleep(&pause, NULL);
    data_base_die(death % 3 == 2);
  }
  for (int more = 0; more < 2; more++) /* it goes on after the last death, too: the second was begun after it */
    hear_acknowledged(ends[0], &acknowledged);
  ck_assert_int_eq(kill(child, SIGKILL), 0);
  ck_assert_int_eq(waitpid(child, &outcome, 0), child);
  ck_assert_msg(WIFSIGNALED(outcome), "the client gave up: %d", WEXITSTATUS(outcome));
  ck_assert_int_eq(ledger_open(world.path, &world.ledger), STATUS_OK);
  for (struct pollfd said = {.fd = ends[0], .events = POLLIN}; poll(&said, 1, 0) == 1 && (said.revents & POLLIN) != 0;)
    take_acknowledged(ends[0], &acknowledged);
  for (uint32_t atc = 1; atc <= acknowledged; atc++)
    ck_assert_uint_ne(world_state(&world, &purse, atc), 0);
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_ge(acknowledged, DEATHS);
  ck_assert_uint_ge(card.last_atc, acknowledged);
  ck_assert_uint_le(card.last_atc, acknowledged + 1);
  ck_assert_int_eq(card.balance + card.held, 40000 - (int64_t)card.captured_atc + 1); /* the load is ATC 1 */
  world_close(&world);
}
END_TEST

Suite *servers_suite(void) {
  Suite *suite = suite_create("servers");
  TCase *tests = tcase_create("one database");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  if (place_is_file())
    return suite;
  tcase_add_test(tests, one_promise_has_one_answer);
  tcase_add_test(tests, one_shop_is_paid_by_all);
  tcase_add_test(tests, sequence_numbers_and_wrong_pins_are_of_all);
  tcase_add_test(tests, a_limit_is_of_all);
  tcase_add_test(tests, desks_get_different_numbers);
  tcase_add_test(tests, a_purchase_waits_for_answers_alone);
  tcase_add_test(tests, a_group_waits_twice);
  tcase_add_test(tests, readings_wait_once);
  tcase_add_test(tests, postings_are_counted_once);
  tcase_add_test(tests, a_reference_is_looked_for_by_its_name);
  tcase_add_test(tests, a_broken_connection_is_made_anew);
  tcase_add_test(tests, a_restored_ledger_is_not_gone_on_with);
  tcase_add_test(tests, a_migrated_ledger_is_not_gone_on_with);
  tcase_add_test(tests, who_opens_meanwhile_is_seen);
  tcase_add_test(tests, survives_the_data_base);
  return suite;
}
