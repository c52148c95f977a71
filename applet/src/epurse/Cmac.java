/* SPDX-License-Identifier: Apache-2.0
 * AES-CMAC (NIST SP 800-38B): the chip's own where it has one, else built on its AES-CBC. */
package epurse;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.CryptoException;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

final class Cmac {
  static final short SIZE = 16;

  private static final byte ALG_AES_CMAC_128 = 49; /* of API 3.0.5; 3.0.4 has no name for it */

  /* Of the built one, in transient memory: */
  private static final short CHUNK = 64;     /* bytes that have come in: one call for four blocks, for calls are what costs */
  private static final short SUBKEY = CHUNK; /* 16 */
  private static final short FILL = SUBKEY + SIZE; /* how many bytes have come in since the last call; 0: none at all */

  private final Signature chip; /* null: built */
  private final Cipher cbc;     /* null: the chip's */
  private final byte[] built;

  /* At installation alone. `like`: another one, whose memory this one shares; null for the first. */
  Cmac(Cmac like) {
    Signature found = null;
    try {
      found = Signature.getInstance(ALG_AES_CMAC_128, false);
    } catch (CryptoException hasNone) {
      found = null;
    }
    chip = found;
    cbc = chip == null ? Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false) : null;
    if (chip != null)
      built = null;
    else if (like != null)
      built = like.built;
    else
      built = JCSystem.makeTransientByteArray((short)(FILL + 1), JCSystem.CLEAR_ON_DESELECT);
  }

  /* The key of all that follows, until it changes: this is what takes a chip long. */
  void setKey(AESKey key) {
    if (chip != null)
      chip.init(key, Signature.MODE_SIGN);
    else
      cbc.init(key, Cipher.MODE_ENCRYPT); /* the initial value is zero */
  }

  /* What begins a message of more than one part, at least one byte. */
  void begin(byte[] data, short at, short len) {
    if (chip != null) {
      chip.update(data, at, len);
      return;
    }
    beginSubkey();
    absorb(data, at, len);
  }

  /* The last bytes, at least one; SIZE bytes of MAC. */
  void finish(byte[] data, short at, short len, byte[] mac, short macAt) {
    if (chip != null) {
      chip.sign(data, at, len, mac, macAt);
      return;
    }
    if (built[FILL] == 0)
      beginSubkey();
    absorb(data, at, len);
    Util.arrayCopyNonAtomic(built, finishBuilt(), mac, macAt, SIZE);
    Util.arrayFillNonAtomic(built, (short)0, (short)built.length, (byte)0);
  }

  private void absorb(byte[] data, short at, short len) {
    short fill = built[FILL];
    short end = (short)(at + len);
    while (at < end) {
      if (fill == CHUNK) {
        cbc.update(built, (short)0, CHUNK, built, (short)0);
        fill = 0;
      }
      short room = (short)(CHUNK - fill);
      short part = (short)(end - at) < room ? (short)(end - at) : room;
      fill = Util.arrayCopyNonAtomic(data, at, built, fill, part);
      at += part;
    }
    built[FILL] = (byte)fill;
  }

  /* Before the first block of a message: enciphering it anew costs less than keeping one for each key. */
  private void beginSubkey() {
    Util.arrayFillNonAtomic(built, (short)0, (short)built.length, (byte)0);
    cbc.doFinal(built, SUBKEY, SIZE, built, SUBKEY);
  }

  /* Times x in GF(2^128). */
  private void doubleSubkey() {
    boolean carry = built[SUBKEY] < 0;
    for (short i = 0; i < SIZE; i++) {
      short at = (short)(SUBKEY + i);
      short next = i < (short)(SIZE - 1) ? (short)((built[(short)(at + 1)] & 0x80) >> 7) : (short)0;
      built[at] = (byte)(built[at] << 1 | next);
    }
    if (carry)
      built[(short)(SUBKEY + SIZE - 1)] ^= (byte)0x87;
  }

  /* Where the MAC stands then. */
  private short finishBuilt() {
    short fill = built[FILL];
    short last = (short)((short)(fill - 1) / SIZE * SIZE);
    short end = (short)(last + SIZE);
    doubleSubkey();
    if (fill != end) {
      doubleSubkey();
      Util.arrayFillNonAtomic(built, fill, (short)(end - fill), (byte)0);
      built[fill] = (byte)0x80;
    }
    for (short i = 0; i < SIZE; i++)
      built[(short)(last + i)] ^= built[(short)(SUBKEY + i)];
    return (short)(cbc.doFinal(built, (short)0, end, built, (short)0) - SIZE);
  }
}
