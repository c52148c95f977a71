/* SPDX-License-Identifier: Apache-2.0
 * Copies, fills and compares; the plain ones are atomic. */
package javacard.framework;

import engine.Device;
import engine.Memory;
import java.util.Arrays;

public class Util {
  Util() {
  }

  public static short arrayCopy(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException, TransactionException {
    Device.now().memory.copyAtomic(src, srcOff, dest, destOff, length);
    return (short)(destOff + length);
  }

  public static short arrayCopyNonAtomic(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    Device.now().memory.copyNonAtomic(src, srcOff, dest, destOff, length);
    return (short)(destOff + length);
  }

  public static short arrayFillNonAtomic(byte[] bArray, short bOff, short bLen, byte bValue)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    Memory.bounds(bArray, bOff, bLen);
    byte[] filled = new byte[bLen];
    Arrays.fill(filled, bValue);
    Device.now().memory.copyNonAtomic(filled, 0, bArray, bOff, bLen);
    return (short)(bOff + bLen);
  }

  public static byte arrayCompare(byte[] src, short srcOff, byte[] dest, short destOff, short length)
      throws ArrayIndexOutOfBoundsException, NullPointerException {
    Memory.bounds(src, srcOff, length);
    Memory.bounds(dest, destOff, length);
    for (int i = 0; i < length; i++)
      if (src[srcOff + i] != dest[destOff + i])
        return (byte)((src[srcOff + i] & 0xFF) < (dest[destOff + i] & 0xFF) ? -1 : 1);
    return 0;
  }

  public static short makeShort(byte b1, byte b2) {
    return (short)(b1 << 8 | b2 & 0xFF);
  }

  public static short getShort(byte[] bArray, short bOff) throws NullPointerException, ArrayIndexOutOfBoundsException {
    return makeShort(bArray[bOff], bArray[bOff + 1]);
  }

  public static short setShort(byte[] bArray, short bOff, short sValue)
      throws TransactionException, NullPointerException, ArrayIndexOutOfBoundsException {
    byte[] bytes = {(byte)(sValue >> 8), (byte)sValue};
    Device.now().memory.copyAtomic(bytes, 0, bArray, bOff, 2);
    return (short)(bOff + 2);
  }
}
