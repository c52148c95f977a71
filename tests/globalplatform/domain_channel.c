/* SPDX-License-Identifier: Apache-2.0
 * SCP02 and SCP03 at level 03 against sessions that other hosts held with real cards, and one of each computed by two
 * other programs (docs/testing.md names them). */
#include "epurse/domain_channel.h"

#include <string.h>

#include "epurse/apdu.h"
#include "suites.h"
#include "vector.h"

#define DEFAULT_KEY "404142434445464748494a4b4c4d4e4f"

static struct domain_keys keys_of(const char *enc, const char *mac, const char *dek) {
  struct vector e = vector(enc), m = vector(mac), d = vector(dek);
  struct domain_keys keys = {.len = e.len};

  memcpy(keys.enc, e.at, e.len);
  memcpy(keys.mac, m.at, m.len);
  memcpy(keys.dek, d.at, d.len);
  return keys;
}

static enum status open_with(struct domain_channel *channel, const struct domain_keys *keys, const char *host,
                             const char *answer) {
  struct vector challenge = vector(host), reply = vector(answer);
  struct domain_update update;

  ck_assert_int_eq(domain_update_parse(reply.at, reply.len, &update), STATUS_OK);
  return domain_channel_open(channel, keys, challenge.at, &update);
}

static struct domain_channel opened(const char *host, const char *answer, const char *authenticate) {
  struct domain_keys keys = keys_of(DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY);
  struct domain_channel channel;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;

  ck_assert_int_eq(open_with(&channel, &keys, host, answer), STATUS_OK);
  ck_assert_int_eq(domain_channel_authenticate(&channel, bytes, &len), STATUS_OK);
  ck_assert_hex(bytes, len, authenticate);
  return channel;
}

static void wraps(struct domain_channel *channel, const char *plain, const char *sent) {
  struct vector text = vector(plain);
  struct apdu command;
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;

  ck_assert_int_eq(apdu_parse(text.at, text.len, &command), STATUS_OK);
  ck_assert_int_eq(domain_channel_wrap(channel, &command, bytes, &len), STATUS_OK);
  ck_assert_hex(bytes, len, sent);
}

/* A J3R150 with its seller's keys, whose host cryptogram that card took (at level 01). The answer's first eleven bytes
 * are not recorded and take no part. */
START_TEST(scp02_of_a_real_card) {
  struct domain_keys keys = keys_of("90379a3e7116d455e55f9398736a01ca", "473f36161a7f7f60cc3a766ea4be5247",
                                    "d3749ed4ff42fd58b39eeb562b017cd9");
  struct domain_channel channel;

  ck_assert_int_eq(
      open_with(&channel, &keys, "2572ae5c04a7c329", "00000000000000000000ff02001c3a58bf1253d5bc5d5979580a581f"),
      STATUS_OK);
  ck_assert_hex(channel.host_cryptogram, 8, "079f403962f6ca28");
  ck_assert_hex(channel.dek, 16, "d4d384950fbae48f76ca11244f9f902e");
}
END_TEST

/* Recorded by gpshell: level 03, two DELETEs in a row. */
START_TEST(scp02_of_another_host) {
  struct domain_channel channel = opened("ebaa9e53c696281b", "000074746e6e6e626262010206a15086bbee58f467149061da4b6eae",
                                         "848203001005814c116071eb67d8ba9d9879454564");

  wraps(&channel, "80e400800a4f08d0d1d2d3d4d5010100", "84e4008018bc146fa0403be4bad3bc089e4abd8674da7efea21047b85800");
  wraps(&channel, "80e40080094f07d0d1d2d3d4d50100", "84e4008018c2748c1669fafc0e20c5253680388a4a49c9a6038d77b45700");
}
END_TEST

