/* SPDX-License-Identifier: Apache-2.0
 * Steps of several servers that are under way beside each other: for each row that docs/ledger.md says is locked, what
 * comes of it where it is, and that no step has to be run again for it. PostgreSQL alone. Each of these fails where
 * that lock is left out: the result is wrong, or the schema's own rules refuse a row and the step is run once more. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_terminal.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "suites.h"

/* ---- a step that counts how often it was run, and takes its time before it is committed ---- */

#define PAUSE 15000000 /* nanoseconds */

struct counted {
  ledger_step *step;
  void *context;
  unsigned runs;
};

static enum status run_counted(struct ledger *ledger, void *context) {
  struct counted *counted = context;
  const struct timespec pause = {.tv_nsec = PAUSE};
  counted->runs++;
  enum status status = counted->step(ledger, counted->context);
  (void)nanosleep(&pause, NULL);
  return status;
}

static enum status count(struct world *world, struct counted *counted, const struct ledger_hint *hint) {
  struct ledger_job job = {.step = run_counted, .context = counted, .hints = hint, .hint_count = hint == NULL ? 0 : 1};
  ledger_transact_group(world->ledger, &job, 1);
  return job.status;
}

static enum status count_ask(struct world *world, struct ask *ask, unsigned *runs) {
  struct asking room;
  const struct ledger_job job = world_ask_job(world, ask, &room);
  struct counted counted = {.step = job.step, .context = job.context};
  enum status status = count(world, &counted, job.hints);
  *runs += counted.runs;
  return status;
}

/* What was booked is read again within the step, so that it is not sent with the commit only. */
static enum status confirm(struct ledger *ledger, void *context) {
  struct ledger_transaction transaction;
  return ledger_confirm(ledger, context, &transaction);
}

static enum status count_confirm(struct world *world, const struct purse *purse, unsigned *runs) {
  struct ledger_confirmation confirmation = {.atc = purse->atc, .now = world->now};
  struct counted counted = {.step = confirm, .context = &confirmation};
  const struct ledger_hint hint = {.cid = purse->cid, .atc = purse->atc};
  memcpy(confirmation.cid, purse->cid, CID_SIZE);
  memcpy(confirmation.secret, purse->secret, SECRET_SIZE);
  enum status status = count(world, &counted, &hint);
  *runs += counted.runs;
  return status;
}

/* What each member answers last. */
static void assert_runs(const struct crew *crew, unsigned expected) {
  for (unsigned member = 0; member < SERVERS; member++) {
    unsigned runs = 0;
    ck_assert_int_eq(read(crew->answers[member], &runs, sizeof runs), sizeof runs);
    ck_assert_uint_eq(runs, expected);
  }
}

/* ---- the terminal's row: a sequence number is taken once ---- */

#define SEQUENCES 20

static enum status accept_number(struct ledger *ledger, void *context) {
  return ledger_terminal_accept(ledger, (const uint8_t *)POS, *(const uint64_t *)context);
}

/* Half of them run their steps alone, half beside others; the one sort is beside the other in nobody's way. */
static void accept_work(struct world *world, unsigned member, int pipe_end, void *context) {
  static const struct ledger_hint hint = {.tid = (const uint8_t *)POS, .numbered = true};
  const bool *mixed = context;
  for (uint64_t seq = 1; seq <= SEQUENCES; seq++) {
    struct counted counted = {.step = accept_number, .context = &seq};
    enum status status = count(world, &counted, *mixed && member % 2 == 0 ? NULL : &hint);
    if (status != STATUS_OK && status != STATUS_REPLAYED)
      _exit(3);
    crew_answer(pipe_end, &status, sizeof status);
  }
}

static void accept_once(bool mixed) {
  struct world world;
  struct crew crew;
  unsigned accepted[SEQUENCES] = {0};
  world_open(&world);
  crew_begin(&crew, &world, accept_work, &mixed);
  for (unsigned member = 0; member < SERVERS; member++)
    for (size_t i = 0; i < SEQUENCES; i++) {
      enum status status = STATUS_INTERNAL;
      ck_assert_int_eq(read(crew.answers[member], &status, sizeof status), sizeof status);
      accepted[i] += status == STATUS_OK;
    }
  crew_end(&crew, &world);
  for (size_t i = 0; i < SEQUENCES; i++)
    ck_assert_uint_eq(accepted[i], 1);
  world_close(&world);
}

