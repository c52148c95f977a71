/* SPDX-License-Identifier: Apache-2.0
 * Where the cryptography of this thread is counted: only for src/crypto/. */
#ifndef EPURSE_CRYPTO_TALLY_H
#define EPURSE_CRYPTO_TALLY_H

#include "epurse/crypto.h"

/* What crypto_tally_attach named, or a tally of this thread that nobody reads. Never NULL. */
struct crypto_tally *tally_of_thread(void);

#endif
