/* SPDX-License-Identifier: Apache-2.0
 * Copies, fills and compares; the plain ones are atomic. */
package javacard.framework;

public class Util {
  Util() {
  }

  public static short arrayCopy(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException, TransactionException {
    throw new UnsupportedOperationException();
  }

  public static short arrayCopyNonAtomic(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    throw new UnsupportedOperationException();
  }

  public static short arrayFillNonAtomic(byte[] bArray, short bOff, short bLen, byte bValue)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    throw new UnsupportedOperationException();
  }

  public static byte arrayCompare(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    throw new UnsupportedOperationException();
  }

  public static short makeShort(byte b1, byte b2) {
    throw new UnsupportedOperationException();
  }

  public static short getShort(byte[] bArray, short bOff) throws NullPointerException, ArrayIndexOutOfBoundsException {
    throw new UnsupportedOperationException();
  }

  public static short setShort(byte[] bArray, short bOff, short sValue)
      throws TransactionException, NullPointerException, ArrayIndexOutOfBoundsException {
    throw new UnsupportedOperationException();
  }
}
