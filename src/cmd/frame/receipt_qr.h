/* SPDX-License-Identifier: Apache-2.0
 * The cardholder's copy of a receipt: a QR code that any telephone reads and epurse-verify checks. */
#ifndef EPURSE_CMD_RECEIPT_QR_H
#define EPURSE_CMD_RECEIPT_QR_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epurse/status.h"

/* Prints the receipt's text (receipt_text_encode) as a QR code, two modules in each character, light ones drawn; on a
 * terminal with the colours that scanners expect, else without escapes. STATUS_BAD_LENGTH, STATUS_NO_MEMORY. */
enum status receipt_qr_print(const uint8_t *receipt, size_t len, FILE *out) EPURSE_MUST_USE;

/* The same from a receipt's file. Also as public_file_load. */
enum status receipt_qr_print_file(const char *path, FILE *out) EPURSE_MUST_USE;

/* For --json: the characters that the code holds, as "qr" of the object, for whoever draws it himself. */
enum status receipt_qr_text(const uint8_t *receipt, size_t len, json_t *report) EPURSE_MUST_USE;
enum status receipt_qr_text_file(const char *path, json_t *report) EPURSE_MUST_USE;

#endif
