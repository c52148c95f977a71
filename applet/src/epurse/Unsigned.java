/* SPDX-License-Identifier: Apache-2.0
 * Big-endian unsigned numbers in byte arrays: a card has no int. */
package epurse;

final class Unsigned {
  static final short SIZE = 4; /* bytes of a number, where nothing else is said */

  private Unsigned() {
  }

  /* -1, 0 or 1, of numbers (or moments, dates) of len bytes. */
  static byte compare(byte[] a, short aAt, byte[] b, short bAt, short len) {
    for (short i = 0; i < len; i++) {
      short left = (short)(a[(short)(aAt + i)] & 0xFF);
      short right = (short)(b[(short)(bAt + i)] & 0xFF);
      if (left != right)
        return left < right ? (byte)-1 : (byte)1;
    }
    return 0;
  }

  static boolean isZero(byte[] a, short at, short len) {
    for (short i = 0; i < len; i++)
      if (a[(short)(at + i)] != 0)
        return false;
    return true;
  }

  /* Whether all four bytes are FF. */
  static boolean isMost(byte[] a, short at) {
    return (byte)(a[at] & a[(short)(at + 1)] & a[(short)(at + 2)] & a[(short)(at + 3)]) == (byte)0xFF;
  }

  /* Whether it is above 7FFFFFFF, or, of the result of an addition or subtraction of money, out of 0..7FFFFFFF. */
  static boolean isAboveMoney(byte[] a, short at) {
    return a[at] < 0;
  }

  /* to = a + b, modulo 2^32. */
  static void add(byte[] a, short aAt, byte[] b, short bAt, byte[] to, short toAt) {
    short carry = 0;
    for (short i = SIZE - 1; i >= 0; i--) {
      carry = (short)((a[(short)(aAt + i)] & 0xFF) + (b[(short)(bAt + i)] & 0xFF) + carry);
      to[(short)(toAt + i)] = (byte)carry;
      carry = (short)(carry >> 8);
    }
  }

  /* to = a - b, modulo 2^32. */
  static void subtract(byte[] a, short aAt, byte[] b, short bAt, byte[] to, short toAt) {
    short borrow = 0;
    for (short i = SIZE - 1; i >= 0; i--) {
      short difference = (short)((a[(short)(aAt + i)] & 0xFF) - (b[(short)(bAt + i)] & 0xFF) - borrow);
      to[(short)(toAt + i)] = (byte)difference;
      borrow = difference < 0 ? (short)1 : (short)0;
    }
  }

  /* One more, of a number of len bytes; FF.. goes round to zero. */
  static void increment(byte[] a, short at, short len) {
    for (short i = (short)(len - 1); i >= 0; i--)
      if (++a[(short)(at + i)] != 0)
        return;
  }
}
