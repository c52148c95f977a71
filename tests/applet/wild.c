/* SPDX-License-Identifier: Apache-2.0
 * Commands at random, good ones, bent ones and noise, for two cards that must answer the same: see both.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "card/bench.h"

#include "both.h"

#define COMMANDS_IN_CHECK 2000

Suite *wild_suite(void);

struct wild {
  struct bench bench;
  const struct terminal *terminal; /* whose session it is */
  uint8_t last[APDU_COMMAND_MAX];  /* the last command on the wire */
  size_t last_len;
  uint8_t order[AUTHORISATION_SIZE]; /* the last one made */
  uint64_t state;                    /* of the dice */
  unsigned left;                     /* commands until the next card */
};

/* xorshift64*: the same seed, the same course. */
static unsigned dice(struct wild *wild, unsigned sides) {
  wild->state ^= wild->state >> 12;
  wild->state ^= wild->state << 25;
  wild->state ^= wild->state >> 27;
  return (unsigned)((wild->state * 2685821657736338717U) >> 40) % sides;
}

static void noise(struct wild *wild, uint8_t *out, size_t len) {
  for (size_t i = 0; i < len; i++)
    out[i] = (uint8_t)dice(wild, 256);
}

/* ---- the wire ---- */

static uint16_t send_bytes(struct wild *wild, const uint8_t *bytes, size_t len) {
  if (bytes != wild->last)
    memcpy(wild->last, bytes, len);
  wild->last_len = len;
  uint16_t sw = host_raw(&wild->bench.host, bytes, len);
  ck_assert_uint_ne(sw, 0);
  return sw;
}

/* One change that a bad line or a bad host could make. */
static size_t bend(struct wild *wild, uint8_t *bytes, size_t len) {
  static const uint8_t classes[] = {0x00, 0x04, 0x80, 0x84, 0x90, 0x0C, 0x10, 0xA0, 0xFF};
  switch (dice(wild, 8)) {
  case 0:
    bytes[0] = classes[dice(wild, sizeof classes)];
    return len;
  case 1:
    bytes[1 + dice(wild, 3)] ^= (uint8_t)(1U << dice(wild, 8));
    return len;
  case 2:
    return dice(wild, (unsigned)len + 1);
  case 3: /* without Le */
    return len > APDU_HEADER_SIZE ? len - 1 : len;
  case 4:
    return APDU_HEADER_SIZE;
  case 5:
    if (len < APDU_COMMAND_MAX)
      bytes[len++] = (uint8_t)dice(wild, 256);
    return len;
  default:
    bytes[dice(wild, (unsigned)len)] ^= (uint8_t)(1U << dice(wild, 8));
    return len;
  }
}

static uint16_t send(struct wild *wild, const struct apdu *command) {
  uint8_t bytes[APDU_COMMAND_MAX + 1];
  size_t len = apdu_encode(command, bytes, sizeof bytes);
  if (dice(wild, 8) == 0)
    len = bend(wild, bytes, len);
  return send_bytes(wild, bytes, len < APDU_COMMAND_MAX ? len : APDU_COMMAND_MAX);
}

/* Inside the channel; what is bent comes to the card either plain in the wrapping, or as a broken wrapping. */
static uint16_t say(struct wild *wild, const struct apdu *command) {
  uint8_t bytes[APDU_COMMAND_MAX + 1];
  size_t len;
  if (securemsg_wrap(&wild->bench.host.secure, command, bytes, sizeof bytes, &len) != STATUS_OK)
    return 0;
  if (dice(wild, 40) == 0)
    len = bend(wild, bytes, len);
  uint16_t sw = send_bytes(wild, bytes, len < APDU_COMMAND_MAX ? len : APDU_COMMAND_MAX);
  return securemsg_unwrap_response(&wild->bench.host.secure, &wild->bench.host.answer) == STATUS_OK ? sw : 0;
}

/* ---- what a host would say ---- */

