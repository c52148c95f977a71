/* SPDX-License-Identifier: Apache-2.0
 * SCP11a: a published session, both sides against each other, and every damage. */
#include "chain.h"
#include "epurse/scp.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

/* Samsung OpenSCP-Java, test data of its SCP11a session with P-256, AES-128, 8-byte MACs: static and ephemeral key of
 * the host, static key of the card, MUTUAL AUTHENTICATE with its answer, GET STATUS in the channel with its answer. */
#define OCE_STATIC    "A5116B848D41BD93737F187ABC03886BF7A80422D150025109C6749F45BB9B6D"
#define OCE_EPHEMERAL "B69D2D4A2544B5938ED3C4F6319810837E4DBBEFF115BD9955607E8CDBBBACE5"
#define SD_STATIC                                                                                                      \
  "044F92A07D168C309959EED99E288381DD192979CD452D8FBE1F163447979207C5"                                                 \
  "E6CD1F4DD11609E2100C033BBD723BE78B71477E64883EB41EC366713E44AF1E"
#define REQUEST                                                                                                        \
  "A60D9002110195013C800188810110"                                                                                     \
  "5F49410470B0BD7863E90E32DA5401188354D1F41999442FDFDCBA7472B7F1E5DBBF8A32"                                           \
  "F92D9D4F9D55C60D57D39BD6D7973306CEA55F7A86884096651A9CCAC8239C92"
#define ANSWER                                                                                                         \
  "5F49410492CAFD79D7E39EA433611E9AAD9742D85B3BD06F3D6055D7CDE28FC44D0AB556"                                           \
  "BC0F94D2100D87727FDFA2B49033C78F07A30AA8D5A6A505E59F99FCDFB25266"                                                   \
  "86100B63C42C2D5138936FF5894F10C1234F"
#define GET_STATUS "84F2200018E1EE3A92EF45551E8464A252F997230DC4E84F41BA692405"
#define GET_STATUS_ANSWER                                                                                              \
  "DC8D7D92F77BB20F4AEA2C2EB70A7D93C5F0EA0F27D193679C3D1C970BED8F73C394C63A201C8D367A9F0990146D1FF5"                   \
  "CEC2E5F90F6956EF241D2CC899BA25B964FFFB799F4C42469000"

START_TEST(published_session) {
  struct vector oce = vector(OCE_STATIC), ephemeral = vector(OCE_EPHEMERAL), sd = vector(SD_STATIC);
  struct vector answer = vector(ANSWER), status = vector(GET_STATUS), status_answer = vector(GET_STATUS_ANSWER);
  const struct scp11_host keys = {oce.at, ephemeral.at, sd.at};
  const struct apdu plain = {.cla = 0x80, .ins = 0xF2, .p1 = 0x20, .data = (const uint8_t *)"\x4F\x00", .lc = 2};
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE], request[SCP11_REQUEST_SIZE], out[APDU_COMMAND_MAX];
  struct securemsg channel = {.open = false};
  struct apdu_response response;
  size_t len = 0;

  ck_assert(crypto_p256_public(ephemeral.at, point));
  scp11_request_encode(point, request);
  ck_assert_hex(request, sizeof request, REQUEST);
  ck_assert_int_eq(scp11_finish(&keys, request, answer.at, answer.len, &channel), STATUS_OK);
  ck_assert(channel.open);
  ck_assert_int_eq(securemsg_wrap(&channel, &plain, out, sizeof out, &len), STATUS_OK);
  ck_assert_uint_eq(len, status.len + 1);
  ck_assert_mem_eq(out, status.at, status.len); /* that host leaves Le out */
  ck_assert_int_eq(apdu_response_parse(status_answer.at, status_answer.len, &response), STATUS_OK);
  ck_assert_int_eq(securemsg_unwrap_response(&channel, &response), STATUS_OK);
  /* three entries of AID, state, privileges: GPC v2.3.1 11.4.3.1 */
  ck_assert_hex(response.data, response.len,
                "08A00000015141434C0100 10A00000022020030101010000000000060100"
                "10A00000022020030101010000000000110100 05A0000002480100");
}
END_TEST

/* Two sides that have never met. */
struct meeting {
  struct chain_key oce, sd, ephemeral;
  uint8_t request[SCP11_REQUEST_SIZE], answer[SCP11_ANSWER_SIZE];
  struct securemsg card, host;
};

static void key_make(struct chain_key *key) {
  ck_assert(crypto_p256_generate(key->secret, key->point));
}

static void meeting_begin(struct meeting *meeting) {
  memset(meeting, 0, sizeof *meeting);
  key_make(&meeting->oce);
  key_make(&meeting->sd);
  key_make(&meeting->ephemeral);
  scp11_request_encode(meeting->ephemeral.point, meeting->request);
}

static enum status accept(struct meeting *meeting) {
  const struct scp11_card keys = {.sd_private = meeting->sd.secret, .oce_static = meeting->oce.point};
  return scp11_accept(&keys, meeting->request, sizeof meeting->request, meeting->answer, &meeting->card);
}

static enum status finish(struct meeting *meeting) {
  const struct scp11_host keys = {meeting->oce.secret, meeting->ephemeral.secret, meeting->sd.point};
  return scp11_finish(&keys, meeting->request, meeting->answer, sizeof meeting->answer, &meeting->host);
}

