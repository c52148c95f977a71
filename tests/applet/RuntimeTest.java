/* SPDX-License-Identifier: Apache-2.0
 * The test runtime's own tests: roll-back, tears, and each of its strict rules broken once. */
package engine;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javacard.framework.Applet;
import javacard.framework.CardRuntimeException;
import javacard.framework.JCSystem;
import javacard.framework.OwnerPIN;
import javacard.framework.PINException;
import javacard.framework.SystemException;
import javacard.security.CryptoException;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyAgreement;
import javacard.security.KeyBuilder;
import javacard.security.KeyPair;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;
import javax.tools.ToolProvider;

public final class RuntimeTest {
  private static final byte[] NAME = {(byte)0xF0, 1, 2, 3, 4};
  private static final int VIOLATION = -1, MUTE = -2;

  private static int number;
  private static boolean failed;
  private static Path classes;

  private Device device;
  private Applet probe;
  private byte[] answer;
  private String violated;

  private static void check(boolean holds, String what) {
    System.out.println((holds ? "ok " : "not ok ") + ++number + " - " + what);
    failed |= !holds;
  }

  private static void same(int got, int expected, String what) {
    check(got == expected, what + (got == expected ? "" : String.format(": %04X, not %04X", got, expected)));
  }

  /* ---- a device with the probe ---- */

  private RuntimeTest(Policy policy, int mode) throws Exception {
    device = new Device(policy);
    installed = device.install(new Loader(classes).loadClass("probe.Probe"), NAME, new byte[] {(byte)mode}) & 0xFFFF;
    probe = device.applet();
    device.powerOn();
    reader = new Reader(device);
  }

  private final int installed;
  private final Reader reader;

  private static RuntimeTest fresh() throws Exception {
    RuntimeTest test = new RuntimeTest(new Policy(), 0);
    test.select();
    return test;
  }

  private static RuntimeTest over(int protocol) throws Exception {
    Policy policy = new Policy();
    policy.protocol = (byte)protocol;
    policy.incomingBlock = 32;
    RuntimeTest test = new RuntimeTest(policy, 0);
    test.select();
    return test;
  }

  private int send(byte[] command) {
    violated = null;
    try {
      answer = reader.transmit(command);
    } catch (Violation e) {
      violated = e.getMessage();
      return VIOLATION;
    }
    return answer.length == 0 ? MUTE : ((answer[answer.length - 2] & 0xFF) << 8 | answer[answer.length - 1] & 0xFF);
  }

