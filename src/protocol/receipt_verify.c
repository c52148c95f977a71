/* SPDX-License-Identifier: Apache-2.0
 * Whether a receipt proves a payment: chains, roles, time, signatures, and that r opens the promise. */
#include "epurse/receipt.h"
#include "epurse/record.h"

#include "epurse/certificate.h"

#include <string.h>

/* All that a receipt holds, read. */
struct evidence {
  struct receipt receipt;
  struct certificate card, card_ca, server, terminal, terminal_ca;
  const uint8_t *master_public;
  struct receipt_facts *facts;
};

static enum status refuse(enum status status, const char *why, const char **reason) {
  *reason = why;
  return status;
}

static bool is_offline(const struct evidence *evidence) {
  return evidence->facts->promise.type == TRANSACTION_OFFLINE_PURCHASE;
}

/* The promise and what answers it: of an off-line purchase nothing, of any other an authorisation. */
static enum status records_read(struct evidence *evidence, const char **reason) {
  const struct receipt *receipt = &evidence->receipt;
  struct receipt_facts *facts = evidence->facts;

  if (promise_decode(receipt->promise.data, receipt->promise.len, &facts->promise) != STATUS_OK)
    return refuse(STATUS_BAD_FORMAT, "the card's promise is damaged", reason);
  if (is_offline(evidence))
    return receipt->authorisation.len == 0
               ? STATUS_OK
               : refuse(STATUS_BAD_FORMAT, "an off-line payment has no authorisation", reason);
  if (authorisation_decode(receipt->authorisation.data, receipt->authorisation.len, &facts->authorisation) != STATUS_OK)
    return refuse(STATUS_BAD_FORMAT, "the server's authorisation is damaged", reason);
  return STATUS_OK;
}

static enum status certificates_read(struct evidence *evidence, const char **reason) {
  const struct receipt *receipt = &evidence->receipt;
  const struct {
    const struct bytes_view *view;
    struct certificate *certificate;
    const char *why;
  } certificates[] = {
      {&receipt->card, &evidence->card, "the card's certificate is damaged"},
      {&receipt->card_ca, &evidence->card_ca, "the card CA's certificate is damaged"},
      {&receipt->server, &evidence->server, "the server's certificate is damaged"},
      {&receipt->terminal, &evidence->terminal, "the terminal's certificate is damaged"},
      {&receipt->terminal_ca, &evidence->terminal_ca, "the terminal CA's certificate is damaged"},
  };

  for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
    if (!(is_offline(evidence) && certificates[i].certificate == &evidence->server) &&
        certificate_decode(certificates[i].view->data, certificates[i].view->len, certificates[i].certificate) !=
            STATUS_OK)
      return refuse(STATUS_BAD_FORMAT, certificates[i].why, reason);
  return STATUS_OK;
}

/* Loads are a reload terminal's, payouts that or the desk's, all else a till's. */
static uint8_t role_wanted(uint8_t type, uint8_t role) {
  if (type == TRANSACTION_PAYOUT && role == ROLE_PERSO)
    return ROLE_PERSO;
  return type == TRANSACTION_LOAD || type == TRANSACTION_PAYOUT ? ROLE_RELOAD : ROLE_POS;
}

/* The certificates, each valid at the server's time; of an off-line purchase, at the terminal's. */
static enum status chains_check(const struct evidence *evidence, const char **reason) {
  const struct receipt_facts *facts = evidence->facts;
  const uint8_t *now = is_offline(evidence) ? facts->promise.time : facts->authorisation.time;
  uint8_t terminal_role = role_wanted(facts->promise.type, evidence->terminal.role);
  const struct {
    const struct certificate *certificate;
    struct certificate_check check;
    const char *why;
  } links[] = {
      {&evidence->card_ca, {evidence->master_public, NULL, ROLE_CARD_CA, now}, "the card CA is not the issuer's"},
      {&evidence->card,
       {evidence->card_ca.public_key, evidence->card_ca.subject, ROLE_CARD_SIG, now},
       "the card is not the issuer's"},
      {&evidence->server, {evidence->master_public, NULL, ROLE_SERVER, now}, "the server is not the issuer's"},
      {&evidence->terminal_ca,
       {evidence->master_public, NULL, ROLE_TERMINAL_CA, now},
       "the terminal CA is not the issuer's"},
      {&evidence->terminal,
       {evidence->terminal_ca.public_key, evidence->terminal_ca.subject, terminal_role, now},
       "the terminal is not the issuer's, or of another role"},
  };

  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    if (!(is_offline(evidence) && links[i].certificate == &evidence->server) &&
        certificate_verify(links[i].certificate, &links[i].check) != STATUS_OK)
      return refuse(STATUS_BAD_CERTIFICATE, links[i].why, reason);
  return STATUS_OK;
}

