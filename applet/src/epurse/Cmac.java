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
  private static final short BLOCK = 0;   /* what has been chained so far, the bytes that came in since xored on it */
  private static final short SUBKEY = 16; /* 16 */
  private static final short FILL = 32;   /* how many bytes came in since */

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
      cbc.init(key, Cipher.MODE_ENCRYPT); /* the initial value is zero: a block alone is enciphered as it stands */
  }

  /* What begins a message of more than one part. */
  void begin(byte[] data, short at, short len) {
    if (chip != null) {
      chip.update(data, at, len);
      return;
    }
    Util.arrayFillNonAtomic(built, (short)0, (short)built.length, (byte)0);
    absorb(data, at, len);
  }

  /* The last bytes, at least one; SIZE bytes of MAC. */
  void finish(byte[] data, short at, short len, byte[] mac, short macAt) {
    if (chip != null) {
      chip.sign(data, at, len, mac, macAt);
      return;
    }
    absorb(data, at, len);
    finishBuilt();
    Util.arrayCopyNonAtomic(built, BLOCK, mac, macAt, SIZE);
    Util.arrayFillNonAtomic(built, (short)0, (short)built.length, (byte)0);
  }

  private void encipherBlock(short at) {
    cbc.doFinal(built, at, SIZE, built, at);
  }

  private void absorb(byte[] data, short at, short len) {
    short fill = built[FILL];
    for (short i = 0; i < len; i++) {
      if (fill == SIZE) {
        encipherBlock(BLOCK);
        fill = 0;
      }
      built[fill] ^= data[(short)(at + i)];
      fill++;
    }
    built[FILL] = (byte)fill;
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

  private void finishBuilt() {
    short fill = built[FILL];
    encipherBlock(SUBKEY); /* of zeros */
    doubleSubkey();
    if (fill != SIZE) {
      doubleSubkey();
      built[fill] ^= (byte)0x80;
    }
    for (short i = 0; i < SIZE; i++)
      built[i] ^= built[(short)(SUBKEY + i)];
    encipherBlock(BLOCK);
  }
}
