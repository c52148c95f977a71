/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging: both sides in step, and one bit anywhere ends it. */
#include "epurse/securemsg.h"
#include "epurse/command.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

/* A card and a host with the same keys. */
struct pair {
  struct securemsg host, card;
  uint8_t wire[APDU_COMMAND_MAX], buffer[APDU_DATA_MAX];
  size_t wire_len;
  struct apdu plain;
};

static void pair_begin(struct pair *pair) {
  struct vector keys = vector("101112131415161718191A1B1C1D1E1F 202122232425262728292A2B2C2D2E2F"
                              "303132333435363738393A3B3C3D3E3F 404142434445464748494A4B4C4D4E4F");

  memset(pair, 0, sizeof *pair);
  securemsg_open(&pair->host, keys.at, keys.at + 16, keys.at + 32, keys.at + 48);
  securemsg_open(&pair->card, keys.at, keys.at + 16, keys.at + 32, keys.at + 48);
}

static enum status send(struct pair *pair, const uint8_t *data, size_t len) {
  const struct apdu command = {.cla = 0x80, .ins = 0x54, .p1 = 1, .data = data, .lc = (uint8_t)len};
  return securemsg_wrap(&pair->host, &command, pair->wire, sizeof pair->wire, &pair->wire_len);
}

static enum status receive(struct pair *pair) {
  struct apdu command;

  if (apdu_parse(pair->wire, pair->wire_len, &command) != STATUS_OK)
    return STATUS_BAD_LENGTH;
  return securemsg_unwrap(&pair->card, &command, pair->buffer, &pair->plain);
}

/* Commands and answers of every length, one after the other in one channel. */
START_TEST(every_length_goes_there_and_back) {
  struct pair pair;
  uint8_t data[PROTECTED_DATA_MAX];

  pair_begin(&pair);
  for (size_t len = 0; len <= PROTECTED_DATA_MAX; len++) {
    struct apdu_response response = {.len = len, .sw = 0x9000};

    memset(data, (int)len, len);
    memset(response.data, 0xFF - (int)len, len);
    ck_assert_int_eq(send(&pair, data, len), STATUS_OK);
    ck_assert_uint_eq(pair.wire[0], 0x84);
    ck_assert_uint_eq(pair.wire_len, 5 + (len > 0 ? len / 16 * 16 + 16 : 0) + 8 + 1);
    ck_assert_uint_eq(pair.wire[pair.wire_len - 1], 0); /* Le 256 */
    ck_assert_int_eq(receive(&pair), STATUS_OK);
    ck_assert_uint_eq(pair.plain.cla, 0x80);
    ck_assert_uint_eq(pair.plain.ins, 0x54);
    ck_assert_uint_eq(pair.plain.lc, len);
    ck_assert_uint_eq(pair.plain.le, 256);
    ck_assert(len == 0 ? pair.plain.data == NULL : memcmp(pair.plain.data, data, len) == 0);
    ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_OK);
    ck_assert_uint_eq(response.len, (len > 0 ? len / 16 * 16 + 16 : 0) + 8);
    ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &response), STATUS_OK);
    ck_assert_uint_eq(response.len, len);
    for (size_t i = 0; i < len; i++)
      ck_assert_uint_eq(response.data[i], 0xFF - len);
  }
}
END_TEST

START_TEST(too_long_is_refused_and_nothing_moves) {
  struct pair pair;
  struct securemsg before;
  struct apdu_response response = {.len = PROTECTED_DATA_MAX + 1, .sw = 0x9000};
  uint8_t data[APDU_DATA_MAX] = {0};
  size_t len = 1;

  pair_begin(&pair);
  before = pair.host;
  ck_assert_int_eq(send(&pair, data, PROTECTED_DATA_MAX + 1), STATUS_BAD_LENGTH);
  const struct apdu command = {.cla = 0x80, .data = data, .lc = 10};
  for (size_t capacity = 0; capacity < 5 + 16 + 8 + 1; capacity++) {
    ck_assert_int_eq(securemsg_wrap(&pair.host, &command, pair.wire, capacity, &len), STATUS_BAD_LENGTH);
    ck_assert_uint_eq(len, 0);
  }
  const struct apdu longest = {.cla = 0x80, .data = data, .lc = APDU_DATA_MAX - SECUREMSG_MAC_SIZE + 1};
  ck_assert_int_eq(securemsg_wrap_mac(&pair.host, &longest, pair.wire, sizeof pair.wire, &len), STATUS_BAD_LENGTH);
  ck_assert_mem_eq(&pair.host, &before, sizeof before);
  before = pair.card;
  ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_BAD_LENGTH);
  ck_assert_mem_eq(&pair.card, &before, sizeof before);
}
END_TEST

