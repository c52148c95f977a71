/* SPDX-License-Identifier: Apache-2.0
 * POST /v1/payouts: a card promised money for its holder's hand; may it? POST /v1/hand-outs: it has left the card; the
 * terminal asks for the word to hand it out, or has it owed to the card, or says that it was handed out. */
#include <stdio.h>

#include "authorisation_request.h"
#include "endpoints.h"
#include "epurse/inquiry.h"
#include "epurse/ledger_payout.h"
#include "fate.h"
#include "service.h"
#include "signer.h"

_Static_assert((int)PAYOUT_WISH_PAY == (int)HAND_OUT_PAY && (int)PAYOUT_WISH_BACK == (int)HAND_OUT_BACK &&
                   (int)PAYOUT_WISH_DONE == (int)HAND_OUT_DONE,
               "message and ledger number the wishes alike");

static enum status authorise(struct ledger *ledger, struct authorisation_request *asked) {
  struct ledger_signer signer = signer_of(asked->service);
  struct ledger_account account;
  const struct ledger_payout_terms terms = {asked->body.iban[0] == '\0' ? NULL : &account, asked->body.closes};

  (void)snprintf(account.iban, sizeof account.iban, "%s", asked->body.iban);
  (void)snprintf(account.name, sizeof account.name, "%s", asked->body.holder);
  return ledger_payout_authorise(ledger, &asked->offer, &terms, &signer, &asked->transaction);
}

void post_payout(struct service *service, const struct request *request, struct reply *reply) {
  struct authorisation_request asked = {.service = service, .request = request, .decide = authorise};

  authorisation_serve(&asked, reply);
}

void post_hand_out(struct service *service, const struct request *request, struct reply *reply) {
  fate_serve(service, request, ledger_payout_settle, reply);
}
