/* SPDX-License-Identifier: Apache-2.0
 * The bodies of the deny list, by which a terminal takes cards off-line. message.h has the rules for all bodies; the
 * signature and the time are those of the reply that carries a page. */
#ifndef EPURSE_MESSAGE_DENY_H
#define EPURSE_MESSAGE_DENY_H

#include "epurse/message.h"

#define DENY_PAGE_MAX    2000 /* cards of a page: with it a reply stays below MESSAGE_MAX */
#define DENY_CARD_SIZE   4    /* of each: its serial, big-endian; DENY_CARD_LIFTED with it: denied no more */
#define DENY_CARD_LIFTED 0x80000000U
#define DENY_CARD_CA_MAX (2 * CERTIFICATE_MAX) /* while the card CA is rolled there are two */

/* DENY_LIST {"after"}: the number of the list that the terminal has, 0: none. */
/* `after` is not looked at. */
json_t *deny_list_body(int64_t after);
/* STATUS_BAD_FORMAT: below 0. */
enum status deny_list_parse(const json_t *body, int64_t *after) EPURSE_MUST_USE;

/* -> {"number","latest","issuer"[,"cards"],"card_ca","sum","count"}: a page. Where number is not latest yet, the
 * terminal asks again, after that number; the list is whole, and of this reply's time, when they are equal. */
struct deny_page {
  int64_t number, latest;
  uint32_t issuer; /* first six digits of each card's number */
  size_t cards;
  uint32_t card[DENY_PAGE_MAX];
  uint8_t card_ca[DENY_CARD_CA_MAX]; /* 7F21, one behind the other: whose cards are good */
  size_t card_ca_len;
  int64_t sum, count; /* the terminal's allowance until its next contact: minor units, payments; 0: it takes nothing */
};
/* Writes all of it; the cards where there are any. */
json_t *deny_page_body(const struct deny_page *page);
/* STATUS_BAD_FORMAT: also where number is above latest. The certificate is not decoded. */
enum status deny_page_parse(const json_t *body, struct deny_page *page) EPURSE_MUST_USE;

#endif
