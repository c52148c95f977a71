/* SPDX-License-Identifier: Apache-2.0
 * The running service: a till, and the front ends that its configuration names, in one event loop. */
#ifndef EPURSE_CMD_TILL_SERVICE_H
#define EPURSE_CMD_TILL_SERVICE_H

#include "epurse/status.h"
#include "http/log.h"

struct service_options {
  const char *config; /* the terminal's directory, or its terminal.conf */
  const char *reader; /* NULL: as configured */
  const struct log *log;
};

/* Runs until SIGTERM or SIGINT; what a card has begun is finished first. `problem` (256 bytes) says why it could not
 * begin. */
enum status service_run(const struct service_options *options, char problem[256]) EPURSE_MUST_USE;

#endif
