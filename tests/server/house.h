/* SPDX-License-Identifier: Apache-2.0
 * An issuer's directory made for the tests: keys, certificates, configuration, an empty ledger with a shop, a bank and
 * their terminals. */
#ifndef TESTS_SERVER_HOUSE_H
#define TESTS_SERVER_HOUSE_H

#define HOUSE_PASSPHRASE "a passphrase of the tests"
#define HOUSE_POOL       40
#define HOUSE_RATE       10 /* points for 100 minor units at the shop */

#define POS        "POS00001" /* of SHOP */
#define OTHER_POS  "POS00002"
#define RELOAD     "LOAD0001" /* of BANK */
#define DESK       "DESK0001"
#define OTHER_DESK "DESK0002"
#define ADMIN      "ADMIN001"
#define ADMIN_TOO  "ADMIN002"
#define EXPIRED    "POS00009" /* registered, its day was yesterday */

/* Writes the directory, which exists and is empty; fails the test where it cannot. Each terminal gets a folder of its
 * own in it: sig.key, ecka.key, tls.crt. */
void house_make(const char *folder);

/* A client certificate in the terminal's name, signed by itself and not by the terminal CA: PATH/rogue.crt. */
void house_make_rogue(const char *folder, const char *tid);

#endif
