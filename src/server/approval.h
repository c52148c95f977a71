/* SPDX-License-Identifier: Apache-2.0
 * Steps that need a second administrator where the issuer wants two: kept instead of run, and run when that one gives
 * it. */
#ifndef EPURSE_SERVER_APPROVAL_H
#define EPURSE_SERVER_APPROVAL_H

#include "epurse/ledger.h"

struct reply;
struct request;
struct service;

/* Whether it takes two: `context` is the step's. */
typedef enum status approval_question(struct ledger *ledger, void *context, bool *needed);

struct approval_step {
  ledger_step *step;
  void *context;
  approval_question *question; /* asked in the same transaction; NULL: it always takes two */
  bool always;                 /* asked also where one administrator is enough for the rest */
  /* Of what a desk asks, else NULL: the step is run at once, and answers STATUS_APPROVAL_WAITS, with nothing written,
   * where it needs this to be true. An administrator gives it; where two must agree that asks for it once more, in his
   * own name. */
  bool *approved;
};

/* As envelope_transact. Where two administrators must agree, and request->approval does not say that they do, the
 * request itself is kept, and reply gets STATUS_APPROVAL_WAITS with the approval's number; where it does, that approval
 * is used up in the transaction in which the step runs. Sets reply->status, which is the answer. */
enum status approval_transact(struct service *service, const struct request *request, const struct approval_step *step,
                              struct reply *reply);

#endif