static void enter(struct wild *wild) {
  struct bench *bench = &wild->bench;
  const struct terminal *terminals[] = {&bench->pos, &bench->other_pos, &bench->reload, &bench->desk};
  wild->terminal = terminals[dice(wild, 4)];
  if (bench->card.memory.state != CARD_PERSONALISED && bench->card.memory.state != CARD_EXPIRED)
    return;
  (void)host_select(&bench->host);
  if (host_present(&bench->host, &wild->terminal->paper) == SW_OK)
    (void)host_agree(&bench->host, wild->terminal);
}

/* A good certificate under other references, then perhaps an agreement. */
static void knock(struct wild *wild) {
  static const uint8_t versions[] = {0, KVN_FIRST, 2, 0x80, 0x81}, keys[] = {KID_CA_KLOC, 0, KID_SCP11A, 0x90};
  const struct bench *bench = &wild->bench;
  const struct terminal *terminal = dice(wild, 2) == 0 ? &bench->pos : &bench->desk;
  const struct paper *papers[] = {&terminal->paper, &terminal->paper, &bench->issuer.terminal_ca_paper,
                                  &bench->issuer.server_paper};
  const struct paper *paper = papers[dice(wild, 4)];
  (void)host_select(&wild->bench.host);
  (void)send(wild, HOST_DATA(dice(wild, 6) == 0 ? 0x90 : 0x80, INS_PERFORM_SECURITY_OPERATION, versions[dice(wild, 5)],
                             dice(wild, 3) != 0 ? KID_CA_KLOC : keys[dice(wild, 4)], paper->bytes, paper->len));
  bool holds = bench->card.memory.state == CARD_PERSONALISED || bench->card.memory.state == CARD_EXPIRED;
  if (holds && dice(wild, 2) == 0)
    (void)host_agree(&wild->bench.host, terminal);
}

static void show_pin(struct wild *wild) {
  static const char *const pins[] = {BENCH_PIN, BENCH_PIN,       BENCH_PIN,     BENCH_PIN,
                                     BENCH_PIN, BENCH_WRONG_PIN, "123456789012"};
  uint8_t data[CHANGE_PIN_SIZE];
  noise(wild, data, sizeof data);
  ck_assert_int_eq(pin_block_encode(pins[dice(wild, 7)], data), STATUS_OK);
  if (dice(wild, 4) != 0) {
    (void)say(wild, HOST_DATA(0x00, INS_VERIFY, 0x00, P2_PIN_GLOBAL, data, VERIFY_SIZE));
    return;
  }
  if (dice(wild, 4) != 0)
    ck_assert_int_eq(pin_block_encode(BENCH_PIN, data + PIN_BLOCK_SIZE), STATUS_OK);
  (void)say(wild, HOST_DATA(0x00, INS_CHANGE_REFERENCE_DATA, 0x00, P2_PIN_GLOBAL, data, CHANGE_PIN_SIZE));
}

static uint32_t some_amount(struct wild *wild) {
  static const uint32_t amounts[] = {1, 100, 2500, 2501, 5000, 9999, 10001, 50000, 0, UINT32_MAX};
  return dice(wild, 3) == 0 ? amounts[dice(wild, 10)] : 1 + dice(wild, 3000);
}

static void promise(struct wild *wild) {
  uint8_t p1 = (uint8_t)(dice(wild, 12) == 0 ? dice(wild, 8) : dice(wild, 5)), data[INITIALIZE_MAX];
  struct initialize initialize = {.amount = some_amount(wild),
                                  .currency = dice(wild, 20) == 0 ? 840 : BENCH_CURRENCY,
                                  .points = dice(wild, 10) == 0,
                                  .has_pin = p1 != P1_INITIALIZE_REFUND && dice(wild, 3) != 0,
                                  .sale_atc = p1 == P1_INITIALIZE_REFUND ? 1 + dice(wild, 20) : 0};
  memcpy(initialize.tid, dice(wild, 20) == 0 ? wild->bench.pos.tid : wild->terminal->tid, TID_SIZE);
  memcpy(initialize.time, issuer_now, MOMENT_SIZE);
  noise(wild, initialize.nonce, NONCE_SIZE);
  if (initialize.has_pin)
    ck_assert_int_eq(pin_block_encode(dice(wild, 12) == 0 ? BENCH_WRONG_PIN : BENCH_PIN, initialize.pin_block),
                     STATUS_OK);
  size_t len = initialize_encode(&initialize, data);
  if (say(wild, HOST_DATA(0x80, INS_INITIALIZE, p1, 0, data, len)) == SW_OK &&
      wild->bench.host.answer.len == PROMISE_SIZE)
    memcpy(wild->bench.promise, wild->bench.host.answer.data, PROMISE_SIZE);
}

