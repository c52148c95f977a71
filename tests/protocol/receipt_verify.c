/* SPDX-License-Identifier: Apache-2.0
 * A receipt proves a payment, or says why not: each link of the proof is broken once. */
#include "chain.h"
#include "epurse/receipt.h"
#include "suites.h"
#include "vector.h"

#include <string.h>

static enum status verify(const struct chain *chain, struct receipt_facts *facts, const char **reason) {
  return receipt_verify(chain->receipt, chain->receipt_len, chain->master.point, facts, reason);
}

START_TEST(a_whole_chain_is_believed) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;
  uint8_t hash[CRYPTO_SHA256_SIZE];

  chain_begin(&chain);
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
  ck_assert_str_eq(reason, "");
  ck_assert_str_eq(facts.merchant, "Cafe Zentral");
  ck_assert_uint_eq(facts.promise.amount, 1250);
  ck_assert_uint_eq(facts.promise.atc, 7);
  ck_assert_int_eq(facts.authorisation.points, 12);
  ck_assert_int_eq(record_hash(chain.promise_record, PROMISE_SIZE, hash), STATUS_OK);
  ck_assert_mem_eq(facts.hash, hash, sizeof hash);
}
END_TEST

START_TEST(a_load_is_believed_from_a_reload_terminal) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain.promise.type = chain.authorisation.type = TRANSACTION_LOAD;
  chain.terminal.fields.role = ROLE_RELOAD;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
}
END_TEST

/* Every bit of the receipt means something. Lengths and tags are refused as form, the rest by certificate, signature
 * or proof; none is believed, and none leaves facts behind. */
START_TEST(kinds_without_a_receipt_are_refused) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain.promise.type = chain.authorisation.type = TRANSACTION_REFUND;
  chain.promise.sale_atc = 1;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK); /* a till's, as a sale's is */
  chain.promise.type = chain.authorisation.type = TRANSACTION_PAYOUT;
  chain.promise.sale_atc = 0;
  chain.terminal.fields.role = ROLE_RELOAD;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK); /* a reload terminal's */
  chain.terminal.fields.role = ROLE_PERSO;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK); /* the desk's */
}
END_TEST

/* The chain's receipt without what a server says. */
static void chain_without_server(struct chain *chain) {
  struct receipt receipt;
  uint8_t whole[RECEIPT_MAX];

  memcpy(whole, chain->receipt, chain->receipt_len);
  ck_assert_int_eq(receipt_decode(whole, chain->receipt_len, &receipt), STATUS_OK);
  receipt.authorisation = receipt.secret = receipt.server = (struct bytes_view){NULL, 0};
  ck_assert_int_eq(receipt_encode(&receipt, chain->receipt, sizeof chain->receipt, &chain->receipt_len), STATUS_OK);
}

static void chain_offline(struct chain *chain) {
  chain_begin(chain);
  chain_finish(chain);
  chain->promise.type = TRANSACTION_OFFLINE_PURCHASE;
  memset(chain->promise.commitment, 0, sizeof chain->promise.commitment);
  promise_encode(&chain->promise, chain->promise_record);
  ck_assert_int_eq(record_sign(chain->promise_record, PROMISE_TLV_SIZE, chain->card_key.secret), STATUS_OK);
  /* the promise is the first object of the receipt, behind the five bytes of its header */
  memcpy(chain->receipt + 5, chain->promise_record, PROMISE_SIZE);
}

START_TEST(an_offline_purchase_is_believed_by_its_promise) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_offline(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_BAD_FORMAT); /* with an authorisation it is none */
  chain_without_server(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
  ck_assert_str_eq(facts.merchant, "Cafe Zentral");
  ck_assert_uint_eq(facts.promise.type, TRANSACTION_OFFLINE_PURCHASE);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.server = 2}),
                   STATUS_OK); /* no server's key is in it */
  for (size_t bit = 0; bit < chain.receipt_len * 8; bit++) {
    chain.receipt[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(verify(&chain, &facts, &reason) != STATUS_OK, "bit %zu", bit);
    chain.receipt[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
}
END_TEST

START_TEST(a_purchase_without_its_authorisation_is_refused) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain_finish(&chain);
  chain_without_server(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_BAD_FORMAT);
}
END_TEST

START_TEST(every_flipped_bit_is_refused) {
  static const struct receipt_facts nothing;
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t bit = 0; bit < chain.receipt_len * 8; bit++) {
    chain.receipt[bit / 8] ^= (uint8_t)(1U << bit % 8);
    ck_assert_msg(verify(&chain, &facts, &reason) != STATUS_OK, "bit %zu", bit);
    ck_assert_msg(reason[0] != '\0', "bit %zu", bit);
    ck_assert_int_eq(memcmp(&facts, &nothing, sizeof facts), 0);
    chain.receipt[bit / 8] ^= (uint8_t)(1U << bit % 8);
  }
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
}
END_TEST

