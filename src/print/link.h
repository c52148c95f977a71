/* SPDX-License-Identifier: Apache-2.0
 * The line to a printer: a file, a device, a port of the network, a queue. Every wait ends at one moment. */
#ifndef EPURSE_PRINT_LINK_H
#define EPURSE_PRINT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "epurse/status.h"

struct link {
  int fd;
  bool socket, file, answers; /* answers: something may come back */
  pid_t queue;                /* the program that takes it; 0: none */
  int64_t until;              /* CLOCK_MONOTONIC milliseconds */
};

bool link_named(const char *output);
/* As struct print_setting names it, for so many seconds. STATUS_PRINTER_OFF. */
enum status link_open(const char *output, unsigned seconds, struct link *link) EPURSE_MUST_USE;
/* All of it. STATUS_PRINTER_OFF: not in time. */
enum status link_send(struct link *link, const void *data, size_t len) EPURSE_MUST_USE;
/* A byte that comes back, within that many milliseconds and the link's own time; false: none did. */
bool link_hear(struct link *link, int milliseconds, uint8_t *byte);
/* What came back before now is forgotten. */
void link_forget(struct link *link);
/* Ends it; a file is on its disk then, and a queue has it. `good`: all was sent. STATUS_PRINTER_OFF. */
enum status link_close(struct link *link, bool good) EPURSE_MUST_USE;

#endif
