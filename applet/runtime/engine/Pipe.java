/* SPDX-License-Identifier: Apache-2.0
 * The device at the end of a pipe, for suites of another language: they install it, tear it, seed it and send it commands. */
package engine;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/* Each order is one letter, a length of two bytes, and that many bytes; each answer is a length of two bytes and that many
 * bytes. The letters are at answer(). */
final class Pipe {
  private static final int NAMED = 8;
  private static final int T0 = 1, CMAC = 2, TRANSIENT_EC = 4, WITHOUT_TRANSACTIONS = 8;

  private final Path classes;
  private final String applet;
  private final byte[] name;
  private final ClassLoader loader;
  private final Map<ByteBuffer, Reader> readers = new HashMap<>();
  private Device device;
  private Reader reader;

  Pipe(Path classes, String applet, byte[] name) {
    this.classes = classes;
    this.applet = applet;
    this.name = name;
    loader = new Loader(classes);
  }

  void serve(DataInputStream in, DataOutputStream out) throws IOException, ReflectiveOperationException {
    for (;;) {
      byte order;
      try {
        order = in.readByte();
      } catch (EOFException e) {
        return;
      }
      byte[] body = new byte[in.readUnsignedShort()];
      in.readFully(body);
      byte[] answer = answer(order, body);
      out.writeShort(answer.length);
      out.write(answer);
      out.flush();
    }
  }

  /* I: 8 bytes that are its name here, flags, then the applet's own parameters: a device fresh from the factory. Answers the
   * status word. */
  private byte[] install(byte[] body) throws ReflectiveOperationException {
    Policy policy = new Policy();
    policy.protocol = (byte)((body[NAMED] & T0) != 0 ? 0 : 1);
    policy.cmac = (body[NAMED] & CMAC) != 0;
    policy.transientEcKeys = (body[NAMED] & TRANSIENT_EC) != 0;
    policy.transactions = (body[NAMED] & WITHOUT_TRANSACTIONS) == 0;
    device = new Device(policy);
    reader = new Reader(device);
    short sw = device.install(loader.loadClass(applet), name, Arrays.copyOfRange(body, NAMED + 1, body.length));
    device.powerOn();
    readers.put(ByteBuffer.wrap(body, 0, NAMED).slice(), reader);
    return word(sw);
  }

  private static byte[] word(int sw) {
    return ByteBuffer.allocate(2).putShort((short)sw).array();
  }

  /* J: what a chip's INSTALL says: length of the instance's name, the name, the applet's own parameters. The status word. */
  private byte[] installAs(byte[] body) throws ReflectiveOperationException {
    device = new Device(new Policy());
    reader = new Reader(device);
    short sw = device.install(loader.loadClass(applet), Arrays.copyOfRange(body, 1, 1 + body[0]),
                              Arrays.copyOfRange(body, 1 + body[0], body.length));
    device.powerOn();
    return word(sw);
  }

  private static Path path(byte[] name) {
    return Paths.get(new String(name, StandardCharsets.UTF_8));
  }

  private byte[] answer(byte order, byte[] body) throws IOException, ReflectiveOperationException {
    switch (order) {
    case 'I':
      return install(body);
    case 'J':
      return installAs(body);
    case 'V': /* what a chip was given with LOAD: whether it is what runs here, as a status word */
      return word(new LoadFile(classes, name).is(body) ? 0x9000 : 0x6A80);
    case 'L': /* the name of a file that F wrote: the device that is in it */
      device = Image.load(path(body), loader);
      reader = new Reader(device);
      return new byte[0];
    case 'A': /* a command: its answer, empty where the power was lost */
      return reader.transmit(body);
    case 'D': /* the device of that name; what follows is for it */
      reader = readers.get(ByteBuffer.wrap(body));
      device = reader.device();
      return new byte[0];
    case 'P': /* power on, or reset */
      device.powerOn();
      return new byte[0];
    case 'T': /* n (2 bytes), then 1 where a commit that is torn is durable */
      device.memory.cut(ByteBuffer.wrap(body).getShort() & 0xFFFF, body[2] != 0);
      return new byte[0];
    case 'S': /* seed of the random bytes of the next commands; empty: the machine's own again */
      device.random.seed(body.length == 0 ? null : body);
      return new byte[0];
    case 'N': /* steps since the last T or P, the most of the commit buffer, the most transient memory: 4 bytes each */
      return ByteBuffer.allocate(12)
          .putInt(device.memory.steps())
          .putInt(device.mostCommit())
          .putInt(device.mostTransient())
          .array();
    case 'F': /* the name of a file, which becomes the device's (engine.Main run) */
      Image.save(device, path(body));
      return new byte[0];
    case 'G': /* names of fields from the applet on, one a line: their bytes, one after the other */
      return Peek.bytes(device.applet(), new String(body, StandardCharsets.UTF_8).split("\n"));
    case 'C': /* the counts, as text */
      return device.tally.toString().getBytes(StandardCharsets.UTF_8);
    case 'X': /* the exception that no applet caught since the last X, as text */
      Throwable uncaught = device.uncaught();
      return (uncaught == null ? "" : uncaught.toString()).getBytes(StandardCharsets.UTF_8);
    default:
      throw new IllegalArgumentException("order " + order);
    }
  }
}