START_TEST(the_counter_and_the_chain_move) {
  struct pair pair;
  uint8_t first[APDU_COMMAND_MAX];

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, (const uint8_t *)"again", 5), STATUS_OK);
  memcpy(first, pair.wire, sizeof first);
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_int_eq(send(&pair, (const uint8_t *)"again", 5), STATUS_OK);
  ck_assert_mem_ne(pair.wire + 5, first + 5, 16); /* another ICV: another cipher text */
  ck_assert_mem_ne(pair.wire + 21, first + 21, 8);
  ck_assert_hex(pair.host.counter, sizeof pair.host.counter, "00000000000000000000000000000002");
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  memcpy(pair.wire, first, sizeof first); /* replayed */
  ck_assert_int_eq(receive(&pair), STATUS_CHANNEL_BROKEN);
}
END_TEST

START_TEST(the_counter_carries) {
  struct pair pair;

  pair_begin(&pair);
  memset(pair.host.counter + 8, 0xFF, 8);
  memset(pair.card.counter + 8, 0xFF, 8);
  ck_assert_int_eq(send(&pair, (const uint8_t *)"x", 1), STATUS_OK);
  ck_assert_hex(pair.host.counter, sizeof pair.host.counter, "00000000000000010000000000000000");
  ck_assert_int_eq(receive(&pair), STATUS_OK);
}
END_TEST

static void check_wiped(const struct securemsg *channel) {
  static const struct securemsg nothing;
  ck_assert_int_eq(memcmp(channel, &nothing, sizeof nothing), 0);
}

/* CLA, INS, P1, P2, Lc, cipher text, MAC; not Le, which the standard leaves out of the MAC. */
START_TEST(every_flipped_bit_of_a_command_ends_the_channel) {
  struct pair pair;

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, (const uint8_t *)"pay 12.50 to the merchant", 25), STATUS_OK);
  const struct securemsg card = pair.card;
  for (size_t bit = 0; bit < (pair.wire_len - 1) * 8; bit++) {
    pair.card = card;
    pair.wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
    enum status status = receive(&pair);
    bool unread = status == STATUS_BAD_LENGTH && bit / 8 == 4; /* with another Lc it may not even be a command */
    ck_assert_msg(status == STATUS_CHANNEL_BROKEN || unread, "bit %zu", bit);
    if (!unread) {
      check_wiped(&pair.card);
      ck_assert_int_eq(receive(&pair), STATUS_CHANNEL_BROKEN);
    }
    pair.wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  pair.card = card;
  ck_assert_int_eq(receive(&pair), STATUS_OK);
}
END_TEST

START_TEST(every_truncation_of_a_command_is_refused) {
  struct pair pair;

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, (const uint8_t *)"pay", 3), STATUS_OK);
  const struct securemsg card = pair.card;
  struct apdu command;
  ck_assert_int_eq(apdu_parse(pair.wire, pair.wire_len, &command), STATUS_OK);
  for (uint8_t lc = 0, whole = command.lc; lc < whole; lc++) {
    pair.card = card;
    command.lc = lc;
    ck_assert_int_eq(securemsg_unwrap(&pair.card, &command, pair.buffer, &pair.plain), STATUS_CHANNEL_BROKEN);
    check_wiped(&pair.card);
  }
}
END_TEST

