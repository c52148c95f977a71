/* SPDX-License-Identifier: Apache-2.0
 * The verb `measure` of epurse-perso. */
#ifndef EPURSE_CMD_VERB_MEASURE_H
#define EPURSE_CMD_VERB_MEASURE_H

#include "epurse/status.h"

enum status verb_measure(void *context, char **arguments);

#endif
