/* SPDX-License-Identifier: Apache-2.0
 * What a till does for its customers. */
#ifndef EPURSE_TILL_KIND_H
#define EPURSE_TILL_KIND_H

enum till_kind {
  TILL_SALE = 1,
  TILL_REFUND,
  TILL_LOAD,
  TILL_PAYOUT,
};

/* "sale", "refund", "load", "payout"; "" for what is none. Static. */
const char *till_kind_name(enum till_kind kind);

#endif
