/* SPDX-License-Identifier: Apache-2.0
 * A reader that behaves: takes whole commands, and over T=0 fetches what the device announces. */
package engine;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javacard.framework.APDU;

public final class Reader implements Device.Link {
  private final Device device;
  private byte[] command;
  private ByteArrayOutputStream collected;

  public Reader(Device device) {
    this.device = device;
    device.link = this;
  }

  Device device() {
    return device;
  }

  /* Data and status word; empty: the device is mute. */
  public byte[] transmit(byte[] apdu) {
    boolean t0 = device.policy.protocol == APDU.PROTOCOL_T0;
    command = t0 ? tpdu(apdu) : apdu;
    collected = new ByteArrayOutputStream();
    byte[] answer = device.process(command);
    if (answer == null)
      return new byte[0];
    collected.write(answer, 0, answer.length);
    return collected.toByteArray();
  }

  /* ISO/IEC 7816-3 12.2: P3 is there always, Le only where there are no data. */
  private static byte[] tpdu(byte[] apdu) {
    if (apdu.length == 4)
      return Arrays.copyOf(apdu, 5);
    boolean both = apdu.length > 5 && apdu.length == 6 + (apdu[4] & 0xFF);
    return both ? Arrays.copyOf(apdu, apdu.length - 1) : apdu;
  }

  @Override
  public byte[] next(byte[] answer) {
    int data = answer.length - 2;
    collected.write(answer, 0, data);
    if (answer[data] == 0x6C) {
      byte[] again = command.clone();
      again[4] = answer[data + 1];
      return again;
    }
    return new byte[] {0x00, (byte)0xC0, 0x00, 0x00, answer[data + 1]};
  }
}