START_TEST(a_terminals_number_is_taken_once) {
  accept_once(false);
}
END_TEST

/* ---- the turnstile: steps that lock nothing, and steps that lock their rows ---- */

START_TEST(who_is_alone_meets_nobody) {
  accept_once(true);
}
END_TEST

/* ---- the card's row: promises of one card follow each other ---- */

#define CARDS 10

struct overtaken {
  struct purse purses[CARDS];
};

/* Each server has another promise of the same card, none of which says that one before it was committed. */
static void overtake_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct overtaken *overtaken = context;
  unsigned runs = 0;
  for (size_t i = 0; i < CARDS; i++)
    for (unsigned n = 0; n <= member; n++)
      purse_promise(&overtaken->purses[i], TRANSACTION_PURCHASE, 100, POS);
  for (size_t i = 0; i < CARDS; i++) {
    struct ask ask = {.purse = &overtaken->purses[i]};
    enum status status = count_ask(world, &ask, &runs);
    if ((status != STATUS_OK || ask.outcome != STATUS_OK) && status != STATUS_STALE)
      _exit(4);
  }
  crew_answer(pipe_end, &runs, sizeof runs);
}

START_TEST(a_card_has_one_hold) {
  static struct overtaken overtaken;
  struct world world;
  struct crew crew;
  world_open(&world);
  for (uint32_t i = 0; i < CARDS; i++) {
    world_issue(&world, i + 1, &overtaken.purses[i]);
    world_complete(&world, &overtaken.purses[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  crew_begin(&crew, &world, overtake_work, &overtaken);
  assert_runs(&crew, CARDS);
  crew_end(&crew, &world);
  for (size_t i = 0; i < CARDS; i++)
    world_assert_card(&world, &overtaken.purses[i], 4900, 100, 0);
  world_close(&world);
}
END_TEST

/* ---- the merchant's row: together its terminals load no more than it may owe ---- */

#define LOADS 6

struct till_roll {
  struct purse purses[SERVERS][LOADS];
};

static enum status act_limit(struct ledger *ledger, const void *what) {
  return ledger_merchant_limit(ledger, "BANK", *(const int64_t *)what);
}

static void load_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct till_roll *roll = context;
  unsigned runs = 0, taken = 0;
  for (size_t i = 0; i < LOADS; i++) {
    struct ask ask = {.purse = &roll->purses[member][i]};
    purse_promise(ask.purse, TRANSACTION_LOAD, 100, member % 2 == 0 ? RELOAD : OTHER_RELOAD);
    if (count_ask(world, &ask, &runs) != STATUS_OK ||
        (ask.outcome != STATUS_OK && ask.outcome != STATUS_MERCHANT_LIMIT))
      _exit(7);
    taken += ask.outcome == STATUS_OK;
  }
  crew_answer(pipe_end, &taken, sizeof taken);
  crew_answer(pipe_end, &runs, sizeof runs);
}

START_TEST(a_merchant_owes_no_more_than_it_may) {
  static struct till_roll roll;
  const int64_t loads = 10 * 100;
  struct world world;
  struct crew crew;
  unsigned sum = 0;
  world_open(&world);
  ck_assert_int_eq(world_do(&world, act_limit, &loads), STATUS_OK);
  for (unsigned member = 0; member < SERVERS; member++)
    for (uint32_t i = 0; i < LOADS; i++)
      world_issue(&world, member * LOADS + i + 1, &roll.purses[member][i]);
  crew_begin(&crew, &world, load_work, &roll);
  for (unsigned member = 0; member < SERVERS; member++) {
    unsigned taken = 0;
    ck_assert_int_eq(read(crew.answers[member], &taken, sizeof taken), sizeof taken);
    sum += taken;
  }
  assert_runs(&crew, LOADS);
  crew_end(&crew, &world);
  ck_assert_uint_eq(sum, 10);
  world_close(&world);
}
END_TEST

/* ---- the terminal's row once more: r of a load whose terminal is heard of and loads, whose limits lie with it ---- */

struct heard {
  struct ledger_confirmation confirmation;
  uint64_t seq;
};

static enum status hear_and_confirm(struct ledger *ledger, void *context) {
  struct heard *heard = context;
  enum status status = ledger_terminal_hear(ledger, (const uint8_t *)RELOAD, heard->seq);
  return status == STATUS_OK ? confirm(ledger, &heard->confirmation) : status;
}

static enum status count_heard(struct world *world, const struct purse *purse, uint64_t seq, unsigned *runs) {
  struct heard heard = {.confirmation = {.atc = purse->atc, .now = world->now}, .seq = seq};
  struct counted counted = {.step = hear_and_confirm, .context = &heard};
  const struct ledger_hint hint = {
      .tid = (const uint8_t *)RELOAD, .cid = purse->cid, .atc = purse->atc, .numbered = true};
  memcpy(heard.confirmation.cid, purse->cid, CID_SIZE);
  memcpy(heard.confirmation.secret, purse->secret, SECRET_SIZE);
  enum status status = count(world, &counted, &hint);
  *runs += counted.runs;
  return status;
}

static void heard_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct till_roll *roll = context;
  unsigned runs = 0;
  for (size_t i = 0; i < LOADS; i++) {
    struct ask ask = {.purse = &roll->purses[member][i]};
    enum status status = STATUS_OK;
    if (member % 2 == 0) {
      status = count_heard(world, ask.purse, (i + 1) * TERMINAL_HEARD_SECONDS * UINT64_C(1000) + member, &runs);
    } else {
      purse_promise(ask.purse, TRANSACTION_LOAD, 100, RELOAD);
      status = count_ask(world, &ask, &runs);
    }
    if (status != STATUS_OK || ask.outcome != STATUS_OK)
      _exit(9);
  }
  crew_answer(pipe_end, &runs, sizeof runs);
}

START_TEST(a_terminal_is_heard_of_beside_its_loads) {
  static struct till_roll roll;
  struct ledger_terminal reload;
  struct world world;
  struct crew crew;
  world_open(&world);
  for (unsigned member = 0; member < SERVERS; member++)
    for (uint32_t i = 0; i < LOADS; i++) {
      world_issue(&world, member * LOADS + i + 1, &roll.purses[member][i]);
      if (member % 2 == 0)
        world_commit(&world, &roll.purses[member][i], TRANSACTION_LOAD, 50, RELOAD);
    }
  crew_begin(&crew, &world, heard_work, &roll);
  assert_runs(&crew, LOADS);
  crew_end(&crew, &world);
  for (unsigned member = 0; member < SERVERS; member++)
    for (size_t i = 0; i < LOADS; i++)
      world_assert_card(&world, &roll.purses[member][i], member % 2 == 0 ? 50 : 0, member % 2 == 0 ? 0 : 100, 0);
  ck_assert_int_eq(ledger_terminal_find(world.ledger, (const uint8_t *)RELOAD, &reload), STATUS_OK);
  ck_assert_uint_eq(reload.last_seq, LOADS * TERMINAL_HEARD_SECONDS * UINT64_C(1000) + SERVERS / 2);
  world_close(&world);
}
END_TEST

/* ---- the reference: it is paid once, by whatever card. The schema's own rule for that is taken away ---- */

#define SALES 5

struct references {
  struct purse purses[SERVERS][SALES];
  struct timespec begun;
};

/* All of them at once: a tenth of a second for each, after time to connect. */
static void meet(const struct timespec *begun, size_t round) {
  const int64_t at = begun->tv_nsec + 100000000 * (int64_t)(round + 3);
  const struct timespec then = {.tv_sec = begun->tv_sec + at / 1000000000, .tv_nsec = at % 1000000000};
  (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}

static void reference_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct references *references = context;
  unsigned runs = 0;
  for (size_t i = 0; i < SALES; i++) {
    const char name[] = {'s', 'a', 'l', 'e', (char)('a' + i), '\0'};
    struct ask ask = {.purse = &references->purses[member][i], .reference = name};
    meet(&references->begun, i);
    purse_promise(ask.purse, TRANSACTION_PURCHASE, 100, POS);
    if (count_ask(world, &ask, &runs) != STATUS_OK ||
        (ask.outcome != STATUS_OK && ask.outcome != STATUS_REFERENCE_HELD))
      _exit(5);
    crew_answer(pipe_end, &ask.outcome, sizeof ask.outcome);
  }
}

START_TEST(a_reference_is_paid_once) {
  static struct references references;
  struct world world;
  struct crew crew;
  unsigned paid[SALES] = {0};
  world_open(&world);
  for (unsigned member = 0; member < SERVERS; member++)
    for (uint32_t i = 0; i < SALES; i++) {
      world_issue(&world, member * SALES + i + 1, &references.purses[member][i]);
      world_complete(&world, &references.purses[member][i], TRANSACTION_LOAD, 1000, RELOAD);
    }
  ck_assert_int_eq(place_run(world.path, "ALTER TABLE reference DISABLE TRIGGER reference_held"), PLACE_DONE);
  ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &references.begun), 0);
  crew_begin(&crew, &world, reference_work, &references);
  for (unsigned member = 0; member < SERVERS; member++)
    for (size_t i = 0; i < SALES; i++) {
      enum status outcome = STATUS_INTERNAL;
      ck_assert_int_eq(read(crew.answers[member], &outcome, sizeof outcome), sizeof outcome);
      paid[i] += outcome == STATUS_OK;
    }
  crew_end(&crew, &world);
  ck_assert_int_eq(place_run(world.path, "ALTER TABLE reference ENABLE TRIGGER reference_held"), PLACE_DONE);
  for (size_t i = 0; i < SALES; i++)
    ck_assert_uint_eq(paid[i], 1);
  world_close(&world);
}
END_TEST

