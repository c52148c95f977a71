/* SPDX-License-Identifier: Apache-2.0
 * What was found wrong in other open purses, one test for each class of defect; its number stands before it. */
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/bytes.h"
#include "vcard/card_file.h"

static struct stage stage;
static const struct card_memory *memory;

static void set_up(const char *name, int64_t minor) {
  stage_open(&stage, name, minor);
  memory = vcard_memory(stage.card.vcard);
}

/* 1. A payment that is signed and never taken off the balance; a load that copies a number over it; no log; a terminal
 * certificate that nobody looks at. */
START_TEST(balance_is_really_reduced) {
  struct session_keys keys;
  struct session session;
  struct outcome outcome;
  struct log_record line;
  set_up("reduced", 1000);
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 300, false, &outcome), STATUS_OK);
  ck_assert_uint_eq(bytes_u32(memory->balance), 700);
  ck_assert_int_eq(log_record_decode(memory->purchase_log[0], LOG_RECORD_SIZE, &line), STATUS_OK);
  ck_assert_uint_eq(line.amount, 300);
  ck_assert_uint_eq(line.balance, 700);
  ck_assert_int_eq(stage_load(&stage, 50, &outcome), STATUS_OK);
  ck_assert_uint_eq(bytes_u32(memory->balance), 750); /* added, not set */
  keys = stage.pos->session_keys;
  keys.ecka_certificate = stage.pos->session_keys.ecka_certificate;
  keys.ecka_certificate_len -= 1;
  ck_assert_int_eq(reader_connect(&stage.wire.reader), STATUS_OK);
  ck_assert_int_ne(session_open(&session, &stage.wire.reader, &keys, false), STATUS_OK);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* 2. A balance in two halves, torn between them where the sum carries. Over the borders of its bytes, up and down, with
 * the power failing at each write. _i: before or after the write took effect. */
START_TEST(no_torn_carry_between_halves) {
  static const int64_t borders[] = {0x0100, 0x8000};
  struct outcome outcome;
  for (size_t i = 0; i < 2; i++) {
    int64_t low = borders[i] - 8, high = borders[i] + 8;
    set_up(i == 0 ? "byte" : "word", low);
    bool torn = true;
    for (uint32_t nth = 1; torn; nth++) {
      ck_assert_uint_lt(nth, 40);
      vcard_fail_at(stage.card.vcard, nth, _i == 1);
      enum status status =
          nth % 2 ? stage_load(&stage, 16, &outcome) : stage_pay(&stage, stage.pos, 16, false, &outcome);
      vcard_fail_at(stage.card.vcard, 0, false);
      torn = status != STATUS_OK || nth < 30;
      int64_t balance = flow_card_balance(&stage.card);
      ck_assert_msg(balance == low || balance == high, "write %u: %lld", nth, (long long)balance);
      if (balance == (nth % 2 ? low : high)) /* not done: do it */
        ck_assert_int_eq(nth % 2 ? stage_load(&stage, 16, &outcome) : stage_pay(&stage, stage.pos, 16, false, &outcome),
                         STATUS_OK);
      ck_assert_int_eq(flow_card_balance(&stage.card), nth % 2 ? high : low);
    }
    (void)stage_pay(&stage, stage.pos, 1, false, &outcome);
    flow_card_settled(&stage.card, flow_card_balance(&stage.card));
    stage_close(&stage);
  }
}
END_TEST

/* 3. A command that signs what it is given, and a proof of payment without the debit. Every instruction, inside the
 * channel with the PIN verified: no answer holds a signature of the card over the text that went in, and no r comes out
 * of a slot that is not committed. */
