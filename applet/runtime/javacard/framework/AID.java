/* SPDX-License-Identifier: Apache-2.0
 * The name of an applet. */
package javacard.framework;

public class AID {
  private final byte[] bytes;

  public AID(byte[] bArray, short offset, byte length) {
    bytes = new byte[length];
    System.arraycopy(bArray, offset, bytes, 0, length);
  }

  public final byte getBytes(byte[] dest, short offset) {
    System.arraycopy(bytes, 0, dest, offset, bytes.length);
    return (byte)bytes.length;
  }

  public final boolean equals(byte[] bArray, short offset, byte length) {
    return length == bytes.length && Util.arrayCompare(bytes, (short)0, bArray, offset, length) == 0;
  }
}
