/* SPDX-License-Identifier: Apache-2.0
 * The test runtime's own tests: roll-back, tears, and each of its strict rules broken once. */
package engine;

import static engine.Points.check;
import static engine.Points.same;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import javacard.framework.OwnerPIN;

public final class RuntimeTest {
  /* ---- transactions ---- */

  private static void transactions() throws Exception {
    Probed test = Probed.fresh();
    same(test.act(0x10, 5), 0x9000, "a transaction is committed");
    check(test.holds(5), "and all of it is there");
    same(test.act(0x11, 6), 0x9000, "a transaction is aborted");
    check(test.holds(5), "and nothing of it is there");
    check(test.bytes("onReset")[0] == 6, "but for transient memory, which is not rolled back");
    same(test.act(0x12, 7), 0x6984, "a status word thrown inside a transaction is kept");
    check(test.holds(5), "and the transaction aborted");
    same(test.act(0x13, 7), 0x6F00, "a fault inside a transaction is 6F00");
    check(test.holds(5), "and the transaction aborted");
    same(test.act(0x14, 7), 0x6F00, "a transaction inside a transaction");
    check(test.device.uncaught().getMessage().endsWith("0001"), "is IN_PROGRESS");
    same(test.act(0x15, 7), 0x6F00, "a commit without a transaction");
    check(test.device.uncaught().getMessage().endsWith("0002"), "is NOT_IN_PROGRESS");
    same(test.act(0x16, 7), 0x6F00, "a transaction of more than the commit buffer");
    check(test.device.uncaught().getMessage().endsWith("0003"), "is BUFFER_FULL");
    same(test.act(0x1D, 7), 0x0003, "which can be caught");
    same(test.act(0x1A, 3), 0x9000, "an atomic copy in an aborted transaction");
    check(test.bytes("lasting")[0] == 5, "is undone");
    same(test.act(0x19, 3), 0x9000, "a copy that is not atomic");
    check(Probed.all(test.bytes("lasting"), 0, 64, 3), "is not undone");
    same(test.act(0x1B, 0), 0x9000, "a try of the PIN in an aborted transaction");
    check(((OwnerPIN)test.field("pin")).getTriesRemaining() == 2, "stays spent");
  }

  /* ---- tears ---- */

