/* SPDX-License-Identifier: Apache-2.0
 * Documents as ESC/POS: its bytes, its characters, its QR codes. */
#include <stdlib.h>
#include <string.h>

#include "epurse/print.h"
#include "suites.h"

static struct print_setting setting = {.width = 80, .code_table = 19};

static void is(struct print_document *document, const char *wanted, size_t wanted_len) {
  static const char begin[] = "\x1B@\x1C.\x1Bt\x13";
  uint8_t *data = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_escpos(document, &setting, &data, &len), STATUS_OK);
  ck_assert_uint_eq(len, 7 + wanted_len);
  ck_assert_mem_eq(data, begin, 7);
  ck_assert_mem_eq(data + 7, wanted, wanted_len);
  free(data);
  print_document_free(&document);
}

static struct print_document *fresh(void) {
  struct print_document *document = NULL;
  setting = (struct print_setting){.width = 80, .code_table = 19};
  ck_assert_int_eq(print_document_new(&document), STATUS_OK);
  return document;
}

START_TEST(styles_end_where_they_began) {
  static const char wanted[] = "\x1B"
                               "a\1\x1B"
                               "E\1\x1D!\x11shop\n\x1D!\0\x1B"
                               "E\0\x1B"
                               "a\0x\n";
  struct print_document *document = fresh();
  print_line(document, PRINT_CENTRE, PRINT_BOLD | PRINT_DOUBLE, "shop");
  print_line(document, PRINT_LEFT, PRINT_PLAIN, "x");
  is(document, wanted, sizeof wanted - 1);
}
END_TEST

START_TEST(cutter_and_drawer) {
  static const char wanted[] = "\x1Bp\0\x19\xFA\x1B"
                               "d\4\x1DV\1";
  struct print_document *document = fresh();
  print_drawer(document);
  print_cut(document);
  is(document, wanted, sizeof wanted - 1);
}
END_TEST

START_TEST(characters_of_pc858) {
  static const char wanted[] = "12 \xD5 \x84\x94\x81\xE1 \x82\x8A\x87 Lodz Csoke 'x' - ?\n";
  struct print_document *document = fresh();
  print_line(document, PRINT_LEFT, PRINT_PLAIN, "12\u202F€ äöüß éèç Łódź Csőke ’x’ – 漢");
  uint8_t *data = NULL;
  size_t len = 0;
  ck_assert_int_eq(print_escpos(document, &setting, &data, &len), STATUS_OK);
  ck_assert_uint_eq(len, 7 + sizeof wanted - 1);
  for (size_t i = 0; i < sizeof wanted - 1; i++) /* ó is in the page, Ł and ź are not */
    ck_assert(data[7 + i] == (uint8_t)wanted[i] || (wanted[i] == 'o' && data[7 + i] == 0xA2));
  free(data);
  print_document_free(&document);
}
END_TEST

/* Of so many characters; whether it was drawn, and how wide. */
static size_t drawn(uint8_t width, enum print_codes codes, size_t characters, const uint8_t **command, uint8_t **data) {
  struct print_document *document = fresh();
  size_t len = 0;
  char *text = calloc(1, characters + 1);
  ck_assert_ptr_nonnull(text);
  memset(text, 'A', characters);
  setting.width = width;
  setting.codes = codes;
  print_qr(document, text, "instead");
  ck_assert_int_eq(print_escpos(document, &setting, data, &len), STATUS_OK);
  *command = memmem(*data, len, codes == PRINT_CODES_NATIVE ? "\x1D(k" : "\x1Dv0", 3);
  ck_assert(((*command != NULL) != (memmem(*data, len, "instead", 7) != NULL)));
  print_document_free(&document);
  free(text);
  return len;
}

START_TEST(the_proof_fits_80_mm_and_not_58) {
  const uint8_t *command = NULL;
  uint8_t *data = NULL;
  size_t len = drawn(80, PRINT_CODES_RASTER, 2300, &command, &data); /* 133 modules */
  ck_assert_ptr_nonnull(command);
  ck_assert_uint_eq(command[4], (133 + 8) * 4 / 8 + 1); /* bytes across; four dots a module */
  ck_assert_uint_eq(command[6], 128);                   /* the first band */
  ck_assert_uint_gt(len, (133 + 8) * 4 * 71);
  free(data);
  drawn(58, PRINT_CODES_RASTER, 2300, &command, &data);
  ck_assert_ptr_null(command);
  free(data);
  drawn(58, PRINT_CODES_RASTER, 200, &command, &data);
  ck_assert_ptr_nonnull(command);
  free(data);
  drawn(80, PRINT_CODES_NONE, 200, &command, &data);
  ck_assert_ptr_null(command);
  free(data);
  drawn(80, PRINT_CODES_RASTER, 8000, &command, &data); /* none is so large */
  ck_assert_ptr_null(command);
  free(data);
}
END_TEST

START_TEST(the_printer_draws_it_itself) {
  const uint8_t *command = NULL;
  uint8_t *data = NULL;
  size_t len = drawn(80, PRINT_CODES_NATIVE, 2300, &command, &data);
  ck_assert_mem_eq(command,
                   "\x1D(k\4\0001A2\0\x1D(k\3\0001C\4\x1D(k\3\0001E0\x1D(k\xFF\x08"
                   "1P0AAAA",
                   35);
  ck_assert_mem_eq(data + len - 8, "\x1D(k\3\0001Q0", 8);
  free(data);
}
END_TEST

Suite *escpos_suite(void) {
  Suite *suite = suite_create("escpos");
  TCase *cases = tcase_create("escpos");
  tcase_add_test(cases, styles_end_where_they_began);
  tcase_add_test(cases, cutter_and_drawer);
  tcase_add_test(cases, characters_of_pc858);
  tcase_add_test(cases, the_proof_fits_80_mm_and_not_58);
  tcase_add_test(cases, the_printer_draws_it_itself);
  suite_add_tcase(suite, cases);
  return suite;
}
