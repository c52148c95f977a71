/* SPDX-License-Identifier: Apache-2.0
 * The issuer's keys as a session knows them: what is stored, what a certificate under the master key has shown since, and
 * the versions below which nothing is good any more. */
package epurse;

import javacard.framework.Util;
import javacard.security.ECPublicKey;

final class IssuerKey {
  /* A key as it is kept. */
  static final short VERSION = 0;
  static final short LEAST = 1;
  static final short SUBJECT = 2;
  static final short POINT = 10;
  static final short SIZE = POINT + Curve.POINT_SIZE;

  private final Memory memory;
  private final Session session;
  private final Crypto crypto;
  private final Command command;
  /* Key objects of the stored keys, loaded when the card is locked and never again. */
  private final ECPublicKey master, terminalCa, server;
  /* API 3.0.4 has no transient public key. What this one holds means nothing after the step that loaded it. */
  private final ECPublicKey visitor;

  IssuerKey(Card card) {
    memory = card.memory;
    session = card.session;
    crypto = card.crypto;
    command = card.command;
    master = Curve.publicKey();
    terminalCa = Curve.publicKey();
    server = Curve.publicKey();
    visitor = Curve.publicKey();
  }

  /* Before the commit that locks the card; torn here they are loaded again. */
  void load(byte[] masterKey, byte[] terminalCaKey, byte[] serverKey) {
    master.setW(masterKey, POINT, Curve.POINT_SIZE);
    terminalCa.setW(terminalCaKey, POINT, Curve.POINT_SIZE);
    server.setW(serverKey, POINT, Curve.POINT_SIZE);
  }

  private ECPublicKey visitor(byte[] from, short at) {
    visitor.setW(from, at, Curve.POINT_SIZE);
    return visitor;
  }

  ECPublicKey master() {
    return memory.state == Memory.INITIALISED ? visitor(memory.grouping(Memory.MASTER_KEY), POINT) : master;
  }

  private short lowestVersion(byte role) {
    boolean isServer = role == Certificate.SERVER;
    short version = (short)(memory.grouping(isServer ? Memory.SERVER : Memory.TERMINAL_CA)[VERSION] & 0xFF);
    short least = (short)((isServer ? memory.serverLeast : memory.terminalCaLeast) & 0xFF);
    return version > least ? version : least;
  }

  /* A certificate of that role, under the master key, from the command's data; what it shows is in the session then. */
  private short take(byte role) {
    byte[] data = command.bytes;
    if (!Certificate.formed(data, Command.DATA, command.lc()) ||
        !crypto.pointValid(data, Certificate.pointAt(data, Command.DATA)))
      return Sw.WRONG_DATA;
    if ((data[(short)(Command.DATA + Certificate.VERSION)] & 0xFF) < lowestVersion(role))
      return Sw.DATA_NOT_FOUND;
    if (data[(short)(Command.DATA + Certificate.ROLE)] != role ||
        !Certificate.signedBy(crypto, master, data, Command.DATA) ||
        Moment.passed(data, (short)(Command.DATA + Certificate.EXPIRY), memory.latestTime, (short)0))
      return Sw.SECURITY_NOT_SATISFIED;
    return Sw.OK;
  }

  private void show(byte role) {
    keep(command.bytes, Command.DATA, session.bytes, Session.SHOWN);
    session.bytes[Session.SHOWN_ROLE] = role;
  }

  /* What there is to keep of a certificate. */
  static void keep(byte[] certificate, short at, byte[] to, short toAt) {
    Util.arrayCopyNonAtomic(certificate, (short)(at + Certificate.VERSION), to, (short)(toAt + VERSION), (short)2);
    Util.arrayCopyNonAtomic(certificate, (short)(at + Certificate.SUBJECT), to, (short)(toAt + SUBJECT),
                            Certificate.SUBJECT_SIZE);
    Util.arrayCopyNonAtomic(certificate, Certificate.pointAt(certificate, at), to, (short)(toAt + POINT),
                            Curve.POINT_SIZE);
  }

  /* A newer terminal CA, which P1 names as it will name it in the command that follows. */
  short takeTerminalCa() {
    short sw = take(Certificate.TERMINAL_CA);
    if (sw == Sw.OK && command.bytes[(short)(Command.DATA + Certificate.VERSION)] != command.p1())
      sw = Sw.WRONG_DATA;
    if (sw == Sw.OK)
      show(Certificate.TERMINAL_CA);
    return sw;
  }

  private boolean shows(byte role, byte version) {
    return session.bytes[Session.SHOWN_ROLE] == role &&
           session.bytes[(short)(Session.SHOWN + VERSION)] == version;
  }

  boolean terminalCaIsShown(byte version) {
    return shows(Certificate.TERMINAL_CA, version);
  }

  boolean terminalCaIsStored(byte version) {
    return version == memory.grouping(Memory.TERMINAL_CA)[VERSION] &&
           (version & 0xFF) >= (memory.terminalCaLeast & 0xFF);
  }

  /* Whether the terminal's certificate in the command is under that CA: its name, and its signature where it is not known
   * from before. */
  boolean terminalCaSigned(boolean shown, boolean known) {
    byte[] from = shown ? session.bytes : memory.grouping(Memory.TERMINAL_CA);
    short at = shown ? Session.SHOWN : (short)0;
    if (Util.arrayCompare(command.bytes, (short)(Command.DATA + Certificate.CA_ID), from, (short)(at + SUBJECT),
                          Certificate.SUBJECT_SIZE) != 0)
      return false;
    return known || Certificate.signedBy(crypto, shown ? visitor(from, (short)(at + POINT)) : terminalCa, command.bytes,
                                         Command.DATA);
  }

  byte terminalCaLeast(boolean shown) {
    return shown ? session.bytes[(short)(Session.SHOWN + LEAST)] : memory.terminalCaLeast;
  }

  private ECPublicKey serverKey(byte version) {
    if ((version & 0xFF) < (memory.serverLeast & 0xFF))
      return null;
    if (shows(Certificate.SERVER, version))
      return visitor(session.bytes, (short)(Session.SHOWN + POINT));
    return version == memory.grouping(Memory.SERVER)[VERSION] ? server : null;
  }

  /* Whether the order in the command's data is signed with the server's key of that version. */
  short checkOrder(byte version, short tlvSize) {
    ECPublicKey key = serverKey(version);
    if (key == null)
      return Sw.DATA_NOT_FOUND;
    return Record.verify(crypto, key, command.bytes, Command.DATA, tlvSize) ? Sw.OK : Sw.SECURITY_NOT_SATISFIED;
  }

  /* Whether the CA of this session's terminal raises the floor. */
  boolean floorRises() {
    return (session.bytes[Session.TERMINAL_CA_LEAST] & 0xFF) > (memory.terminalCaLeast & 0xFF);
  }

  /* VERIFY CERTIFICATE: the server's newer key, for this session; its `least` for good. */
  short showServer() {
    short sw = take(Certificate.SERVER);
    if (sw != Sw.OK)
      return sw;
    byte least = command.bytes[(short)(Command.DATA + Certificate.LEAST)];
    if ((least & 0xFF) > (memory.serverLeast & 0xFF))
      memory.serverLeast = least;
    show(Certificate.SERVER);
    return Sw.OK;
  }
}
