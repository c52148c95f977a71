/* SPDX-License-Identifier: Apache-2.0
 * Dates and moments in packed BCD. */
package epurse;

final class Moment {
  static final short DATE_SIZE = 4;
  static final short SIZE = 7;

  private static final byte[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Moment() {
  }

  /* The number that two digits are, or 100 where they are none. */
  private static short digits(byte bcd) {
    short high = (short)((bcd & 0xF0) >> 4);
    short low = (short)(bcd & 0x0F);
    return high > 9 || low > 9 ? (short)100 : (short)(high * 10 + low);
  }

  /* A year is one of 366 days by its two halves. */
  private static boolean isLeap(short century, short year) {
    return year != 0 ? (year & 3) == 0 : (century & 3) == 0;
  }

  static boolean dateValid(byte[] data, short at) {
    short century = digits(data[at]);
    short year = digits(data[(short)(at + 1)]);
    short month = digits(data[(short)(at + 2)]);
    short day = digits(data[(short)(at + 3)]);
    if (century > 99 || year > 99 || month < 1 || month > 12 || day < 1)
      return false;
    short last = DAYS[(short)(month - 1)];
    if (month == 2 && isLeap(century, year))
      last = 29;
    return day <= last;
  }

  static boolean valid(byte[] data, short at) {
    return dateValid(data, at) && digits(data[(short)(at + 4)]) < 24 && digits(data[(short)(at + 5)]) < 60 &&
           digits(data[(short)(at + 6)]) < 60;
  }

  /* Whether the last day of validity lies before the moment. */
  static boolean passed(byte[] date, short dateAt, byte[] moment, short momentAt) {
    return Unsigned.compare(date, dateAt, moment, momentAt, DATE_SIZE) < 0;
  }
}
