/* SPDX-License-Identifier: Apache-2.0
 * Moments by the time zone of the environment. */
#include "local_time.h"

#include <stdio.h>
#include <time.h>

void local_time_print_unix(int64_t seconds, char text[LOCAL_TIME_MAX]) {
  time_t moment = (time_t)seconds;
  struct tm parts;
  uint8_t utc[MOMENT_SIZE];
  char plain[21];

  if (localtime_r(&moment, &parts) != NULL && strftime(text, LOCAL_TIME_MAX, "%Y-%m-%d %H:%M:%S %Z", &parts) > 0)
    return;
  moment_from_unix(seconds, utc);
  moment_print(utc, plain);
  (void)snprintf(text, LOCAL_TIME_MAX, "%s", plain);
}

void local_time_print(const uint8_t moment[MOMENT_SIZE], char text[LOCAL_TIME_MAX]) {
  char plain[21];

  if (moment_valid(moment)) {
    local_time_print_unix(moment_to_unix(moment), text);
    return;
  }
  moment_print(moment, plain);
  (void)snprintf(text, LOCAL_TIME_MAX, "%s", plain);
}
