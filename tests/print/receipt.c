/* SPDX-License-Identifier: Apache-2.0
 * Receipts as they come out of a printer, against files: EPURSE_GOLDEN=1 writes those anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/outcome.h"
#include "epurse/print.h"
#include "epurse/record.h"
#include "epurse/tender.h"
#include "suites.h"

#define FONT "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"

static const struct print_setting narrow = {.width = 58, .code_table = 19};

static void golden(const char *name, const void *data, size_t len) {
  const char *source = getenv("top_srcdir");
  char path[1024];
  static uint8_t wanted[64 * 1024];
  snprintf(path, sizeof path, "%s/tests/print/%s", source != NULL ? source : ".", name);
  FILE *file = fopen(path, getenv("EPURSE_GOLDEN") != NULL ? "w+" : "r");
  ck_assert_msg(file != NULL, "%s is not there", path);
  if (getenv("EPURSE_GOLDEN") != NULL) {
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    rewind(file);
  }
  size_t wanted_len = fread(wanted, 1, sizeof wanted, file);
  fclose(file);
  if (wanted_len != len || memcmp(wanted, data, len) != 0)
    printf("# %s is now:\n%.*s\n", name, (int)len, (const char *)data);
  ck_assert_uint_eq(wanted_len, len);
  ck_assert_mem_eq(wanted, data, len);
}

static struct outcome outcome_of(uint8_t type) {
  struct outcome outcome = {.cid = {0x99, 0x99, 0x99, 0, 0, 0, 0x12, 0x34},
                            .atc = 7,
                            .type = type,
                            .amount = {1250, 978},
                            .balance_before = 5000,
                            .balance_after = 3750,
                            .points = 12,
                            .points_after = 40,
                            .number = 21,
                            .reference = "R-1001"};
  moment_from_unix(1796040000, outcome.time);
  return outcome;
}

static struct print_document *document_of(const struct outcome *outcome, bool shop, bool again) {
  static uint8_t proof[1500];
  struct print_document *document = NULL;
  for (size_t i = 0; i < sizeof proof; i++)
    proof[i] = (uint8_t)(i * 167 + i / 256 + 11);
  const struct print_receipt receipt = {.merchant = "BAKERY",
                                        .merchant_name = "Bäckerei am Eck",
                                        .tid = "POS00001",
                                        .outcome = outcome,
                                        .proof = proof,
                                        .proof_len = sizeof proof,
                                        .shop = shop,
                                        .again = again};
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_receipt(document, &receipt);
  return document;
}

static void golden_text(const char *name, const struct outcome *outcome, bool shop, unsigned columns) {
  struct print_document *document = document_of(outcome, shop, shop);
  char *text = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_text(document, columns, &text, &len), STATUS_OK);
  golden(name, text, len);
  free(text);
  print_document_free(&document);
}

START_TEST(as_text) {
  struct outcome outcome = outcome_of(TRANSACTION_PURCHASE);
  golden_text("holder-80.txt", &outcome, false, 48);
  golden_text("holder-58.txt", &outcome, false, 32);
  outcome = outcome_of(TRANSACTION_OFFLINE_PURCHASE);
  outcome.offline = outcome.without_pin = true;
  outcome.wanted = 1500;
  outcome.points_after = -1;
  golden_text("shop-58.txt", &outcome, true, 32);
}
END_TEST

START_TEST(as_escpos) {
  struct outcome outcome = outcome_of(TRANSACTION_LOAD);
  struct print_document *document = document_of(&outcome, false, false);
  uint8_t *data = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_escpos(document, &narrow, &data, &len), STATUS_OK);
  golden("holder-58.bin", data, len);
  free(data);
  print_document_free(&document);
}
END_TEST

/* The dots of a picture as people see them, rows joined. */
static size_t dots_of(const uint8_t *data, size_t len, char *text) {
  size_t used = 0;
  for (const uint8_t *at = data; (at = memmem(at, len - (size_t)(at - data), "\x1Dv0", 3)) != NULL;) {
    size_t across = at[4], rows = at[6];
    at += 8;
    for (size_t row = 0; row < rows; row++, at += across, text[used++] = '\n')
      for (size_t x = 0; x < 8 * across; x++)
        text[used++] = (at[x / 8] & 0x80 >> x % 8) != 0 ? '#' : '.';
  }
  return used;
}