START_TEST(both_sides_agree) {
  struct meeting meeting;

  meeting_begin(&meeting);
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  ck_assert_mem_eq(meeting.answer, "\x5F\x49\x41\x04", 4);
  ck_assert_mem_eq(meeting.answer + 68, "\x86\x10", 2);
  ck_assert_int_eq(finish(&meeting), STATUS_OK);
  ck_assert(meeting.card.open && meeting.host.open);
  ck_assert_mem_eq(meeting.card.s_enc, meeting.host.s_enc, CRYPTO_AES_KEY_SIZE);
  ck_assert_mem_eq(meeting.card.s_mac, meeting.host.s_mac, CRYPTO_AES_KEY_SIZE);
  ck_assert_mem_eq(meeting.card.s_rmac, meeting.host.s_rmac, CRYPTO_AES_KEY_SIZE);
  ck_assert_mem_eq(meeting.card.chain, meeting.answer + 70, CRYPTO_AES_BLOCK_SIZE);
  ck_assert_mem_eq(meeting.host.chain, meeting.answer + 70, CRYPTO_AES_BLOCK_SIZE);
  ck_assert_mem_ne(meeting.card.s_enc, meeting.card.s_mac, CRYPTO_AES_KEY_SIZE);
}
END_TEST

START_TEST(each_session_has_its_own_keys) {
  struct meeting meeting;
  struct securemsg first;

  meeting_begin(&meeting);
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  first = meeting.card;
  ck_assert_int_eq(accept(&meeting), STATUS_OK); /* the same request, replayed */
  ck_assert_mem_ne(first.s_enc, meeting.card.s_enc, CRYPTO_AES_KEY_SIZE);
  ck_assert_mem_ne(first.s_mac, meeting.card.s_mac, CRYPTO_AES_KEY_SIZE);
}
END_TEST

START_TEST(impostors_are_refused) {
  struct meeting meeting;
  struct chain_key other;

  key_make(&other);
  meeting_begin(&meeting);
  meeting.sd = other; /* the card holds another key than its certificate says */
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  key_make(&meeting.sd);
  ck_assert_int_eq(finish(&meeting), STATUS_NOT_AUTHENTICATED);
  ck_assert(!meeting.host.open);

  meeting_begin(&meeting);
  meeting.oce = other; /* the terminal holds another key than the certificate that it showed */
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  key_make(&meeting.oce);
  ck_assert_int_eq(finish(&meeting), STATUS_NOT_AUTHENTICATED);
  ck_assert(!meeting.host.open);
}
END_TEST

START_TEST(every_flipped_bit_of_the_request_is_refused) {
  struct meeting meeting;

  meeting_begin(&meeting);
  for (size_t bit = 0; bit < sizeof meeting.request * 8; bit++) {
    meeting.request[bit / 8] ^= (uint8_t)(1U << bit % 8);
    enum status expected = bit / 8 < 18 ? STATUS_BAD_FORMAT : STATUS_CRYPTO_FAILED; /* form, or off the curve */
    ck_assert_msg(accept(&meeting) == expected, "bit %zu", bit);
    ck_assert(!meeting.card.open);
    meeting.request[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
}
END_TEST

START_TEST(every_flipped_bit_of_the_answer_is_refused) {
  struct meeting meeting;

  meeting_begin(&meeting);
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  for (size_t bit = 0; bit < sizeof meeting.answer * 8; bit++) {
    meeting.answer[bit / 8] ^= (uint8_t)(1U << bit % 8);
    enum status expected = bit / 8 < 70 ? STATUS_BAD_FORMAT : STATUS_NOT_AUTHENTICATED;
    ck_assert_msg(finish(&meeting) == expected, "bit %zu", bit);
    ck_assert(!meeting.host.open);
    meeting.answer[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  ck_assert_int_eq(finish(&meeting), STATUS_OK);
}
END_TEST

START_TEST(another_request_is_noticed) {
  struct meeting meeting;
  struct chain_key other;

  /* A man in the middle puts his own ephemeral key into the request: the receipt covers it. */
  meeting_begin(&meeting);
  key_make(&other);
  scp11_request_encode(other.point, meeting.request);
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  scp11_request_encode(meeting.ephemeral.point, meeting.request);
  ck_assert_int_eq(finish(&meeting), STATUS_NOT_AUTHENTICATED);
}
END_TEST

START_TEST(other_lengths_are_refused) {
  struct meeting meeting;
  const uint8_t *ephemeral = NULL;
  uint8_t longer[SCP11_ANSWER_SIZE + 1] = {0};

  meeting_begin(&meeting);
  for (size_t len = 0; len < SCP11_REQUEST_SIZE; len++)
    ck_assert_int_eq(scp11_request_decode(meeting.request, len, &ephemeral), STATUS_BAD_FORMAT);
  ck_assert_int_eq(scp11_request_decode(meeting.request, SCP11_REQUEST_SIZE, &ephemeral), STATUS_OK);
  ck_assert_ptr_eq(ephemeral, meeting.request + 18);
  ck_assert_int_eq(accept(&meeting), STATUS_OK);
  memcpy(longer, meeting.answer, SCP11_ANSWER_SIZE);
  const struct scp11_host keys = {meeting.oce.secret, meeting.ephemeral.secret, meeting.sd.point};
  for (size_t len = 0; len <= sizeof longer; len++) {
    enum status expected = len == SCP11_ANSWER_SIZE ? STATUS_OK : STATUS_BAD_FORMAT;
    ck_assert_int_eq(scp11_finish(&keys, meeting.request, longer, len, &meeting.host), expected);
  }
}
END_TEST

SUITE_OF(scp11, published_session, both_sides_agree, each_session_has_its_own_keys, impostors_are_refused,
         every_flipped_bit_of_the_request_is_refused, every_flipped_bit_of_the_answer_is_refused,
         another_request_is_noticed, other_lengths_are_refused)
