/* SPDX-License-Identifier: Apache-2.0
 * What the server says to cards, signed with its SIG key. */
#include "signer.h"

#include <string.h>

#include "epurse/key.h"
#include "service.h"

/* With the key as the library holds it: as bytes it would have to be taken in anew for each signature. */
static enum status sign_record(const struct service *service, uint8_t *record, size_t tlv_len) {
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  enum status status = key_sign(service->keyring.server, record, tlv_len, signature);

  if (status == STATUS_OK)
    record_attach(record, tlv_len, signature);
  return status;
}

static enum status sign(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]) {
  const struct service *service = context;

  authorisation->key_version = service->keyring.server_certificate.certificate.version;
  authorisation_encode(authorisation, record);
  return sign_record(service, record, AUTHORISATION_TLV_SIZE);
}

struct ledger_signer signer_of(struct service *service) {
  return (struct ledger_signer){.sign = sign, .context = service};
}

enum status signer_block(struct service *service, const uint8_t cid[CID_SIZE], uint8_t record[BLOCK_ORDER_SIZE]) {
  struct block_order order = {.key_version = service->keyring.server_certificate.certificate.version};

  memcpy(order.cid, cid, CID_SIZE);
  moment_from_unix(service_now(service), order.time);
  block_order_encode(&order, record);
  return sign_record(service, record, BLOCK_ORDER_TLV_SIZE);
}
