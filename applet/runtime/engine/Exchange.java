/* SPDX-License-Identifier: Apache-2.0
 * One command and its answer, over T=0 or T=1: what an applet may do in which order, and what the reader sees of it. */
package engine;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javacard.framework.APDU;
import javacard.framework.APDUException;

public final class Exchange {
  private static final int HEADER = 5;
  private static final int MOST = 256;

  private final Device device;
  private final byte[] command, buffer;
  private final boolean t0;
  private final int lc;
  private int le; /* 0: none was asked for */
  private int received, announced = -1;
  private byte state = APDU.STATE_INITIAL;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /* ---- what the reader sent ---- */

  static boolean wellFormed(byte[] command, byte protocol) {
    if (command.length < 4)
      return false;
    if (command.length <= HEADER)
      return true;
    int lc = command[4] & 0xFF;
    boolean le = protocol == APDU.PROTOCOL_T1 && command.length == HEADER + lc + 1;
    return lc != 0 && (command.length == HEADER + lc || le);
  }

  Exchange(Device device, byte[] command) {
    this.device = device;
    this.command = command;
    t0 = device.policy.protocol == APDU.PROTOCOL_T0;
    lc = command.length > HEADER ? command[4] & 0xFF : 0;
    if (command.length == HEADER + lc + 1 || command.length == HEADER)
      le = expected(command[command.length - 1]);
    buffer = device.buffer();
    Arrays.fill(buffer, (byte)0);
    System.arraycopy(command, 0, buffer, 0, Math.min(command.length, HEADER));
  }

  private static int expected(byte le) {
    return le == 0 ? MOST : le & 0xFF;
  }

  public byte state() {
    return state;
  }

  public byte cla() {
    return command[0];
  }

  private static void wrong(short reason) {
    APDUException.throwIt(reason);
  }

  /* ---- in ---- */

  public short setIncomingAndReceive() {
    if (state != APDU.STATE_INITIAL)
      wrong(APDUException.ILLEGAL_USE);
    if (lc == 0 && !(t0 && buffer[4] == 0)) /* a command without data: other cards throw, or hang */
      wrong(t0 ? APDUException.IO_ERROR : APDUException.ILLEGAL_USE);
    return receive(HEADER);
  }

  public short receiveBytes(int at) {
    if (state != APDU.STATE_PARTIAL_INCOMING && state != APDU.STATE_FULL_INCOMING)
      wrong(APDUException.ILLEGAL_USE);
    return receive(at);
  }

  private short receive(int at) {
    int length = Math.min(lc - received, buffer.length - HEADER);
    if (!t0)
      length = Math.min(length, device.policy.incomingBlock);
    if (at < 0 || at + length > buffer.length)
      wrong(APDUException.BUFFER_BOUNDS);
    System.arraycopy(command, HEADER + received, buffer, at, length);
    received += length;
    state = received < lc ? APDU.STATE_PARTIAL_INCOMING : APDU.STATE_FULL_INCOMING;
    return (short)length;
  }

  public short incomingLength() {
    if (state != APDU.STATE_PARTIAL_INCOMING && state != APDU.STATE_FULL_INCOMING)
      wrong(APDUException.ILLEGAL_USE);
    return (short)lc;
  }

  /* ---- out ---- */

  public short setOutgoing() {
    if (state >= APDU.STATE_OUTGOING || state < 0)
      wrong(APDUException.ILLEGAL_USE);
    if (received < lc)
      throw new Violation("setOutgoing() before all data were received");
    state = APDU.STATE_OUTGOING;
    return (short)(le == 0 || t0 && lc > 0 ? MOST : le);
  }

  public void setOutgoingLength(short length) {
    if (state != APDU.STATE_OUTGOING)
      wrong(APDUException.ILLEGAL_USE);
    if (length < 0 || length > MOST)
      wrong(APDUException.BAD_LENGTH);
    state = APDU.STATE_OUTGOING_LENGTH_KNOWN;
    announced = length;
    if (t0 && length > 0)
      agree(length);
  }

  /* T=0 tells the reader how much there is, before it takes it. */
  private void agree(int length) {
    byte[] next;
    if (lc == 0 && length < le) {
      next = device.link.next(new byte[] {0x6C, (byte)length});
      boolean again = next.length == HEADER && Arrays.equals(Arrays.copyOf(next, 4), Arrays.copyOf(command, 4)) &&
                      expected(next[4]) == length;
      if (!again)
        brokenOff(next, APDU.STATE_ERROR_NO_T0_REISSUE, APDUException.NO_T0_REISSUE);
      le = length;
    } else if (lc > 0) {
      next = device.link.next(new byte[] {0x61, (byte)length});
      if (!isGetResponse(next))
        brokenOff(next, APDU.STATE_ERROR_NO_T0_GETRESPONSE, APDUException.NO_T0_GETRESPONSE);
      le = expected(next[4]);
    }
  }

  private static boolean isGetResponse(byte[] next) {
    return next.length == HEADER && (next[0] & 0x03) == 0 && next[1] == (byte)0xC0 && next[2] == 0 && next[3] == 0;
  }

  private void brokenOff(byte[] next, byte error, short reason) {
    state = error;
    device.pend(next);
    wrong(reason);
  }

  public void sendBytes(byte[] data, int at, int length) {
    if (state != APDU.STATE_OUTGOING_LENGTH_KNOWN && state != APDU.STATE_PARTIAL_OUTGOING)
      wrong(APDUException.ILLEGAL_USE);
    if (at < 0 || length < 0 || at + length > data.length)
      wrong(APDUException.BUFFER_BOUNDS);
    if (out.size() + length > announced)
      wrong(APDUException.ILLEGAL_USE);
    out.write(data, at, length);
    state = out.size() < announced ? APDU.STATE_PARTIAL_OUTGOING : APDU.STATE_FULL_OUTGOING;
  }

  /* Goes through the command's buffer, which is lost. */
  public void sendBytesLong(byte[] data, int at, int length) {
    sendBytes(data, at, length);
    for (int i = 0; i < length; i++)
      buffer[i % buffer.length] = data[at + i];
  }

  void finish() {
    if (announced >= 0 && out.size() != announced)
      throw new Violation(announced + " bytes were announced, " + out.size() + " sent");
  }

  /* ---- what the reader gets ---- */

  private static byte[] with(byte[] data, int at, int length, int sw) {
    byte[] answer = Arrays.copyOfRange(data, at, at + length + 2);
    answer[length] = (byte)(sw >> 8);
    answer[length + 1] = (byte)sw;
    return answer;
  }

  byte[] answer(int sw) {
    if (state < 0)
      return null;
    byte[] data = out.toByteArray();
    int at = 0;
    while (t0 && le > 0 && data.length - at > le) {
      int left = Math.min(data.length - at - le, 255);
      byte[] next = device.link.next(with(data, at, le, 0x6100 | left));
      at += le;
      if (!isGetResponse(next)) {
        device.pend(next);
        return null;
      }
      le = expected(next[4]);
    }
    return with(data, at, data.length - at, sw);
  }
}
