/* SPDX-License-Identifier: Apache-2.0
 * The command that is being served, in a buffer of its own: an APDU buffer may be shorter than one. */
package epurse;

import javacard.framework.APDU;
import javacard.framework.APDUException;
import javacard.framework.ISO7816;
import javacard.framework.JCSystem;
import javacard.framework.Util;

final class Command {
  static final byte CLA_SECURE = 0x04;
  static final short DATA = 5; /* where the data begins */
  static final short DATA_MAX = 255;

  private static final short CLA = 0;
  private static final short INS = 1;
  private static final short P1 = 2;
  private static final short P2 = 3;
  private static final short LC = 4;

  final byte[] bytes; /* header 4, Lc 1, data */

  Command() {
    bytes = JCSystem.makeTransientByteArray((short)(DATA + DATA_MAX), JCSystem.CLEAR_ON_DESELECT);
  }

  /* Takes in all of it, in as many parts as the chip brings it. Le is not looked at. */
  void receive(APDU apdu) {
    byte[] buffer = apdu.getBuffer();
    Util.arrayCopyNonAtomic(buffer, (short)0, bytes, (short)0, DATA);
    bytes[LC] = 0;
    short awaited = (short)(buffer[ISO7816.OFFSET_LC] & 0xFF);
    if (awaited == 0)
      return;
    short part;
    try {
      part = apdu.setIncomingAndReceive();
    } catch (APDUException nothingComes) {
      return; /* the byte was Le */
    }
    short at = DATA;
    short end = (short)(DATA + awaited);
    while (part > 0 && (short)(at + part) <= end) {
      Util.arrayCopyNonAtomic(buffer, ISO7816.OFFSET_CDATA, bytes, at, part);
      at = (short)(at + part);
      part = at < end ? apdu.receiveBytes(ISO7816.OFFSET_CDATA) : (short)0;
    }
    bytes[LC] = (byte)(at - DATA);
  }

  byte cla() {
    return bytes[CLA];
  }

  byte ins() {
    return bytes[INS];
  }

  byte p1() {
    return bytes[P1];
  }

  byte p2() {
    return bytes[P2];
  }

  short lc() {
    return (short)(bytes[LC] & 0xFF);
  }

  /* Secure messaging has taken its own away. */
  void unwrapped(short len) {
    bytes[CLA] = (byte)(bytes[CLA] & ~CLA_SECURE);
    bytes[LC] = (byte)len;
  }

  void wipe() {
    Util.arrayFillNonAtomic(bytes, (short)0, (short)bytes.length, (byte)0);
  }
}
