/* SPDX-License-Identifier: Apache-2.0
 * The verb `renew` of epurse-perso: with --to a cardholder's card, else this terminal's certificates. */
#ifndef EPURSE_CMD_VERB_RENEW_CARD_H
#define EPURSE_CMD_VERB_RENEW_CARD_H

#include "epurse/status.h"

enum status verb_renew_card(void *context, char **arguments);

#endif
