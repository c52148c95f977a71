/* SPDX-License-Identifier: Apache-2.0
 * The verb `batch` of epurse-perso. */
#ifndef EPURSE_CMD_VERB_BATCH_H
#define EPURSE_CMD_VERB_BATCH_H

#include "epurse/status.h"

enum status verb_batch(void *context, char **arguments);

#endif