/* A JCOP4, recorded by another host. */
START_TEST(scp02_of_a_jcop4) {
  struct domain_keys keys = keys_of(DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY);
  struct domain_channel channel;

  ck_assert_int_eq(
      open_with(&channel, &keys, "a012e7d45549d80a", "00009326519195994079010200c218c143d7040c164cdb4cb916754d"),
      STATUS_OK);
  ck_assert_hex(channel.s_enc, 16, "125c2a9822d7e11facb8b2619a4bce61");
  ck_assert_hex(channel.s_mac, 16, "00bd061dfe11161feace88ce53081e06");
  ck_assert_hex(channel.dek, 16, "36bf29dd774fe232dad673d935c46c5d");
}
END_TEST

START_TEST(scp02_manages_content) {
  struct domain_channel channel = opened("0011223344556677", "00004790d32147000001ff0200072503683b31fa5aea7fde2b29b1bd",
                                         "8482030010c7fd1831bf0b3dd2ed18985073275f36");

  wraps(&channel, "80f28002024f0000", "84f280021072af18397787f554059fba46c6c0b5f500");
  wraps(&channel, "80e602000c07f04550555253450000000000",
        "84e6020018dd8e798df0873be79960d2bc884905a76401d066d1b5346100");
  wraps(&channel, "80e8800014c412010011decaffed010204000107f04550555200",
        "84e8800020ba7334689b270e600d77f863ae1b9de57f7d2f13545b61fd70217eddc4d5a65f00");
  wraps(
      &channel, "80e60c002807f045505552534508f04550555253450108f04550555253450101000ac90801020304050607080000",
      "84e60c0038dd8e798df0873be7a9c48855d618e8541d95cfe17e105c25d417d315a1de4bfdf81e79c86ae468f93ab62384d370d44773bff"
      "c7dc1fbf90d00");
}
END_TEST

START_TEST(scp03_manages_content) {
  struct domain_channel channel =
      opened("0011223344556677", "00004790d321470000013003704980d1bf58fd2ebc7ac67e4edb8e2f55000007",
             "8482030010fe403a5a47a3f101d5b92e89f3c4c4ec");

  ck_assert_hex(channel.s_enc, 16, "4ed5be4a4bd37944494f8a131922480b");
  ck_assert_hex(channel.s_mac, 16, "9324c83d8e9408aa27a2f7897e115bc6");
  wraps(&channel, "80f28002024f0000", "84f280021873bc204159f063b19889abf4c8dd576bb9ed590ad3fc9f5d00");
  wraps(&channel, "80e602000c07f04550555253450000000000",
        "84e6020018dd349bc4d87525c0a5bc187cd208c5cf26821bd61303d27100");
  wraps(&channel, "80e8800014c412010011decaffed010204000107f04550555200",
        "84e880002880d204aa02086c45b0bd7312247537ea2f7f28c6ee75f8bd400e69f9d7b4080d922122fdf42302b900");
  wraps(
      &channel, "80e60c002807f045505552534508f04550555253450108f04550555253450101000ac90801020304050607080000",
      "84e60c0038253172a099d4556c6a979a465cf583fe200d774479a9fca4df18a8a6221b666b581dab3377edd463be91e04adf9fbe0b448e4"
      "f9e7fce6cfd00");
}
END_TEST

START_TEST(keys_travel_under_the_dek) {
  struct domain_channel scp02 = opened("0011223344556677", "00004790d32147000001ff0200072503683b31fa5aea7fde2b29b1bd",
                                       "8482030010c7fd1831bf0b3dd2ed18985073275f36");
  struct domain_channel scp03 =
      opened("0011223344556677", "00004790d321470000013003704980d1bf58fd2ebc7ac67e4edb8e2f55000007",
             "8482030010fe403a5a47a3f101d5b92e89f3c4c4ec");
  struct vector key = vector("101112131415161718191a1b1c1d1e1f");
  uint8_t out[DOMAIN_KEY_MAX], check[3];
  size_t len = 0;

  ck_assert_int_eq(domain_channel_encipher_key(&scp02, key.at, key.len, out, &len), STATUS_OK);
  ck_assert_hex(out, len, "5e20227ec49814b59cc000192216fad7");
  ck_assert_int_eq(domain_key_check(2, key.at, key.len, check), STATUS_OK);
  ck_assert_hex(check, sizeof check, "fe8a09");
  ck_assert_int_eq(domain_channel_encipher_key(&scp03, key.at, key.len, out, &len), STATUS_OK);
  ck_assert_hex(out, len, "790accda858b997029fa9ae50c9cd028");
  ck_assert_int_eq(domain_key_check(3, key.at, key.len, check), STATUS_OK);
  ck_assert_hex(check, sizeof check, "013808");
}
END_TEST

