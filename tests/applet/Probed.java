/* SPDX-License-Identifier: Apache-2.0
 * A device with the probe on it. */
package engine;

import java.lang.reflect.Field;
import java.nio.file.Path;
import javacard.framework.Applet;

final class Probed {
  static final byte[] NAME = {(byte)0xF0, 1, 2, 3, 4};
  static final int VIOLATION = -1, MUTE = -2;

  /* The folder of the probe's class files. */
  static Path classes;

  final int installed;
  private final Reader reader;
  Device device;
  Applet probe;
  byte[] answer;
  String violated;

  Probed(Policy policy, int mode) throws Exception {
    device = new Device(policy);
    installed = device.install(new Loader(classes).loadClass("probe.Probe"), NAME, new byte[] {(byte)mode}) & 0xFFFF;
    probe = device.applet();
    device.powerOn();
    reader = new Reader(device);
  }

  static Probed fresh() throws Exception {
    Probed test = new Probed(new Policy(), 0);
    test.select();
    return test;
  }

  static Probed over(int protocol) throws Exception {
    Policy policy = new Policy();
    policy.protocol = (byte)protocol;
    policy.incomingBlock = 32;
    Probed test = new Probed(policy, 0);
    test.select();
    return test;
  }

  int send(byte[] command) {
    violated = null;
    try {
      answer = reader.transmit(command);
    } catch (Violation e) {
      violated = e.getMessage();
      return VIOLATION;
    }
    return answer.length == 0 ? MUTE : ((answer[answer.length - 2] & 0xFF) << 8 | answer[answer.length - 1] & 0xFF);
  }

  int send(int... bytes) {
    byte[] command = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++)
      command[i] = (byte)bytes[i];
    return send(command);
  }

  int act(int ins, int p1) {
    return send(0x80, ins, p1, 0);
  }

  int select() {
    return send(0x00, 0xA4, 0x04, 0x00, 5, 0xF0, 1, 2, 3, 4);
  }

  Object field(String name) throws Exception {
    Field field = probe.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(probe);
  }

  byte[] bytes(String name) throws Exception {
    return (byte[])field(name);
  }

  /* What writeAll() wrote into persistent memory: `value` everywhere, or a mixture. */
  boolean holds(int value) throws Exception {
    return (Short)field("number") == value && (Boolean)field("flag") == (value != 0) && bytes("lasting")[0] == value &&
        ((short[])field("shorts"))[1] == value && (((Object[])field("references"))[0] == null) == (value == 0);
  }

  static boolean all(byte[] array, int from, int to, int value) {
    for (int i = from; i < to; i++)
      if (array[i] != value)
        return false;
    return true;
  }
}