START_TEST(every_truncation_is_refused) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain_finish(&chain);
  for (size_t len = 0; len < chain.receipt_len; len++) {
    ck_assert_int_eq(receipt_verify(chain.receipt, len, chain.master.point, &facts, &reason), STATUS_BAD_FORMAT);
    ck_assert_str_eq(reason, "this is not a receipt");
  }
}
END_TEST

START_TEST(another_master_is_refused) {
  struct chain chain, other;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain_finish(&chain);
  chain_begin(&other);
  ck_assert_int_eq(receipt_verify(chain.receipt, chain.receipt_len, other.master.point, &facts, &reason),
                   STATUS_BAD_CERTIFICATE);
}
END_TEST

/* One thing is changed before everything is signed anew by the right keys: only the content is wrong. */
#define BROKEN(test, expected, why, change)                                                                            \
  START_TEST(test) {                                                                                                   \
    struct chain chain;                                                                                                \
    struct receipt_facts facts;                                                                                        \
    const char *reason = NULL;                                                                                         \
                                                                                                                       \
    chain_begin(&chain);                                                                                               \
    change;                                                                                                            \
    chain_finish(&chain);                                                                                              \
    ck_assert_int_eq(verify(&chain, &facts, &reason), expected);                                                       \
    ck_assert_str_eq(reason, why);                                                                                     \
  }                                                                                                                    \
  END_TEST

#define EXPIRED(certificate) memcpy(chain.certificate.fields.expiry, vector("20261122").at, DATE_SIZE)

BROKEN(declined, STATUS_DECLINED, "the server declined", chain.authorisation.decision = DECISION_DECLINED)
BROKEN(r_of_another, STATUS_PROOF_MISMATCH, "r does not open the promise: nothing shows that the card did it",
       chain.secret[0] ^= 1)
BROKEN(other_amount, STATUS_PROOF_MISMATCH, "the authorisation answers another promise", chain.authorisation.amount++)
BROKEN(other_atc, STATUS_PROOF_MISMATCH, "the authorisation answers another promise", chain.authorisation.atc++)
/* Two promises that say the same of money: only the hash tells which one the server answered. */
BROKEN(another_promise, STATUS_PROOF_MISMATCH, "the authorisation answers another promise",
       chain.another_promise = true)
BROKEN(card_of_another_name, STATUS_BAD_CERTIFICATE, "the card's certificate is another card's",
       chain.card.fields.subject[7] ^= 0x10)
BROKEN(terminal_of_another_name, STATUS_BAD_CERTIFICATE, "the terminal's certificate is another terminal's",
       chain.terminal.fields.subject[7] ^= 1)
BROKEN(server_of_another_version, STATUS_BAD_CERTIFICATE, "the server's certificate is that of another key",
       chain.server.fields.version = 2)
BROKEN(card_ecka_key, STATUS_BAD_CERTIFICATE, "the card is not the issuer's", {
  chain.card.fields.role = ROLE_CARD_ECKA;
  chain.card.fields.offline_currency = 0;
})
BROKEN(server_pin_key, STATUS_BAD_CERTIFICATE, "the server is not the issuer's", {
  chain.server.fields.role = ROLE_SERVER_PIN;
  chain.server.fields.least = 0;
})
BROKEN(card_ca_that_is_the_terminals, STATUS_BAD_CERTIFICATE, "the card CA is not the issuer's", {
  chain.card_ca.fields.role = ROLE_TERMINAL_CA;
  chain.card_ca.fields.least = 1;
})
BROKEN(terminal_ca_that_is_the_cards, STATUS_BAD_CERTIFICATE, "the terminal CA is not the issuer's", {
  chain.terminal_ca.fields.role = ROLE_CARD_CA;
  chain.terminal_ca.fields.least = 0;
})
BROKEN(payment_at_a_reload_terminal, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       chain.terminal.fields.role = ROLE_RELOAD)
BROKEN(load_at_a_pos, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       chain.promise.type = chain.authorisation.type = TRANSACTION_LOAD)
BROKEN(payment_at_the_desk, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       chain.terminal.fields.role = ROLE_PERSO)
BROKEN(payout_at_a_pos, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       chain.promise.type = chain.authorisation.type = TRANSACTION_PAYOUT)
BROKEN(card_of_another_ca, STATUS_BAD_CERTIFICATE, "the card is not the issuer's", chain.card.fields.ca_id[0] ^= 1)
BROKEN(terminal_of_another_ca, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       chain.terminal.fields.ca_id[0] ^= 1)
BROKEN(card_expired, STATUS_BAD_CERTIFICATE, "the card is not the issuer's", EXPIRED(card))
BROKEN(card_ca_expired, STATUS_BAD_CERTIFICATE, "the card CA is not the issuer's", EXPIRED(card_ca))
BROKEN(server_expired, STATUS_BAD_CERTIFICATE, "the server is not the issuer's", EXPIRED(server))
BROKEN(terminal_expired, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       EXPIRED(terminal))
BROKEN(terminal_ca_expired, STATUS_BAD_CERTIFICATE, "the terminal CA is not the issuer's", EXPIRED(terminal_ca))

