# SPDX-License-Identifier: Apache-2.0
# Floor 2: key files, names that last, X.509, secrets in memory.
noinst_LIBRARIES += libkeys.a
libkeys_a_SOURCES = src/keys/folder.c src/keys/heap.c src/keys/key.c src/keys/keyfile.c src/keys/pkcs8.c src/keys/prompt.c src/keys/secret.c \
	src/keys/x509.c src/keys/x509_extension.c src/keys/x509_subject.c
LINK_KEYS = libkeys.a $(LINK_PROTOCOL)
