/* SPDX-License-Identifier: Apache-2.0
 * The verb `prepare` of epurse-perso. */
#ifndef EPURSE_CMD_VERB_PREPARE_H
#define EPURSE_CMD_VERB_PREPARE_H

#include "epurse/status.h"

enum status verb_prepare(void *context, char **arguments);

#endif
