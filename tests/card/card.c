/* SPDX-License-Identifier: Apache-2.0
 * The dispatcher and its policy: what each command asks for, told here a second time, by hand. */
#include <string.h>

#include "bench.h"
#include "suites.h"

/* One command as docs/protocol.md has it. Roles: P(OS) L(oad) D(esk). */
struct policy {
  const char *name;
  uint8_t cla, ins, p1, p2, lc;
  const char *roles;       /* with the PIN verified, PERSONALISED */
  const char *without_pin; /* likewise, no PIN verified */
  const char *when_expired;
  uint16_t reached; /* the answer to lc zero bytes once policy lets it through */
};

static const struct policy policies[] = {
    {"VERIFY", 0x00, 0x20, 0x00, 0x80, 16, "PLD", "PLD", "", SW_WRONG_DATA},
    {"CHANGE REFERENCE DATA", 0x00, 0x24, 0x00, 0x80, 24, "PLD", "PLD", "", SW_WRONG_DATA},
    {"INITIALIZE FOR LOAD", 0x80, 0x50, 0x00, 0x00, 30, "L", "", "", SW_WRONG_DATA},
    {"INITIALIZE FOR LOAD, PIN riding", 0x80, 0x50, 0x00, 0x00, 38, "L", "L", "", SW_WRONG_DATA},
    {"INITIALIZE FOR PURCHASE", 0x80, 0x50, 0x01, 0x00, 30, "P", "", "", SW_WRONG_DATA},
    {"INITIALIZE FOR PURCHASE, PIN riding", 0x80, 0x50, 0x01, 0x00, 38, "P", "P", "", SW_WRONG_DATA},
    {"INITIALIZE FOR REFUND", 0x80, 0x50, 0x02, 0x00, 34, "P", "P", "", SW_WRONG_DATA},
    {"INITIALIZE FOR PAYOUT", 0x80, 0x50, 0x03, 0x00, 30, "LD", "", "", SW_WRONG_DATA},
    {"INITIALIZE FOR PAYOUT, PIN riding", 0x80, 0x50, 0x03, 0x00, 38, "LD", "LD", "", SW_WRONG_DATA},
    {"INITIALIZE FOR OFF-LINE PURCHASE", 0x80, 0x50, 0x04, 0x00, 30, "P", "", "", SW_WRONG_DATA},
    {"INITIALIZE FOR OFF-LINE PURCHASE, PIN riding", 0x80, 0x50, 0x04, 0x00, 38, "P", "P", "", SW_WRONG_DATA},
    {"CREDIT FOR LOAD", 0x80, 0x52, 0x00, 0x00, AUTHORISATION_SIZE, "L", "L", "", SW_WRONG_DATA},
    {"DEBIT FOR PURCHASE", 0x80, 0x54, 0x01, 0x00, AUTHORISATION_SIZE, "P", "P", "", SW_WRONG_DATA},
    {"CREDIT FOR REFUND", 0x80, 0x52, 0x02, 0x00, AUTHORISATION_SIZE, "P", "P", "", SW_WRONG_DATA},
    {"DEBIT FOR PAYOUT", 0x80, 0x54, 0x03, 0x00, AUTHORISATION_SIZE, "LD", "LD", "", SW_WRONG_DATA},
    {"GET TRANSACTION PROOF", 0x80, 0x5A, 0x00, 0x00, 0, "PLD", "PLD", "D", SW_OK},
    {"GET TRANSACTION PROOF off-line", 0x80, 0x5A, 0x01, 0x00, 0, "PD", "PD", "D", SW_END_OF_FILE},
    {"GET BALANCE", 0x80, 0x5C, 0x00, 0x00, 0, "PLD", "D", "D", SW_OK},
    {"READ RECORD loads", 0x00, 0xB2, 0x01, 0xA5, 0, "PLD", "D", "D", SW_OK},
    {"READ RECORD purchases", 0x00, 0xB2, 0x01, 0xAD, 0, "PLD", "D", "D", SW_END_OF_FILE},
    {"GET DATA 7F21", 0x00, 0xCA, 0x7F, 0x21, 0, "PLD", "PLD", "D", SW_OK},
    {"GET DATA 7F21, 80", 0x80, 0xCA, 0x7F, 0x21, 0, "PLD", "PLD", "D", SW_OK},
    {"GET DATA DF70", 0x00, 0xCA, 0xDF, 0x70, 0, "PLD", "PLD", "D", SW_OK},
    {"GET DATA DF70, 80", 0x80, 0xCA, 0xDF, 0x70, 0, "PLD", "PLD", "D", SW_OK},
    {"VERIFY CERTIFICATE", 0x00, 0x2A, 0x00, 0xBE, 191, "PLD", "PLD", "PLD", SW_WRONG_DATA},
    {"APPLICATION BLOCK", 0x80, 0x1E, 0x00, 0x00, BLOCK_ORDER_SIZE, "PLD", "PLD", "PLD", SW_WRONG_DATA},
};
#define POLICIES (sizeof policies / sizeof *policies)