static void settle(struct wild *wild) {
  static const uint8_t kinds[][2] = {
      {INS_CREDIT_FOR_LOAD, 0}, {INS_DEBIT_FOR_PURCHASE, 1}, {INS_CREDIT_FOR_LOAD, 2}, {INS_DEBIT_FOR_PURCHASE, 3}};
  struct promise promise;
  if (promise_decode(wild->bench.promise, PROMISE_SIZE, &promise) != STATUS_OK)
    return;
  if (dice(wild, 8) != 0)
    issuer_order(&wild->bench.issuer,
                 &(struct order_request){.promise = wild->bench.promise,
                                         .decision = dice(wild, 6) == 0 ? DECISION_DECLINED : DECISION_APPROVED,
                                         .points = (int32_t)dice(wild, 30) - 10},
                 wild->order);
  if (dice(wild, 12) == 0)
    wild->order[dice(wild, AUTHORISATION_SIZE)] ^= 1;
  for (size_t i = 0; i < 4; i++) /* the one that fits last, mostly alone */
    if (dice(wild, 12) == 0)
      (void)say(wild, HOST_DATA(0x80, kinds[i][0], kinds[i][1], 0, wild->order, AUTHORISATION_SIZE));
  bool credit = promise.type == TRANSACTION_LOAD || promise.type == TRANSACTION_REFUND;
  uint8_t p1 = promise.type == TRANSACTION_LOAD     ? 0
               : promise.type == TRANSACTION_REFUND ? 2
               : promise.type == TRANSACTION_PAYOUT ? 3
                                                    : 1;
  (void)say(wild, HOST_DATA(0x80, credit ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE, p1, 0, wild->order,
                            AUTHORISATION_SIZE));
}

static void read_something(struct wild *wild) {
  static const uint8_t headers[][4] = {{0x80, INS_GET_BALANCE, 0, 0},           {0x80, INS_GET_TRANSACTION_PROOF, 0, 0},
                                       {0x80, INS_GET_TRANSACTION_PROOF, 1, 0}, {0x00, INS_READ_RECORD, 1, 0xA5},
                                       {0x00, INS_READ_RECORD, 1, 0xAD},        {0x00, INS_READ_RECORD, 5, 0xAD},
                                       {0x00, INS_GET_DATA, 0x7F, 0x21},        {0x80, INS_GET_DATA, 0xDF, 0x70},
                                       {0x80, INS_GET_DATA, 0xBF, 0x21}};
  const uint8_t *header = headers[dice(wild, 9)];
  (void)say(wild, HOST_APDU(header[0], header[1], header[2], header[3]));
}

/* A row of the card's own table, with data of a length that it takes, or not. */
static void any_row(struct wild *wild, uint16_t (*how)(struct wild *wild, const struct apdu *command)) {
  size_t count;
  uint8_t data[PROTECTED_DATA_MAX];
  const struct card_command *row = &card_commands(&count)[0];
  row += dice(wild, (unsigned)count);
  unsigned len = row->lc_min + dice(wild, (unsigned)(row->lc_max - row->lc_min) + 1);
  if (dice(wild, 4) == 0)
    len += dice(wild, 3) - 1;
  if (len > PROTECTED_DATA_MAX)
    len = PROTECTED_DATA_MAX;
  noise(wild, data, sizeof data);
  struct apdu command = {.cla = row->cla, .ins = row->ins, .p1 = row->p1, .p2 = row->p2, .le = 256};
  if (row->ins == INS_APPLICATION_BLOCK)
    return;
  if (dice(wild, 4) == 0)
    command.p1 = (uint8_t)(dice(wild, 3) == 0 ? dice(wild, 3) : dice(wild, 256));
  if (dice(wild, 8) == 0)
    command.p2 = (uint8_t)(dice(wild, 3) == 0 ? dice(wild, 3) : dice(wild, 256));
  command.data = data;
  command.lc = (uint8_t)len;
  (void)how(wild, &command);
}