/* The right content, signed by the wrong key. */
BROKEN(promise_by_another_card, STATUS_BAD_SIGNATURE, "the promise was not signed by the card",
       memcpy(chain.card.fields.public_key, chain.terminal_key.point, CRYPTO_P256_PUBLIC_SIZE))
BROKEN(authorisation_by_another_server, STATUS_BAD_SIGNATURE, "the authorisation was not signed by the server",
       memcpy(chain.server.fields.public_key, chain.terminal_key.point, CRYPTO_P256_PUBLIC_SIZE))
BROKEN(card_by_another_ca, STATUS_BAD_CERTIFICATE, "the card is not the issuer's",
       memcpy(chain.card_ca.fields.public_key, chain.terminal_key.point, CRYPTO_P256_PUBLIC_SIZE))
BROKEN(terminal_by_another_ca, STATUS_BAD_CERTIFICATE, "the terminal is not the issuer's, or of another role",
       memcpy(chain.terminal_ca.fields.public_key, chain.server_key.point, CRYPTO_P256_PUBLIC_SIZE))

/* The floor says nothing of what the card signed, and nothing of keys from it on. */
START_TEST(a_withdrawn_server_key_takes_back_its_own_word_alone) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain.server.fields.version = chain.authorisation.key_version = 2;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){0}), STATUS_OK);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.server = 2}), STATUS_OK);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.server = 3}), STATUS_SERVER_WITHDRAWN);
}
END_TEST

/* What the server has signed of a registered card stands; where it has not, nothing does. */
START_TEST(a_withdrawn_card_ca_leaves_the_servers_word) {
  struct chain chain;
  struct receipt_facts facts;
  const char *reason = NULL;

  chain_begin(&chain);
  chain.card_ca.fields.version = 2;
  chain_finish(&chain);
  ck_assert_int_eq(verify(&chain, &facts, &reason), STATUS_OK);
  ck_assert_uint_eq(facts.card_ca, 2);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.card_ca = 2}), STATUS_OK);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.card_ca = 3}), STATUS_CARD_WITHDRAWN);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.server = 2, .card_ca = 2}), STATUS_SERVER_WITHDRAWN);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.server = 2, .card_ca = 3}),
                   STATUS_RECEIPT_WITHDRAWN);
  facts.promise.type = TRANSACTION_OFFLINE_PURCHASE;
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.card_ca = 2}), STATUS_OK);
  ck_assert_int_eq(receipt_floor(&facts, &(struct receipt_floors){.card_ca = 3}), STATUS_RECEIPT_WITHDRAWN);
}
END_TEST

SUITE_OF(receipt_verify, an_offline_purchase_is_believed_by_its_promise,
         a_purchase_without_its_authorisation_is_refused, kinds_without_a_receipt_are_refused,
         a_whole_chain_is_believed, a_load_is_believed_from_a_reload_terminal, every_flipped_bit_is_refused,
         every_truncation_is_refused, another_master_is_refused, declined, r_of_another, other_amount, other_atc,
         another_promise, card_of_another_name, terminal_of_another_name, server_of_another_version, card_ecka_key,
         server_pin_key, card_ca_that_is_the_terminals, terminal_ca_that_is_the_cards, payment_at_a_reload_terminal,
         load_at_a_pos, payment_at_the_desk, payout_at_a_pos, card_of_another_ca, terminal_of_another_ca, card_expired,
         card_ca_expired, server_expired, terminal_expired, terminal_ca_expired, promise_by_another_card,
         authorisation_by_another_server, card_by_another_ca, terminal_by_another_ca,
         a_withdrawn_server_key_takes_back_its_own_word_alone, a_withdrawn_card_ca_leaves_the_servers_word)