/* ---- the till: nobody's payment is in the way of another's so that it has to be run again ---- */

#define PURCHASES 12

struct market {
  struct purse purses[SERVERS];
};

static void market_work(struct world *world, unsigned member, int pipe_end, void *context) {
  struct purse *purse = &((struct market *)context)->purses[member];
  unsigned runs = 0;
  for (int i = 0; i < PURCHASES; i++) {
    struct ask ask = {.purse = purse};
    purse_promise(purse, TRANSACTION_PURCHASE, 100, member % 2 == 0 ? POS : OTHER_POS);
    if (count_ask(world, &ask, &runs) != STATUS_OK || ask.outcome != STATUS_OK ||
        !purse_commit(purse, ask.transaction.authorisation) || count_confirm(world, purse, &runs) != STATUS_OK)
      _exit(6);
  }
  crew_answer(pipe_end, &runs, sizeof runs);
}

START_TEST(no_payment_is_run_twice) {
  static struct market market;
  struct world world;
  struct crew crew;
  world_open(&world);
  for (uint32_t member = 0; member < SERVERS; member++) {
    world_issue(&world, member + 1, &market.purses[member]);
    world_complete(&world, &market.purses[member], TRANSACTION_LOAD, 5000, RELOAD);
  }
  crew_begin(&crew, &world, market_work, &market);
  assert_runs(&crew, 2 * PURCHASES);
  crew_end(&crew, &world);
  world_assert_merchant(&world, "SHOP", (int64_t)SERVERS / 2 * PURCHASES * 100, 0);
  world_assert_merchant(&world, "KIOSK", (int64_t)SERVERS / 2 * PURCHASES * 100, 0);
  world_close(&world);
}
END_TEST

