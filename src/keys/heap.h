/* SPDX-License-Identifier: Apache-2.0
 * OpenSSL's heap, wiped when it is given back: only for src/keys/. */
#ifndef EPURSE_KEYS_HEAP_H
#define EPURSE_KEYS_HEAP_H

/* From now on whatever OpenSSL frees is wiped first, in this whole process. OpenSSL 3.0 by itself leaves the DER of
 * each private key that it decodes, and what is resized. Before the first use of OpenSSL; later it changes nothing. */
void heap_wipe_freed(void);

#endif
