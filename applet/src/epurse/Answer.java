/* SPDX-License-Identifier: Apache-2.0
 * The answer that is being made: its data, and how much of it there is. */
package epurse;

import javacard.framework.APDU;
import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Answer {
  static final short DATA_MAX = 256;

  private static final short LENGTH = DATA_MAX; /* where the length lies, behind the data */

  final byte[] bytes;

  Answer() {
    bytes = JCSystem.makeTransientByteArray((short)(DATA_MAX + 1), JCSystem.CLEAR_ON_DESELECT);
  }

  short length() {
    return (short)(bytes[LENGTH] & 0xFF);
  }

  void setLength(short length) {
    bytes[LENGTH] = (byte)length;
  }

  /* The whole answer is these bytes. */
  void set(byte[] from, short at, short len) {
    Util.arrayCopyNonAtomic(from, at, bytes, (short)0, len);
    setLength(len);
  }

  /* Puts bytes into it and tells where the next ones go. */
  short put(short to, byte[] from, short at, short len) {
    return Util.arrayCopyNonAtomic(from, at, bytes, to, len);
  }

  /* The same of a whole field. */
  short put(short to, byte[] field) {
    return put(to, field, (short)0, (short)field.length);
  }

  short putZeros(short to, short len) {
    return Util.arrayFillNonAtomic(bytes, to, len, (byte)0);
  }

  void send(APDU apdu) {
    apdu.setOutgoing();
    apdu.setOutgoingLength(length());
    apdu.sendBytesLong(bytes, (short)0, length());
  }

  void wipe() {
    Util.arrayFillNonAtomic(bytes, (short)0, (short)bytes.length, (byte)0);
  }
}
