/* SPDX-License-Identifier: Apache-2.0
 * What the kernel says of this machine's clock. */
#include "epurse/clock.h"

#include <sys/timex.h>

bool clock_synchronised(void) {
  struct timex clock = {.modes = 0}; /* asks and changes nothing */
  int state = ntp_adjtime(&clock);

  return state != -1 && state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}