  private int send(int... bytes) {
    byte[] command = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++)
      command[i] = (byte)bytes[i];
    return send(command);
  }

  private int act(int ins, int p1) {
    return send(0x80, ins, p1, 0);
  }

  private int select() {
    return send(0x00, 0xA4, 0x04, 0x00, 5, 0xF0, 1, 2, 3, 4);
  }

  private Object field(String name) throws Exception {
    Field field = probe.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(probe);
  }

  private byte[] bytes(String name) throws Exception {
    return (byte[])field(name);
  }

  /* What writeAll() wrote into persistent memory: `value` everywhere, or a mixture. */
  private boolean holds(int value) throws Exception {
    return (Short)field("number") == value && (Boolean)field("flag") == (value != 0) && bytes("lasting")[0] == value &&
        ((short[])field("shorts"))[1] == value && (((Object[])field("references"))[0] == null) == (value == 0);
  }

  private static boolean all(byte[] array, int from, int to, int value) {
    for (int i = from; i < to; i++)
      if (array[i] != value)
        return false;
    return true;
  }

  /* ---- transactions ---- */

  private static void transactions() throws Exception {
    RuntimeTest test = fresh();
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
    check(all(test.bytes("lasting"), 0, 64, 3), "is not undone");
    same(test.act(0x1B, 0), 0x9000, "a try of the PIN in an aborted transaction");
    check(((OwnerPIN)test.field("pin")).getTriesRemaining() == 2, "stays spent");
  }

  /* ---- tears ---- */

  private static void tears() throws Exception {
    int n = 1;
    boolean whole = true;
    for (RuntimeTest test = fresh();; n++, test = fresh()) {
      test.act(0x10, 5);
      test.device.memory.cut(n, false);
      int sw = test.act(0x10, 6);
      test.device.powerOn();
      if (sw == 0x9000)
        break;
      whole &= sw == MUTE && test.holds(5);
    }
    same(n, 7, "five writes and a commit can be torn");
    check(whole, "and each leaves what was before");
    RuntimeTest test = fresh();
    test.device.memory.cut(6, true);
    same(test.act(0x10, 6), MUTE, "a commit can be torn after it is durable");
    test.device.powerOn();
    check(test.holds(6), "and then it is there");
    for (int at = 1; at <= 2; at++) {
      test = fresh();
      test.device.memory.cut(at, false);
      same(test.act(0x17, 4), MUTE, "an atomic copy torn at its step " + at);
      test.device.powerOn();
      check(all(test.bytes("lasting"), 0, 64, 0), "is undone");
    }
    test = fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x18, 4), MUTE, "a copy that is not atomic is torn inside");
    check(test.act(0x18, 4) == MUTE, "and the device stays mute");
    test.device.powerOn();
    check(all(test.bytes("lasting"), 0, 32, 4) && all(test.bytes("lasting"), 32, 64, 0), "and is written in part");
    test = fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x1C, 4), MUTE, "a write after the power has gone, in a finally block");
    check(test.bytes("lasting")[9] == 0, "writes nothing");
    test = fresh();
    test.device.memory.cut(2, false);
    same(test.act(0x47, 0), MUTE, "what cryptography writes into persistent memory is torn inside too");
    check(all(test.bytes("lasting"), 16, 32, 0) && !all(test.bytes("lasting"), 0, 16, 0), "and written in part");
    Policy stock = new Policy();
    stock.transactions = false;
    test = new RuntimeTest(stock, 0);
    test.select();
    test.device.memory.cut(3, false);
    test.act(0x10, 5);
    test.device.powerOn();
    check(!test.holds(5) && !test.holds(0), "with transactions switched off a tear leaves a mixture");
  }

  /* ---- transient memory and keys ---- */

  private static void transientMemory() throws Exception {
    RuntimeTest test = fresh();
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

  private void breaks(int ins, String says, String rule) {
    int got = act(ins, 0);
    check(got == VIOLATION && violated.contains(says), rule + (violated == null ? "" : ": " + violated));
    device.powerOn();
    select();
  }

  private static void rules() throws Exception {
    RuntimeTest test = fresh();
    same(test.act(0x20, 0), 0x6F00, "the command's buffer kept in a field");
    check(test.device.uncaught() instanceof SecurityException, "is a SecurityException");
    same(test.act(0x21, 0), 0x6F00, "the APDU kept in an array");
    check(test.device.uncaught() instanceof SecurityException, "is a SecurityException");
    test.breaks(0x22, "an object is made", "an array made in process()");
    test.breaks(0x23, "transient memory is made", "a transient array made in process()");
    test.breaks(0x24, "process() returns inside", "a return inside a transaction");
    test.breaks(0x25, "value inside a transaction", "a key set inside a transaction");
    test.breaks(0x26, "is written inside it too", "an array written past the transaction, then inside it");
    test.breaks(0x27, "is written past it too", "an array written inside the transaction, then past it");
    test.breaks(0x28, "a key is made", "a key made in process()");
    test.breaks(0x29, "an object is made", "an object made in process()");
    test.act(0x40, 0);
    test.breaks(0x44, "overwrites its input", "a cipher's output that overtakes its input");
    same(test.act(0x2A, 0), 0x6F00, "null");
    same(test.act(0x2F, 0), 0x6F00, "a division by zero");
    same(test.send(0x81, 0x10, 0, 0), 0x6881, "another logical channel");
    same(test.send(0x00, 0x70, 0, 0, 1), 0x6881, "MANAGE CHANNEL");
    same(test.send(0x80, 0x10, 0), 0x6700, "three bytes are no command");
    same(test.send(0x80, 0x10, 0, 0, 2, 1), 0x6700, "fewer data than Lc says");
    same(test.send(0x80, 0x10, 0, 0, 0, 0, 1, 0), 0x6700, "an extended length");
  }

  private static void installation() throws Exception {
    int[] expected = {0x9000, 0x6F00, 0x6985, 0x6F00, 0x6A84, VIOLATION, 0x6F00, 0x9000};
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
        got = new RuntimeTest(new Policy(), mode).installed;
      } catch (Violation e) {
        got = VIOLATION;
      }
      same(got, expected[mode], what[mode]);
    }
    same(new RuntimeTest(new Policy(), 7).select(), 0x6999, "select() that says no");
    Policy better = new Policy();
    better.cmac = true;
    same(new RuntimeTest(better, 6).installed, 0x9000, "CMAC where there is CMAC");
  }

  /* ---- T=0 and T=1 ---- */

  private static void transport(int protocol) throws Exception {
    String with = " over T=" + protocol;
    RuntimeTest test = over(protocol);
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
    same(test.act(0x32, 0), VIOLATION, "fewer bytes sent than announced" + with);
    same(test.act(0x33, 0), 0x6F00, "more bytes sent than announced" + with);
    same(test.send(0x80, 0x34, 0, 0, 1, 1), 0x6F00, "received twice" + with);
    same(test.send(0x80, 0x35, 0, 0, 1, 1), VIOLATION, "out before in" + with);
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
    RuntimeTest test = over(0);
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

  /* ---- cryptography ---- */

  private static byte[] hex(String digits) {
    return Main.hex(digits);
  }

  /* An applet that does one thing when it is installed. */
  public static final class Bare extends Applet {
    private static final long serialVersionUID = 1;
    static Runnable act, selecting = () -> {};
    static int deselected;

    public static void install(byte[] data, short offset, byte length) {
      act.run();
      new Bare().register();
    }

    @Override
    public boolean select() {
      selecting.run();
      return true;
    }

    @Override
    public void deselect() {
      deselected++;
    }

    @Override
    public void process(javacard.framework.APDU apdu) {
    }
  }

  private static int installing(Policy policy, Runnable act) {
    Bare.act = act;
    return new Device(policy).install(Bare.class, NAME, new byte[0]) & 0xFFFF;
  }

  /* ---- PINs ---- */

  private static void pins() {
    byte[] digits = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    OwnerPIN[] made = new OwnerPIN[1];
    same(reason(() -> new OwnerPIN((byte)0, (byte)8)), PINException.ILLEGAL_VALUE, "a PIN without tries");
    same(installing(new Policy(), () -> made[0] = new OwnerPIN((byte)3, (byte)8)), 0x9000, "a PIN is made");
    OwnerPIN pin = made[0];
    Device device = Device.now();
    same(reason(() -> pin.update(digits, (short)0, (byte)9)), PINException.ILLEGAL_VALUE, "one that is too long");
    pin.update(digits, (short)0, (byte)4);
    check(!pin.check(digits, (short)0, (byte)3) && pin.getTriesRemaining() == 2, "another length is wrong, and counts");
    check(pin.check(digits, (short)0, (byte)4) && pin.isValidated() && pin.getTriesRemaining() == 3,
          "the right one gives the tries back");
    device.process(new byte[] {0x00, (byte)0xA4, 0x04, 0x00, 5, (byte)0xF0, 1, 2, 3, 4});
    check(pin.isValidated(), "a selection does not forget that it was right");
    device.powerOn();
    check(!pin.isValidated(), "a reset does");
    device.memory.cut(2, false);
    try {
      pin.check(digits, (short)0, (byte)4);
      check(false, "a try can be torn");
    } catch (Tear e) {
      device.powerOn();
      check(!pin.isValidated() && pin.getTriesRemaining() == 2, "a torn try is spent before it is compared");
    }
    device.memory.begin();
    pin.resetAndUnblock();
    pin.update(digits, (short)1, (byte)4);
    device.memory.abort();
    check(pin.getTriesRemaining() == 2, "an aborted transaction takes the tries back that were given in it");
    check(!pin.check(digits, (short)1, (byte)4) && !pin.check(digits, (short)1, (byte)4), "and the new PIN");
    check(!pin.check(digits, (short)0, (byte)4) && pin.getTriesRemaining() == 0,
          "with no tries the right one is wrong");
  }

  /* ---- what is made, selected, given up ---- */

  private static void made() {
    boolean[] negative = new boolean[1];
    installing(new Policy(), () -> {
      same(reason(() -> JCSystem.makeTransientByteArray((short)1, (byte)3)), SystemException.ILLEGAL_VALUE,
           "transient memory until another event");
      same(reason(() -> JCSystem.makeTransientByteArray((short)1025, (byte)1)), SystemException.NO_TRANSIENT_SPACE,
           "more of it than there is");
      try {
        JCSystem.makeTransientByteArray((short)-1, (byte)1);
      } catch (NegativeArraySizeException e) {
        negative[0] = true;
      }
    });
    check(negative[0], "less than none of it");
    String[] what = {"Signature", "Cipher", "MessageDigest", "RandomData", "KeyAgreement", "KeyPair", "OwnerPIN"};
    Runnable[] late = {()
                           -> Signature.getInstance(Signature.ALG_ECDSA_SHA_256, false),
                       ()
                           -> Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false),
                       ()
                           -> javacard.security.MessageDigest.getInstance((byte)4, false),
                       ()
                           -> RandomData.getInstance(RandomData.ALG_SECURE_RANDOM),
                       ()
                           -> KeyAgreement.getInstance(KeyAgreement.ALG_EC_SVDP_DH_PLAIN, false),
                       ()
                           -> new KeyPair(KeyPair.ALG_EC_FP, (short)256),
                       () -> new OwnerPIN((byte)3, (byte)8)};
    for (int i = 0; i < what.length; i++)
      check(violates(late[i]), "a " + what[i] + " made after the installation");
    same(reason(JCSystem::requestObjectDeletion), SystemException.ILLEGAL_USE, "objects are not deleted");
  }

  private static void pairs() {
    KeyPair[] made = new KeyPair[1];
    installing(new Policy(), () -> {
      made[0] = new KeyPair(KeyPair.ALG_EC_FP, (short)256);
      curve((EcValue)made[0].getPublic());
      curve((EcValue)made[0].getPrivate());
      made[0].genKeyPair();
    });
    Memory memory = Device.now().memory;
    EcValue open = (EcValue)made[0].getPublic(), secret = (EcValue)made[0].getPrivate();
    memory.begin();
    check(violates(made[0] ::genKeyPair), "a pair generated inside a transaction");
    memory.abort();
    byte[] w = open.value(), s = secret.value();
    memory.cut(2, false);
    try {
      made[0].genKeyPair();
      check(false, "the generation of a pair can be torn");
    } catch (Tear e) {
      Device.now().powerOn();
      check(open.value() == w && secret.value() != s, "the generation of a pair is torn between its keys");
    }
  }

  private static void selections() {
    byte[] select = {0x00, (byte)0xA4, 0x04, 0x00, 5, (byte)0xF0, 1, 2, 3, 4};
    installing(new Policy(), () -> {});
    Device device = Device.now();
    device.powerOn();
    Bare.deselected = 0;
    device.process(select);
    same(Bare.deselected, 0, "the first selection deselects nobody");
    device.process(select);
    same(Bare.deselected, 1, "the second one of the same applet does");
    device.powerOn();
    same(Bare.deselected, 1, "a reset does not");
    Bare.selecting = () -> {
      JCSystem.beginTransaction();
      throw new NullPointerException();
    };
    byte[] answer = device.process(select);
    check(answer[0] == 0x69 && (answer[1] & 0xFF) == 0x99 && !device.memory.open(),
          "what select() throws is 6999, and its transaction aborted");
    Bare.selecting = () -> {};
  }

  private static void curve(EcValue key) {
    short length = 32;
    key.setFieldFP(Curve.PARTS[0], (short)0, length);
    key.setA(Curve.PARTS[1], (short)0, length);
    key.setB(Curve.PARTS[2], (short)0, length);
    key.setG(Curve.PARTS[3], (short)0, (short)65);
    key.setR(Curve.PARTS[4], (short)0, length);
    key.setK((short)1);
  }

  private static int reason(Runnable act) {
    try {
      act.run();
      return 0;
    } catch (CardRuntimeException e) {
      return e.getReason();
    }
  }

  private static boolean violates(Runnable act) {
    try {
      act.run();
      return false;
    } catch (Violation e) {
      return true;
    }
  }

  private static void ellipticCurves() {
    KeyPair one = new KeyPair(KeyPair.ALG_EC_FP, (short)256), other = new KeyPair(KeyPair.ALG_EC_FP, (short)256);
    same(reason(one::genKeyPair), CryptoException.ILLEGAL_VALUE, "a pair is not generated before it has a curve");
    same(reason(() -> ((ECPrivateKey)one.getPrivate()).setS(new byte[32], (short)0, (short)32)),
         CryptoException.ILLEGAL_VALUE, "nor does a key take a value");
    for (KeyPair pair : new KeyPair[] {one, other}) {
      curve((EcValue)pair.getPublic());
      curve((EcValue)pair.getPrivate());
      pair.genKeyPair();
    }
    byte[] w = new byte[65], a = new byte[32], b = new byte[32];
    KeyAgreement agreement = KeyAgreement.getInstance(KeyAgreement.ALG_EC_SVDP_DH_PLAIN, false);
    agreement.init(one.getPrivate());
    ((ECPublicKey)other.getPublic()).getW(w, (short)0);
    agreement.generateSecret(w, (short)0, (short)65, a, (short)0);
    agreement.init(other.getPrivate());
    ((ECPublicKey)one.getPublic()).getW(w, (short)0);
    agreement.generateSecret(w, (short)0, (short)65, b, (short)0);
    check(Arrays.equals(a, b), "two pairs agree");
    w[64] ^= 1;
    same(reason(() -> agreement.generateSecret(w, (short)0, (short)65, a, (short)0)), CryptoException.ILLEGAL_VALUE,
         "a point beside the curve is refused");
    signatures(one);
    byte[] two = new byte[32];
    two[31] = 2;
    ((ECPrivateKey)one.getPrivate()).setS(two, (short)0, (short)32);
    check(Arrays.equals(Arrays.copyOfRange(Curve.publicOf(((EcValue.Private)one.getPrivate()).scalar()), 1, 33),
                        hex("7CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC47669978")),
          "2 G is 2 G");
  }

  private static void signatures(KeyPair pair) {
    Signature signature = Signature.getInstance(Signature.ALG_ECDSA_SHA_256, false);
    byte[] message = "a message".getBytes(), signed = new byte[72];
    same(reason(() -> signature.sign(message, (short)0, (short)9, signed, (short)0)), CryptoException.INVALID_INIT,
         "nothing is signed without a key");
    same(reason(() -> signature.init(pair.getPublic(), Signature.MODE_SIGN)), CryptoException.ILLEGAL_VALUE,
         "nor with a public one");
    signature.init(pair.getPrivate(), Signature.MODE_SIGN);
    signature.update(message, (short)0, (short)4);
    short length = signature.sign(message, (short)4, (short)5, signed, (short)0);
    signature.init(pair.getPublic(), Signature.MODE_VERIFY);
    check(signature.verify(message, (short)0, (short)9, signed, (short)0, length), "a signature in pieces is verified");
    message[0] ^= 1;
    check(!signature.verify(message, (short)0, (short)9, signed, (short)0, length), "and not of another message");
    same(reason(() -> KeyBuilder.buildKey(KeyBuilder.TYPE_EC_FP_PRIVATE_TRANSIENT_RESET, (short)256, false)),
         CryptoException.NO_SUCH_ALGORITHM, "a transient private key where there is none");
  }

  private static void cryptography() throws Exception {
    same(installing(new Policy(), RuntimeTest::ellipticCurves), 0x9000, "elliptic curves");
    RuntimeTest test = fresh();
    test.act(0x40, 0);
    same(test.act(0x45, 0), 0x9000, "CBC there and back, in two pieces");
    same(test.act(0x48, 0), 0x9000, "a hash in two pieces");
    byte[] digest = MessageDigest.getInstance("SHA-256").digest("abc".getBytes());
    check(Arrays.equals(Arrays.copyOf(test.bytes("lasting"), 32), digest), "is SHA-256's");
    AesValue[] key = new AesValue[1];
    installing(new Policy(), () -> {
      key[0] = (AesValue)KeyBuilder.buildKey(KeyBuilder.TYPE_AES, (short)128, false);
      key[0].setKey(hex("2B7E151628AED2A6ABF7158809CF4F3C"), (short)0);
    });
    check(Arrays.equals(key[0].cmac(new byte[0]), hex("BB1D6929E95937287FA37D129B756746")), "CMAC of nothing");
    check(Arrays.equals(key[0].cmac(hex("6BC1BEE22E409F96E93D7E117393172A")), hex("070A16B46B4D4144F79BDD9DD04A287C")),
          "CMAC of a block");
    test.device.random.seed(new byte[] {1});
    test.act(0x47, 0);
    byte[] drawn = test.bytes("lasting").clone();
    test.device.random.seed(new byte[] {1});
    test.act(0x47, 0);
    check(Arrays.equals(drawn, test.bytes("lasting")), "the same seed, the same random bytes");
    test.act(0x47, 0);
    check(!Arrays.equals(drawn, test.bytes("lasting")), "but not twice in a row");
  }

  /* ---- file and counts ---- */

  private static void file() throws Exception {
    RuntimeTest test = fresh();
    test.act(0x10, 5);
    Path file = Files.createTempFile("device", ".image");
    Image.save(test.device, file);
    test.device = Image.load(file, new Loader(classes));
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
    RuntimeTest test = fresh();
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

  /* ---- what a converter or a card refuses ---- */

  /* Each row of the list as a class in a package of its own, compiled together. */
  private static Path compile(List<String[]> rows) throws IOException {
    Path folder = Files.createTempDirectory("refused");
    List<String> arguments =
        new ArrayList<>(Arrays.asList("-g", "-nowarn", "-proc:none", "--release", "8", "-Xlint:-options", "-cp",
                                      System.getProperty("java.class.path"), "-d", folder.toString()));
    for (String[] row : rows) {
      Path source = folder.resolve(row[0] + "/Refused.java");
      Files.createDirectories(source.getParent());
      Files.write(source, ("package " + row[0] + "; public class Refused { " + row[2] + " }").getBytes());
      arguments.add(source.toString());
    }
    int code = ToolProvider.getSystemJavaCompiler().run(null, null, System.err, arguments.toArray(new String[0]));
    check(code == 0, "the classes to be refused are good Java");
    return folder;
  }

  private static void classFiles(Path list) throws IOException {
    List<String[]> rows = Files.readAllLines(list)
                              .stream()
                              .filter(line -> !line.startsWith("#") && !line.isEmpty())
                              .map(line -> line.split(" \\| ", 3))
                              .collect(Collectors.toList());
    check(ClassFile.check(classes).isEmpty(), "the probe would be taken by a card: " + ClassFile.check(classes));
    rows.forEach(row -> row[0] = row[0].replace('-', '_'));
    Path folder = compile(rows);
    for (String[] row : rows) {
      List<String> faults = ClassFile.check(folder.resolve(row[0]));
      boolean found =
          row[1].equals("nothing") ? faults.isEmpty() : faults.stream().anyMatch(fault -> fault.contains(row[1]));
      check(found, row[0] + ": " + row[1] + (found ? "" : ", but " + faults));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  /* The folder of the probe's class files, and the list of what is to be refused. */
  public static void main(String[] arguments) throws Exception {
    classes = Paths.get(arguments[0]);
    transactions();
    tears();
    transientMemory();
    rules();
    installation();
    transport(1);
    transport(0);
    lostAnswer();
    pins();
    made();
    pairs();
    selections();
    cryptography();
    file();
    counts();
    classFiles(Paths.get(arguments[1]));
    System.out.println("1.." + number);
    System.exit(failed ? 1 : 0);
  }
}
