/* SPDX-License-Identifier: Apache-2.0
 * The layouts that commands carry: byte by byte, both ways, and what is refused. */
#include "epurse/command.h"
#include "epurse/record.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

#define TIME "20261123174006"

/* A byte that is set to a value which must be refused. */
struct bad_byte {
  size_t at;
  uint8_t value;
};

static struct initialize initialize_of(void) {
  struct initialize initialize = {.amount = 1250, .currency = 978, .points = true, .has_pin = true};

  memcpy(initialize.tid, "POS00001", TID_SIZE);
  memset(initialize.nonce, 0x4E, NONCE_SIZE);
  memcpy(initialize.time, vector(TIME).at, MOMENT_SIZE);
  memcpy(initialize.pin_block, vector("241234FFFFFFFFFF").at, PIN_BLOCK_SIZE);
  return initialize;
}

START_TEST(initialize_goes_both_ways) {
  struct initialize initialize = initialize_of(), back = {0};
  uint8_t data[INITIALIZE_MAX], again[INITIALIZE_MAX];

  ck_assert_uint_eq(initialize_encode(&initialize, data), INITIALIZE_MAX);
  ck_assert_hex(data, sizeof data, "000004E2 03D2 01 504F533030303031 4E4E4E4E4E4E4E4E" TIME "241234FFFFFFFFFF");
  ck_assert_int_eq(initialize_decode(data, sizeof data, &back), STATUS_OK);
  ck_assert(back.has_pin && back.points);
  ck_assert_uint_eq(initialize_encode(&back, again), INITIALIZE_MAX);
  ck_assert_mem_eq(again, data, INITIALIZE_MAX);
  initialize.has_pin = false;
  initialize.sale_atc = 258; /* in a refund, the ATC of the sale in the PIN's place */
  ck_assert_uint_eq(initialize_encode(&initialize, data), INITIALIZE_REFUND_SIZE);
  ck_assert_hex(data, INITIALIZE_REFUND_SIZE, "000004E2 03D2 01 504F533030303031 4E4E4E4E4E4E4E4E" TIME "00000102");
  ck_assert_int_eq(initialize_decode(data, INITIALIZE_REFUND_SIZE, &back), STATUS_OK);
  ck_assert(!back.has_pin && back.points);
  ck_assert_uint_eq(back.sale_atc, 258);
  initialize.sale_atc = 0;
  initialize.points = false;
  ck_assert_uint_eq(initialize_encode(&initialize, data), INITIALIZE_SIZE);
  ck_assert_int_eq(initialize_decode(data, INITIALIZE_SIZE, &back), STATUS_OK);
  ck_assert(!back.has_pin && !back.points && back.sale_atc == 0);
  ck_assert_uint_eq(initialize_encode(&back, again), INITIALIZE_SIZE);
  ck_assert_mem_eq(again, data, INITIALIZE_SIZE);
}
END_TEST

START_TEST(initialize_refuses_the_rest) {
  static const struct bad_byte bad[] = {{0, 0x80}, {6, 2}, {7, ' '}, {14, 0}, {25, 0x13}, {27, 0x24}};
  struct initialize initialize = initialize_of(), back;
  uint8_t data[INITIALIZE_MAX + 1] = {0};

  ck_assert_uint_eq(initialize_encode(&initialize, data), INITIALIZE_MAX);
  for (size_t len = 0; len <= sizeof data; len++) {
    bool known = len == INITIALIZE_SIZE || len == INITIALIZE_REFUND_SIZE || len == INITIALIZE_MAX;
    ck_assert_int_eq(initialize_decode(data, len, &back), known ? STATUS_OK : STATUS_BAD_LENGTH);
  }
  memset(data + INITIALIZE_SIZE, 0, 4); /* a refund of nothing */
  ck_assert_int_eq(initialize_decode(data, INITIALIZE_REFUND_SIZE, &back), STATUS_BAD_FORMAT);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint8_t saved = data[bad[i].at];
    data[bad[i].at] = bad[i].value;
    ck_assert_msg(initialize_decode(data, INITIALIZE_MAX, &back) == STATUS_BAD_FORMAT, "row %zu", i);
    data[bad[i].at] = saved;
  }
  memset(data, 0, 4); /* no money: what may be of none is the card's to say */
  ck_assert_int_eq(initialize_decode(data, INITIALIZE_MAX, &back), STATUS_OK);
}
END_TEST