static void from_the_line(struct wild *wild) {
  uint8_t bytes[APDU_COMMAND_MAX + 1];
  size_t len = dice(wild, APDU_COMMAND_MAX + 1);
  switch (dice(wild, 3)) {
  case 0: /* once more */
    memcpy(bytes, wild->last, wild->last_len);
    len = wild->last_len;
    break;
  case 1: /* once more, bent */
    memcpy(bytes, wild->last, wild->last_len);
    len = wild->last_len > 0 ? bend(wild, bytes, wild->last_len) : 0;
    break;
  default:
    noise(wild, bytes, len);
  }
  (void)send_bytes(wild, bytes, len < APDU_COMMAND_MAX ? len : APDU_COMMAND_MAX);
}

/* Personalization with errors in it; a card that gets through is the next one's. */
static void personalise(struct wild *wild) {
  struct bench *bench = &wild->bench;
  uint8_t data[PROTECTED_DATA_MAX];
  bench_begin_personalization(bench);
  for (unsigned i = 0, rounds = 10 + dice(wild, 20); i < rounds; i++) {
    size_t len = bench_grouping(bench, bench_groupings[i < 7 && dice(wild, 4) != 0 ? i : dice(wild, 7)], data);
    if (dice(wild, 3) == 0)
      data[dice(wild, (unsigned)len)] ^= (uint8_t)(1U << dice(wild, 8));
    if (say(wild, HOST_DATA(0x80, INS_STORE_DATA, dice(wild, 8) == 0 ? P1_STORE_DATA_LAST : 0, 0, data, len)) == 0)
      break;
  }
}

static void next_card(struct wild *wild) {
  struct bench *bench = &wild->bench;
  wild->left = 60 + dice(wild, 120);
  bench_raw(bench);
  bench->offline = dice(wild, 2) == 0 ? (struct offline_limits){2500, 5000, 5} : (struct offline_limits){0};
  bench->no_pin = dice(wild, 2) == 0 ? (struct no_pin_limits){2500, 7500} : (struct no_pin_limits){0};
  if (dice(wild, 5) == 0) {
    personalise(wild);
    return;
  }
  bench_begin_personalization(bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(bench, bench_groupings[i], i == 6), SW_OK);
  bench_load(bench, 20000);
  enter(wild);
}

static void act(struct wild *wild) {
  unsigned what = dice(wild, 100);
  if (what < 6)
    enter(wild);
  else if (what < 8)
    knock(wild);
  else if (what < 24)
    promise(wild);
  else if (what < 44)
    settle(wild);
  else if (what < 56)
    show_pin(wild);
  else if (what < 70)
    read_something(wild);
  else if (what < 80)
    any_row(wild, say);
  else if (what < 88)
    any_row(wild, send);
  else if (what < 98)
    from_the_line(wild);
  else
    bench_reset(&wild->bench);
}

START_TEST(both_cards_answer_the_same) {
  const char *wished = getenv("DIFFERENTIAL_COMMANDS"), *seed = getenv("DIFFERENTIAL_SEED");
  unsigned long commands = wished != NULL ? strtoul(wished, NULL, 10) : COMMANDS_IN_CHECK;
  struct wild wild = {.state = 0x9E3779B97F4A7C15U ^ (seed != NULL ? strtoul(seed, NULL, 10) : 1)};
  commands += both_compared();
  while (both_compared() < commands) {
    if (wild.left == 0)
      next_card(&wild);
    wild.left--;
    act(&wild);
  }
}
END_TEST

Suite *wild_suite(void) {
  Suite *suite = suite_create("wild");
  TCase *all = tcase_create("all");
  tcase_set_timeout(all, 0);
  tcase_add_test(all, both_cards_answer_the_same);
  suite_add_tcase(suite, all);
  return suite;
}
