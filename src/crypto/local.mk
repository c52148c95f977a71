# SPDX-License-Identifier: Apache-2.0
# Floor 0: the cryptography that card and host share, on libcrypto.
noinst_LIBRARIES += libcrypto-port.a
libcrypto_port_a_SOURCES = src/crypto/aes.c src/crypto/cipher.c src/crypto/digest.c src/crypto/domain.c src/crypto/p256.c \
	src/crypto/p256_key.c src/crypto/secret.c src/crypto/tally.c
LINK_CRYPTO = libcrypto-port.a $(CRYPTO_LIBS)
