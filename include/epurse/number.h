/* SPDX-License-Identifier: Apache-2.0
 * How long the numbers are that name a card, its chip, a terminal and a merchant, or are drawn or typed once.
 * Freestanding. */
#ifndef EPURSE_NUMBER_H
#define EPURSE_NUMBER_H

#define CID_SIZE         8  /* card number, 16 digits packed BCD, the last a Luhn digit (ISO/IEC 7812-1 annex B) */
#define CHIP_SERIAL_SIZE 8  /* given by the chip's maker */
#define TID_SIZE         8  /* terminal identification, ASCII, EMV 9F1C */
#define NONCE_SIZE       8  /* the terminal's unpredictable number N (EMV 9F37 is 4; longer, against repetition) */
#define SECRET_SIZE      32 /* r */
#define MERCHANT_MAX     15 /* merchant identifier, EMV 9F16: ans 15 */
#define PIN_MIN          4  /* digits */
#define PIN_MAX          12

#endif
