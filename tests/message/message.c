/* SPDX-License-Identifier: Apache-2.0
 * Tests of the envelope: requests and replies there and back, and every way in which one can be malformed. */
#include "epurse/message_alone.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forge.h"
#include "message/base64url.h"
#include "suites.h"

#define REQUEST_HEADER "{\"alg\":\"ES256\",\"kid\":\"POS00001\"}"
#define REPLY_HEADER   "{\"alg\":\"ES256\",\"kid\":\"server\"}"

static struct key *key;
static struct message_verifier *verifier;

static void setup(void) {
  ck_assert_int_eq(key_generate(&key), STATUS_OK);
  ck_assert_int_eq(message_verifier_new(key_public(key), &verifier), STATUS_OK);
}

static void teardown(void) {
  message_verifier_free(&verifier);
  key_free(&key);
}

START_TEST(knows_a_word_and_a_path_for_each_type) {
  for (int i = 0; i < MESSAGE_TYPE_COUNT; i++) {
    ck_assert_ptr_nonnull(message_word((enum message_type)i));
    ck_assert_int_eq(strncmp(message_path((enum message_type)i), "/v1/", 4), 0);
    for (int j = 0; j < i; j++) {
      ck_assert_str_ne(message_word((enum message_type)i), message_word((enum message_type)j));
      ck_assert_str_ne(message_path((enum message_type)i), message_path((enum message_type)j));
    }
  }
}
END_TEST

/* _i is the type; its lowest bit decides whether it is a reply as well. */
START_TEST(goes_there_and_back) {
  bool is_reply = _i % 2 == 1;
  struct message sent = {.type = (enum message_type)(_i / 2),
                         .tid = "POS00001",
                         .seq = INT64_MAX - _i,
                         .time = 1800000000 + _i,
                         .status = is_reply ? STATUS_INSUFFICIENT_BALANCE : STATUS_OK,
                         .incarnation = is_reply && _i % 4 == 1 ? 0xFFFFFF : 0,
                         .since = is_reply && _i % 4 == 1 ? 1700000000 : 0,
                         .body = json_pack("{s:I, s:s}", "number", INT64_C(9007199254740993), "text", "caf\xC3\xA9")};
  struct message got;
  char *jws = NULL;

  ck_assert_int_eq(message_seal(&sent, is_reply, key, &jws), STATUS_OK);
  ck_assert_int_eq(message_open(jws, strlen(jws), is_reply, verifier, &got), STATUS_OK);
  ck_assert_int_eq(got.type, sent.type);
  ck_assert_str_eq(got.tid, sent.tid);
  ck_assert_int_eq(got.seq, sent.seq);
  ck_assert_int_eq(got.time, sent.time);
  ck_assert_int_eq(got.status, sent.status);
  ck_assert_uint_eq(got.incarnation, sent.incarnation);
  ck_assert_int_eq(got.since, sent.since);
  ck_assert(json_equal(got.body, sent.body));
  message_clear(&got);
  ck_assert_ptr_null(got.body);
  /* a request is not a reply, nor the other way round */
  ck_assert_int_ne(message_open(jws, strlen(jws), !is_reply, verifier, &got), STATUS_OK);
  ck_assert_ptr_null(got.body);
  message_clear(&sent);
  free(jws);
}
END_TEST

/* A request that is right, with one field changed, added or left out. */
static const struct {
  const char *payload;
  enum status status;
} requests[] = {
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_OK},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':9223372036854775807,'time':253402300799,'body':{}}", STATUS_OK},
    {"{'v':2,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':'1','type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'Purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'gift','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS0001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS 0001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00002','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT}, /* not the kid */
    {"{'v':1,'type':'purchase','tid':12345678,'seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1.0,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1e3,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':0,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':-1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':9223372036854775808,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':true,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','time':0,'body':{}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':-1,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':253402300800,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':[]}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':null}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{},'x':1}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','body':{}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'incarnation':1,'since':0,'body':{}}",
     STATUS_UNKNOWN_FIELD},
    {"{'v':1,'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{'a':1,'a':2}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}} {}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{'a':'\\u0000'}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{'a':'\xFF'}}", STATUS_BAD_FORMAT},
    {"[1]", STATUS_BAD_FORMAT},
    {"7", STATUS_BAD_FORMAT},
    {"", STATUS_BAD_FORMAT},
};

