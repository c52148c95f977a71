/* SPDX-License-Identifier: Apache-2.0
 * How a key comes to be out of its scalar: only for src/keys/. */
#ifndef EPURSE_KEYS_KEY_OBJECT_H
#define EPURSE_KEYS_KEY_OBJECT_H

#include "epurse/key.h"

/* The key of a private scalar, which is copied. STATUS_BAD_KEY: not in 1 .. n - 1; STATUS_CRYPTO_FAILED,
 * STATUS_NO_MEMORY. The caller frees it with key_free. */
enum status key_of_scalar(const uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE], struct key **key) EPURSE_MUST_USE;

#endif
