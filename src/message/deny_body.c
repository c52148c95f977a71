/* SPDX-License-Identifier: Apache-2.0
 * Bodies of the deny list: which page is asked for, and the page. */
#include "epurse/bytes.h"
#include "epurse/message_deny.h"
#include "field.h"

json_t *deny_list_body(int64_t after) {
  struct field_writer writer = field_writer();

  field_put_integer(&writer, "after", after);
  return field_done(&writer);
}

enum status deny_list_parse(const json_t *body, int64_t *after) {
  struct field_reader reader = field_reader(body);

  *after = field_integer(&reader, "after", 0, INT64_MAX);
  return field_end(&reader);
}

json_t *deny_page_body(const struct deny_page *page) {
  struct field_writer writer = field_writer();
  uint8_t cards[DENY_PAGE_MAX * DENY_CARD_SIZE];

  for (size_t i = 0; i < page->cards; i++)
    bytes_put_u32(cards + i * DENY_CARD_SIZE, page->card[i]);
  field_put_integer(&writer, "number", page->number);
  field_put_integer(&writer, "latest", page->latest);
  field_put_integer(&writer, "issuer", page->issuer);
  if (page->cards > 0)
    field_put_binary(&writer, "cards", cards, page->cards * DENY_CARD_SIZE);
  field_put_binary(&writer, "card_ca", page->card_ca, page->card_ca_len);
  field_put_integer(&writer, "sum", page->sum);
  field_put_integer(&writer, "count", page->count);
  return field_done(&writer);
}

static void cards_take(struct field_reader *reader, struct deny_page *page) {
  uint8_t cards[DENY_PAGE_MAX * DENY_CARD_SIZE];
  size_t len = 0;

  field_binary_upto(reader, "cards", cards, sizeof cards, &len);
  if (len % DENY_CARD_SIZE != 0)
    field_refuse(reader, STATUS_BAD_FORMAT);
  page->cards = len / DENY_CARD_SIZE;
  for (size_t i = 0; i < page->cards; i++)
    page->card[i] = bytes_u32(cards + i * DENY_CARD_SIZE);
}

enum status deny_page_parse(const json_t *body, struct deny_page *page) {
  struct field_reader reader = field_reader(body);

  *page = (struct deny_page){.latest = field_integer(&reader, "latest", 0, INT64_MAX)};
  page->number = field_integer(&reader, "number", 0, page->latest);
  page->issuer = (uint32_t)field_integer(&reader, "issuer", 0, 999999);
  if (field_there(&reader, "cards"))
    cards_take(&reader, page);
  field_binary_upto(&reader, "card_ca", page->card_ca, sizeof page->card_ca, &page->card_ca_len);
  page->sum = field_integer(&reader, "sum", 0, INT64_MAX);
  page->count = field_integer(&reader, "count", 0, INT64_MAX);
  return field_end(&reader);
}