/* The published default, by both kinds of check value. */
START_TEST(default_keys_have_their_check_values) {
  struct vector key = vector(DEFAULT_KEY);
  uint8_t check[3];

  ck_assert_int_eq(domain_key_check(2, key.at, key.len, check), STATUS_OK);
  ck_assert_hex(check, sizeof check, "8baf47");
  ck_assert_int_eq(domain_key_check(3, key.at, key.len, check), STATUS_OK);
  ck_assert_hex(check, sizeof check, "504a77");
}
END_TEST

/* No command can be made from a channel whose card has other keys, so that nothing is sent which the card counts. */
START_TEST(other_keys_open_nothing) {
  static const char *const answers[] = {"00009326519195994079010200c218c143d7040c164cdb4cb916754e",
                                        "00004790d321470000013003704980d1bf58fd2ebd7ac67e4edb8e2f55000007"};
  struct domain_keys keys = keys_of(DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY);
  struct domain_channel channel;
  static const struct domain_channel closed;

  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    ck_assert_int_eq(open_with(&channel, &keys, "a012e7d45549d80a", answers[i]), STATUS_NOT_AUTHENTICATED);
    ck_assert_mem_eq(&channel, &closed, sizeof channel);
  }
}
END_TEST

START_TEST(answers_of_no_known_form_are_refused) {
  static const char *const answers[] = {"", "00004790d32147000001ff01000725036800000000000000000000",
                                        "00004790d32147000001ff0200072503683b31fa5aea7fde2b29b1",
                                        "00004790d32147000001ff04700000000000000000000000000000000000", /* SCP04 */
                                        "00004790d321470000013003714980d1bf58fd2ebc7ac67e4edb8e2f55000007" /* S16 */};

  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    struct vector answer = vector(answers[i]);
    struct domain_update update;
    ck_assert_int_eq(domain_update_parse(answer.at, answer.len, &update), STATUS_BAD_REPLY);
  }
}
END_TEST

START_TEST(too_much_for_one_command_is_refused) {
  struct domain_channel channel = opened("0011223344556677", "00004790d32147000001ff0200072503683b31fa5aea7fde2b29b1bd",
                                         "8482030010c7fd1831bf0b3dd2ed18985073275f36");
  static const uint8_t data[APDU_DATA_MAX];
  struct apdu command = {.cla = 0x80, .ins = 0xE8, .data = data, .lc = DOMAIN_DATA_MAX + 1};
  uint8_t bytes[APDU_COMMAND_MAX];
  size_t len = 0;

  ck_assert_int_eq(domain_channel_wrap(&channel, &command, bytes, &len), STATUS_BAD_LENGTH);
  command.lc = DOMAIN_DATA_MAX;
  ck_assert_int_eq(domain_channel_wrap(&channel, &command, bytes, &len), STATUS_OK);
  ck_assert_uint_eq(bytes[4], 248);
}
END_TEST

Suite *domain_channel_suite(void) {
  Suite *suite = suite_create("domain_channel");
  TCase *tests = tcase_create("domain_channel");
  tcase_add_test(tests, scp02_of_a_real_card);
  tcase_add_test(tests, scp02_of_another_host);
  tcase_add_test(tests, scp02_of_a_jcop4);
  tcase_add_test(tests, scp02_manages_content);
  tcase_add_test(tests, scp03_manages_content);
  tcase_add_test(tests, keys_travel_under_the_dek);
  tcase_add_test(tests, default_keys_have_their_check_values);
  tcase_add_test(tests, other_keys_open_nothing);
  tcase_add_test(tests, answers_of_no_known_form_are_refused);
  tcase_add_test(tests, too_much_for_one_command_is_refused);
  suite_add_tcase(suite, tests);
  return suite;
}
