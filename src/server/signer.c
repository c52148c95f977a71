/* SPDX-License-Identifier: Apache-2.0
 * What the server says to cards, signed with its SIG key. */
#include "signer.h"

#include <string.h>

static enum status sign(void *context, struct authorisation *authorisation, uint8_t record[AUTHORISATION_SIZE]) {
  const struct service *service = context;

  authorisation->key_version = service->keyring.server_certificate.certificate.version;
  authorisation_encode(authorisation, record);
  return record_sign(record, AUTHORISATION_TLV_SIZE, key_private(service->keyring.server));
}

struct ledger_signer signer_of(struct service *service) {
  return (struct ledger_signer){.sign = sign, .context = service};
}

enum status signer_block(struct service *service, const uint8_t cid[CID_SIZE], uint8_t record[BLOCK_ORDER_SIZE]) {
  struct block_order order = {.key_version = service->keyring.server_certificate.certificate.version};

  memcpy(order.cid, cid, CID_SIZE);
  moment_from_unix(service_now(service), order.time);
  block_order_encode(&order, record);
  return record_sign(record, BLOCK_ORDER_TLV_SIZE, key_private(service->keyring.server));
}
