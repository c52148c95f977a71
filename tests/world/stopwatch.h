/* SPDX-License-Identifier: Apache-2.0
 * Time as a test looks at it. */
#ifndef TESTS_WORLD_STOPWATCH_H
#define TESTS_WORLD_STOPWATCH_H

/* By the clock that nobody sets. */
long now_ms(void);
void pause_ms(long milliseconds);

#endif
