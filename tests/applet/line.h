/* SPDX-License-Identifier: Apache-2.0
 * The pipe to the applet's runtime: orders out, answers in (applet/runtime/engine/Pipe.java says which). */
#ifndef EPURSE_TESTS_APPLET_LINE_H
#define EPURSE_TESTS_APPLET_LINE_H

#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_ANSWER 65535

/* Starts the runtime with a shell command, before anything is ordered. It ends with this process. */
void line_start(const char *command);

/* One order. The answer stands in a buffer of the line's own until the next order; *len: its bytes. Where the runtime
 * is gone (it says why on standard error) the process is aborted. */
const uint8_t *line_order(char letter, const void *body, size_t len, size_t *answer_len);

/* So many bytes more, where the runtime says more than one answer. */
void line_receive(void *bytes, size_t len);

#endif
