/* SPDX-License-Identifier: Apache-2.0
 * Tests of TLS certificates: OpenSSL's own verification believes the chains that it should, and no others. */
#include "epurse/x509.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "epurse/key.h"
#include "scratch.h"
#include "suites.h"

#define DAY 86400

static struct key *root_key, *ca_key, *leaf_key;
static X509 *root, *ca;

static X509 *read_certificate(const char *name, int place) {
  FILE *file = fopen(name, "re");
  X509 *certificate = NULL;

  ck_assert_ptr_nonnull(file);
  for (int i = 0; i <= place; i++) {
    X509_free(certificate);
    certificate = PEM_read_X509(file, NULL, NULL, NULL);
  }
  ck_assert_int_eq(fclose(file), 0);
  return certificate;
}

static struct x509_request request_of(enum x509_kind kind) {
  struct x509_request request = {.kind = kind,
                                 .common_name = kind == X509_CLIENT ? "POS00001" : "epurse test",
                                 .role = ROLE_POS,
                                 .merchant = "BAKERY",
                                 .hosts = "localhost,127.0.0.1, ::1,pay.example.org",
                                 .public_key = key_public(leaf_key),
                                 .not_after = (int64_t)time(NULL) + 90 * DAY};
  return request;
}

static void setup(void) {
  struct x509_request request;

  scratch_enter();
  ck_assert_int_eq(key_generate(&root_key), STATUS_OK);
  ck_assert_int_eq(key_generate(&ca_key), STATUS_OK);
  ck_assert_int_eq(key_generate(&leaf_key), STATUS_OK);
  request = request_of(X509_ROOT);
  request.public_key = NULL;
  ck_assert_int_eq(x509_issue(&request, root_key, NULL, "root.crt"), STATUS_OK);
  request = request_of(X509_TERMINAL_CA);
  request.common_name = "epurse terminals";
  request.public_key = key_public(ca_key);
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "ca.crt"), STATUS_OK);
  root = read_certificate("root.crt", 0);
  ca = read_certificate("ca.crt", 0);
}

static void teardown(void) {
  X509_free(ca);
  X509_free(root);
  key_free(&leaf_key);
  key_free(&ca_key);
  key_free(&root_key);
  scratch_leave();
}

/* X509_V_OK, or why not. `when` is 0 for now; `host` NULL for a client. */
static int verify(X509 *leaf, X509 *between, time_t when, const char *host) {
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  STACK_OF(X509) *chain = sk_X509_new_null();
  X509_VERIFY_PARAM *parameters = NULL;
  int error = X509_V_ERR_UNSPECIFIED;

  ck_assert_int_eq(X509_STORE_add_cert(store, root), 1);
  if (between != NULL)
    ck_assert_int_gt(sk_X509_push(chain, between), 0);
  ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, chain), 1);
  parameters = X509_STORE_CTX_get0_param(context);
  ck_assert_int_eq(
      X509_STORE_CTX_set_purpose(context, host != NULL ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT), 1);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
  if (when != 0)
    X509_VERIFY_PARAM_set_time(parameters, when);
  if (host != NULL && strspn(host, "0123456789.:") == strlen(host))
    ck_assert_int_eq(X509_VERIFY_PARAM_set1_ip_asc(parameters, host), 1);
  else if (host != NULL)
    ck_assert_int_eq(X509_VERIFY_PARAM_set1_host(parameters, host, 0), 1);
  error = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
  sk_X509_free(chain);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return error;
}

