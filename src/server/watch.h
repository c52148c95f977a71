/* SPDX-License-Identifier: Apache-2.0
 * The ledger's invariants while the server runs: a few cards each second, all of them again and again. */
#ifndef EPURSE_SERVER_WATCH_H
#define EPURSE_SERVER_WATCH_H

#include <stdbool.h>

#include "epurse/status.h"

struct service;
struct watch;

/* Begins to watch the service's ledger, by configuration.watch cards a second (0: not at all, *watch is NULL), in steps
 * among everybody else's; never more than a hundredth of the writer's time. STATUS_NO_MEMORY, or the ledger's. */
enum status watch_open(struct service *service, struct watch **watch) EPURSE_MUST_USE;

/* Before the writer is closed. NULL is fine. */
void watch_close(struct watch **watch);

/* The ledger contradicts itself, as `line` says: loud, and from now on no order is taken until the server has been
 * started again. Any thread. */
void watch_alarm(struct service *service, const char *line);

/* Whether that has happened. Any thread. */
bool watch_alarmed(const struct service *service);

#endif
