/* SPDX-License-Identifier: Apache-2.0
 * A private P-256 key at rest and in use: PKCS#8 PEM files now, a PKCS#11 token behind the same functions later. */
#ifndef EPURSE_KEY_H
#define EPURSE_KEY_H

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/crypto.h"
#include "epurse/status.h"

struct key; /* opaque; its secret is wiped by key_free */

/* A new key. STATUS_CRYPTO_FAILED, STATUS_NO_MEMORY. The caller frees it with key_free. */
enum status key_generate(struct key **key) EPURSE_MUST_USE;

/* Reads a PKCS#8 PEM file (RFC 5958). `passphrase` is NULL for a file that is not enciphered.
 * STATUS_NOT_FOUND; STATUS_KEY_EXPOSED: group or others can read it; STATUS_BAD_KEY. */
enum status key_load(const char *path, const char *passphrase, struct key **key) EPURSE_MUST_USE;

/* Writes a new PKCS#8 PEM file of mode 0600, enciphered (AES-256-CBC, scrypt or PBKDF2) unless passphrase is NULL;
 * never over an existing one. STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status key_store(const struct key *key, const char *path, const char *passphrase) EPURSE_MUST_USE;

/* Wipes and releases; *key becomes NULL. NULL is fine. */
void key_free(struct key **key);

/* The public key, CRYPTO_P256_PUBLIC_SIZE bytes; borrowed, lives as long as the key. */
const uint8_t *key_public(const struct key *key);

/* The private scalar, CRYPTO_P256_PRIVATE_SIZE bytes; borrowed. For protocol functions that take raw keys. */
const uint8_t *key_private(const struct key *key);

/* ECDSA with SHA-256; the library's key object is decoded once and kept. From any thread. STATUS_CRYPTO_FAILED. */
enum status key_sign(const struct key *key, const uint8_t *data, size_t len,
                     uint8_t signature[CRYPTO_SIGNATURE_SIZE]) EPURSE_MUST_USE;

/* ECDH: the x coordinate. Likewise. STATUS_CRYPTO_FAILED, also where the other's point is not on the curve: `shared`
 * is then zeros. */
enum status key_agree(const struct key *key, const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE],
                      uint8_t shared[CRYPTO_P256_SHARED_SIZE]) EPURSE_MUST_USE;

/* The key as OpenSSL wants it for TLS and X.509; borrowed. */
EVP_PKEY *key_evp(const struct key *key);

#define DOMAIN_KEY_FILE_MAX 32 /* bytes of one key */

/* A symmetric key file: 32 hexadecimal digits (AES-128), mode 0600. Same errors as key_load. Wipe it after use. */
enum status aes_key_load(const char *path, uint8_t key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;
/* The keys of a card's security domain: one line of 32, 48 or 64 hexadecimal digits for all three, or three lines of
 * one length: ENC, MAC, DEK; mode 0600. *len: bytes of each. Same errors. Wipe them after use. */
enum status domain_key_load(const char *path, uint8_t keys[3][DOMAIN_KEY_FILE_MAX], size_t *len) EPURSE_MUST_USE;
/* Writes one as a new file. STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status aes_key_store(const char *path, const uint8_t key[CRYPTO_AES_KEY_SIZE]) EPURSE_MUST_USE;

/* Public material: whole small files, read into malloc'd memory that the caller frees; at most 64 KiB.
 * STATUS_NOT_FOUND, STATUS_BAD_LENGTH. public_file_store never overwrites: STATUS_EXISTS. */
enum status public_file_load(const char *path, uint8_t **data, size_t *len) EPURSE_MUST_USE;
struct certificate;
struct certificate_check;
/* A certificate that cards read, out of its file; nothing in it is borrowed, so that signed_part is NULL. `check` NULL:
 * unverified. Also as certificate_decode and certificate_verify. */
enum status certificate_file_load(const char *path, const struct certificate_check *check,
                                  struct certificate *certificate) EPURSE_MUST_USE;
/* A new file of mode 0644, durable when it returns. STATUS_STORE_FAILED: nothing is left of it. */
enum status public_file_store(const char *path, const uint8_t *data, size_t len) EPURSE_MUST_USE;

/* Writes the public half as a new PEM file (SubjectPublicKeyInfo, RFC 7468 13). STATUS_EXISTS, STATUS_STORE_FAILED. */
enum status public_key_store(const struct key *key, const char *path) EPURSE_MUST_USE;
/* And reads one. STATUS_NOT_FOUND; STATUS_BAD_KEY: not PEM, not P-256, not on the curve. */
enum status public_key_load(const char *path, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) EPURSE_MUST_USE;

#endif