/* A line of the page, lines that it lacks characters for: plain, bold, double, at each edge. */
static void drawn(enum print_words words, const char *font, uint8_t **data, size_t *len) {
  struct print_setting setting = narrow;
  struct print_document *document = NULL;
  setting.words = words;
  snprintf(setting.font, sizeof setting.font, "%s", font);
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_line(document, PRINT_CENTRE, PRINT_BOLD | PRINT_DOUBLE, "\u0141\u00F3d\u017A");
  print_line(document, PRINT_LEFT, PRINT_PLAIN, "12,50 \u20AC");
  print_pair(document, PRINT_PLAIN, "\u0421\u0443\u043C\u043C\u0430", "1\u202F250,00 \u20AC");
  print_line(document, PRINT_RIGHT, PRINT_BOLD, "\u0395\u03C5\u03C1\u03CE \u6F22");
  ck_assert_int_eq(print_escpos(document, &setting, data, len), STATUS_OK);
  print_document_free(&document);
}

START_TEST(as_drawn) {
  static char text[512 * 1024];
  const struct print_setting asked = {.words = PRINT_WORDS_MIXED, .font = FONT};
  uint8_t *data = NULL;
  size_t len = 0;
  if (!print_font_there(&asked)) /* nor FreeType, perhaps */
    return;
  drawn(PRINT_WORDS_MIXED, FONT, &data, &len);
  golden("drawn-58.txt", text, dots_of(data, len, text));
  ck_assert_ptr_nonnull(memmem(data, len, "12,50 \xD5\n", 8));
  free(data);
  drawn(PRINT_WORDS_DRAWN, FONT, &data, &len);
  ck_assert_ptr_null(memmem(data, len, "12,50", 5));
  ck_assert_uint_eq(dots_of(data, len, text), (54 + 3 * 30) * 385);
  free(data);
}
END_TEST

/* Without its font it prints what the page has. */
START_TEST(as_drawn_without_a_font) {
  const struct print_setting asked = {.words = PRINT_WORDS_DRAWN, .font = "none.ttf"};
  uint8_t *data = NULL;
  size_t len = 0;
  ck_assert(!print_font_there(&asked));
  ck_assert(print_font_there(&narrow));
  drawn(PRINT_WORDS_DRAWN, "none.ttf", &data, &len);
  ck_assert_ptr_null(memmem(data, len, "\x1Dv0", 3));
  ck_assert_ptr_nonnull(memmem(data, len, "12,50 \xD5\n", 8));
  ck_assert_ptr_nonnull(memmem(data, len, "?????", 5));
  free(data);
}
END_TEST

/* What poppler reads out of the PDF: two pages, one for each copy, and all on them. */
START_TEST(as_pdf) {
  struct outcome outcome = outcome_of(TRANSACTION_PURCHASE);
  struct print_document *document = document_of(&outcome, false, false);
  const struct print_receipt shop = {.merchant = "BAKERY",
                                     .merchant_name = "\xC5\x81\xC3\xB3"
                                                      "d\xC5\xBA \xE2\x82\xAC",
                                     .tid = "POS00001",
                                     .outcome = &outcome,
                                     .shop = true};
  uint8_t *data = NULL;
  size_t len = 0;
  char text[8192];
  if (!print_pdf_there() || system("command -v pdftotext >/dev/null") != 0) {
    print_document_free(&document);
    return;
  }
  print_receipt(document, &shop);
  ck_assert_int_eq(print_pdf(document, &data, &len), STATUS_OK);
  FILE *file = fopen("receipt.pdf", "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(data, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
  FILE *read = popen("pdftotext -layout receipt.pdf - | tr -s ' ' | sed '/^ *$/d'", "r");
  ck_assert_ptr_nonnull(read);
  len = fread(text, 1, sizeof text, read);
  ck_assert_int_eq(pclose(read), 0);
  ck_assert_int_eq(remove("receipt.pdf"), 0);
  golden("both-pdf.txt", text, len);
  free(data);
  print_document_free(&document);
}
END_TEST

static void says(const struct outcome *outcome, bool shop, const char *const *texts, bool proof) {
  struct print_document *document = document_of(outcome, shop, false);
  char *text = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_text(document, 48, &text, &len), STATUS_OK);
  for (; *texts != NULL; texts++)
    ck_assert_msg(memmem(text, len, *texts, strlen(*texts)) != NULL, "%s is not in: %.*s", *texts, (int)len, text);
  ck_assert((memmem(text, len, "proof", 5) != NULL) == proof);
  free(text);
  print_document_free(&document);
}

