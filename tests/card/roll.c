/* SPDX-License-Identifier: Apache-2.0
 * Newer keys of the issuer in a session: the chain of two, the server's certificate, and the floors that stay. */
#include <string.h>

#include "bench.h"
#include "suites.h"

#define CHAIN (KID_CA_KLOC | 0x80) /* more certificates follow */

/* A card and terminals that know version 1, and the same issuer once it has rolled its keys. */
struct scene {
  struct bench bench;
  struct issuer overlap; /* version 2, version 1 is still good */
  struct issuer retired; /* version 2, the same keys, version 1 is not */
  struct terminal pos, reload;
};

static void make(struct scene *scene) {
  bench_make(&scene->bench);
  issuer_roll(&scene->bench.issuer, 2, 1, &scene->overlap);
  issuer_roll(&scene->overlap, 2, 2, &scene->retired);
  terminal_make(&scene->overlap, ROLE_POS, "POS00001", &scene->pos);
  terminal_make(&scene->overlap, ROLE_RELOAD, "RLD00001", &scene->reload);
}

static uint16_t present(struct host *host, uint8_t version, uint8_t kid, const struct paper *paper) {
  return host_clear(host, HOST_DATA(0x80, INS_PERFORM_SECURITY_OPERATION, version, kid, paper->bytes, paper->len));
}

/* The chain, up to where the terminal's certificate has been taken or not. */
static uint16_t chain(struct host *host, const struct issuer *issuer, const struct terminal *terminal) {
  uint16_t sw = present(host, issuer->version, CHAIN, &issuer->terminal_ca_paper);
  return sw == SW_OK ? present(host, issuer->version, KID_CA_KLOC, &terminal->paper) : sw;
}

static void chain_open(struct scene *scene, const struct issuer *issuer, const struct terminal *terminal) {
  struct host *host = &scene->bench.host;
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(chain(host, issuer, terminal), SW_OK);
  ck_assert_uint_eq(host_agree(host, terminal), SW_OK);
}

static uint16_t proof(struct host *host) {
  return host_secure(host, HOST_APDU(0x80, INS_GET_TRANSACTION_PROOF, 0, 0));
}

static uint16_t show_server(struct host *host, const struct paper *paper) {
  return host_secure(host, HOST_DATA(0x00, INS_VERIFY_CERTIFICATE, 0x00, P2_CERTIFICATE, paper->bytes, paper->len));
}

static uint8_t ca_floor(const struct scene *scene) {
  return scene->bench.card.memory.terminal_ca_least;
}

static uint8_t server_floor(const struct scene *scene) {
  return scene->bench.card.memory.server_least;
}

/* ---- the chain of two ---- */

START_TEST(a_newer_ca_opens_one_session) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  make(&scene);
  chain_open(&scene, &scene.overlap, &scene.pos);
  ck_assert_uint_eq(proof(host), SW_OK); /* from here on the card remembers the terminal */
  struct card_memory before = scene.bench.card.memory;
  ram_power(&scene.bench.ram);
  chain_open(&scene, &scene.overlap, &scene.pos);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(scene.bench.card.role, ROLE_POS);
  ck_assert_mem_eq(scene.bench.card.tid, scene.pos.tid, TID_SIZE);
  ck_assert_uint_eq(scene.bench.ram.operations, 0);
  ck_assert_mem_eq(&scene.bench.card.memory, &before, sizeof before);
  /* the next session knows the stored one alone */
  ck_assert_uint_eq(present(host, 2, KID_CA_KLOC, &scene.pos.paper), SW_DATA_NOT_FOUND);
  host_open(host, &scene.bench.pos);
  ck_assert_uint_eq(proof(host), SW_OK);
}
END_TEST