START_TEST(a_terminal_is_believed_through_its_ca) {
  struct x509_request request = request_of(X509_CLIENT);
  uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
  char name[9];
  X509 *leaf = NULL, *behind = NULL;

  ck_assert_int_eq(x509_issue(&request, ca_key, "ca.crt", "tls.crt"), STATUS_OK);
  leaf = read_certificate("tls.crt", 0);
  behind = read_certificate("tls.crt", 1); /* the file is the chain */
  ck_assert_int_eq(X509_cmp(behind, ca), 0);
  ck_assert_int_eq(verify(leaf, behind, 0, NULL), X509_V_OK);
  ck_assert_int_eq(verify(leaf, NULL, 0, NULL), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  ck_assert_int_eq(verify(leaf, behind, 0, "POS00001"), X509_V_ERR_INVALID_PURPOSE); /* it cannot pose as server */
  ck_assert_int_eq(verify(leaf, behind, time(NULL) + 91 * DAY, NULL), X509_V_ERR_CERT_HAS_EXPIRED);
  ck_assert_int_eq(verify(leaf, behind, time(NULL) - 2 * DAY, NULL), X509_V_ERR_CERT_NOT_YET_VALID);
  ck_assert_int_eq(x509_public_key(leaf, public_key), STATUS_OK);
  ck_assert_mem_eq(public_key, key_public(leaf_key), sizeof public_key);
  ck_assert_int_eq(x509_common_name(leaf, name, sizeof name), STATUS_OK);
  ck_assert_str_eq(name, "POS00001");
  ck_assert_int_eq(x509_common_name(leaf, name, sizeof name - 1), STATUS_BAD_LENGTH);
  X509_free(behind);
  X509_free(leaf);
}
END_TEST

START_TEST(a_terminal_says_what_it_is) {
  struct x509_request request = request_of(X509_CLIENT);
  char text[64] = "";
  X509 *leaf = NULL;

  request.role = ROLE_RELOAD;
  ck_assert_int_eq(x509_issue(&request, ca_key, "ca.crt", "tls.crt"), STATUS_OK);
  leaf = read_certificate("tls.crt", 0);
  ck_assert_int_gt(
      X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_organizationalUnitName, text, sizeof text), 0);
  ck_assert_str_eq(text, "reload");
  ck_assert_int_gt(X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_organizationName, text, sizeof text), 0);
  ck_assert_str_eq(text, "BAKERY");
  X509_free(leaf);
  request.merchant = "";
  ck_assert_int_eq(x509_issue(&request, ca_key, "ca.crt", "nobody.crt"), STATUS_OK);
  leaf = read_certificate("nobody.crt", 0);
  ck_assert_int_eq(X509_NAME_get_index_by_NID(X509_get_subject_name(leaf), NID_organizationName, -1), -1);
  X509_free(leaf);
}
END_TEST

static const struct {
  const char *host;
  int error;
} hosts[] = {{"localhost", X509_V_OK},
             {"127.0.0.1", X509_V_OK},
             {"::1", X509_V_OK},
             {"pay.example.org", X509_V_OK},
             {"example.org", X509_V_ERR_HOSTNAME_MISMATCH},
             {"127.0.0.2", X509_V_ERR_IP_ADDRESS_MISMATCH}};

START_TEST(a_server_is_believed_under_its_names) {
  struct x509_request request = request_of(X509_SERVER);
  X509 *leaf = NULL;

  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "tls.crt"), STATUS_OK);
  leaf = read_certificate("tls.crt", 0);
  ck_assert_int_eq(verify(leaf, NULL, 0, hosts[_i].host), hosts[_i].error);
  ck_assert_int_eq(verify(leaf, NULL, 0, NULL), X509_V_ERR_INVALID_PURPOSE); /* nor a server as terminal */
  X509_free(leaf);
}
END_TEST

/* The terminal CA may certify terminals and nothing that certifies. */
START_TEST(a_terminal_ca_makes_no_ca) {
  struct x509_request request = request_of(X509_TERMINAL_CA);
  STACK_OF(X509) *chain = NULL;
  X509 *between = NULL, *leaf = NULL;
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();

  ck_assert_int_eq(x509_issue(&request, ca_key, "ca.crt", "sub.crt"), STATUS_OK);
  request = request_of(X509_CLIENT);
  ck_assert_int_eq(x509_issue(&request, leaf_key, "sub.crt", "leaf.crt"), STATUS_OK);
  between = read_certificate("sub.crt", 0);
  leaf = read_certificate("leaf.crt", 0);
  chain = sk_X509_new_null();
  ck_assert_int_gt(sk_X509_push(chain, between), 0);
  ck_assert_int_gt(sk_X509_push(chain, ca), 0);
  ck_assert_int_eq(X509_STORE_add_cert(store, root), 1);
  ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, chain), 1);
  ck_assert_int_ne(X509_verify_cert(context), 1);
  ck_assert_int_eq(X509_STORE_CTX_get_error(context), X509_V_ERR_PATH_LENGTH_EXCEEDED);
  sk_X509_free(chain);
  X509_free(between);
  X509_free(leaf);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
}
END_TEST

