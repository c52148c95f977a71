/* SPDX-License-Identifier: Apache-2.0
 * One command and its answer. */
package javacard.framework;

public final class APDU {
  public static final byte STATE_INITIAL = 0;
  public static final byte STATE_PARTIAL_INCOMING = 1;
  public static final byte STATE_FULL_INCOMING = 2;
  public static final byte STATE_OUTGOING = 3;
  public static final byte STATE_OUTGOING_LENGTH_KNOWN = 4;
  public static final byte STATE_PARTIAL_OUTGOING = 5;
  public static final byte STATE_FULL_OUTGOING = 6;
  public static final byte STATE_ERROR_NO_T0_GETRESPONSE = (byte)-1;
  public static final byte STATE_ERROR_T1_IFD_ABORT = (byte)-2;
  public static final byte STATE_ERROR_IO = (byte)-3;
  public static final byte STATE_ERROR_NO_T0_REISSUE = (byte)-4;
  public static final byte PROTOCOL_MEDIA_MASK = (byte)0xF0;
  public static final byte PROTOCOL_TYPE_MASK = (byte)0x0F;
  public static final byte PROTOCOL_T0 = 0;
  public static final byte PROTOCOL_T1 = 1;
  public static final byte PROTOCOL_MEDIA_DEFAULT = 0;
  public static final byte PROTOCOL_MEDIA_CONTACTLESS_TYPE_A = (byte)0x80;
  public static final byte PROTOCOL_MEDIA_CONTACTLESS_TYPE_B = (byte)0x90;
  public static final byte PROTOCOL_MEDIA_USB = (byte)0xA0;

  public byte[] getBuffer() {
    throw new UnsupportedOperationException();
  }

  public static short getInBlockSize() {
    throw new UnsupportedOperationException();
  }

  public static short getOutBlockSize() {
    throw new UnsupportedOperationException();
  }

  public static byte getProtocol() {
    throw new UnsupportedOperationException();
  }

  public byte getNAD() {
    throw new UnsupportedOperationException();
  }

  public short setOutgoing() throws APDUException {
    throw new UnsupportedOperationException();
  }

  public short setOutgoingNoChaining() throws APDUException {
    throw new UnsupportedOperationException();
  }

  public void setOutgoingLength(short len) throws APDUException {
    throw new UnsupportedOperationException();
  }

  public short receiveBytes(short bOff) throws APDUException {
    throw new UnsupportedOperationException();
  }

  public short setIncomingAndReceive() throws APDUException {
    throw new UnsupportedOperationException();
  }

  public void sendBytes(short bOff, short len) throws APDUException {
    throw new UnsupportedOperationException();
  }

  public void sendBytesLong(byte[] outData, short bOff, short len) throws APDUException, SecurityException {
    throw new UnsupportedOperationException();
  }

  public void setOutgoingAndSend(short bOff, short len) throws APDUException {
    throw new UnsupportedOperationException();
  }

  public byte getCurrentState() {
    throw new UnsupportedOperationException();
  }

  public static APDU getCurrentAPDU() throws SecurityException {
    throw new UnsupportedOperationException();
  }

  public static byte[] getCurrentAPDUBuffer() throws SecurityException {
    throw new UnsupportedOperationException();
  }

  public static byte getCLAChannel() {
    throw new UnsupportedOperationException();
  }

  public static void waitExtension() throws APDUException {
    throw new UnsupportedOperationException();
  }

  public boolean isCommandChainingCLA() {
    throw new UnsupportedOperationException();
  }

  public boolean isSecureMessagingCLA() {
    throw new UnsupportedOperationException();
  }

  public boolean isISOInterindustryCLA() {
    throw new UnsupportedOperationException();
  }

  public boolean isValidCLA() {
    throw new UnsupportedOperationException();
  }

  public short getIncomingLength() {
    throw new UnsupportedOperationException();
  }

  public short getOffsetCdata() {
    throw new UnsupportedOperationException();
  }
}
