/* SPDX-License-Identifier: Apache-2.0
 * An applet of small acts, one per INS, each of which keeps a rule of the runtime or breaks it: RuntimeTest says which. */
package probe;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.OwnerPIN;
import javacard.framework.TransactionException;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacard.security.MessageDigest;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

public final class Probe extends Applet {
  static final short SIZE = 64;

  short number;
  boolean flag;
  Object kept;
  final byte[] lasting = new byte[SIZE];
  final short[] shorts = new short[4];
  final Object[] references = new Object[2];
  final byte[] onReset, onDeselect;
  final byte[] big = new byte[(short)500];
  final OwnerPIN pin = new OwnerPIN((byte)3, (byte)8);
  final AESKey key, session;
  final Signature mac;
  final Cipher cipher;
  final MessageDigest hash;
  final RandomData random;
  byte mode;

  private Probe(byte mode) {
    this.mode = mode;
    onReset = JCSystem.makeTransientByteArray(SIZE, JCSystem.CLEAR_ON_RESET);
    onDeselect = JCSystem.makeTransientByteArray(SIZE, JCSystem.CLEAR_ON_DESELECT);
    key = (AESKey)KeyBuilder.buildKey(KeyBuilder.TYPE_AES, KeyBuilder.LENGTH_AES_128, false);
    session = (AESKey)KeyBuilder.buildKey(KeyBuilder.TYPE_AES_TRANSIENT_RESET, KeyBuilder.LENGTH_AES_128, false);
    mac = Signature.getInstance(Signature.ALG_AES_MAC_128_NOPAD, false);
    cipher = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
    hash = MessageDigest.getInstance(MessageDigest.ALG_SHA_256, false);
    random = RandomData.getInstance(RandomData.ALG_SECURE_RANDOM);
    pin.update(lasting, (short)0, (byte)4);
  }

  /* The first byte of the parameters: 0 a good installation, 1 too much transient memory, 2 no register(), 3 two. */
  public static void install(byte[] data, short offset, byte length) {
    byte mode = data[(short)(offset + data[offset] + 3)];
    Probe probe = new Probe(mode);
    if (mode == 1)
      JCSystem.makeTransientByteArray((short)2000, JCSystem.CLEAR_ON_RESET);
    if (mode == 4)
      ISOException.throwIt((short)0x6A84);
    if (mode == 5)
      JCSystem.beginTransaction();
    if (mode == 6)
      Signature.getInstance((byte)49, false);
    if (mode != 2)
      probe.register();
    if (mode == 3)
      probe.register();
  }

  public boolean select() {
    return mode != 7;
  }

  public void process(APDU apdu) {
    byte[] buffer = apdu.getBuffer();
    byte p1 = buffer[ISO7816.OFFSET_P1];
    if (selectingApplet())
      return;
    switch (buffer[ISO7816.OFFSET_INS] & 0xF0) {
    case 0x10:
      transaction(buffer[ISO7816.OFFSET_INS], p1, buffer);
      break;
    case 0x20:
      forbidden(buffer[ISO7816.OFFSET_INS], apdu);
      break;
    case 0x30:
      transport(buffer[ISO7816.OFFSET_INS], apdu, p1);
      break;
    case 0x40:
      cryptography(buffer[ISO7816.OFFSET_INS], buffer);
      break;
    default:
      ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
    }
  }

  private void writeAll(byte value) {
    number = value;
    flag = value != 0;
    lasting[0] = value;
    shorts[1] = value;
    references[0] = value == 0 ? null : lasting;
    onReset[0] = value;
    onDeselect[0] = value;
  }

  private void fill(byte value) {
    Util.arrayFillNonAtomic(onReset, (short)0, SIZE, value);
  }