START_TEST(another_issuer_is_not_believed) {
  struct x509_request request = request_of(X509_ROOT);
  X509 *leaf = NULL;

  ck_assert_int_eq(x509_issue(&request, leaf_key, NULL, "other-root.crt"), STATUS_OK);
  request = request_of(X509_SERVER);
  ck_assert_int_eq(x509_issue(&request, leaf_key, "other-root.crt", "tls.crt"), STATUS_OK);
  leaf = read_certificate("tls.crt", 0);
  ck_assert_int_ne(verify(leaf, NULL, 0, "localhost"), X509_V_OK);
  X509_free(leaf);
}
END_TEST

START_TEST(impossible_requests_are_refused) {
  struct x509_request request = request_of(X509_SERVER);
  uint8_t point[CRYPTO_P256_PUBLIC_SIZE];

  request.hosts = "local host/path";
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  request.hosts = "10.0.0.256";
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  request.hosts = "";
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  request = request_of(X509_SERVER);
  request.not_after = (int64_t)time(NULL) - 1;
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  request = request_of(X509_SERVER);
  memcpy(point, key_public(leaf_key), sizeof point);
  point[64] ^= 1;
  request.public_key = point;
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  request = request_of(X509_SERVER);
  ck_assert_int_eq(x509_issue(&request, ca_key, "root.crt", "no.crt"), STATUS_CRYPTO_FAILED); /* not that CA's key */
  ck_assert_int_eq(x509_issue(&request, root_key, "missing.crt", "no.crt"), STATUS_CRYPTO_FAILED);
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "ca.crt"), STATUS_EXISTS);
  ck_assert_int_eq(x509_issue(&request, root_key, "root.crt", "none/no.crt"), STATUS_STORE_FAILED);
  request = request_of(X509_CLIENT);
  request.role = ROLE_CARD_SIG;
  ck_assert_int_eq(x509_issue(&request, ca_key, "ca.crt", "no.crt"), STATUS_CRYPTO_FAILED);
}
END_TEST

START_TEST(serial_numbers_differ) {
  ck_assert_int_ne(ASN1_INTEGER_cmp(X509_get0_serialNumber(root), X509_get0_serialNumber(ca)), 0);
  ck_assert_int_ge(ASN1_STRING_length(X509_get0_serialNumber(root)), 8);
}
END_TEST

START_TEST(roles_have_words) {
  static const uint8_t roles[] = {ROLE_POS, ROLE_RELOAD, ROLE_PERSO, ROLE_ADMIN};
  uint8_t role = 0;

  for (size_t i = 0; i < sizeof roles; i++) {
    ck_assert_int_eq(role_by_name(role_name(roles[i]), &role), STATUS_OK);
    ck_assert_uint_eq(role, roles[i]);
  }
  ck_assert_str_eq(role_name(ROLE_PERSO), "perso");
  ck_assert_ptr_null(role_name(ROLE_SERVER));
  ck_assert_int_eq(role_by_name("server", &role), STATUS_BAD_FORMAT);
  ck_assert_int_eq(role_by_name("", &role), STATUS_BAD_FORMAT);
  ck_assert_int_eq(role_by_name("POS", &role), STATUS_BAD_FORMAT);
}
END_TEST

Suite *x509_suite(void) {
  Suite *suite = suite_create("x509");
  TCase *tests = tcase_create("x509");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_terminal_is_believed_through_its_ca);
  tcase_add_test(tests, a_terminal_says_what_it_is);
  tcase_add_loop_test(tests, a_server_is_believed_under_its_names, 0, sizeof hosts / sizeof hosts[0]);
  tcase_add_test(tests, a_terminal_ca_makes_no_ca);
  tcase_add_test(tests, another_issuer_is_not_believed);
  tcase_add_test(tests, impossible_requests_are_refused);
  tcase_add_test(tests, serial_numbers_differ);
  tcase_add_test(tests, roles_have_words);
  suite_add_tcase(suite, tests);
  return suite;
}
