/* SPDX-License-Identifier: Apache-2.0
 * A block cipher in CBC, on libcrypto. */
#include "cipher.h"

#include <limits.h>

#include "epurse/crypto.h"

bool cipher_cbc(const struct cipher_job *job, const uint8_t *in, size_t len, uint8_t *out) {
  EVP_CIPHER_CTX *context = NULL;
  int written = 0;
  bool done = false;

  if (job->cipher == NULL || len % job->block != 0 || len > INT_MAX)
    return false;
  context = EVP_CIPHER_CTX_new();
  if (context == NULL || EVP_CipherInit_ex2(context, job->cipher, job->key, job->iv, job->encrypt, NULL) != 1 ||
      EVP_CIPHER_CTX_set_padding(context, 0) != 1)
    goto out;
  done = len == 0 || (EVP_CipherUpdate(context, out, &written, in, (int)len) == 1 && (size_t)written == len);

out:
  if (!done)
    crypto_wipe(out, len);
  EVP_CIPHER_CTX_free(context); /* wipes the key schedule */
  return done;
}
