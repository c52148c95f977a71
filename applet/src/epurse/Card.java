/* SPDX-License-Identifier: Apache-2.0
 * The card: all that belongs to it, made once, and how a command is served. */
package epurse;

final class Card {
  final Command command;
  final Answer answer;
  final Session session;
  final Crypto crypto;
  final Memory memory;
  final SecureMessaging secure;
  final IssuerKey issuerKey;
  final Lifecycle lifecycle;
  final Log log;
  final Perso perso;
  final Pin pin;
  final Offline offline;
  final Promise promise;
  final Purse purse;
  final Selection selection;
  final Channel channel;
  final Policy policy;

  /* A card in INITIALISED: its chip's serial number, 8 bytes, and its transport key, 16. */
  Card(byte[] from, short serialAt, short keyAt) {
    memory = new Memory(from, serialAt, keyAt);
    command = new Command();
    answer = new Answer();
    session = new Session();
    crypto = new Crypto();
    secure = new SecureMessaging(this);
    issuerKey = new IssuerKey(this);
    lifecycle = new Lifecycle(this);
    log = new Log(this);
    perso = new Perso(this);
    pin = new Pin(this);
    offline = new Offline(this);
    promise = new Promise(this);
    purse = new Purse(this);
    selection = new Selection(this);
    channel = new Channel(this);
    policy = new Policy(this);
  }

  private short handle(byte handler) {
    switch (handler) {
    case Policy.SELECT:
      return selection.select();
    case Policy.CARD_CERTIFICATE:
      return selection.getCardCertificate();
    case Policy.SECURITY_OPERATION:
      return channel.performSecurityOperation();
    case Policy.MUTUAL_AUTHENTICATE:
      return channel.mutualAuthenticate();
    case Policy.INITIALIZE_UPDATE:
      return channel.initializeUpdate();
    case Policy.EXTERNAL_AUTHENTICATE:
      return channel.externalAuthenticate();
    case Policy.GENERATE:
      return perso.generate();
    case Policy.STORE_DATA:
      return perso.storeData();
    case Policy.VERIFY:
      return pin.verify();
    case Policy.CHANGE_PIN:
      return pin.change();
    case Policy.INITIALIZE:
      return promise.initialize();
    case Policy.EXECUTE:
      return purse.execute();
    case Policy.PROOF:
      return purse.getProof();
    case Policy.OFFLINE_PROMISE:
      return offline.getPromise();
    case Policy.BALANCE:
      return purse.getBalance();
    case Policy.READ_RECORDS:
      return log.readRecords();
    case Policy.SIG_CERTIFICATE:
      return selection.getSigCertificate();
    case Policy.PARTICULARS:
      return selection.getParticulars();
    case Policy.SHOW_SERVER:
      return issuerKey.showServer();
    case Policy.BLOCK:
      return lifecycle.block();
    default:
      return Sw.INTERNAL;
    }
  }

  private short serve(boolean secured) {
    short row = policy.find(secured);
    if (row < 0)
      return (short)-row;
    short sw = policy.refusal(row, secured);
    return sw == Sw.OK ? handle(Policy.ROWS[(short)(row + Policy.HANDLER)]) : sw;
  }

  /* A command inside the channel: out of secure messaging, served, and its answer back into it. A change of the card's
   * state, whatever brought it about, ends the session once the answer has been made. */
  private short serveSecured() {
    byte state = memory.state;
    if (!secure.unwrap()) {
      channel.close();
      return Sw.SECURE_MESSAGING_INCORRECT;
    }
    channel.confirm();
    short sw = serve(true);
    secure.wrap(sw);
    if (memory.state != state)
      channel.close();
    return sw;
  }

  /* The command that has been received; the answer's data, if its status word has any, stands in `answer`. */
  short respond() {
    byte cla = command.cla();
    if (memory.state == Memory.BLOCKED && command.ins() != (byte)0xA4)
      return Sw.CONDITIONS_NOT_SATISFIED;
    short sw = Policy.classRefusal(cla);
    if (sw != Sw.OK)
      return sw;
    if ((cla & Command.CLA_SECURE) != 0 && session.bytes[Session.CHANNEL] != Session.CHANNEL_NONE)
      return serveSecured();
    return serve(false);
  }

  /* PIN blocks, keys and what was deciphered end with the command. */
  void wipe() {
    command.wipe();
    answer.wipe();
    crypto.wipeScratch();
  }
}
