/* SPDX-License-Identifier: Apache-2.0
 * The promises next to one, by ATC, and whether they and it name each other. */
#include "neighbours.h"

#include "epurse/crypto.h"
#include "store.h"

enum status neighbours_read(struct ledger *ledger, int64_t id, const struct promise *promise,
                            const uint8_t hash[CRYPTO_SHA256_SIZE], struct neighbours *found) {
  uint8_t other[CRYPTO_SHA256_SIZE], record[PROMISE_SIZE];
  struct promise after;
  *found = (struct neighbours){.fit = true};
  struct query query = query_begin(ledger, QUERY_NEIGHBOURS);
  query_i64(&query, id);
  while (query_row(&query)) {
    bool before = query_read_i64(&query) < id;
    query_read_blob(&query, other, sizeof other);
    query_read_blob(&query, record, sizeof record);
    bool readable = promise_decode(record, sizeof record, &after) == STATUS_OK;
    bool named = before ? crypto_equal(promise->previous, other, sizeof other)
                        : readable && crypto_equal(after.previous, hash, sizeof other);
    found->after = found->after || (!before && named);
    found->fit = found->fit && named;
  }
  return query_end(&query);
}