  private void transaction(byte ins, byte value, byte[] buffer) {
    switch (ins) {
    case 0x10: /* whole */
      JCSystem.beginTransaction();
      writeAll(value);
      JCSystem.commitTransaction();
      break;
    case 0x11: /* given up */
      JCSystem.beginTransaction();
      writeAll(value);
      JCSystem.abortTransaction();
      break;
    case 0x12: /* broken off by a status word */
      JCSystem.beginTransaction();
      writeAll(value);
      ISOException.throwIt(ISO7816.SW_DATA_INVALID);
      break;
    case 0x13: /* broken off by a fault */
      JCSystem.beginTransaction();
      writeAll(value);
      lasting[SIZE] = 1;
      break;
    case 0x14: /* one inside the other */
      JCSystem.beginTransaction();
      JCSystem.beginTransaction();
      break;
    case 0x15: /* none */
      JCSystem.commitTransaction();
      break;
    case 0x16: /* more than the buffer */
      JCSystem.beginTransaction();
      Util.arrayCopy(big, (short)0, big, (short)1, (short)400);
      break;
    case 0x17: /* atomic, outside a transaction */
      fill(value);
      Util.arrayCopy(onReset, (short)0, lasting, (short)0, SIZE);
      break;
    case 0x18: /* not atomic */
      fill(value);
      Util.arrayCopyNonAtomic(onReset, (short)0, lasting, (short)0, SIZE);
      break;
    case 0x19: /* not atomic, given up: stays */
      fill(value);
      JCSystem.beginTransaction();
      Util.arrayCopyNonAtomic(onReset, (short)0, lasting, (short)0, SIZE);
      JCSystem.abortTransaction();
      break;
    case 0x1A: /* atomic, given up */
      fill(value);
      JCSystem.beginTransaction();
      Util.arrayCopy(onReset, (short)0, lasting, (short)0, SIZE);
      JCSystem.abortTransaction();
      break;
    case 0x1B: /* a try of the PIN, given up: stays spent */
      JCSystem.beginTransaction();
      pin.check(onReset, (short)0, (byte)3);
      JCSystem.abortTransaction();
      break;
    case 0x1C: /* the power goes, and the applet wants to go on */
      try {
        writeAll(value);
      } finally {
        lasting[9] = 9;
      }
      break;
    case 0x1E: /* the same place again and again */
      JCSystem.beginTransaction();
      for (short i = 0; i < 100; i++) {
        number = i;
        lasting[1] = (byte)i;
      }
      JCSystem.commitTransaction();
      break;
    case 0x1D: /* full, caught, given up */
      JCSystem.beginTransaction();
      try {
        Util.arrayCopy(big, (short)0, big, (short)1, (short)400);
      } catch (TransactionException e) {
        JCSystem.abortTransaction();
        ISOException.throwIt(e.getReason());
      }
      break;
    default:
      ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
    }
  }

  private void forbidden(byte ins, APDU apdu) {
    switch (ins) {
    case 0x20:
      kept = apdu.getBuffer();
      break;
    case 0x21:
      references[0] = apdu;
      break;
    case 0x22:
      kept = new byte[4];
      break;
    case 0x23:
      JCSystem.makeTransientByteArray((short)4, JCSystem.CLEAR_ON_RESET);
      break;
    case 0x24:
      JCSystem.beginTransaction();
      break;
    case 0x25:
      JCSystem.beginTransaction();
      key.setKey(lasting, (short)0);
      break;
    case 0x26: /* past the transaction, then inside it */
      JCSystem.beginTransaction();
      Util.arrayFillNonAtomic(lasting, (short)0, (short)4, (byte)1);
      lasting[8] = 1;
      break;
    case 0x27: /* inside, then past it */
      JCSystem.beginTransaction();
      lasting[8] = 1;
      Util.arrayFillNonAtomic(lasting, (short)0, (short)4, (byte)1);
      break;
    case 0x28:
      KeyBuilder.buildKey(KeyBuilder.TYPE_AES, KeyBuilder.LENGTH_AES_128, false);
      break;
    case 0x29:
      kept = new Object();
      break;
    case 0x2A:
      kept.equals(null);
      break;
    default:
      number = (short)(number / onReset[0]);
    }
  }

