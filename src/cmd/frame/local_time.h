/* SPDX-License-Identifier: Apache-2.0
 * Moments for people: in the time of where they are, which machines are never told. */
#ifndef EPURSE_CMD_LOCAL_TIME_H
#define EPURSE_CMD_LOCAL_TIME_H

#include <stdint.h>

#include "epurse/moment.h"

#define LOCAL_TIME_MAX 48

/* "2026-05-01 14:00:00 CEST" of a moment in UTC, by the time zone of the environment (TZ); as moment_print where it is
 * no moment. */
void local_time_print(const uint8_t moment[MOMENT_SIZE], char text[LOCAL_TIME_MAX]);
/* The same of unix seconds. */
void local_time_print_unix(int64_t seconds, char text[LOCAL_TIME_MAX]);

#endif
