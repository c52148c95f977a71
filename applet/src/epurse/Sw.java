/* SPDX-License-Identifier: Apache-2.0
 * Status words: ISO/IEC 7816-4 5.6; 94xx are ours. */
package epurse;

final class Sw {
  static final short OK = (short)0x9000;
  static final short END_OF_FILE = 0x6282;
  static final short BLOCKED = 0x6283;
  static final short EXPIRED = 0x6285;
  static final short WRONG_PIN = 0x63C0; /* | tries left */
  static final short WRONG_LENGTH = 0x6700;
  static final short CHANNEL_UNSUPPORTED = 0x6881;
  static final short CHAINING_UNSUPPORTED = 0x6884;
  static final short SECURITY_NOT_SATISFIED = 0x6982;
  static final short PIN_BLOCKED = 0x6983;
  static final short CONDITIONS_NOT_SATISFIED = 0x6985;
  static final short SECURE_MESSAGING_INCORRECT = 0x6988;
  static final short WRONG_DATA = 0x6A80;
  static final short FUNCTION_UNSUPPORTED = 0x6A81; /* at installation alone: the chip lacks an algorithm */
  static final short NOT_OUR_FILE = 0x6A82;
  static final short RECORD_NOT_FOUND = 0x6A83;
  static final short NOT_ENOUGH_MEMORY = 0x6A84; /* likewise */
  static final short COUNTER_EXHAUSTED = 0x6A84;
  static final short WRONG_P1P2 = 0x6A86;
  static final short DATA_NOT_FOUND = 0x6A88;
  static final short WRONG_INS = 0x6D00;
  static final short WRONG_CLA = 0x6E00;
  static final short INTERNAL = 0x6F00;
  static final short INSUFFICIENT_BALANCE = (short)0x9401;
  static final short ABOVE_LIMIT = (short)0x9402;

  private Sw() {
  }

  /* Whether an answer with this status word carries data and, in a channel, an R-MAC. */
  static boolean hasData(short sw) {
    short first = (short)(sw & (short)0xFF00);
    return sw == OK || first == 0x6200 || first == 0x6300;
  }
}