  private void transport(byte ins, APDU apdu, byte p1) {
    byte[] buffer = apdu.getBuffer();
    switch (ins) {
    case 0x30: /* echo, received as a loop */
      echo(apdu);
      break;
    case 0x31: /* as many bytes as P1 says */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)(p1 & 0xFF));
      apdu.sendBytesLong(big, (short)0, (short)(p1 & 0xFF));
      break;
    case 0x32: /* fewer than announced */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)4);
      apdu.sendBytes((short)0, (short)3);
      break;
    case 0x33: /* more than announced */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)4);
      apdu.sendBytes((short)0, (short)5);
      break;
    case 0x34: /* twice */
      apdu.setIncomingAndReceive();
      apdu.setIncomingAndReceive();
      break;
    case 0x35: /* out before in */
      apdu.setOutgoing();
      break;
    case 0x36: /* too long */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)257);
      break;
    case 0x37: /* without a length */
      apdu.setOutgoing();
      apdu.sendBytes((short)0, (short)1);
      break;
    case 0x38: /* beyond the buffer */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)10);
      apdu.sendBytes((short)255, (short)10);
      break;
    case 0x39: /* is the buffer clean? */
      for (short i = 5; i < (short)buffer.length; i++)
        if (buffer[i] != 0)
          ISOException.throwIt(ISO7816.SW_DATA_INVALID);
      break;
    case 0x3A: /* done, then answered: over T=0 the answer can be lost */
      number = p1;
      apdu.setIncomingAndReceive();
      apdu.setOutgoingAndSend((short)0, (short)5);
      break;
    case 0x3B: /* sent, then a warning */
      apdu.setOutgoing();
      apdu.setOutgoingLength((short)2);
      apdu.sendBytes((short)0, (short)2);
      ISOException.throwIt((short)0x6310);
      break;
    case 0x3C: /* how long was it? asked too early */
      apdu.getIncomingLength();
      break;
    default:
      ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
    }
  }

  private void echo(APDU apdu) {
    byte[] buffer = apdu.getBuffer();
    short got = apdu.setIncomingAndReceive();
    short length = apdu.getIncomingLength(), have = 0;
    while (got > 0) {
      Util.arrayCopyNonAtomic(buffer, ISO7816.OFFSET_CDATA, big, have, got);
      have += got;
      got = have < length ? apdu.receiveBytes(ISO7816.OFFSET_CDATA) : 0;
    }
    apdu.setOutgoing();
    apdu.setOutgoingLength(length);
    apdu.sendBytesLong(big, (short)0, length);
  }

  private void cryptography(byte ins, byte[] buffer) {
    switch (ins) {
    case 0x40: /* the session's key: gone after a reset */
      session.setKey(lasting, (short)0);
      break;
    case 0x41:
      mac.init(session, Signature.MODE_SIGN);
      break;
    case 0x42: /* only where init() was called since the power came */
      mac.sign(lasting, (short)0, (short)16, onReset, (short)0);
      break;
    case 0x43: /* no whole block */
      mac.sign(lasting, (short)0, (short)15, onReset, (short)0);
      break;
    case 0x44: /* the output overtakes the input */
      cipher.init(session, Cipher.MODE_ENCRYPT);
      cipher.doFinal(onReset, (short)0, (short)32, onReset, (short)16);
      break;
    case 0x45: /* there and back, chained over two calls */
      cipher.init(session, Cipher.MODE_ENCRYPT);
      cipher.update(big, (short)0, (short)16, onReset, (short)0);
      cipher.doFinal(big, (short)16, (short)16, onReset, (short)16);
      cipher.init(session, Cipher.MODE_DECRYPT);
      cipher.doFinal(onReset, (short)0, (short)32, onReset, (short)0);
      if (Util.arrayCompare(onReset, (short)0, big, (short)0, (short)32) != 0)
        ISOException.throwIt(ISO7816.SW_DATA_INVALID);
      break;
    case 0x46: /* a persistent key */
      key.setKey(lasting, (short)0);
      break;
    case 0x47: /* random bytes into persistent memory */
      random.generateData(lasting, (short)0, (short)32);
      break;
    case 0x48: /* "abc", in two pieces */
      buffer[0] = 0x61;
      buffer[1] = 0x62;
      buffer[2] = 0x63;
      hash.update(buffer, (short)0, (short)1);
      hash.doFinal(buffer, (short)1, (short)2, lasting, (short)0);
      break;
    default:
      ISOException.throwIt(ISO7816.SW_INS_NOT_SUPPORTED);
    }
  }
}
