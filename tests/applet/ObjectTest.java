/* SPDX-License-Identifier: Apache-2.0
 * Tests of what the runtime gives an applet: PINs, keys, ciphers, and what is made when. */
package engine;

import static engine.Points.check;
import static engine.Points.same;

import java.security.MessageDigest;
import java.util.Arrays;
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

final class ObjectTest {
  private ObjectTest() {}

  static void run() throws Exception {
    pins();
    made();
    pairs();
    selections();
    cryptography();
  }

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
    return new Device(policy).install(Bare.class, Probed.NAME, new byte[0]) & 0xFFFF;
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
    same(installing(new Policy(), ObjectTest::ellipticCurves), 0x9000, "elliptic curves");
    Probed test = Probed.fresh();
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
}