/* ---- the settlement's cut: each purchase is in one settlement, or due, while others go on paying ---- */

#define CLOSINGS 8

static enum status close_day(struct ledger *ledger, void *context) {
  struct ledger_settlement *closed = context;
  enum status status = ledger_settlement_close(ledger, WORLD_NOW, closed);
  return status == STATUS_NOTHING_TO_SETTLE ? STATUS_OK : status;
}

/* Of one server: what all its settlements come to. */
static int64_t close_days(struct world *world) {
  const struct timespec pause = {.tv_nsec = PAUSE};
  int64_t gross = 0;
  for (int i = 0; i < CLOSINGS; i++) {
    struct ledger_settlement closed = {.number = 0};
    struct counted counted = {.step = close_day, .context = &closed};
    if (count(world, &counted, NULL) != STATUS_OK)
      _exit(8);
    gross += closed.sums.gross;
    (void)nanosleep(&pause, NULL);
  }
  return gross;
}

static void cut_work(struct world *world, unsigned member, int pipe_end, void *context) {
  int64_t gross = 0;
  if (member == 0)
    gross = close_days(world);
  else
    market_work(world, member, pipe_end, context);
  crew_answer(pipe_end, &gross, sizeof gross);
}

START_TEST(a_cut_leaves_nothing_out) {
  static struct market market;
  struct world world;
  struct crew crew;
  struct ledger_totals totals;
  struct ledger_settlement rest = {.number = 0};
  int64_t gross = 0;
  const int64_t paid = (int64_t)(SERVERS - 1) * PURCHASES * 100;
  world_open(&world);
  for (uint32_t member = 0; member < SERVERS; member++) {
    world_issue(&world, member + 1, &market.purses[member]);
    world_complete(&world, &market.purses[member], TRANSACTION_LOAD, 5000, RELOAD);
  }
  crew_begin(&crew, &world, cut_work, &market);
  ck_assert_int_eq(read(crew.answers[0], &gross, sizeof gross), sizeof gross);
  crew_end(&crew, &world);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(gross + totals.merchants_due, paid);
  ck_assert_int_eq(ledger_transact(world.ledger, close_day, &rest), STATUS_OK);
  ck_assert_int_eq(gross + rest.sums.gross, paid);
  printf("# %lld of %lld were settled while others paid\n", (long long)gross, (long long)paid);
  world_close(&world); /* and each line is what its run of captures makes it */
}
END_TEST

