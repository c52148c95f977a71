/* SPDX-License-Identifier: Apache-2.0
 * The first message under a terminal's next key: until it comes the old one is good, from then on it is nobody's. */
#include "take_up.h"

#include "epurse/crypto.h"
#include "epurse/ledger_terminal_renewal.h"
#include "http/log.h"
#include "http/peer.h"
#include "http/request.h"
#include "service.h"
#include "terminal_cache.h"
#include "writer.h"

static enum status take(struct ledger *ledger, void *context) {
  const struct request *request = context;

  return ledger_terminal_renewal_take(ledger, request->terminal.tid, request->peer->public_key);
}

static enum status look(struct ledger *ledger, void *context) {
  const struct request *request = context;

  return ledger_terminal_renewal_answered(ledger, request->terminal.tid, request->peer->public_key);
}

/* Looked up before: who comes with a key that is nobody's, as often as he likes, has no place in a group that
 * writes. */
enum status take_up(struct service *service, struct request *request) {
  const struct ledger_job looking = {.step = look, .context = request};
  enum status status = writer_read_job(service->writer, &looking);

  if (status == STATUS_OK)
    status = writer_transact(service->writer, take, request);
  if (status == STATUS_NOT_FOUND)
    return STATUS_NOT_AUTHENTICATED;
  if (status != STATUS_OK)
    return status;
  terminal_cache_forget(service->terminal_cache);
  log_line(&service->log, LOG_INFO, "terminal-renewal", "tid=%s over its own line", request->peer->common_name);
  status = terminal_cache_find(service->terminal_cache, service->writer, (const uint8_t *)request->peer->common_name,
                               false, &request->terminal);
  if (status == STATUS_OK &&
      !crypto_equal(request->terminal.sig_public, request->peer->public_key, sizeof request->terminal.sig_public))
    status = STATUS_NOT_AUTHENTICATED; /* renewed again meanwhile */
  return status;
}
