/* SPDX-License-Identifier: Apache-2.0
 * The mark of a result that must not be dropped. */
#ifndef EPURSE_MUST_USE_H
#define EPURSE_MUST_USE_H

/* Put after every prototype whose result says whether it was done; GCC and Clang then refuse to drop it. */
#define EPURSE_MUST_USE __attribute__((warn_unused_result))

#endif
