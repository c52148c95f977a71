/* SPDX-License-Identifier: Apache-2.0
 * The applet at the end of a pipe for the C card's own tests: besides commands, what the C card would have in its memory. */
package bridge;

import engine.Device;
import engine.Loader;
import engine.Policy;
import engine.Reader;
import engine.Tally;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/* Each order is one letter, a length of two bytes, and that many bytes. Each answer: length 2 and the card's answer (empty:
 * mute), steps 4, length 2 and the image,
 * 12 bytes of the session. */
public final class Bridge {
  private static final byte[] NAME = {(byte)0xF0, 0x45, 0x50, 0x55, 0x52, 0x53, 0x45, 0x01};
  private static final int T0 = 1, CMAC = 2, TRANSIENT_EC = 4, WITHOUT_TRANSACTIONS = 8, SMALL_BUFFER = 16;

  private static final int SERIAL_SIZE = 8, PARAMETERS_SIZE = 25;

  private final Map<ByteBuffer, Bridge> cards = new HashMap<>();
  private final Class<?> applet;
  private final int flags;
  private Device device;
  private Reader reader;
  private Image image;

  private Bridge(Class<?> applet, int flags) {
    this.applet = applet;
    this.flags = flags;
  }

  private byte[] install(byte[] parameters) throws ReflectiveOperationException {
    Policy policy = new Policy();
    policy.protocol = (byte)((flags & T0) != 0 ? 0 : 1);
    policy.cmac = (flags & CMAC) != 0;
    policy.transientEcKeys = (flags & TRANSIENT_EC) != 0;
    policy.transactions = (flags & WITHOUT_TRANSACTIONS) == 0;
    if ((flags & SMALL_BUFFER) != 0) {
      policy.apduBuffer = 133;
      policy.incomingBlock = 32;
    }
    device = new Device(policy);
    reader = new Reader(device);
    short sw = device.install(applet, NAME, parameters);
    device.powerOn();
    if (sw == (short)0x9000)
      image = new Image(device);
    return new byte[] {(byte)(sw >> 8), (byte)sw};
  }

  private void choose(byte[] named) throws ReflectiveOperationException {
    ByteBuffer name = ByteBuffer.wrap(named);
    Bridge known = cards.get(name);
    if (known == null) {
      known = new Bridge(applet, flags | named[SERIAL_SIZE]);
      byte[] parameters = new byte[PARAMETERS_SIZE];
      parameters[0] = 1;
      System.arraycopy(named, 0, parameters, 1, SERIAL_SIZE);
      known.install(parameters);
      cards.put(name, known);
    }
    device = known.device;
    reader = known.reader;
    image = known.image;
    device.select();
  }

  private byte[] counts() {
    ByteBuffer all = ByteBuffer.allocate(4 * Tally.Count.values().length);
    for (Tally.Count count : Tally.Count.values())
      all.putInt(device.tally.total(count));
    device.tally.reset();
    return all.array();
  }

  private byte[] obey(int order, byte[] body) throws ReflectiveOperationException {
    switch (order) {
    case 'I': /* a new card: the applet's parameters */
      return install(body);
    case 'A': /* a command */
      byte[] answer = reader.transmit(body);
      Throwable uncaught = device.uncaught();
      if (uncaught != null)
        uncaught.printStackTrace();
      return answer;
    case 'P': /* power on, or reset */
      device.powerOn();
      return new byte[0];
    case 'T': /* cut at step n (2 bytes), then 1 where a commit that is torn is durable */
      device.memory.cut((body[0] & 0xFF) << 8 | body[1] & 0xFF, body[2] != 0);
      return new byte[0];
    case 'D': /* serial 8, flags: the card of that serial, raw where there was none; what follows is for it */
      choose(body);
      return new byte[0];
    case 'L': /* an image: what the card holds from its next power on */
      if (!Arrays.equals(image.take(), body))
        image.put(ByteBuffer.wrap(body));
      return new byte[0];
    case 'C': /* engine.Tally.Count since the last C, 4 bytes each, in its order */
      return counts();
    case 'W': /* numbers of an image into the card, outside of everything */
      image.poke(body);
      return new byte[0];
    default:
      throw new IllegalArgumentException("order " + order);
    }
  }

  private void serve(DataInputStream in, DataOutputStream out) throws IOException, ReflectiveOperationException {
    for (;;) {
      int order;
      try {
        order = in.readByte();
      } catch (EOFException e) {
        System.err.printf("the most of the commit buffer %d, of transient memory %d%n",
                          device == null ? 0 : device.mostCommit(), device == null ? 0 : device.mostTransient());
        return;
      }
      byte[] body = new byte[in.readUnsignedShort()];
      in.readFully(body);
      byte[] answer = obey(order, body);
      byte[] memory = image == null ? new byte[0] : image.take();
      out.writeShort(answer.length);
      out.write(answer);
      out.writeInt(device.memory.steps());
      out.writeShort(memory.length);
      out.write(memory);
      out.write(image == null ? new byte[12] : image.session());
      out.flush();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Class<?> applet = new Loader(Paths.get(arguments[0])).loadClass("epurse.PurseApplet");
    new Bridge(applet, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0)
        .serve(new DataInputStream(new BufferedInputStream(System.in)),
               new DataOutputStream(new BufferedOutputStream(System.out)));
  }
}
