/* SPDX-License-Identifier: Apache-2.0
 * Bodies of the messages by which a terminal gets its next certificates over its own line. Part of message.h: what it
 * says of bodies holds here too.
 *
 * RENEWAL_REQUEST {"signed","certificates"} -> {} while it waits, or {"terminal_cert","tls_crt","terminal_ca_cert"}.
 * RENEWAL_LIST {"after"} -> the first that waits behind that name, {"tid","signed","certificates"}, or {}.
 * RENEWAL_ANSWER {"tid","sig_public","expiry","terminal_cert","tls_crt","terminal_ca_cert"} -> {}. */
#ifndef EPURSE_MESSAGE_TERMINAL_RENEWAL_H
#define EPURSE_MESSAGE_TERMINAL_RENEWAL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/certificate.h"
#include "epurse/crypto.h"
#include "epurse/moment.h"
#include "epurse/status.h"

#define RENEWAL_SIGNED_MAX 1280 /* bytes, with the end */
#define RENEWAL_CHAIN_MAX  3072 /* bytes of PEM: a client certificate and its CA's */

/* The terminal's own word: a sealed TERMINAL_RENEWAL (terminal_body) under its present key, and that key's certificate
 * with its CA's, so that whoever signs need not take the server's word for it. */
struct renewal_request {
  char tid[TID_SIZE + 1]; /* of RENEWAL_LIST's reply only; "": nothing waits */
  char sealed[RENEWAL_SIGNED_MAX];
  uint8_t chain[RENEWAL_CHAIN_MAX];
  size_t chain_len;
};
/* Writes the name too where it is not "". */
json_t *renewal_request_body(const struct renewal_request *request);
/* Takes both fields; nothing is verified here. STATUS_BAD_FORMAT. */
enum status renewal_request_parse(const json_t *body, struct renewal_request *request) EPURSE_MUST_USE;
/* Takes the name too, or, of {}, leaves it "". */
enum status renewal_waiting_parse(const json_t *body, struct renewal_request *request) EPURSE_MUST_USE;

/* The files that renewal_take (terminal_renewal.h) wants. */
struct renewal_files {
  uint8_t terminal_cert[CERTIFICATE_MAX], chain[RENEWAL_CHAIN_MAX], terminal_ca_cert[CERTIFICATE_MAX];
  size_t terminal_cert_len, chain_len, terminal_ca_cert_len; /* 0: it waits still */
};
/* Writes all three. */
json_t *renewal_files_body(const struct renewal_files *files);
/* Takes all three, or none of {}. */
enum status renewal_files_parse(const json_t *body, struct renewal_files *files) EPURSE_MUST_USE;

struct renewal_answer {
  char tid[TID_SIZE + 1];
  uint8_t sig_public[CRYPTO_P256_PUBLIC_SIZE]; /* that was asked for */
  uint8_t expiry[DATE_SIZE];                   /* the last day of the certificates */
  struct renewal_files files;
};
/* Writes all of it. */
json_t *renewal_answer_body(const struct renewal_answer *answer);
/* Takes all of it; the certificates are not read. STATUS_BAD_FORMAT. */
enum status renewal_answer_parse(const json_t *body, struct renewal_answer *answer) EPURSE_MUST_USE;

#endif