  private static void tears() throws Exception {
    int n = 1;
    boolean whole = true;
    for (Probed test = Probed.fresh();; n++, test = Probed.fresh()) {
      test.act(0x10, 5);
      test.device.memory.cut(n, false);
      int sw = test.act(0x10, 6);
      test.device.powerOn();
      if (sw == 0x9000)
        break;
      whole &= sw == Probed.MUTE && test.holds(5);
    }
    same(n, 7, "five writes and a commit can be torn");
    check(whole, "and each leaves what was before");
    Probed test = Probed.fresh();
    test.device.memory.cut(6, true);
    same(test.act(0x10, 6), Probed.MUTE, "a commit can be torn after it is durable");
    test.device.powerOn();
    check(test.holds(6), "and then it is there");
    for (int at = 1; at <= 2; at++) {
      test = Probed.fresh();
      test.device.memory.cut(at, false);
      same(test.act(0x17, 4), Probed.MUTE, "an atomic copy torn at its step " + at);
      test.device.powerOn();
      check(Probed.all(test.bytes("lasting"), 0, 64, 0), "is undone");
    }
    test = Probed.fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x18, 4), Probed.MUTE, "a copy that is not atomic is torn inside");
    check(test.act(0x18, 4) == Probed.MUTE, "and the device stays mute");
    test.device.powerOn();
    check(Probed.all(test.bytes("lasting"), 0, 32, 4) && Probed.all(test.bytes("lasting"), 32, 64, 0), "and is written in part");
    test = Probed.fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x1C, 4), Probed.MUTE, "a write after the power has gone, in a finally block");
    check(test.bytes("lasting")[9] == 0, "writes nothing");
    test = Probed.fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x47, 0), Probed.MUTE, "what cryptography writes into persistent memory is torn inside too");
    check(Probed.all(test.bytes("lasting"), 16, 32, 0) && !Probed.all(test.bytes("lasting"), 0, 16, 0), "and written in part");
    Policy stock = new Policy();
    stock.transactions = false;
    test = new Probed(stock, 0);
    test.select();
    test.device.memory.cut(3, false);
    test.act(0x10, 5);
    test.device.powerOn();
    check(!test.holds(5) && !test.holds(0), "with transactions switched off a tear leaves a mixture");
  }

  /* ---- transient memory and keys ---- */

  private static void transientMemory() throws Exception {
    Probed test = Probed.fresh();
    test.act(0x10, 5);
    same(test.send(0x00, 0xA4, 0x04, 0x00, 5, 0xF0, 1, 2, 3, 5), 0x6D00, "a SELECT of another name reaches the applet");
    check(test.bytes("onDeselect")[0] == 5, "and clears nothing where there is no other applet");
    same(test.select(), 0x9000, "a SELECT of the same applet");
    check(test.bytes("onDeselect")[0] == 0 && test.bytes("onReset")[0] == 5, "clears CLEAR_ON_DESELECT alone");
    test.device.powerOn();
    check(test.bytes("onReset")[0] == 0, "a reset clears CLEAR_ON_RESET");
    check(test.holds(5), "and nothing persistent");
    same(test.act(0x10, 6), 0x6985, "after a reset no applet is selected");
    test.select();
    test.act(0x40, 0);
    same(test.act(0x41, 0), 0x9000, "a MAC with the session's key");
    same(test.act(0x42, 0), 0x9000, "is computed");
    same(test.act(0x43, 0), 0x6F00, "but not of a part of a block");
    test.device.powerOn();
    test.select();
    same(test.act(0x42, 0), 0x6F00, "after a reset the function");
    check(test.device.uncaught().getMessage().endsWith("0004"), "is without its key: INVALID_INIT");
    same(test.act(0x41, 0), 0x6F00, "and the transient key");
    check(test.device.uncaught().getMessage().endsWith("0002"), "without its value: UNINITIALIZED_KEY");
  }

  /* ---- rules ---- */

  private static void breaks(Probed test, int ins, String says, String rule) {
    int got = test.act(ins, 0);
    check(got == Probed.VIOLATION && test.violated.contains(says), rule + (test.violated == null ? "" : ": " + test.violated));
    test.device.powerOn();
    test.select();
  }

  private static void rules() throws Exception {
    Probed test = Probed.fresh();
    same(test.act(0x20, 0), 0x6F00, "the command's buffer kept in a field");
    check(test.device.uncaught() instanceof SecurityException, "is a SecurityException");
    same(test.act(0x21, 0), 0x6F00, "the APDU kept in an array");
    check(test.device.uncaught() instanceof SecurityException, "is a SecurityException");
    breaks(test, 0x22, "an object is made", "an array made in process()");
    breaks(test, 0x23, "transient memory is made", "a transient array made in process()");
    breaks(test, 0x24, "process() returns inside", "a return inside a transaction");
    breaks(test, 0x25, "value inside a transaction", "a key set inside a transaction");
    breaks(test, 0x26, "is written inside it too", "an array written past the transaction, then inside it");
    breaks(test, 0x27, "is written past it too", "an array written inside the transaction, then past it");
    breaks(test, 0x28, "a key is made", "a key made in process()");
    breaks(test, 0x29, "an object is made", "an object made in process()");
    test.act(0x40, 0);
    breaks(test, 0x44, "overwrites its input", "a cipher's output that overtakes its input");
    same(test.act(0x2A, 0), 0x6F00, "null");
    same(test.act(0x2F, 0), 0x6F00, "a division by zero");
    same(test.send(0x81, 0x10, 0, 0), 0x6881, "another logical channel");
    same(test.send(0x00, 0x70, 0, 0, 1), 0x6881, "MANAGE CHANNEL");
    same(test.send(0x80, 0x10, 0), 0x6700, "three bytes are no command");
    same(test.send(0x80, 0x10, 0, 0, 2, 1), 0x6700, "fewer data than Lc says");
    same(test.send(0x80, 0x10, 0, 0, 0, 0, 1, 0), 0x6700, "an extended length");
  }

  private static void installation() throws Exception {
    int[] expected = {0x9000, 0x6F00, 0x6985, 0x6F00, 0x6A84, Probed.VIOLATION, 0x6F00, 0x9000};
    String[] what = {"a good installation",
                     "one that wants more transient memory than there is",
                     "one without register()",
                     "one with two",
                     "one that says why not",
                     "one that leaves a transaction open",
                     "one that wants CMAC where there is none",
                     "one that is never selected"};
    for (int mode = 0; mode < expected.length; mode++) {
      int got;
      try {
        got = new Probed(new Policy(), mode).installed;
      } catch (Violation e) {
        got = Probed.VIOLATION;
      }
      same(got, expected[mode], what[mode]);
    }
    same(new Probed(new Policy(), 7).select(), 0x6999, "select() that says no");
    Policy better = new Policy();
    better.cmac = true;
    same(new Probed(better, 6).installed, 0x9000, "CMAC where there is CMAC");
  }

  /* ---- T=0 and T=1 ---- */

  private static void transport(int protocol) throws Exception {
    String with = " over T=" + protocol;
    Probed test = Probed.over(protocol);
    byte[] command = new byte[5 + 255 + 1];
    for (int i = 0; i < command.length; i++)
      command[i] = (byte)(i * 7);
    byte[] header = {(byte)0x80, 0x30, 0, 0, (byte)255};
    System.arraycopy(header, 0, command, 0, 5);
    command[command.length - 1] = 0;
    same(test.send(command), 0x9000, "255 bytes there and back" + with);
    check(Arrays.equals(Arrays.copyOf(test.answer, 255), Arrays.copyOfRange(command, 5, 260)), "are the same");
    same(test.act(0x39, 0), 0x9000, "the buffer is zeroed before a command" + with);
    for (int length : new int[] {1, 16, 200, 255}) {
      same(test.send(0x80, 0x31, length, 0, 0), 0x9000, length + " bytes where 256 are asked for" + with);
      same(test.answer.length, length + 2, "come");
    }
    same(test.act(0x32, 0), Probed.VIOLATION, "fewer bytes sent than announced" + with);
    same(test.act(0x33, 0), 0x6F00, "more bytes sent than announced" + with);
    same(test.send(0x80, 0x34, 0, 0, 1, 1), 0x6F00, "received twice" + with);
    same(test.send(0x80, 0x35, 0, 0, 1, 1), Probed.VIOLATION, "out before in" + with);
    same(test.act(0x36, 0), 0x6F00, "257 bytes" + with);
    same(test.act(0x37, 0), 0x6F00, "sent without a length" + with);
    same(test.act(0x38, 0), 0x6F00, "sent from beyond the buffer" + with);
    same(test.act(0x3B, 0), 0x6310, "data and a warning" + with);
    same(test.answer.length, 4, "go together");
    same(test.act(0x3C, 0), 0x6F00, "getIncomingLength() before the data" + with);
    same(test.send(0x80, 0x30, 0, 0, 9), 0x6F00, "data received where none are" + with);
  }

  /* Over T=0 the terminal can send something else than GET RESPONSE: the answer is lost, the act is not. */
  private static void lostAnswer() throws Exception {
    Probed test = Probed.over(0);
    test.device.link = answer -> new byte[] {(byte)0x80, 0x39, 0, 0, 0};
    byte[] command = {(byte)0x80, 0x3A, 42, 0, 1, 9};
    check(test.device.process(command) == null, "an answer that is not fetched");
    check((Short)test.field("number") == 42, "leaves what was done");
    byte[] pending = test.device.pending();
    check(pending != null && pending[1] == 0x39, "and the command that came instead");
    check(test.device.process(pending).length == 2, "is answered");
    byte[][] seen = new byte[1][];
    test.device.link = answer -> {
      seen[0] = answer;
      return new byte[] {(byte)0x80, 0x31, 7, 0, 7};
    };
    byte[] much = test.device.process(new byte[] {(byte)0x80, 0x31, 7, 0, 99});
    check(seen[0][0] == 0x6C && seen[0][1] == 7, "too long a Le is answered with 6C and the right one");
    same(much.length, 9, "and then the bytes");
  }

  /* ---- file and counts ---- */

  private static void file() throws Exception {
    Probed test = Probed.fresh();
    test.act(0x10, 5);
    Path file = Files.createTempFile("device", ".image");
    Image.save(test.device, file);
    test.device = Image.load(file, new Loader(Probed.classes));
    Files.delete(file);
    test.probe = test.device.applet();
    Reader again = new Reader(test.device);
    check(test.holds(5), "what was persistent comes back out of the file");
    check(test.bytes("onReset")[0] == 0, "what was transient does not");
    byte[] select = {0x00, (byte)0xA4, 0x04, 0x00, 5, (byte)0xF0, 1, 2, 3, 4};
    check(again.transmit(select).length == 2, "it is selected");
    check(again.transmit(new byte[] {(byte)0x80, 0x11, 6, 0}).length == 2 && test.holds(5), "and rolls back");
    check(((Object[])test.field("references"))[0] == test.field("lasting"), "its references are the same objects");
  }

  private static void counts() throws Exception {
    Probed test = Probed.fresh();
    test.device.tally.reset();
    test.act(0x10, 5);
    same(test.device.tally.total(Tally.Count.WRITES), 5, "five writes are counted");
    same(test.device.tally.total(Tally.Count.COMMITS), 1, "and one commit");
    same(test.act(0x1E, 0), 0x9000, "a field written a hundred times in a transaction takes the buffer once");
    test.act(0x40, 0);
    test.act(0x45, 0);
    same(test.device.tally.total(Tally.Count.AES), 4, "and four blocks");
    same(test.device.mostTransient(), 64 + 64 + 16, "transient memory is counted, keys too");
    same(test.device.mostCommit(), 2 + 1 + 1 + 2 + 2 + 5 * 8, "and the commit buffer, with what each entry costs");
  }

  /* The folder of the probe's class files, and the list of what is to be refused. */
  public static void main(String[] arguments) throws Exception {
    Probed.classes = Paths.get(arguments[0]);
    transactions();
    tears();
    transientMemory();
    rules();
    installation();
    transport(1);
    transport(0);
    lostAnswer();
    ObjectTest.run();
    file();
    counts();
    ClassFileTest.run(Paths.get(arguments[1]));
    System.exit(Points.end());
  }
}
