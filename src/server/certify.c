/* SPDX-License-Identifier: Apache-2.0
 * Certificates for a new card's two keys, under the card CA. */
#include "certify.h"

#include <string.h>

#include "epurse/command.h"
#include "epurse/key.h"
#include "epurse/message_desk.h"
#include "service.h"

/* The same day, some years on; years are BCD. There is no 29 February in most years: then the day before. */
void certify_expiry(const struct service *service, uint8_t expiry[DATE_SIZE]) {
  uint8_t moment[MOMENT_SIZE];

  moment_from_unix(service_now(service), moment);
  unsigned year = (moment[0] >> 4U) * 1000U + (moment[0] & 0x0FU) * 100U + (moment[1] >> 4U) * 10U +
                  (moment[1] & 0x0FU) + service->configuration.validity_years;
  expiry[0] = (uint8_t)(year / 1000 % 10 << 4 | year / 100 % 10);
  expiry[1] = (uint8_t)(year / 10 % 10 << 4 | year % 10);
  expiry[2] = moment[2];
  expiry[3] = moment[3];
  if (!date_valid(expiry))
    expiry[3] = 0x28;
}

/* What both certificates have in common. */
static bool begin(const struct service *service, const uint8_t expiry[DATE_SIZE], struct certificate *certificate) {
  const struct certificate *ca = &service->keyring.card_ca_certificate.certificate;

  *certificate = (struct certificate){.version = KVN_FIRST};
  memcpy(certificate->ca_id, ca->subject, sizeof certificate->ca_id);
  memcpy(certificate->expiry, expiry, DATE_SIZE);
  return crypto_random(certificate->serial, sizeof certificate->serial);
}

enum status certify_ready(const struct service *service) {
  return service->keyring.card_ca != NULL ? STATUS_OK : STATUS_NOT_ISSUING;
}

enum status certify_keys(const struct service *service, const struct card_request *keys,
                         struct certification_reply *reply) {
  const uint8_t *ca = key_private(service->keyring.card_ca);
  struct certificate certificate;

  if (!begin(service, reply->parameters.expiry, &certificate))
    return STATUS_CRYPTO_FAILED;
  certificate.role = ROLE_CARD_SIG;
  memcpy(certificate.subject, reply->parameters.cid, CID_SIZE);
  certificate.offline_currency = reply->parameters.currency;
  certificate.offline = reply->parameters.offline; /* as the card will hold it */
  memcpy(certificate.public_key, keys->sig_public, CRYPTO_P256_PUBLIC_SIZE);
  enum status status =
      certificate_issue(&certificate, ca, reply->card_sig, sizeof reply->card_sig, &reply->card_sig_len);
  if (status != STATUS_OK)
    return status;
  if (!begin(service, reply->parameters.expiry, &certificate) ||
      !crypto_random(certificate.subject, sizeof certificate.subject))
    return STATUS_CRYPTO_FAILED;
  certificate.role = ROLE_CARD_ECKA;
  memcpy(certificate.public_key, keys->ecka_public, CRYPTO_P256_PUBLIC_SIZE);
  return certificate_issue(&certificate, ca, reply->card_ecka, sizeof reply->card_ecka, &reply->card_ecka_len);
}