START_TEST(every_flipped_bit_of_an_answer_ends_the_channel) {
  struct pair pair;
  struct apdu_response response = {.len = 20, .sw = 0x9000}, changed;
  static const struct apdu_response nothing;

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_OK);
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_OK);
  const struct securemsg host = pair.host;
  for (size_t bit = 0; bit < response.len * 8; bit++) {
    pair.host = host;
    changed = response;
    changed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(securemsg_unwrap_response(&pair.host, &changed) == STATUS_CHANNEL_BROKEN, "bit %zu", bit);
    check_wiped(&pair.host);
    ck_assert_int_eq(memcmp(&changed, &nothing, sizeof nothing), 0);
  }
  for (size_t len = 0; len < response.len; len++) { /* nothing at all is also too short: a bare 9000 */
    pair.host = host;
    changed = response;
    changed.len = len;
    ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &changed), STATUS_CHANNEL_BROKEN);
  }
  pair.host = host;
  changed = response;
  changed.sw = 0x6200; /* a warning is not the success that was signed */
  ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &changed), STATUS_CHANNEL_BROKEN);
}
END_TEST

START_TEST(errors_carry_nothing_and_prove_nothing) {
  struct pair pair;
  struct apdu_response response = {.len = 3, .sw = 0x6985, .data = "abc"};

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_OK);
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_OK);
  ck_assert_uint_eq(response.len, 0);
  ck_assert_uint_eq(response.data[0], 0); /* dropped, not only hidden */
  response.len = 3;                       /* someone adds data on the way */
  ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &response), STATUS_OK);
  ck_assert_uint_eq(response.len, 0);
  ck_assert_uint_eq(response.sw, 0x6985);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_OK); /* the channel lives on */
  ck_assert_int_eq(receive(&pair), STATUS_OK);
}
END_TEST

START_TEST(warnings_are_protected) {
  struct pair pair;
  struct apdu_response response = {.len = 0, .sw = 0x63C2};

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_OK);
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_OK);
  ck_assert_uint_eq(response.len, SECUREMSG_MAC_SIZE);
  response.sw = 0x63C3; /* "three tries left", says the man in the middle */
  ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &response), STATUS_CHANNEL_BROKEN);
}
END_TEST

/* A command that only a wrong host would make: its MAC is right, what it protects need not be. Up to two blocks. */
static void forge(struct pair *pair, uint8_t cla, const char *blocks) {
  static const uint8_t zeros[16];
  const uint8_t counter[16] = {[15] = 1};
  struct vector text = vector(blocks);
  uint8_t icv[16] = {0}, input[16 + 5 + 32] = {0}, mac[16];

  memcpy(input, pair->card.chain, 16);
  memcpy(input + 16, (const uint8_t[]){cla, 0x5C, 0, 0, (uint8_t)(text.len + SECUREMSG_MAC_SIZE)}, 5);
  ck_assert(crypto_aes_cbc_encrypt(pair->card.s_enc, zeros, counter, 16, icv));
  ck_assert(crypto_aes_cbc_encrypt(pair->card.s_enc, icv, text.at, text.len, input + 21));
  ck_assert(crypto_aes_cmac(pair->card.s_mac, input, 21 + text.len, mac));
  pair->wire_len = 5 + text.len + SECUREMSG_MAC_SIZE;
  memcpy(pair->wire, input + 16, 5 + text.len);
  memcpy(pair->wire + 5 + text.len, mac, SECUREMSG_MAC_SIZE);
}

START_TEST(both_forms_of_nothing_are_taken) {
  struct pair pair;

  pair_begin(&pair);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_OK);
  ck_assert_uint_eq(pair.wire[4], SECUREMSG_MAC_SIZE); /* ours: the MAC alone */
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_uint_eq(pair.plain.lc, 0);
  pair_begin(&pair);
  forge(&pair, 0x84, "80000000000000000000000000000000"); /* theirs: one block of padding */
  ck_assert_int_eq(receive(&pair), STATUS_OK);
  ck_assert_uint_eq(pair.plain.lc, 0);
  ck_assert_ptr_null(pair.plain.data);
  ck_assert_uint_eq(pair.plain.ins, 0x5C);
}
END_TEST

START_TEST(bad_padding_ends_the_channel) {
  static const char *const blocks[] = {
      "00000000000000000000000000000000",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "AA000000000000000000000000000000",
      "80000000000000000000000000000001",
      "80808080808080808080808080808081",
      "80000000000000000000000000000000 00000000000000000000000000000000", /* more than a block of it */
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA80 00000000000000000000000000000000",
  };

  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
    struct pair pair;

    pair_begin(&pair);
    forge(&pair, 0x84, blocks[i]);
    ck_assert_msg(receive(&pair) == STATUS_CHANNEL_BROKEN, "%s", blocks[i]);
    check_wiped(&pair.card);
  }
}
END_TEST

