/* SPDX-License-Identifier: Apache-2.0
 * The steps by which a key of the issuer's house is replaced, for the keys that have their own way. */
#ifndef EPURSE_CMD_ADMIN_KEY_H
#define EPURSE_CMD_ADMIN_KEY_H

#include "admin.h"

enum key_step { KEY_ROLL, KEY_CHANGE, KEY_RETIRE };

/* Does that step for the key that certifies terminals; admin->dir is the issuer's directory. Says what is wrong, and
 * what comes next. Each step can be run again where it broke off. */
enum status admin_key_terminal_ca(struct admin *admin, enum key_step step) EPURSE_MUST_USE;

#endif