/* A purchase that is captured beside the closing of a settlement, and has its number: held in the midst of its
 * transaction until the closing waits for it, or is over. Behind the turnstile it is in that settlement; without it,
 * which is the control, a later purchase has a higher number, and this one is in no settlement at all: the audit
 * tells. */
static const char *const straggler[] = {"BEGIN; ", "BEGIN; LOCK TABLE turnstile IN ROW SHARE MODE; "};
static const char straggles[] =
    "INSERT INTO capture (booking, merchant, type, amount, points, at) SELECT id, merchant, type, amount, points, "
    "created_at FROM "
    "booking "
    "WHERE id = (1 << 32) + 3; SELECT pg_advisory_xact_lock(4711); "
    "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM settlement) AND NOT EXISTS (SELECT 1 FROM pg_locks "
    "WHERE relation = to_regclass('turnstile') AND NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$; COMMIT";
static const char straggles_now[] = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' "
                                    "AND objid = 4711) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$";

static pid_t straggler_begin(struct world *world, bool behind_turnstile) {
  char sql[1024];
  ck_assert_int_eq(
      place_run(world->path, "DROP TRIGGER capture_kept; DELETE FROM capture WHERE booking = (1 << 32) + 3"),
      PLACE_DONE);
  (void)snprintf(sql, sizeof sql, "%s%s", straggler[behind_turnstile], straggles);
  pid_t process = fork();
  ck_assert_int_ge(process, 0);
  if (process == 0)
    _exit(place_run(world->path, sql) == PLACE_DONE ? 0 : 1);
  ck_assert_int_eq(place_run(world->path, straggles_now), PLACE_DONE);
  return process;
}