static const uint8_t zeros[APDU_DATA_MAX];

static const struct terminal *terminal_of(const struct bench *bench, char role) {
  return role == 'P' ? &bench->pos : role == 'L' ? &bench->reload : &bench->desk;
}

static struct apdu command_of(const struct policy *policy, uint8_t lc) {
  return (struct apdu){.cla = policy->cla,
                       .ins = policy->ins,
                       .p1 = policy->p1,
                       .p2 = policy->p2,
                       .data = lc > 0 ? zeros : NULL,
                       .lc = lc,
                       .le = 256};
}

/* A card with one load behind it, so that the slot belongs to the reload terminal. */
static void make_loaded(struct bench *bench) {
  bench_make(bench);
  bench_load(bench, 5000);
}

static void expire(struct bench *bench) {
  static const uint8_t late[MOMENT_SIZE] = {0x20, 0x31, 0x11, 0x23, 0x00, 0x00, 0x00};
  static const uint8_t later[DATE_SIZE] = {0x20, 0x40, 0x01, 0x01};
  uint8_t order[AUTHORISATION_SIZE];
  bench_promise(bench, 100);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise, .time = late}, order);
  ck_assert_uint_eq(bench_settle(bench, INS_DEBIT_FOR_PURCHASE, order), SW_EXPIRED);
  terminal_expire(&bench->issuer, &bench->pos, later);
  terminal_expire(&bench->issuer, &bench->reload, later);
  terminal_expire(&bench->issuer, &bench->desk, later);
}

START_TEST(the_table_and_this_one_list_the_same_commands) {
  size_t count, protected_rows = 0;
  const struct card_command *rows = card_commands(&count);
  for (size_t i = 0; i < count; i++) {
    bool known = rows[i].channel != CHANNEL_SCP11;
    protected_rows += rows[i].channel == CHANNEL_SCP11;
    for (size_t k = 0; k < POLICIES; k++)
      known |= rows[i].cla == policies[k].cla && rows[i].ins == policies[k].ins &&
               (rows[i].p1 == policies[k].p1 || rows[i].p1_mask == 0) && rows[i].p2 == policies[k].p2;
    ck_assert_msg(known, "%s is in the table, but has no policy here", rows[i].name);
    ck_assert(rows[i].channel == CHANNEL_NONE || rows[i].lc_max <= PROTECTED_DATA_MAX);
    ck_assert_uint_ne(rows[i].ins & 0xF0, 0x60); /* INS 6X and 9X are not valid: ISO/IEC 7816-4 5.4.2 */
    ck_assert_uint_ne(rows[i].ins & 0xF0, 0x90);
  }
  ck_assert_uint_eq(protected_rows, POLICIES - 4); /* INITIALIZE is here with and without PIN */
}
END_TEST

START_TEST(roles_with_the_pin_verified) {
  struct bench bench;
  make_loaded(&bench);
  for (const char *role = "PLD"; *role != 0; role++)
    for (size_t i = 0; i < POLICIES; i++) {
      const struct policy *policy = &policies[i];
      struct apdu command = command_of(policy, policy->lc);
      uint16_t expected = strchr(policy->roles, *role) ? policy->reached : SW_SECURITY_NOT_SATISFIED;
      host_open(&bench.host, terminal_of(&bench, *role));
      ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
      ck_assert_msg(host_secure(&bench.host, &command) == expected, "%s by %c: %04X, not %04X", policy->name, *role,
                    bench.host.answer.sw, expected);
    }
}
END_TEST