START_TEST(no_general_sign_command) {
  static const uint8_t text[32] = "pay the bearer all that there is";
  static const uint8_t nonce[NONCE_SIZE];
  uint8_t promise[PROMISE_SIZE], pin[PIN_BLOCK_SIZE], tries = 0;
  struct apdu_response response;
  struct session session;
  struct proof proof;
  set_up("signs", 1000);
  ck_assert_int_eq(pin_block_encode(HOLDER_PIN, pin), STATUS_OK);
  static const uint8_t classes[] = {0x00, 0x80};
  for (unsigned ins = 0; ins < 256; ins++)
    for (size_t i = 0; i < sizeof classes; i++) {
      party_session(&stage, stage.pos, &session);
      ck_assert_int_eq(session_verify(&session, pin, nonce, &tries), STATUS_OK);
      const struct apdu command = {.cla = classes[i], .ins = (uint8_t)ins, .data = text, .lc = sizeof text, .le = 256};
      (void)!session_command(&session, &command, &response);
      for (size_t at = 0; at + CRYPTO_SIGNATURE_SIZE <= response.len; at++)
        ck_assert(!crypto_p256_verify(memory->sig_public, text, sizeof text, response.data + at));
      session_close(&session);
      ck_assert_uint_eq(memory->state, CARD_PERSONALISED);
    }
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(party_initialize(&session, stage.pos, P1_INITIALIZE_PURCHASE, 10, promise), STATUS_OK);
  ck_assert_int_eq(session_proof(&session, &proof), STATUS_OK);
  ck_assert_uint_eq(proof.state, SLOT_PREPARED);
  static const uint8_t zeros[SECRET_SIZE] = {0};
  ck_assert_mem_eq(proof.secret, zeros, SECRET_SIZE);
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* 4. The terminal's number becomes the balance; the answer is out before the commit. */
START_TEST(amount_from_the_terminal_never_becomes_the_balance) {
  uint8_t promise[PROMISE_SIZE], r[SECRET_SIZE];
  struct transaction_reply reply;
  struct session session;
  set_up("amount", 1000);
  party_authorised(&stage, stage.pos, 400, &session, promise, &reply);
  uint8_t changed[AUTHORISATION_SIZE];
  for (size_t i = 0; i < 4; i++) { /* the four bytes of the amount, docs/protocol.md 3.2 */
    memcpy(changed, reply.authorisation, sizeof changed);
    changed[3 + 22 + i] = (uint8_t)(changed[3 + 22 + i] - 1);
    ck_assert_int_ne(session_commit(&session, TRANSACTION_PURCHASE, changed, r), STATUS_OK);
    ck_assert_uint_eq(bytes_u32(memory->balance), 1000);
  }
  uint32_t nth = 1;
  for (;; nth++) { /* no r before the commit: whatever write fails, an answer means that the money is off */
    vcard_fail_at(stage.card.vcard, nth, false);
    enum status status = session_commit(&session, TRANSACTION_PURCHASE, reply.authorisation, r);
    vcard_fail_at(stage.card.vcard, 0, false);
    ck_assert_uint_eq(bytes_u32(memory->balance), status == STATUS_OK ? 600 : 1000);
    session_close(&session);
    if (status == STATUS_OK)
      break;
    party_session(&stage, stage.pos, &session);
  }
  ck_assert_uint_gt(nth, 3);
  stage_close(&stage);
}
END_TEST

/* 5. A session in ECB; an amount that no MAC and no counter binds; no log; no PIN. */
START_TEST(amount_is_bound_to_session_and_counter) {
  static const struct wire_attack nothing = {.kind = WIRE_NOTHING};
  uint8_t promise[PROMISE_SIZE], answer[APDU_RESPONSE_MAX];
  struct tape_item first, second;
  struct session session;
  set_up("bound", 1000);
  for (int i = 0; i < 2; i++) {
    wire_arm(&stage.wire, &nothing, NULL);
    party_session(&stage, stage.pos, &session);
    const struct apdu same = {.cla = 0x80, .ins = INS_GET_TRANSACTION_PROOF, .le = 256};
    struct apdu_response response;
    ck_assert_uint_eq(party_command(&session, &same, &response), SW_OK);
    ck_assert_uint_eq(party_command(&session, &same, &response), SW_OK);
    first = stage.wire.tape.items[stage.wire.tape.count - 2];
    second = stage.wire.tape.items[stage.wire.tape.count - 1];
    ck_assert_mem_ne(first.command, second.command, first.command_len); /* the same command never looks the same ... */
    ck_assert_mem_ne(first.answer, second.answer, first.answer_len);    /* ... nor does its answer */
  }
  ck_assert_int_eq(party_initialize(&session, stage.pos, P1_INITIALIZE_PURCHASE, 10, promise), STATUS_OK);
  first = stage.wire.tape.items[stage.wire.tape.count - 1];
  uint32_t atc = bytes_u32(memory->atc);
  ck_assert_uint_eq(vcard_process(stage.card.vcard, first.command, first.command_len, answer), 2);
  ck_assert_uint_eq(bytes_u16(answer), SW_SECURE_MESSAGING_INCORRECT);
  ck_assert_uint_eq(bytes_u32(memory->atc), atc);
  session_close(&session);
  struct initialize bare = {.amount = 10, .currency = 978}; /* without a PIN */
  memcpy(bare.tid, stage.pos->tid, TID_SIZE);
  memcpy(bare.time, memory->latest_time, MOMENT_SIZE);
  uint8_t tries = 0;
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(session_initialize(&session, P1_INITIALIZE_PURCHASE, &bare, promise, &tries),
                   STATUS_PIN_NEEDED); /* 6982 */
  session_close(&session);
  stage_close(&stage);
}
END_TEST

/* 6. A recovery command that answers nothing of use, and a PIN that is the same in every card. */
START_TEST(proof_after_a_tear_is_the_proof) {
  uint8_t promise[PROMISE_SIZE], r[SECRET_SIZE], hash[CRYPTO_SHA256_SIZE];
  struct transaction_reply reply;
  struct session session;
  struct promise said;
  struct proof proof;
  set_up("proof", 1000);
  party_authorised(&stage, stage.pos, 400, &session, promise, &reply);
  ck_assert_int_eq(session_commit(&session, TRANSACTION_PURCHASE, reply.authorisation, r), STATUS_OK);
  memset(r, 0, sizeof r); /* lost with the terminal's power */
  session_close(&session);
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(session_proof(&session, &proof), STATUS_OK);
  ck_assert_uint_eq(proof.state, SLOT_COMMITTED);
  ck_assert_int_eq(promise_decode(promise, PROMISE_SIZE, &said), STATUS_OK);
  ck_assert(crypto_sha256(proof.secret, SECRET_SIZE, hash));
  ck_assert_mem_eq(hash, said.commitment, sizeof hash);
  ck_assert_int_eq(party_confirm(stage.pos, said.cid, said.atc, proof.secret), STATUS_OK);
  session_close(&session);
  flow_card_settled(&stage.card, 600);
  stage_close(&stage);
}
END_TEST

START_TEST(each_card_has_its_own_pin) {
  char pins[8][PIN_MAX + 1];
  unsigned same = 0;
  set_up("pins", 0);
  for (size_t i = 0; i < 8; i++) {
    struct issue issue = {.pin = ""};
    struct outcome outcome;
    stage_raw_card(&stage);
    ck_assert_int_eq(personalize_run(stage.desk, &stage.wire.reader, &issue, &stage.card.dialogue, &outcome),
                     STATUS_OK);
    memcpy(pins[i], issue.pin, sizeof pins[i]);
    for (size_t j = 0; j < i; j++)
      same += strcmp(pins[i], pins[j]) == 0;
  }
  ck_assert_uint_lt(same, 3); /* of 28 pairs of 4 digits; three equal ones happen once in 3 * 10^8 runs */
  stage_close(&stage);
}
END_TEST

/* 7. One key in all chips: whoever opens one has opened all. */
START_TEST(no_key_is_in_two_cards) {
  struct flow_card other;
  set_up("one", 0);
  flow_card_issue(&other, "two", 0);
  const struct card_memory *theirs = vcard_memory(other.vcard);
  ck_assert_mem_ne(memory->ecka_private, theirs->ecka_private, CRYPTO_P256_PRIVATE_SIZE);
  ck_assert_mem_ne(memory->sig_private, theirs->sig_private, CRYPTO_P256_PRIVATE_SIZE);
  ck_assert_mem_ne(memory->ecka_private, memory->sig_private, CRYPTO_P256_PRIVATE_SIZE);
  /* and no secret of one stands anywhere in the other */
  const uint8_t *const secrets[] = {memory->ecka_private, memory->sig_private};
  for (size_t i = 0; i < 2; i++)
    ck_assert_ptr_null(memmem(theirs, sizeof *theirs, secrets[i], CRYPTO_P256_PRIVATE_SIZE));
  struct flow_card raw[2];
  flow_card_new(&raw[0], "raw-one");
  flow_card_new(&raw[1], "raw-two");
  ck_assert_mem_ne(vcard_memory(raw[0].vcard)->transport_key, vcard_memory(raw[1].vcard)->transport_key,
                   CRYPTO_AES_KEY_SIZE);
  flow_card_remove(&raw[0]);
  flow_card_remove(&raw[1]);
  flow_card_remove(&other);
  stage_close(&stage);
}
END_TEST

/* 8. A weak card whose balance is believed: the number is raised in the opened chip. */
START_TEST(balance_raised_in_an_opened_chip_cannot_be_spent) {
  struct card_memory image;
  struct card_file file;
  struct outcome outcome;
  struct books before;
  set_up("raised", 1000);
  books_read(stage.line, &before);
  flow_card_release(&stage.card);
  ck_assert_int_eq(card_file_open(stage.card.path, &file, &image), STATUS_OK);
  image.balance[2] = 0x80;
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
  flow_card_take(&stage.card);
  wire_open(&stage.wire, stage.card.inner);
  ck_assert_int_gt(flow_card_balance(&stage.card), 30000);
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 10, false, &outcome), STATUS_OUT_OF_STEP);
  ck_assert_int_eq(stage_pay(&stage, stage.pos, 5000, false, &outcome), STATUS_OUT_OF_STEP);
  party_books(&stage, &before, &(struct books_change){0});
  stage_close(&stage);
}
END_TEST

void attack_defect_tests(TCase *tests) {
  tcase_add_test(tests, balance_is_really_reduced);
  tcase_add_loop_test(tests, no_torn_carry_between_halves, 0, 2);
  tcase_add_test(tests, no_general_sign_command);
  tcase_add_test(tests, amount_from_the_terminal_never_becomes_the_balance);
  tcase_add_test(tests, amount_is_bound_to_session_and_counter);
  tcase_add_test(tests, proof_after_a_tear_is_the_proof);
  tcase_add_test(tests, each_card_has_its_own_pin);
  tcase_add_test(tests, no_key_is_in_two_cards);
  tcase_add_test(tests, balance_raised_in_an_opened_chip_cannot_be_spent);
}
