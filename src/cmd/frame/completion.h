/* SPDX-License-Identifier: Apache-2.0
 * A program's table of options as a shell's completion, so that the two never differ. */
#ifndef EPURSE_CMD_COMPLETION_H
#define EPURSE_CMD_COMPLETION_H

#include <stdio.h>

#include "option.h"

/* Writes the completion of `program` for `shell`, "bash" or "zsh", to out. STATUS_USAGE: another shell; nothing was
 * written. Whether all could be written is the caller's to ask of `out`. */
enum status completion_print(const struct program *program, const char *shell, FILE *out) EPURSE_MUST_USE;

#endif
