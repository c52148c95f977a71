/* SPDX-License-Identifier: Apache-2.0
 * Secrets from people and other programs: passphrases and PINs by file descriptor or prompt; a process that keeps them.
 */
#ifndef EPURSE_SECRET_H
#define EPURSE_SECRET_H

#include <stddef.h>

#include "epurse/status.h"

#define SECRET_TEXT_MAX 256

/* First thing in every main, so that no file of its own becomes stdin, stdout or stderr: opens /dev/null where one of
 * them is closed, the wrong way round, so that what is read or written there still fails. */
void process_streams(void);

/* First thing in every main that may hold a key: process_streams, no core dump (RLIMIT_CORE 0), not dumpable (prctl),
 * umask 077, SIGPIPE ignored, memory that OpenSSL frees wiped. */
void process_harden(void);

/* One line from a file descriptor, without its end; reads byte by byte so that the rest stays for the next reader.
 * STATUS_BAD_LENGTH: longer than capacity - 1, or empty; STATUS_CANCELLED: the end, no line; STATUS_STORE_FAILED:
 * cannot be read. Wipe `text`. */
enum status secret_from_fd(int fd, char *text, size_t capacity) EPURSE_MUST_USE;

/* One line from a file that none but its owner can read. STATUS_KEY_EXPOSED, STATUS_NOT_FOUND. */
enum status secret_from_file(const char *path, char *text, size_t capacity) EPURSE_MUST_USE;

/* Asks on /dev/tty with echo off, and reads one whole line. STATUS_USAGE: there is no terminal to ask on, or this
 * process is in its background. STATUS_CANCELLED: Ctrl-C, Ctrl-D. STATUS_BAD_LENGTH: longer than capacity - 1, or
 * empty. */
enum status secret_from_prompt(const char *prompt, char *text, size_t capacity) EPURSE_MUST_USE;

#endif