START_TEST(a_chained_ca_is_good_for_the_next_command) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  make(&scene);
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(present(host, 2, CHAIN, &scene.overlap.terminal_ca_paper), SW_OK);
  ck_assert_uint_eq(host_agree(host, &scene.pos), SW_CONDITIONS_NOT_SATISFIED);
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(present(host, 2, KID_CA_KLOC, &scene.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(present(host, 2, CHAIN, &scene.overlap.terminal_ca_paper), SW_OK);
  ck_assert_uint_eq(present(host, 2, KID_CA_KLOC, &scene.bench.pos.paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(present(host, 2, KID_CA_KLOC, &scene.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(chain(host, &scene.overlap, &scene.pos), SW_OK);
  ck_assert_uint_eq(present(host, 2, KID_CA_KLOC, &scene.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(host_agree(host, &scene.pos), SW_CONDITIONS_NOT_SATISFIED);
}
END_TEST

/* An old terminal whose CA leaked may show the newer CA as well; that does not make its own certificate newer. */
START_TEST(a_chained_ca_does_not_vouch_for_others) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  make(&scene);
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(present(host, 2, CHAIN, &scene.retired.terminal_ca_paper), SW_OK);
  ck_assert_uint_eq(host_present(host, &scene.bench.pos.paper), SW_OK); /* under the stored one, which is still good */
  ck_assert_uint_eq(host_agree(host, &scene.bench.pos), SW_OK);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(ca_floor(&scene), 1);
}
END_TEST

START_TEST(what_the_chain_refuses) {
  static const uint8_t yesterday[DATE_SIZE] = {0x20, 0x26, 0x11, 0x22};
  struct scene scene;
  struct host *host = &scene.bench.host;
  struct issuer other, third;
  struct paper paper;
  make(&scene);
  issuer_make(&other);
  issuer_roll(&other, 2, 1, &other);
  issuer_roll(&scene.bench.issuer, 3, 1, &third);
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(present(host, 2, CHAIN, &other.terminal_ca_paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(present(host, 2, CHAIN, &scene.overlap.server_paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(present(host, 2, CHAIN, &scene.pos.paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(present(host, 1, CHAIN, &scene.pos.paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(present(host, 2, CHAIN, &third.terminal_ca_paper), SW_WRONG_DATA);
  ck_assert_uint_eq(present(host, 0, CHAIN, &scene.overlap.terminal_ca_paper), SW_WRONG_DATA);
  paper_issue(&(struct paper_request){.ca_private = scene.overlap.master.private_key,
                                      .ca_subject = "MASTER01",
                                      .subject = (const uint8_t *)"TERMCA02",
                                      .public_key = scene.overlap.terminal_ca.public_key,
                                      .role = ROLE_TERMINAL_CA,
                                      .version = 2,
                                      .expiry = yesterday},
              &paper);
  ck_assert_uint_eq(present(host, 2, CHAIN, &paper), SW_SECURITY_NOT_SATISFIED);
  for (size_t i = 0; i < scene.overlap.terminal_ca_paper.len; i++) {
    paper = scene.overlap.terminal_ca_paper;
    paper.bytes[i] ^= (uint8_t)(1U << (i % 8));
    uint16_t sw = present(host, 2, CHAIN, &paper);
    ck_assert_msg(sw == SW_WRONG_DATA || sw == SW_SECURITY_NOT_SATISFIED, "byte %zu: %04X", i, sw);
  }
  ck_assert_uint_eq(chain(host, &scene.overlap, &scene.pos), SW_OK);
}
END_TEST

/* A card of the newer keys takes nothing older, certified as it may be. */
START_TEST(a_new_card_takes_no_older_key) {
  struct scene scene;
  struct issuer old;
  struct terminal pos;
  make(&scene);
  old = scene.bench.issuer;
  pos = scene.bench.pos;
  bench_raw(&scene.bench);
  scene.bench.issuer = scene.overlap;
  ck_assert_uint_eq(host_select(&scene.bench.host), SW_OK);
  bench_begin_personalization(&scene.bench);
  for (size_t i = 0; i < sizeof bench_groupings / sizeof *bench_groupings; i++)
    ck_assert_uint_eq(bench_store(&scene.bench, bench_groupings[i], i == 6), SW_OK);
  ck_assert_uint_eq(host_select(&scene.bench.host), SW_OK);
  ck_assert_uint_eq(present(&scene.bench.host, 1, CHAIN, &old.terminal_ca_paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(present(&scene.bench.host, 1, KID_CA_KLOC, &pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(present(&scene.bench.host, 2, KID_CA_KLOC, &scene.pos.paper), SW_OK); /* no chain needed */
  ck_assert_uint_eq(host_agree(&scene.bench.host, &scene.pos), SW_OK);
  ck_assert_uint_eq(show_server(&scene.bench.host, &old.server_paper), SW_DATA_NOT_FOUND);
}
END_TEST

/* ---- the floor of terminal CAs ---- */

START_TEST(the_first_mac_raises_the_floor) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  make(&scene);
  ram_power(&scene.bench.ram);
  chain_open(&scene, &scene.retired, &scene.pos);
  ck_assert_uint_eq(scene.bench.ram.operations, 0);
  ck_assert_uint_eq(ca_floor(&scene), 1);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(scene.bench.ram.commits, 1);
  ck_assert_uint_eq(ca_floor(&scene), 2);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(scene.bench.ram.commits, 1);
  bench_reset(&scene.bench);
  ck_assert_uint_eq(ca_floor(&scene), 2);
  ck_assert_uint_eq(host_select(host), SW_OK);
  ck_assert_uint_eq(host_present(host, &scene.bench.pos.paper), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(chain(host, &scene.bench.issuer, &scene.bench.pos), SW_DATA_NOT_FOUND);
  /* a certificate that says less takes nothing back */
  chain_open(&scene, &scene.overlap, &scene.pos);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(ca_floor(&scene), 2);
}
END_TEST

/* Both certificates are public: whoever replays them, without the terminal's key, moves nothing. */
START_TEST(a_replayed_chain_raises_nothing) {
  static const uint8_t guess[CRYPTO_AES_KEY_SIZE] = {0};
  struct scene scene;
  struct host *host = &scene.bench.host;
  make(&scene);
  ram_power(&scene.bench.ram);
  chain_open(&scene, &scene.retired, &scene.pos);
  securemsg_open(&host->secure, guess, guess, guess, guess);
  ck_assert_uint_eq(proof(host), SW_SECURE_MESSAGING_INCORRECT);
  ck_assert_uint_eq(scene.bench.ram.operations, 0);
  ck_assert_uint_eq(ca_floor(&scene), 1);
  host_open(host, &scene.bench.pos);
  ck_assert_uint_eq(proof(host), SW_OK);
  ck_assert_uint_eq(ca_floor(&scene), 1);
}
END_TEST

START_TEST(a_floor_that_is_torn_is_old_or_new) {
  static const enum ram_fault faults[] = {RAM_BEFORE, RAM_AFTER_COMMIT};
  struct scene scene;
  for (size_t i = 0; i < 2; i++)
    for (unsigned n = 1; n <= 5; n++) { /* the floor, three of the terminal, the commit */
      make(&scene);
      chain_open(&scene, &scene.retired, &scene.pos);
      ram_cut(&scene.bench.ram, n, faults[i]);
      ck_assert_uint_eq(proof(&scene.bench.host), 0);
      bench_repower(&scene.bench);
      ck_assert_uint_eq(ca_floor(&scene), n == 5 && faults[i] == RAM_AFTER_COMMIT ? 2 : 1);
      chain_open(&scene, &scene.retired, &scene.pos);
      ck_assert_uint_eq(proof(&scene.bench.host), SW_OK);
      ck_assert_uint_eq(ca_floor(&scene), 2);
    }
}
END_TEST

/* ---- the server's key ---- */

/* A promise at the terminal of the newer CA, and the order under the newer key. */
static void promise_and_order(struct scene *scene, const struct issuer *issuer, uint8_t order[AUTHORISATION_SIZE]) {
  struct bench_wish request = {P1_INITIALIZE_LOAD, 100, false, &scene->reload, BENCH_PIN, 0};
  chain_open(scene, &scene->overlap, &scene->reload);
  ck_assert_uint_eq(bench_initialize(&scene->bench, &request), SW_OK);
  issuer_order(issuer, &(struct order_request){.promise = scene->bench.promise}, order);
}

START_TEST(a_newer_server_key_is_shown_first) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  uint8_t order[AUTHORISATION_SIZE];
  make(&scene);
  promise_and_order(&scene, &scene.overlap, order);
  ram_power(&scene.bench.ram);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(show_server(host, &scene.overlap.server_paper), SW_OK);
  ck_assert_uint_eq(scene.bench.ram.operations, 0);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_OK);
  ck_assert_uint_eq(scene.bench.card.memory.server_version, 1);
  /* the same order in the next session: the key is to be shown again */
  chain_open(&scene, &scene.overlap, &scene.reload);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(show_server(host, &scene.overlap.server_paper), SW_OK);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_OK);
  ck_assert_uint_eq(bench_balance(&scene.bench).balance, 100);
}
END_TEST

START_TEST(a_stored_server_key_goes_on_beside_it) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  uint8_t order[AUTHORISATION_SIZE];
  make(&scene);
  promise_and_order(&scene, &scene.bench.issuer, order);
  ck_assert_uint_eq(show_server(host, &scene.overlap.server_paper), SW_OK);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_OK);
}
END_TEST

START_TEST(a_retired_server_key_signs_nothing) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  uint8_t order[AUTHORISATION_SIZE], block[BLOCK_ORDER_SIZE];
  make(&scene);
  promise_and_order(&scene, &scene.bench.issuer, order);
  ck_assert_uint_eq(show_server(host, &scene.retired.server_paper), SW_OK);
  ck_assert_uint_eq(server_floor(&scene), 2);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_DATA_NOT_FOUND);
  bench_reset(&scene.bench);
  ck_assert_uint_eq(server_floor(&scene), 2);
  chain_open(&scene, &scene.overlap, &scene.reload);
  ck_assert_uint_eq(bench_settle(&scene.bench, INS_CREDIT_FOR_LOAD, order), SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(show_server(host, &scene.bench.issuer.server_paper), SW_DATA_NOT_FOUND);
  issuer_block(&scene.bench.issuer, scene.bench.cid, issuer_now, block);
  ck_assert_uint_eq(host_secure(host, HOST_DATA(0x80, INS_APPLICATION_BLOCK, 0, 0, block, sizeof block)),
                    SW_DATA_NOT_FOUND);
  ck_assert_uint_eq(show_server(host, &scene.overlap.server_paper), SW_OK); /* says less, lowers nothing */
  ck_assert_uint_eq(server_floor(&scene), 2);
  issuer_block(&scene.overlap, scene.bench.cid, issuer_now, block);
  ck_assert_uint_eq(host_secure(host, HOST_DATA(0x80, INS_APPLICATION_BLOCK, 0, 0, block, sizeof block)), SW_OK);
  ck_assert_uint_eq(scene.bench.card.memory.state, CARD_BLOCKED);
}
END_TEST

/* A leaked server key signs whatever it likes: no certificate, no floor. */
START_TEST(nothing_under_the_servers_own_key_raises_a_floor) {
  struct scene scene;
  struct host *host = &scene.bench.host;
  struct key_pair own;
  struct paper forged;
  make(&scene);
  key_pair_make(&own);
  paper_issue(&(struct paper_request){.ca_private = scene.bench.issuer.server.private_key,
                                      .ca_subject = "MASTER01",
                                      .subject = (const uint8_t *)"SERVER01",
                                      .public_key = own.public_key,
                                      .role = ROLE_SERVER,
                                      .version = 9,
                                      .least = 9},
              &forged);
  host_meet(host, &scene.bench.reload);
  ram_power(&scene.bench.ram);
  ck_assert_uint_eq(show_server(host, &forged), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(show_server(host, &scene.retired.terminal_ca_paper), SW_SECURITY_NOT_SATISFIED);
  ck_assert_uint_eq(scene.bench.ram.operations, 0);
  ck_assert_uint_eq(server_floor(&scene), 1);
  ck_assert_uint_eq(scene.bench.card.shown_server.version, 0);
}
END_TEST

START_TEST(particulars_tell_the_floors) {
  struct scene scene;
  make(&scene);
  ck_assert_uint_eq(bench_info(&scene.bench).terminal_ca_least, 1);
  ck_assert_uint_eq(bench_info(&scene.bench).server_least, 1);
  host_open(&scene.bench.host, &scene.bench.reload);
  ck_assert_uint_eq(show_server(&scene.bench.host, &scene.retired.server_paper), SW_OK);
  ck_assert_uint_eq(bench_info(&scene.bench).terminal_ca_least, 1);
  ck_assert_uint_eq(bench_info(&scene.bench).server_least, 2);
  ck_assert_uint_eq(bench_info(&scene.bench).server_version, 1);
}
END_TEST

SUITE_OF(roll, a_newer_ca_opens_one_session, a_chained_ca_is_good_for_the_next_command,
         a_chained_ca_does_not_vouch_for_others, what_the_chain_refuses, a_new_card_takes_no_older_key,
         the_first_mac_raises_the_floor, a_replayed_chain_raises_nothing, a_floor_that_is_torn_is_old_or_new,
         a_newer_server_key_is_shown_first, a_stored_server_key_goes_on_beside_it, a_retired_server_key_signs_nothing,
         nothing_under_the_servers_own_key_raises_a_floor, particulars_tell_the_floors)