START_TEST(a_cut_waits_for_who_has_a_number) {
  struct world world;
  struct purse purse, other;
  struct ledger_settlement closed = {.number = 0};
  int outcome = 0;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(&world, &other, TRANSACTION_LOAD, 5000, RELOAD);
  for (int i = 0; i < 2; i++)
    world_complete(&world, &purse, TRANSACTION_PURCHASE, 100, POS);
  pid_t process = straggler_begin(&world, _i == 1);
  world_complete(&world, &other, TRANSACTION_PURCHASE, 100, POS); /* nobody waits for the straggler but the closing */
  ck_assert_int_eq(ledger_transact(world.ledger, close_day, &closed), STATUS_OK);
  ck_assert_int_eq(waitpid(process, &outcome, 0), process);
  ck_assert_int_eq(outcome, 0);
  ck_assert_int_eq(closed.sums.gross, _i == 1 ? 300 : 200);
  if (_i == 1) {
    world_close(&world);
    return;
  }
  ck_assert_uint_gt(world_contradictions(&world), 0);
  world_discard(&world);
}
END_TEST

/* ---- what was not told of ---- */

static enum status read_card(struct ledger *ledger, void *context) {
  struct ledger_card card;
  return ledger_card_find(ledger, context, &card);
}

static enum status count_wrong_pin(struct ledger *ledger, void *context) {
  uint32_t failures = 0;
  return ledger_card_pin_count(ledger, context, false, &failures);
}

/* A step that touches more than its hints say is run again, alone, and then it may. */
START_TEST(what_is_not_locked_is_done_alone) {
  struct world world;
  struct purse purse, other;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_issue(&world, 2, &other);
  ledger_step *const steps[] = {read_card, count_wrong_pin};
  const struct {
    struct ledger_hint hint;
    unsigned runs[2];                        /* of each step */
  } cases[] = {{{.cid = purse.cid}, {2, 1}}, /* who a card is, is not asked within payments */
               {{.cid = other.cid}, {2, 2}},
               {{.tid = (const uint8_t *)POS}, {2, 2}},
               {{.cid = other.cid, .more = true}, {1, 1}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    for (size_t n = 0; n < 2; n++) {
      struct counted counted = {.step = steps[n], .context = purse.cid};
      ck_assert_int_eq(count(&world, &counted, &cases[i].hint), STATUS_OK);
      ck_assert_uint_eq(counted.runs, cases[i].runs[n]);
    }
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world.ledger, purse.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.pin_failures, 4); /* each once, however often its step was run */
  world_close(&world);
}
END_TEST

static enum status hear_of_till(struct ledger *ledger, void *context) {
  return ledger_terminal_hear(ledger, (const uint8_t *)POS, *(const uint64_t *)context);
}

/* A payment that is told of as one whose number is to be noted has its till's row, and needs nobody to be away. */
START_TEST(a_till_is_heard_of_beside_others) {
  struct world world;
  struct ledger_terminal till;
  uint64_t seq = 0;
  world_open(&world);
  for (unsigned i = 0; i < 2; i++) {
    const struct ledger_hint hint = {.tid = (const uint8_t *)POS, .numbered = i == 0};
    struct counted counted = {.step = hear_of_till, .context = &seq};
    seq++;
    ck_assert_int_eq(count(&world, &counted, &hint), STATUS_OK);
    ck_assert_uint_eq(counted.runs, i + 1);
    ck_assert_int_eq(ledger_terminal_find(world.ledger, (const uint8_t *)POS, &till), STATUS_OK);
    ck_assert_uint_eq(till.last_seq, seq);
  }
  world_close(&world);
}
END_TEST

Suite *beside_suite(void) {
  Suite *suite = suite_create("beside");
  TCase *tests = tcase_create("one database");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  if (place_is_file())
    return suite;
  tcase_add_test(tests, a_terminals_number_is_taken_once);
  tcase_add_test(tests, who_is_alone_meets_nobody);
  tcase_add_test(tests, a_card_has_one_hold);
  tcase_add_test(tests, a_merchant_owes_no_more_than_it_may);
  tcase_add_test(tests, a_terminal_is_heard_of_beside_its_loads);
  tcase_add_test(tests, a_reference_is_paid_once);
  tcase_add_test(tests, no_payment_is_run_twice);
  tcase_add_test(tests, a_cut_leaves_nothing_out);
  tcase_add_loop_test(tests, a_cut_waits_for_who_has_a_number, 0, 2);
  tcase_add_test(tests, what_is_not_locked_is_done_alone);
  tcase_add_test(tests, a_till_is_heard_of_beside_others);
  return suite;
}