START_TEST(roles_without_a_pin) {
  struct bench bench;
  make_loaded(&bench);
  for (const char *role = "PLD"; *role != 0; role++) {
    host_open(&bench.host, terminal_of(&bench, *role));
    for (size_t i = 0; i < POLICIES; i++) {
      const struct policy *policy = &policies[i];
      struct apdu command = command_of(policy, policy->lc);
      uint16_t expected = strchr(policy->without_pin, *role) ? policy->reached : SW_SECURITY_NOT_SATISFIED;
      ck_assert_msg(host_secure(&bench.host, &command) == expected, "%s by %c: %04X, not %04X", policy->name, *role,
                    bench.host.answer.sw, expected);
    }
  }
}
END_TEST

START_TEST(roles_when_expired) {
  struct bench bench;
  make_loaded(&bench);
  expire(&bench);
  for (const char *role = "PLD"; *role != 0; role++) {
    host_open(&bench.host, terminal_of(&bench, *role));
    for (size_t i = 0; i < POLICIES; i++) {
      const struct policy *policy = &policies[i];
      struct apdu command = command_of(policy, policy->lc);
      bool read_only = policy->when_expired[0] != 0;
      uint16_t refused = read_only ? SW_SECURITY_NOT_SATISFIED : SW_CONDITIONS_NOT_SATISFIED;
      uint16_t expected = strchr(policy->when_expired, *role) ? policy->reached : refused;
      ck_assert_msg(host_secure(&bench.host, &command) == expected, "%s by %c: %04X, not %04X", policy->name, *role,
                    bench.host.answer.sw, expected);
    }
  }
}
END_TEST

START_TEST(lengths) {
  struct bench bench;
  make_loaded(&bench);
  for (size_t i = 0; i < POLICIES; i++) {
    const struct policy *policy = &policies[i];
    struct apdu longer = command_of(policy, (uint8_t)(policy->lc + 9));
    struct apdu shorter = command_of(policy, (uint8_t)(policy->lc - 1));
    host_open(&bench.host, terminal_of(&bench, policy->roles[0]));
    ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
    ck_assert_msg(host_secure(&bench.host, &longer) == SW_WRONG_LENGTH, "%s", policy->name);
    if (policy->lc > 0)
      ck_assert_msg(host_secure(&bench.host, &shorter) == SW_WRONG_LENGTH, "%s", policy->name);
  }
}
END_TEST

START_TEST(nothing_in_the_clear) {
  struct bench bench;
  make_loaded(&bench);
  for (int in_session = 0; in_session <= 1; in_session++) {
    ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    if (in_session)
      host_open(&bench.host, &bench.desk);
    for (size_t i = 0; i < POLICIES; i++) {
      const struct policy *policy = &policies[i];
      struct apdu command = command_of(policy, policy->lc);
      /* 80 50 in the clear is INITIALIZE UPDATE, of blank cards alone */
      uint16_t expected =
          policy->ins == INS_INITIALIZE && policy->p2 == 0 ? SW_CONDITIONS_NOT_SATISFIED : SW_SECURITY_NOT_SATISFIED;
      ck_assert_msg(host_clear(&bench.host, &command) == expected, "%s: %04X", policy->name, bench.host.answer.sw);
      ck_assert_uint_eq(bench.host.answer.len, 0);
    }
    if (in_session) /* and the session stands as it stood */
      ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_OK);
  }
}
END_TEST