/* Whether the certificates are those of this transaction's card, terminal and server. */
static enum status names_check(const struct evidence *evidence, const char **reason) {
  const struct promise *promise = &evidence->facts->promise;

  if (memcmp(evidence->card.subject, promise->cid, CID_SIZE) != 0)
    return refuse(STATUS_BAD_CERTIFICATE, "the card's certificate is another card's", reason);
  if (memcmp(evidence->terminal.subject, promise->tid, TID_SIZE) != 0)
    return refuse(STATUS_BAD_CERTIFICATE, "the terminal's certificate is another terminal's", reason);
  if (!is_offline(evidence) && evidence->server.version != evidence->facts->authorisation.key_version)
    return refuse(STATUS_BAD_CERTIFICATE, "the server's certificate is that of another key", reason);
  return STATUS_OK;
}

static enum status signatures_check(const struct evidence *evidence, const char **reason) {
  const struct receipt *receipt = &evidence->receipt;

  if (record_verify(receipt->promise.data, receipt->promise.len, evidence->card.public_key) != STATUS_OK)
    return refuse(STATUS_BAD_SIGNATURE, "the promise was not signed by the card", reason);
  if (!is_offline(evidence) &&
      record_verify(receipt->authorisation.data, receipt->authorisation.len, evidence->server.public_key) != STATUS_OK)
    return refuse(STATUS_BAD_SIGNATURE, "the authorisation was not signed by the server", reason);
  return STATUS_OK;
}

/* Whether the promise was authorised and done; also names it. */
static enum status outcome_check(const struct evidence *evidence, const char **reason) {
  struct receipt_facts *facts = evidence->facts;
  uint8_t commitment[CRYPTO_SHA256_SIZE];

  if (record_hash(evidence->receipt.promise.data, evidence->receipt.promise.len, facts->hash) != STATUS_OK)
    return refuse(STATUS_CRYPTO_FAILED, "SHA-256 failed", reason);
  if (is_offline(evidence)) /* the promise is the payment */
    return STATUS_OK;
  if (!crypto_sha256(evidence->receipt.secret.data, SECRET_SIZE, commitment))
    return refuse(STATUS_CRYPTO_FAILED, "SHA-256 failed", reason);
  if (!authorisation_answers(&facts->authorisation, &facts->promise, facts->hash))
    return refuse(STATUS_PROOF_MISMATCH, "the authorisation answers another promise", reason);
  if (facts->authorisation.decision != DECISION_APPROVED)
    return refuse(STATUS_DECLINED, "the server declined", reason);
  if (!crypto_equal(commitment, facts->promise.commitment, sizeof commitment))
    return refuse(STATUS_PROOF_MISMATCH, "r does not open the promise: nothing shows that the card did it", reason);
  return STATUS_OK;
}

enum status receipt_verify(const uint8_t *data, size_t len, const uint8_t master_public[CRYPTO_P256_PUBLIC_SIZE],
                           struct receipt_facts *facts, const char **reason) {
  struct evidence evidence = {.master_public = master_public, .facts = facts};
  enum status status = receipt_decode(data, len, &evidence.receipt);

  *reason = "";
  *facts = (struct receipt_facts){0};
  if (status != STATUS_OK)
    return refuse(status, "this is not a receipt", reason);
  if ((status = records_read(&evidence, reason)) != STATUS_OK ||
      (status = certificates_read(&evidence, reason)) != STATUS_OK ||
      (status = chains_check(&evidence, reason)) != STATUS_OK ||
      (status = names_check(&evidence, reason)) != STATUS_OK ||
      (status = signatures_check(&evidence, reason)) != STATUS_OK ||
      (status = outcome_check(&evidence, reason)) != STATUS_OK) {
    *facts = (struct receipt_facts){0};
    return status;
  }
  memcpy(facts->merchant, evidence.terminal.merchant, sizeof facts->merchant);
  facts->card_ca = evidence.card_ca.version;
  return STATUS_OK;
}

enum status receipt_floor(const struct receipt_facts *facts, const struct receipt_floors *least) {
  bool authorised = facts->promise.type != TRANSACTION_OFFLINE_PURCHASE;
  bool server_stands = authorised && facts->authorisation.key_version >= least->server;

  if (facts->card_ca < least->card_ca)
    return server_stands ? STATUS_CARD_WITHDRAWN : STATUS_RECEIPT_WITHDRAWN;
  return authorised && !server_stands ? STATUS_SERVER_WITHDRAWN : STATUS_OK;
}