/* With the payout that closes its card; and when the card is issued, which is no transaction. */
START_TEST(the_deposit) {
  static const char *const closed[] = {"12.50 EUR", "The card's deposit", "5.00 EUR", "In all", "17.50 EUR", NULL};
  static const char *const issued[] = {
      "Deposit", "5.00 EUR", "....1234", "POS00001", "closed", "The cardholder's receipt", NULL};
  struct outcome outcome = outcome_of(TRANSACTION_PAYOUT);
  outcome.deposit = 500;
  says(&outcome, false, closed, true);
  says(&outcome, true, closed, false);
  outcome.type = 0;
  says(&outcome, false, issued, false);
}
END_TEST

/* Both copies tell what moves no money from what does. */
START_TEST(points_are_no_money) {
  static const char *const paid[] = {"Purchase with points", "12.50 EUR", NULL};
  static const char *const back[] = {"Refund in points", "12.50 EUR", NULL};
  struct outcome outcome = outcome_of(TRANSACTION_POINTS_PURCHASE);
  says(&outcome, true, paid, false);
  says(&outcome, false, paid, true);
  outcome.type = TRANSACTION_REFUND;
  outcome.sale_in_points = true;
  says(&outcome, true, back, false);
  says(&outcome, false, back, true);
}
END_TEST

/* What the shop keeps says nothing of what the holder has. */
START_TEST(the_shop_is_told_no_balance) {
  struct outcome outcome = outcome_of(TRANSACTION_PURCHASE);
  struct print_document *document = document_of(&outcome, true, false);
  char *text = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_text(document, 48, &text, &len), STATUS_OK);
  ck_assert_ptr_null(memmem(text, len, "37.50", 5));
  ck_assert_ptr_null(memmem(text, len, "50.00", 5));
  ck_assert_ptr_null(memmem(text, len, "9999", 4)); /* nor the card's whole number */
  free(text);
  print_document_free(&document);
}
END_TEST

static const char *translate(const char *english) {
  return strcmp(english, "Refund") == 0 ? "Erstattung" : strcmp(english, "cash") == 0 ? "Bargeld" : english;
}

START_TEST(in_the_peoples_words) {
  struct outcome outcome = outcome_of(TRANSACTION_REFUND);
  struct print_document *document = NULL;
  const struct amount_format german = {",", "."};
  const struct print_receipt receipt = {.merchant = "BAKERY",
                                        .merchant_name = "",
                                        .tid = "POS00001",
                                        .outcome = &outcome,
                                        .time = "here and now",
                                        .format = &german,
                                        .words = translate};
  char *text = NULL;
  size_t len = 0;
  outcome.amount.minor = 123450;
  snprintf(outcome.tender_reference, sizeof outcome.tender_reference, "cash");
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  print_receipt(document, &receipt);
  ck_assert_int_eq(print_text(document, 48, &text, &len), STATUS_OK);
  ck_assert_ptr_nonnull(memmem(text, len, "Erstattung", 10));
  ck_assert_ptr_nonnull(memmem(text, len, "1.234,50 EUR", 12));
  ck_assert_ptr_nonnull(memmem(text, len, " Bargeld\n", 9)); /* a word of ours in a place where banks have numbers */
  ck_assert_str_eq(tender_said("52500038-0017"), "52500038-0017");
  ck_assert_ptr_nonnull(memmem(text, len, "here and now", 12));
  ck_assert_ptr_nonnull(memmem(text, len, "BAKERY", 6));
  free(text);
  print_document_free(&document);
}
END_TEST

Suite *receipt_suite(void) {
  Suite *suite = suite_create("receipt");
  TCase *cases = tcase_create("receipt");
  tcase_add_test(cases, as_text);
  tcase_add_test(cases, as_escpos);
  tcase_add_test(cases, as_pdf);
  tcase_add_test(cases, as_drawn);
  tcase_add_test(cases, as_drawn_without_a_font);
  tcase_add_test(cases, the_deposit);
  tcase_add_test(cases, points_are_no_money);
  tcase_add_test(cases, the_shop_is_told_no_balance);
  tcase_add_test(cases, in_the_peoples_words);
  suite_add_tcase(suite, cases);
  return suite;
}
