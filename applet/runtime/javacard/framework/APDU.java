/* SPDX-License-Identifier: Apache-2.0
 * One command and its answer. */
package javacard.framework;

import engine.Device;

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

  private final Device device;

  /* The device makes the only one; an applet that does is refused (engine.ClassFile). */
  public APDU(Device device) {
    this.device = device;
  }

  public byte[] getBuffer() {
    return device.buffer();
  }

  public static short getInBlockSize() {
    return (short)(getProtocol() == PROTOCOL_T0 ? 1 : Device.now().policy.incomingBlock);
  }

  public static short getOutBlockSize() {
    return (short)(getProtocol() == PROTOCOL_T0 ? 258 : 254);
  }

  public static byte getProtocol() {
    return Device.now().policy.protocol;
  }

  public byte getNAD() {
    return 0;
  }

  public short setOutgoing() throws APDUException {
    return device.exchange().setOutgoing();
  }

  public short setOutgoingNoChaining() throws APDUException {
    return setOutgoing();
  }

  public void setOutgoingLength(short len) throws APDUException {
    device.exchange().setOutgoingLength(len);
  }

  public short receiveBytes(short bOff) throws APDUException {
    return device.exchange().receiveBytes(bOff);
  }

  public short setIncomingAndReceive() throws APDUException {
    return device.exchange().setIncomingAndReceive();
  }

  public void sendBytes(short bOff, short len) throws APDUException {
    device.exchange().sendBytes(device.buffer(), bOff, len);
  }

  public void sendBytesLong(byte[] outData, short bOff, short len) throws APDUException, SecurityException {
    device.exchange().sendBytesLong(outData, bOff, len);
  }

  public void setOutgoingAndSend(short bOff, short len) throws APDUException {
    setOutgoing();
    setOutgoingLength(len);
    sendBytes(bOff, len);
  }

  public byte getCurrentState() {
    return device.exchange().state();
  }

  public static APDU getCurrentAPDU() throws SecurityException {
    return Device.now().apdu();
  }

  public static byte[] getCurrentAPDUBuffer() throws SecurityException {
    return Device.now().buffer();
  }

  public static byte getCLAChannel() {
    return 0;
  }

  public static void waitExtension() throws APDUException {
    Device.now().exchange();
  }

  public boolean isCommandChainingCLA() {
    return isISOInterindustryCLA() && (device.exchange().cla() & 0x10) != 0;
  }

  public boolean isSecureMessagingCLA() {
    return (device.exchange().cla() & ((device.exchange().cla() & 0x40) == 0 ? 0x0C : 0x20)) != 0;
  }

  public boolean isISOInterindustryCLA() {
    return device.exchange().cla() >= 0;
  }

  public boolean isValidCLA() {
    return device.exchange().cla() != -1;
  }

  public short getIncomingLength() {
    return device.exchange().incomingLength();
  }

  public short getOffsetCdata() {
    device.exchange().incomingLength();
    return ISO7816.OFFSET_CDATA;
  }
}