static const struct {
  const char *payload;
  enum status status;
} replies[] = {
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','body':{}}", STATUS_OK},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'INTERNAL','body':{}}", STATUS_OK},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'ok','body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'NONSENSE','body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':0,'body':{}}", STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','incarnation':1,'since':0,'body':{}}",
     STATUS_OK},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','incarnation':0,'since':0,'body':{}}",
     STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','incarnation':16777216,'since':0,'body':"
     "{}}",
     STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','incarnation':1,'since':-1,'body':{}}",
     STATUS_BAD_FORMAT},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','incarnation':1,'body':{}}",
     STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'status':'OK','since':1,'body':{}}",
     STATUS_UNKNOWN_FIELD},
    {"{'v':1,'type':'purchase','tid':'POS00001','seq':1,'time':0,'body':{}}", STATUS_UNKNOWN_FIELD},
};

static enum status open_payload(const char *quoted, bool is_reply) {
  struct message message;
  char payload[512], *jws = NULL;
  enum status status = STATUS_INTERNAL;

  ck_assert_uint_lt(strlen(quoted), sizeof payload);
  for (size_t i = 0; i <= strlen(quoted); i++)
    payload[i] = (char)(quoted[i] == '\'' ? '"' : quoted[i]);
  jws = forge_jws(is_reply ? REPLY_HEADER : REQUEST_HEADER, payload, key);
  status = message_open(jws, strlen(jws), is_reply, verifier, &message);
  ck_assert((status == STATUS_OK) == (message.body != NULL));
  message_clear(&message);
  free(jws);
  return status;
}

START_TEST(judges_requests) {
  enum status status = open_payload(requests[_i].payload, false);

  ck_assert_msg(status == requests[_i].status, "%s: %s", requests[_i].payload, status_name(status));
}
END_TEST

START_TEST(judges_replies) {
  enum status status = open_payload(replies[_i].payload, true);

  ck_assert_msg(status == replies[_i].status, "%s: %s", replies[_i].payload, status_name(status));
}
END_TEST

START_TEST(does_not_believe_a_terminal_as_server) {
  struct message message;
  char *jws = forge_jws(REQUEST_HEADER,
                        "{\"v\":1,\"type\":\"purchase\",\"tid\":\"POS00001\",\"seq\":1,\"time\":0,\"status\":\"OK\","
                        "\"body\":{}}",
                        key);

  ck_assert_int_eq(message_open(jws, strlen(jws), true, verifier, &message), STATUS_BAD_FORMAT);
  free(jws);
}
END_TEST

/* Nothing but the two goes in or comes out. */
static const struct {
  const char *text; /* @: the authorisation */
  enum status status;
} alones[] = {
    {"{'v':1,'body':{'authorisation':'@','card_certificate':'AAAA'}}", STATUS_OK},
    {"{'body':{'authorisation':'@','card_certificate':'AAAA'}}", STATUS_UNKNOWN_FIELD},
    {"{'v':2,'body':{'authorisation':'@','card_certificate':'AAAA'}}", STATUS_BAD_FORMAT},
    {"{'v':1,'status':'OK','body':{'authorisation':'@','card_certificate':'AAAA'}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'seq':8,'body':{'authorisation':'@','card_certificate':'AAAA'}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'body':{'authorisation':'@','card_certificate':'AAAA','no_pin_single':5}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'body':{'authorisation':'@','card_certificate':'AAAA','offline_lacking':1}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'body':{'authorisation':'@'}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'body':{'card_certificate':'AAAA'}}", STATUS_UNKNOWN_FIELD},
    {"{'v':1,'body':{'authorisation':'AAAA','card_certificate':'AAAA'}}", STATUS_BAD_FORMAT},
    {"{'v':1,'body':['@']}", STATUS_BAD_FORMAT},
    {"{'v':1,'body':{'authorisation':'@','card_certificate':'AAAA'}} ,", STATUS_BAD_FORMAT},
    {"", STATUS_BAD_FORMAT},
};

