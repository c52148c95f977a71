/* SPDX-License-Identifier: Apache-2.0
 * The verbs of epurse-pos that give a sale back. */
#ifndef EPURSE_CMD_POS_VERB_REFUND_H
#define EPURSE_CMD_POS_VERB_REFUND_H

#include "epurse/status.h"

/* [RECEIPT|ID] [AMOUNT]: the sale by its number, receipt or reference, or --last; without an amount, the whole of
 * it. */
enum status verb_refund(void *context, char **arguments);
/* The same of the whole of a sale that this till made today. */
enum status verb_void(void *context, char **arguments);

#endif