START_TEST(secure_class_without_a_session) {
  struct bench bench;
  make_loaded(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (size_t i = 0; i < POLICIES; i++) {
    struct apdu command = command_of(&policies[i], 16);
    command.cla |= CLA_SECURE;
    ck_assert_msg(host_clear(&bench.host, &command) == SW_SECURITY_NOT_SATISFIED, "%s", policies[i].name);
  }
}
END_TEST

START_TEST(nothing_when_blocked) {
  struct bench bench;
  uint8_t order[BLOCK_ORDER_SIZE];
  make_loaded(&bench);
  issuer_block(&bench.issuer, bench.cid, issuer_now, order);
  host_open(&bench.host, &bench.pos);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x80, INS_APPLICATION_BLOCK, 0, 0, order, sizeof order)), SW_OK);
  for (int ins = 0; ins <= 0xFF; ins++) {
    if (ins == INS_SELECT)
      continue;
    ck_assert_uint_eq(host_select(&bench.host), SW_BLOCKED);
    for (int cla = 0; cla <= 0xFF; cla++)
      ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU((uint8_t)cla, (uint8_t)ins, 0xBF, 0x21)),
                        SW_CONDITIONS_NOT_SATISFIED);
  }
  ck_assert_uint_eq(host_present(&bench.host, &bench.desk.paper), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

START_TEST(nothing_before_select) {
  struct bench bench;
  bench_make(&bench);
  bench_reset(&bench);
  ck_assert_uint_eq(host_clear(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(host_present(&bench.host, &bench.pos.paper), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_present(&bench.host, &bench.pos.paper), SW_OK);
}
END_TEST

START_TEST(classes_instructions_parameters) {
  static const struct {
    uint8_t cla, ins, p1, p2;
    uint16_t sw;
  } rows[] = {
      {0x10, INS_SELECT, 0x04, 0x00, SW_CHAINING_UNSUPPORTED},
      {0x90, INS_PERFORM_SECURITY_OPERATION, 0x01, 0x10, SW_CHAINING_UNSUPPORTED},
      {0x01, INS_SELECT, 0x04, 0x00, SW_CHANNEL_UNSUPPORTED},
      {0x83, INS_GET_DATA, 0xBF, 0x21, SW_CHANNEL_UNSUPPORTED},
      {0x40, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0x08, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0x20, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0xFF, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0x80, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0x04, INS_SELECT, 0x04, 0x00, SW_WRONG_CLA},
      {0x00, INS_MUTUAL_AUTHENTICATE, 0x01, 0x11, SW_WRONG_CLA},
      {0x00, 0x00, 0x00, 0x00, SW_WRONG_INS},
      {0x80, 0x88, 0x01, 0x11, SW_WRONG_INS},
      {0x00, 0xC0, 0x00, 0x00, SW_WRONG_INS},
      {0x00, 0xB0, 0x00, 0x00, SW_WRONG_INS},
      {0x00, INS_SELECT, 0x00, 0x00, SW_WRONG_P1P2},
      {0x00, INS_SELECT, 0x04, 0x0C, SW_WRONG_P1P2},
      {0x80, INS_GET_DATA, 0x00, 0x83, SW_WRONG_P1P2},
      {0x80, INS_MUTUAL_AUTHENTICATE, 0x01, 0x13, SW_WRONG_P1P2},
      {0x00, INS_VERIFY, 0x00, 0x81, SW_WRONG_P1P2},
      {0x84, INS_EXTERNAL_AUTHENTICATE, 0x03, 0x00, SW_WRONG_P1P2},
  };
  struct bench bench;
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(host_clear(&bench.host, HOST_APDU(rows[i].cla, rows[i].ins, rows[i].p1, rows[i].p2)) == rows[i].sw,
                  "%02X%02X%02X%02X: %04X", rows[i].cla, rows[i].ins, rows[i].p1, rows[i].p2, bench.host.answer.sw);
}
END_TEST

START_TEST(inside_the_channel_clear_commands_are_unknown) {
  static const uint8_t aid[] = {PURSE_AID_BYTES};
  struct bench bench;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_DATA(0x00, INS_SELECT, 0x04, 0x00, aid, sizeof aid)), SW_WRONG_CLA);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0xBF, 0x21)), SW_WRONG_P1P2);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_MUTUAL_AUTHENTICATE, 0x01, 0x11)), SW_WRONG_CLA);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, 0x33, 0x00, 0x00)), SW_WRONG_INS);
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_BALANCE, 0x00, 0x00)), SW_OK);
}
END_TEST

START_TEST(broken_bytes) {
  static const uint8_t bytes[] = {0x00, 0xA4, 0x04, 0x00, 0x08, 0xF0, 0x45, 0x50};
  uint8_t longest[APDU_COMMAND_MAX + 10] = {0x00, 0xA4, 0x04, 0x00, 0xFF};
  struct bench bench;
  bench_make(&bench);
  for (size_t len = 0; len <= sizeof bytes;
       len++) /* 4: case 1, 5: case 2, of which no row of SELECT knows another AID */
    ck_assert_uint_eq(host_raw(&bench.host, bytes, len), len == 4 || len == 5 ? SW_NOT_OUR_FILE : SW_WRONG_LENGTH);
  ck_assert_uint_eq(host_raw(&bench.host, longest, sizeof longest), SW_WRONG_LENGTH);
}
END_TEST