START_TEST(a_class_without_secure_messaging_ends_the_channel) {
  struct pair pair;

  pair_begin(&pair);
  forge(&pair, 0x80, "80000000000000000000000000000000"); /* even with a MAC that fits */
  ck_assert_int_eq(receive(&pair), STATUS_CHANNEL_BROKEN);
  check_wiped(&pair.card);
}
END_TEST

START_TEST(a_command_in_the_clear_ends_the_channel) {
  struct pair pair;
  const struct apdu clear = {.cla = 0x80, .ins = 0x5C, .le = 256};

  pair_begin(&pair);
  ck_assert_int_eq(securemsg_unwrap(&pair.card, &clear, pair.buffer, &pair.plain), STATUS_CHANNEL_BROKEN);
  check_wiped(&pair.card);
}
END_TEST

START_TEST(a_closed_channel_serves_nothing) {
  struct pair pair;
  struct apdu_response response = {.sw = 0x9000};
  const struct apdu plain = {.cla = 0x80};
  size_t len = 0;

  pair_begin(&pair);
  securemsg_close(&pair.host);
  securemsg_close(&pair.card);
  check_wiped(&pair.host);
  ck_assert_int_eq(send(&pair, NULL, 0), STATUS_CHANNEL_BROKEN);
  ck_assert_int_eq(securemsg_wrap_mac(&pair.host, &plain, pair.wire, sizeof pair.wire, &len), STATUS_CHANNEL_BROKEN);
  ck_assert_int_eq(securemsg_wrap_response(&pair.card, &response), STATUS_CHANNEL_BROKEN);
  ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &response), STATUS_CHANNEL_BROKEN);
  response = (struct apdu_response){.sw = 0x6985};
  ck_assert_int_eq(securemsg_unwrap_response(&pair.host, &response), STATUS_CHANNEL_BROKEN);
}
END_TEST

START_TEST(mac_alone_is_checked_bit_by_bit) {
  struct pair pair;
  const struct apdu plain = {.cla = 0x80, .ins = 0x82, .p1 = 0x33, .data = (const uint8_t *)"12345678", .lc = 8};
  struct apdu command, back;

  pair_begin(&pair);
  ck_assert_int_eq(securemsg_wrap_mac(&pair.host, &plain, pair.wire, sizeof pair.wire, &pair.wire_len), STATUS_OK);
  ck_assert_uint_eq(pair.wire_len, 5 + 8 + 8);
  const struct securemsg card = pair.card;
  for (size_t bit = 0; bit < pair.wire_len * 8; bit++) {
    pair.card = card;
    pair.wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
    if (apdu_parse(pair.wire, pair.wire_len, &command) == STATUS_OK) {
      ck_assert_int_eq(securemsg_unwrap_mac(&pair.card, &command, &back), STATUS_CHANNEL_BROKEN);
      check_wiped(&pair.card);
    } else {
      ck_assert_uint_eq(bit / 8, 4);
    }
    pair.wire[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  pair.card = card;
  ck_assert_int_eq(apdu_parse(pair.wire, pair.wire_len, &command), STATUS_OK);
  ck_assert_int_eq(securemsg_unwrap_mac(&pair.card, &command, &back), STATUS_OK);
  ck_assert_mem_eq(back.data, plain.data, 8);
  ck_assert_mem_eq(pair.card.chain, pair.host.chain, sizeof pair.card.chain);
  ck_assert_hex(pair.card.counter, sizeof pair.card.counter, "00000000000000000000000000000000");
}
END_TEST

SUITE_OF(securemsg, every_length_goes_there_and_back, too_long_is_refused_and_nothing_moves,
         the_counter_and_the_chain_move, the_counter_carries, every_flipped_bit_of_a_command_ends_the_channel,
         every_truncation_of_a_command_is_refused, every_flipped_bit_of_an_answer_ends_the_channel,
         errors_carry_nothing_and_prove_nothing, warnings_are_protected, both_forms_of_nothing_are_taken,
         bad_padding_ends_the_channel, a_class_without_secure_messaging_ends_the_channel,
         a_command_in_the_clear_ends_the_channel, a_closed_channel_serves_nothing, mac_alone_is_checked_bit_by_bit)
