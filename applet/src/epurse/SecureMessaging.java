/* SPDX-License-Identifier: Apache-2.0
 * Secure messaging of SCP03 (GPC Amendment D 6.2), the card's side, always at level 33; under SCP11a the same. */
package epurse;

import javacard.framework.Util;
import javacard.security.AESKey;
import javacard.security.KeyBuilder;
import javacardx.crypto.Cipher;

final class SecureMessaging {
  static final short MAC_SIZE = 8;
  static final short PLAIN_MAX = 239;

  private static final short BLOCK = 16;
  private static final byte PADDING_FIRST = (byte)0x80; /* ISO/IEC 9797-1 padding method 2 */
  private static final byte ANSWER_COUNTER = (byte)0x80;
  private static final short ICV = 0;  /* in the scratch */
  private static final short MAC = 16; /* likewise */

  final AESKey sEnc, sMac, sRmac;
  /* Each has its key from the session's beginning on. */
  private final Cmac mac, rmac;
  private final Cipher icv;
  private final Crypto crypto;
  private final Session session;
  private final Command command;
  private final Answer answer;

  SecureMessaging(Card card) {
    crypto = card.crypto;
    session = card.session;
    command = card.command;
    answer = card.answer;
    sEnc = key();
    sMac = key();
    sRmac = key();
    mac = new Cmac(crypto.cmac);
    rmac = new Cmac(crypto.cmac);
    icv = Cipher.getInstance(Cipher.ALG_AES_BLOCK_128_CBC_NOPAD, false);
  }

  private static AESKey key() {
    return (AESKey)KeyBuilder.buildKey(KeyBuilder.TYPE_AES_TRANSIENT_DESELECT, KeyBuilder.LENGTH_AES_128, false);
  }

  /* The keys of a session are there. */
  void open() {
    mac.setKey(sMac);
    rmac.setKey(sRmac);
    icv.init(sEnc, Cipher.MODE_ENCRYPT);
  }

  void wipeKeys() {
    sEnc.clearKey();
    sMac.clearKey();
    sRmac.clearKey();
  }

  /* Checks the C-MAC and moves the chain on. */
  boolean macFits() {
    byte[] scratch = crypto.scratch;
    if ((command.cla() & Command.CLA_SECURE) == 0 || command.lc() < MAC_SIZE)
      return false;
    short len = (short)(command.lc() - MAC_SIZE);
    mac.begin(session.bytes, Session.CHAIN, BLOCK);
    mac.finish(command.bytes, (short)0, (short)(Command.DATA + len), scratch, MAC);
    if (!Crypto.equal(scratch, MAC, command.bytes, (short)(Command.DATA + len), MAC_SIZE))
      return false;
    Util.arrayCopyNonAtomic(scratch, MAC, session.bytes, Session.CHAIN, BLOCK);
    return true;
  }

  /* The cipher begins with the counter enciphered, in an answer with its top byte set to 80. */
  private void begin(byte mode, byte top) {
    byte[] scratch = crypto.scratch;
    Util.arrayCopyNonAtomic(session.bytes, Session.COUNTER, scratch, ICV, BLOCK);
    scratch[ICV] |= top;
    icv.doFinal(scratch, ICV, BLOCK, scratch, ICV);
    crypto.cbc.init(sEnc, mode, scratch, ICV, BLOCK);
  }

  /* In place. -1 where the padding is none, else how much is left. */
  private short decipher(short len) {
    byte[] bytes = command.bytes;
    if ((short)(len % BLOCK) != 0)
      return -1;
    begin(Cipher.MODE_DECRYPT, (byte)0);
    crypto.cbc.doFinal(bytes, Command.DATA, len, bytes, Command.DATA);
    short end = (short)(Command.DATA + len);
    short first = (short)(end - BLOCK);
    do {
      end--;
    } while (bytes[end] == 0 && end > first);
    return bytes[end] == PADDING_FIRST ? (short)(end - Command.DATA) : (short)-1;
  }

  /* False: nothing may be served. */
  boolean unwrap() {
    if (!macFits())
      return false;
    short len = (short)(command.lc() - MAC_SIZE);
    Unsigned.increment(session.bytes, Session.COUNTER, BLOCK);
    if (len > 0) {
      len = decipher(len);
      if (len < 0)
        return false;
    }
    command.unwrapped(len);
    return true;
  }

  private short encipher(short len) {
    byte[] bytes = answer.bytes;
    short padded = (short)(len + BLOCK - (short)(len % BLOCK));
    Util.arrayFillNonAtomic(bytes, len, (short)(padded - len), (byte)0);
    bytes[len] = PADDING_FIRST;
    begin(Cipher.MODE_ENCRYPT, ANSWER_COUNTER);
    crypto.cbc.doFinal(bytes, (short)0, padded, bytes, (short)0);
    return padded;
  }

  /* The answer with that status word into the channel; without data where the word has none. */
  void wrap(short sw) {
    short len = answer.length();
    if (!Sw.hasData(sw)) {
      answer.wipe();
      return;
    }
    if (len > 0)
      len = encipher(len);
    Util.setShort(answer.bytes, len, sw);
    rmac.begin(session.bytes, Session.CHAIN, BLOCK);
    rmac.finish(answer.bytes, (short)0, (short)(len + 2), crypto.scratch, MAC);
    answer.setLength(Util.arrayCopyNonAtomic(crypto.scratch, MAC, answer.bytes, len, MAC_SIZE));
  }
}
