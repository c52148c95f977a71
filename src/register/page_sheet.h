/* SPDX-License-Identifier: Apache-2.0
 * What was counted, shift by shift and closing by closing, on the page or on paper. */
#ifndef EPURSE_REGISTER_PAGE_SHEET_H
#define EPURSE_REGISTER_PAGE_SHEET_H

#include "epurse/terminal_closing.h"

struct page_visit;
struct print_document;

struct sheet {
  struct page_visit *visit;     /* whose language it is */
  struct print_document *paper; /* NULL: it goes onto the visit's page */
};

/* The sums that are not empty, those of cashiers too. */
void sheet_count(const struct sheet *sheet, const struct count *count);
/* Which shift, whose, and its drawer. */
void sheet_shift(const struct sheet *sheet, const struct closing *shift);
/* All of a shift, of a closing, or of what there is since the last one (number 0). `hash`: where it has ended. */
void sheet_closing(const struct sheet *sheet, const struct closing *closing, const uint8_t hash[CRYPTO_SHA256_SIZE]);
/* The same on the till's printer. Statuses of till_print_document. */
enum status sheet_print(struct page_visit *visit, const struct closing *closing,
                        const uint8_t hash[CRYPTO_SHA256_SIZE]) EPURSE_MUST_USE;

#endif
