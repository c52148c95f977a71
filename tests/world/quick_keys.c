/* SPDX-License-Identifier: Apache-2.0
 * For LD_PRELOAD under `epurse-admin init`: the key files of a test's world are enciphered under scrypt as ever, but
 * each guess at their passphrase takes next to no time instead of 40 ms. The files say so themselves, so that nobody
 * who reads them has to know. A world has ten of them, five of which are read at each start of its back-end. */
#include <dlfcn.h>
#include <openssl/x509.h>
#include <stdint.h>

#define QUICK_N 16

typedef X509_ALGOR *set_scrypt(const EVP_CIPHER *cipher, const unsigned char *salt, int salt_len, unsigned char *iv,
                               uint64_t n, uint64_t r, uint64_t p);

X509_ALGOR *PKCS5_pbe2_set_scrypt(const EVP_CIPHER *cipher, const unsigned char *salt, int salt_len, unsigned char *iv,
                                  uint64_t n, uint64_t r, uint64_t p) {
  set_scrypt *real = (set_scrypt *)dlsym(RTLD_NEXT, "PKCS5_pbe2_set_scrypt");
  return real == NULL ? NULL : real(cipher, salt, salt_len, iv, n < QUICK_N ? n : QUICK_N, r, p);
}
