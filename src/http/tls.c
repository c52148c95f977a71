/* SPDX-License-Identifier: Apache-2.0
 * The server's side of TLS.
 *
 * No read-ahead: it would save one system call in eight, but libevent asks SSL_pending(), which does not count records
 * that were read ahead and not yet opened, and a body in a second record would wait for ever. */
#include "tls.h"

#include <openssl/ssl.h>

#include "epurse/key.h"

#define CHAIN_DEPTH 1 /* client, terminal CA */

static enum status set_policy(SSL_CTX *context) {
  int groups[] = {NID_X25519, NID_X9_62_prime256v1};

  if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1 ||
      SSL_CTX_set1_groups(context, groups, sizeof groups / sizeof groups[0]) != 1)
    return STATUS_CRYPTO_FAILED;
  /* A ticket costs a third of a handshake and would outlive a terminal's revocation. */
  if (SSL_CTX_set_num_tickets(context, 0) != 1)
    return STATUS_CRYPTO_FAILED;
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); /* a stranger costs 34 kB less; connection.c ends it */
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_verify_depth(context, CHAIN_DEPTH);
  return STATUS_OK;
}

/* The names of acceptable CAs that the handshake offers, so that a client picks the right certificate. */
static enum status offer_ca(SSL_CTX *context, const char *path) {
  STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);

  if (names == NULL)
    return STATUS_BAD_CERTIFICATE;
  SSL_CTX_set_client_CA_list(context, names); /* takes it over */
  return STATUS_OK;
}

/* The terminal CAs themselves are what is believed, not the root above them: a chain that a client brings up to the
 * root may go by a CA that has been withdrawn. */
static enum status believe_ca(SSL_CTX *context, const char *path) {
  if (SSL_CTX_load_verify_file(context, path) != 1)
    return STATUS_BAD_CERTIFICATE;
  return X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN) == 1
             ? offer_ca(context, path)
             : STATUS_CRYPTO_FAILED;
}

static enum status set_files(SSL_CTX *context, const struct tls_files *files) {
  if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key_evp(files->key)) != 1 || SSL_CTX_check_private_key(context) != 1)
    return STATUS_BAD_CERTIFICATE;
  return believe_ca(context, files->terminal_ca);
}

enum status tls_open(const struct tls_files *files, SSL_CTX **context) {
  SSL_CTX *made = SSL_CTX_new(TLS_server_method());
  enum status status = STATUS_NO_MEMORY;

  *context = NULL;
  if (made == NULL)
    return status;
  status = set_policy(made);
  if (status == STATUS_OK)
    status = set_files(made, files);
  if (status != STATUS_OK) {
    SSL_CTX_free(made);
    return status;
  }
  *context = made;
  return STATUS_OK;
}
