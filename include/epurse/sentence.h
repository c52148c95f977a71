/* SPDX-License-Identifier: Apache-2.0
 * Sentences for people that stand below the programs: marked for the catalogue here, translated at the programs'
 * edge. */
#ifndef EPURSE_SENTENCE_H
#define EPURSE_SENTENCE_H

/* Marks a sentence for the catalogue (po/) where it stands; it stays English until it is said. */
#define SENTENCE(english) english

#endif