START_TEST(judges_authorisations_alone) {
  static const uint8_t authorisation[AUTHORISATION_SIZE] = {0xDF, 0x61};
  const struct message question = {.type = MESSAGE_PURCHASE, .tid = "POS00001", .seq = 7};
  struct message reply;
  char text[1024], *encoded = NULL, *again = NULL;

  ck_assert(base64url_encode(authorisation, sizeof authorisation, &encoded));
  size_t head = strcspn(alones[_i].text, "@");
  const char *tail = alones[_i].text + head + (alones[_i].text[head] == '@');
  (void)snprintf(text, sizeof text, "%.*s%s%s", (int)head, alones[_i].text, *tail != 0 ? encoded : "", tail);
  for (char *at = text; *at != '\0'; at++)
    *at = *at == '\'' ? '"' : *at;
  enum status status = message_alone_read(text, strlen(text), &question, &reply);
  ck_assert_msg(status == alones[_i].status, "%s: %s", text, status_name(status));
  ck_assert((status == STATUS_OK) == (reply.body != NULL));
  if (status == STATUS_OK) {
    ck_assert(reply.alone && reply.type == MESSAGE_PURCHASE && reply.seq == 7 && reply.incarnation == 0);
    ck_assert_str_eq(reply.tid, "POS00001");
    ck_assert_int_eq(message_alone_write(reply.body, &again), STATUS_OK);
    ck_assert_str_eq(again, text);
  }
  free(again);
  free(encoded);
  message_clear(&reply);
}
END_TEST

#define THREADS 4
#define ROUNDS  50

/* Seals and opens with the shared key and verifier; answers whether all went well. */
static void *rounds_run(void *failed) {
  struct message sent = {.type = MESSAGE_PURCHASE, .tid = "POS00001", .seq = 1, .time = 1, .body = json_object()};

  for (int i = 0; i < ROUNDS; i++) {
    struct message got;
    char *jws = NULL;
    if (message_seal(&sent, false, key, &jws) != STATUS_OK ||
        message_open(jws, strlen(jws), false, verifier, &got) != STATUS_OK)
      *(bool *)failed = true;
    else
      message_clear(&got);
    free(jws);
  }
  message_clear(&sent);
  return NULL;
}

START_TEST(serves_threads_with_one_verifier) {
  pthread_t threads[THREADS];
  bool failed[THREADS] = {false};

  for (int i = 0; i < THREADS; i++)
    ck_assert_int_eq(pthread_create(&threads[i], NULL, rounds_run, &failed[i]), 0);
  for (int i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert(!failed[i]);
  }
}
END_TEST

Suite *message_suite(void) {
  Suite *suite = suite_create("message");
  TCase *tests = tcase_create("envelope");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, knows_a_word_and_a_path_for_each_type);
  tcase_add_loop_test(tests, goes_there_and_back, 0, 2 * MESSAGE_TYPE_COUNT);
  tcase_add_loop_test(tests, judges_requests, 0, sizeof requests / sizeof requests[0]);
  tcase_add_loop_test(tests, judges_replies, 0, sizeof replies / sizeof replies[0]);
  tcase_add_loop_test(tests, judges_authorisations_alone, 0, sizeof alones / sizeof alones[0]);
  tcase_add_test(tests, does_not_believe_a_terminal_as_server);
  tcase_add_test(tests, serves_threads_with_one_verifier);
  suite_add_tcase(suite, tests);
  return suite;
}