START_TEST(a_command_without_le_gets_its_data) {
  struct bench bench;
  struct apdu command = {.cla = 0x80, .ins = INS_GET_DATA, .p1 = 0xBF, .p2 = 0x21};
  bench_make(&bench);
  ck_assert_uint_eq(host_select(&bench.host), SW_OK);
  ck_assert_uint_eq(host_clear(&bench.host, &command), SW_OK);
  ck_assert_uint_gt(bench.host.answer.len, 150);
}
END_TEST

START_TEST(a_wrong_mac_ends_the_session) {
  struct bench bench;
  uint8_t bytes[APDU_COMMAND_MAX], good[APDU_COMMAND_MAX];
  size_t len;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_int_eq(securemsg_wrap(&bench.host.secure, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0), good, sizeof good, &len),
                   STATUS_OK);
  memcpy(bytes, good, len);
  bytes[len - 3] ^= 0x01;
  ck_assert_uint_eq(host_raw(&bench.host, bytes, len), SW_SECURE_MESSAGING_INCORRECT);
  ck_assert_uint_eq(host_raw(&bench.host, good, len), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

START_TEST(a_replayed_command_ends_the_session) {
  struct bench bench;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len;
  bench_make(&bench);
  host_open(&bench.host, &bench.desk);
  ck_assert_int_eq(
      securemsg_wrap(&bench.host.secure, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0), bytes, sizeof bytes, &len), STATUS_OK);
  ck_assert_uint_eq(host_raw(&bench.host, bytes, len), SW_OK);
  ck_assert_uint_eq(host_raw(&bench.host, bytes, len), SW_SECURE_MESSAGING_INCORRECT);
}
END_TEST

START_TEST(two_cards_at_once) {
  struct bench one, two;
  bench_make(&one);
  bench_make(&two);
  bench_load(&one, 700);
  bench_load(&two, 900);
  host_open(&one.host, &one.desk);
  host_open(&two.host, &two.desk);
  for (int i = 0; i < 3; i++) {
    ck_assert_uint_eq(host_secure(&one.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_OK);
    ck_assert_uint_eq(one.host.answer.data[3], 700 & 0xFF);
    ck_assert_uint_eq(host_secure(&two.host, HOST_APDU(0x80, INS_GET_BALANCE, 0, 0)), SW_OK);
    ck_assert_uint_eq(two.host.answer.data[3], 900 & 0xFF);
  }
  /* the terminal of one issuer is nobody to the card of the other */
  ck_assert_uint_eq(host_select(&one.host), SW_OK);
  ck_assert_uint_eq(host_present(&one.host, &two.pos.paper), SW_SECURITY_NOT_SATISFIED);
}
END_TEST

/* Whatever the bytes, there is a status word, and nothing durable happens. */
START_TEST(noise_gets_a_status_word) {
  struct bench bench;
  uint8_t bytes[40], answer[APDU_RESPONSE_MAX];
  uint8_t before[CARD_MEMORY_SIZE];
  make_loaded(&bench);
  memcpy(before, bench.ram.committed, sizeof before);
  for (int i = 0; i < 20000; i++) {
    ck_assert(crypto_random(bytes, sizeof bytes));
    if (i % 50 == 0)
      ck_assert_uint_eq(host_select(&bench.host), SW_OK);
    bytes[0] &= i % 2 ? 0x84 : 0xFF;
    bytes[1] = i % 3 ? policies[bytes[1] % POLICIES].ins : bytes[1];
    bytes[4] = (uint8_t)(bytes[5] % (sizeof bytes - 4));
    ck_assert_uint_ge(card_process(&bench.card, bytes, 5U + bytes[4] % (sizeof bytes - 5), answer), 2);
  }
  ck_assert_mem_eq(bench.ram.committed, before, sizeof before);
}
END_TEST

SUITE_OF(card, the_table_and_this_one_list_the_same_commands, roles_with_the_pin_verified, roles_without_a_pin,
         roles_when_expired, lengths, nothing_in_the_clear, secure_class_without_a_session, nothing_when_blocked,
         nothing_before_select, classes_instructions_parameters, inside_the_channel_clear_commands_are_unknown,
         broken_bytes, a_command_without_le_gets_its_data, a_wrong_mac_ends_the_session,
         a_replayed_command_ends_the_session, two_cards_at_once, noise_gets_a_status_word)
