/* SPDX-License-Identifier: Apache-2.0
 * The attacker between terminal and server, who has been given the TLS keys of both: he ends both connections, reads
 * and keeps every message, and does to one of them, or to all from one on, what the test says. */
#ifndef EPURSE_TESTS_SYSTEM_WIRE_PROXY_H
#define EPURSE_TESTS_SYSTEM_WIRE_PROXY_H

#include "wire_line.h"

#define PROXY_PATIENCE 4 /* seconds that a terminal waits for its answer */

struct proxy;
/* Starts it before the server of the world, and leads these terminals' lines to it. `delay_ms` is longer than their
 * patience. */
struct proxy *proxy_start(const char *const terminals[], int delay_ms);
/* Leads the lines back and ends. No terminal may be open any more. */
void proxy_stop(struct proxy **proxy);

/* A new operation begins; `recorded` is borrowed. */
void proxy_arm(struct proxy *proxy, const struct line_attack *attack, const struct line_tape *recorded);
/* Nobody attacks from here on; what was delayed has gone its way. Answers whether the attack took place; `tape` gets
 * what went over the line, NULL: is not wanted. */
bool proxy_calm(struct proxy *proxy, struct line_tape *tape);

#endif