START_TEST(balance_goes_both_ways) {
  struct balance balance = {.balance = 0x7FFFFFFF, .points = 5, .currency = 978}, back = {0};
  uint8_t data[BALANCE_SIZE];

  balance_encode(&balance, data);
  ck_assert_hex(data, sizeof data, "7FFFFFFF 00000005 03D2");
  ck_assert_int_eq(balance_decode(data, sizeof data, &back), STATUS_OK);
  ck_assert_uint_eq(back.balance, balance.balance);
  ck_assert_uint_eq(back.points, balance.points);
  ck_assert_uint_eq(back.currency, balance.currency);
  for (size_t len = 0; len < sizeof data; len++)
    ck_assert_int_eq(balance_decode(data, len, &back), STATUS_BAD_LENGTH);
  data[0] = 0x80;
  ck_assert_int_eq(balance_decode(data, sizeof data, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(proof_goes_both_ways) {
  struct proof proof = {.state = SLOT_COMMITTED,
                        .atc = 7,
                        .type = TRANSACTION_PURCHASE,
                        .amount = 1250,
                        .balance = 3750,
                        .points = 15},
               back = {0};
  static const struct bad_byte bad[] = {{0, 4}, {0, 0}, {5, 0}, {5, 7}, {6, 0x80}, {18, 0x80}};
  uint8_t data[PROOF_SIZE], again[PROOF_SIZE];

  memcpy(proof.tid, "POS00001", TID_SIZE);
  memset(proof.secret, 0x52, SECRET_SIZE);
  proof_encode(&proof, data);
  ck_assert_hex(data, sizeof data,
                "02 00000007 01 000004E2 504F533030303031 00000EA6 0000000F"
                "5252525252525252525252525252525252525252525252525252525252525252");
  ck_assert_int_eq(proof_decode(data, sizeof data, &back), STATUS_OK);
  proof_encode(&back, again);
  ck_assert_mem_eq(again, data, sizeof again);
  for (size_t len = 0; len < sizeof data; len++)
    ck_assert_int_eq(proof_decode(data, len, &back), STATUS_BAD_LENGTH);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint8_t saved = data[bad[i].at];
    data[bad[i].at] = bad[i].value;
    ck_assert_msg(proof_decode(data, sizeof data, &back) == STATUS_BAD_FORMAT, "row %zu", i);
    data[bad[i].at] = saved;
  }
}
END_TEST

START_TEST(an_empty_slot_is_a_proof) {
  struct proof proof = {.state = SLOT_NONE, .balance = 100}, back;
  uint8_t data[PROOF_SIZE];

  proof_encode(&proof, data);
  ck_assert_int_eq(proof_decode(data, sizeof data, &back), STATUS_OK);
  ck_assert_uint_eq(back.balance, 100);
  data[4] = 1; /* an ATC without a slot */
  ck_assert_int_eq(proof_decode(data, sizeof data, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(card_info_goes_both_ways) {
  struct card_info info = {.state = CARD_PERSONALISED,
                           .currency = 978,
                           .purse_ceiling = 50000,
                           .payment_ceiling = 10000,
                           .atc = 7,
                           .pin_tries_left = 5,
                           .master_version = 1,
                           .terminal_ca_version = 2,
                           .server_version = 3,
                           .offline = {2500, 5000, 5},
                           .no_pin = {2500, 7500},
                           .pin_changes = 258,
                           .terminal_ca_least = 4,
                           .server_least = 5},
                   back = {0};
  static const struct bad_byte bad[] = {{0, 1},     {1, 0},  {1, 1},     {1, 0x0D},  {20, 0x13}, {36, 6},
                                        {39, 0x13}, {47, 1}, {51, 0x80}, {57, 0x01}, {61, 0x80}};
  uint8_t data[CARD_INFO_SIZE], again[CARD_INFO_SIZE];

  cid_make(971234, 42, info.cid);
  memcpy(info.chip_serial, vector("C0FFEE0000000001").at, CHIP_SERIAL_SIZE);
  memcpy(info.expiry, vector("20311231").at, DATE_SIZE);
  memcpy(info.latest_time, vector(TIME).at, MOMENT_SIZE);
  card_info_encode(&info, data);
  ck_assert_hex(data, sizeof data,
                "02 05 9712340000000422 C0FFEE0000000001 20311231 03D2 0000C350 00002710 00000007 05" TIME "01 02 03"
                "000009C4 00001388 0005 000009C4 00001D4C 0102 04 05");
  ck_assert_int_eq(card_info_decode(data, sizeof data, &back), STATUS_OK);
  card_info_encode(&back, again);
  ck_assert_mem_eq(again, data, sizeof again);
  for (size_t len = 0; len < sizeof data; len++)
    ck_assert_int_eq(card_info_decode(data, len, &back), STATUS_BAD_LENGTH);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint8_t saved = data[bad[i].at];
    data[bad[i].at] = bad[i].value;
    ck_assert_msg(card_info_decode(data, sizeof data, &back) == STATUS_BAD_FORMAT, "row %zu", i);
    data[bad[i].at] = saved;
  }
}
END_TEST

START_TEST(a_raw_card_has_no_dates) {
  struct card_info info = {.state = CARD_INITIALISED}, back;
  uint8_t data[CARD_INFO_SIZE];

  card_info_encode(&info, data);
  ck_assert_int_eq(card_info_decode(data, sizeof data, &back), STATUS_OK);
  data[1] = CARD_BLOCKED; /* which had them once */
  ck_assert_int_eq(card_info_decode(data, sizeof data, &back), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(parameters_go_both_ways) {
  struct parameters parameters = {.currency = 978, .purse_ceiling = 50000, .payment_ceiling = 10000}, back = {0};
  static const struct bad_byte bad[] = {{10, 0x13}, {14, 0x80}, {18, 0x80}, {24, 0x13},
                                        {29, 1},    {33, 0x80}, {39, 1},    {43, 0x80}};
  uint8_t data[PARAMETERS_SIZE], again[PARAMETERS_SIZE];

  cid_make(971234, 42, parameters.cid);
  memcpy(parameters.expiry, vector("20311231").at, DATE_SIZE);
  memcpy(parameters.time, vector(TIME).at, MOMENT_SIZE);
  parameters.offline = (struct offline_limits){2500, 5000, 5};
  parameters.no_pin = (struct no_pin_limits){2500, 7500};
  parameters_encode(&parameters, data);
  ck_assert_hex(data, sizeof data,
                "9712340000000422 20311231 03D2 0000C350 00002710" TIME "000009C4 00001388 0005 000009C4 00001D4C");
  ck_assert_int_eq(parameters_decode(data, sizeof data, &back), STATUS_OK);
  parameters_encode(&back, again);
  ck_assert_mem_eq(again, data, sizeof again);
  for (size_t len = 0; len < sizeof data; len++)
    ck_assert_int_eq(parameters_decode(data, len, &back), STATUS_BAD_LENGTH);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint8_t saved = data[bad[i].at];
    data[bad[i].at] = bad[i].value;
    ck_assert_msg(parameters_decode(data, sizeof data, &back) == STATUS_BAD_FORMAT, "row %zu", i);
    data[bad[i].at] = saved;
  }
}
END_TEST

START_TEST(limits_that_are_none) {
  static const struct {
    struct offline_limits limits;
    bool valid;
  } offline[] = {{{0, 0, 0}, true},           {{0, 0, 1}, true},
                 {{1, 1, 1}, true},           {{2, 1, 1}, false},
                 {{1, 0, 1}, false},          {{0, 0x7FFFFFFF, 1}, true},
                 {{0, 1, 0}, true},           {{0x7FFFFFFF, 0x7FFFFFFF, UINT16_MAX}, true},
                 {{0, 0x80000000, 1}, false}, {{UINT32_MAX, UINT32_MAX, 1}, false}};
  static const struct {
    struct no_pin_limits limits;
    bool valid;
  } no_pin[] = {{{0, 0}, true},  {{1, 1}, true},  {{1, 2}, true},           {{2, 1}, false},
                {{0, 1}, false}, {{1, 0}, false}, {{1, 0x80000000}, false}, {{0x7FFFFFFF, 0x7FFFFFFF}, true}};

  for (size_t i = 0; i < sizeof offline / sizeof offline[0]; i++)
    ck_assert_msg(offline_limits_valid(&offline[i].limits) == offline[i].valid, "off-line, row %zu", i);
  for (size_t i = 0; i < sizeof no_pin / sizeof no_pin[0]; i++)
    ck_assert_msg(no_pin_limits_valid(&no_pin[i].limits) == no_pin[i].valid, "no PIN, row %zu", i);
}
END_TEST

SUITE_OF(command, initialize_goes_both_ways, initialize_refuses_the_rest, balance_goes_both_ways, proof_goes_both_ways,
         an_empty_slot_is_a_proof, card_info_goes_both_ways, a_raw_card_has_no_dates, parameters_go_both_ways,
         limits_that_are_none)
