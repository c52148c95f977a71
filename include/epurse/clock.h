/* SPDX-License-Identifier: Apache-2.0
 * What the kernel says of this machine's clock. */
#ifndef EPURSE_CLOCK_H
#define EPURSE_CLOCK_H

#include <stdbool.h>

/* Whether something keeps the clock (NTP, PTP, a hypervisor). False also where the kernel does not tell. */
bool clock_synchronised(void);

#endif
