/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/tls.c over real connections: who is let in, and how. */
#include "http/tls.h"

#include <stdio.h>
#include <string.h>

#include "line.h"
#include "suites.h"
#include "world.h"
#include "world/stopwatch.h"

START_TEST(certified_terminal_is_served) {
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, NULL);
  line_open_as(&line, &running, POS);
  ck_assert_str_eq(SSL_get_version(line.tls), "TLSv1.3");
  ck_assert_str_eq(SSL_get_cipher_name(line.tls), "TLS_AES_128_GCM_SHA256");
  ck_assert_int_eq(SSL_get_negotiated_group(line.tls), NID_X25519);
  ck_assert_int_eq(line_ask(&line, HEALTHZ, text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "{\"status\":\"ok\"}"));
  ck_assert_ptr_nonnull(strstr(text, "Cache-Control: no-store"));
  ck_assert_int_eq(line.tickets, 0);
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

/* In TLS 1.3 a client learns of its refusal with the first byte that it reads. */
static void assert_handshake_refused(const struct running *running, const struct line_options *options) {
  struct line line;
  char text[4096];

  if (line_open(&line, running->port, options)) {
    line_send(&line, HEALTHZ);
    ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
  }
  line_close(&line);
}

START_TEST(without_certificate_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);

  running_start_as(&running, NULL);
  options.certificate = NULL;
  assert_handshake_refused(&running, &options);
  assert_handshake_refused(&running, &options);
  static char text[32768];
  struct line line;
  line_open_as(&line, &running, POS);
  ck_assert_int_eq(line_ask(&line, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", text, sizeof text), 200);
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_handshake_failures_total 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_handshakes_total 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_connections 1\n"));
  line_close(&line);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(self_signed_certificate_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line_options options = line_options_of(world_folder(), POS, &room);
  char certificate[160], key[160];

  house_make_rogue(world_folder(), POS);
  snprintf(certificate, sizeof certificate, "%s/rogue.crt", world_folder());
  snprintf(key, sizeof key, "%s/rogue.key", world_folder());
  options.certificate = certificate;
  options.key = key;
  running_start_as(&running, NULL);
  assert_handshake_refused(&running, &options);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(older_tls_no_handshake) {
  struct running running;
  struct line_paths room;
  struct line line;
  struct line_options options = line_options_of(world_folder(), POS, &room);

  running_start_as(&running, NULL);
  options.max_version = TLS1_2_VERSION;
  ck_assert(!line_open(&line, running.port, &options));
  line_close(&line);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

START_TEST(http_without_tls_gets_nothing) {
  struct running running;
  struct line line;
  char text[4096];

  running_start_as(&running, NULL);
  line_connect(&line, running.port);
  ck_assert(line_send(&line, HEALTHZ));
  ck_assert_int_eq(line_receive(&line, text, sizeof text), 0);
  ck_assert_ptr_null(strstr(text, "HTTP"));
  line_close(&line);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

static void short_handshakes(struct configuration *configuration) {
  configuration->handshake_seconds = 1;
}

START_TEST(slow_handshake_is_cut) {
  struct running running;
  struct line line;
  long started = 0;

  running_start_as(&running, short_handshakes);
  started = now_ms();
  line_connect(&line, running.port);
  ck_assert(line_closes(&line, PATIENCE_MS));
  ck_assert_int_ge(now_ms() - started, 800); /* and not at once */
  line_close(&line);
  running_assert_serves(&running);
  ck_assert_int_eq(running_stop(&running), 0);
}
END_TEST

Suite *handshake_suite(void) {
  Suite *suite = suite_create("handshake");
  TCase *all = world_case("handshake");

  tcase_add_test(all, certified_terminal_is_served);
  tcase_add_test(all, without_certificate_no_handshake);
  tcase_add_test(all, self_signed_certificate_no_handshake);
  tcase_add_test(all, older_tls_no_handshake);
  tcase_add_test(all, http_without_tls_gets_nothing);
  tcase_add_test(all, slow_handshake_is_cut);
  suite_add_tcase(suite, all);
  return suite;
}
