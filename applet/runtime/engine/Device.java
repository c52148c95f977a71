/* SPDX-License-Identifier: Apache-2.0
 * The device under test: it is given power, installs one applet, and hands it commands as a card's system would. */
package engine;

import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;

public final class Device implements Serializable {
  private static final long serialVersionUID = 1;

  private static Device now;

  public final Policy policy;
  public final Memory memory;
  private Applet applet;
  private byte[] aid;
  public transient Tally tally;
  public transient Random random;
  public transient Link link; /* where T=0 goes on inside a command */
  private transient int session;
  private transient int mostCommit, mostTransient;
  private transient boolean installing, selected, selecting;
  private transient Exchange exchange;
  private transient byte[] buffer, installData;
  private transient APDU apdu;
  private transient byte[] pending;
  private transient Throwable uncaught;

  /* What the reader does while a command of T=0 is not over: takes an answer, brings the next command. */
  public interface Link {
    byte[] next(byte[] answer);
  }

  public Device(Policy policy) {
    this.policy = policy;
    now = this;
    begin();
    memory = new Memory(policy);
  }

  private void begin() {
    tally = new Tally();
    random = new Random();
    buffer = new byte[policy.apduBuffer];
    apdu = new APDU(this);
  }

  private void readObject(java.io.ObjectInputStream in) throws java.io.IOException, ClassNotFoundException {
    in.defaultReadObject();
    now = this;
    begin();
    powerOn();
  }

  /* The one that the functions of the API speak to. */
  public static Device now() {
    return now;
  }

  public void select() {
    now = this;
  }

  /* ---- power ---- */

  /* Also a reset. deselect() is not called, as the standard says. */
  public void powerOn() {
    session++;
    selected = false;
    exchange = null;
    pending = null;
    memory.wake();
  }

  /* Grows with each power on: what was prepared before is not any more. */
  public int session() {
    return session;
  }

  /* ---- what the API asks ---- */

  public Exchange exchange() {
    if (exchange == null)
      throw new SecurityException("no command in progress");
    return exchange;
  }

  public byte[] buffer() {
    return buffer;
  }

  public APDU apdu() {
    return apdu;
  }

  public boolean selecting() {
    return selecting;
  }

  public byte[] aid() {
    return aid;
  }

  /* Global arrays are nobody's memory. */
  public boolean global(Object array) {
    return array == buffer || array == installData;
  }

  public void refuseGlobal(Object value) {
    if (value != null && (global(value) || value == apdu))
      throw new SecurityException("the command's buffer must not be kept");
  }

  /* What is made after the installation is never freed. */
  public void allocates(String what) {
    if (!installing)
      throw new Violation(what + " is made after the installation");
    if (memory != null && memory.open())
      throw new Violation(what + " is made inside a transaction");
  }

  public void highWater(int commit, int transientBytes) {
    mostCommit = Math.max(mostCommit, commit);
    mostTransient = Math.max(mostTransient, transientBytes);
  }

  public int mostCommit() {
    return mostCommit;
  }

  public int mostTransient() {
    return mostTransient;
  }

  /* The last exception that no applet caught, for a test's message; null: none since it was asked. */
  public Throwable uncaught() {
    Throwable last = uncaught;
    uncaught = null;
    return last;
  }

  /* For tests, which look into it. */
  public Applet applet() {
    return applet;
  }

  public void register(Applet registered, byte[] name) {
    if (!installing || applet != null)
      javacard.framework.SystemException.throwIt(javacard.framework.SystemException.ILLEGAL_AID);
    applet = registered;
    aid = name;
  }

  /* The name that install() was given. */
  public byte[] installName() {
    return Arrays.copyOfRange(installData, 1, 1 + installData[0]);
  }

  /* ---- installation ---- */

  private static byte[] installData(byte[] name, byte[] parameters) {
    byte[] data = new byte[3 + name.length + parameters.length];
    data[0] = (byte)name.length;
    System.arraycopy(name, 0, data, 1, name.length);
    data[2 + name.length] = (byte)parameters.length;
    System.arraycopy(parameters, 0, data, 3 + name.length, parameters.length);
    return data;
  }

  /* INSTALL [for install]: answers the status word. Where it is not 9000 the device is of no use any more. */
  public short install(Class<?> type, byte[] name, byte[] parameters) {
    now = this;
    installing = true;
    installData = installData(name, parameters);
    try {
      type.getMethod("install", byte[].class, short.class, byte.class)
          .invoke(null, installData, (short)0, (byte)installData.length);
      if (applet == null)
        return (short)0x6985;
      if (memory.open())
        throw new Violation("install() returns inside a transaction");
      return ISO7816.SW_NO_ERROR;
    } catch (InvocationTargetException e) {
      return failed(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new Violation("no public static install(byte[], short, byte): " + e);
    } finally {
      installing = false;
      installData = null;
    }
  }

  private short failed(Throwable cause) {
    if (memory.open())
      memory.abort();
    if (cause instanceof Error)
      throw(Error) cause;
    applet = null;
    if (cause instanceof ISOException)
      return ((ISOException)cause).getReason();
    uncaught = cause;
    return ISO7816.SW_UNKNOWN;
  }

  /* ---- commands ---- */

  /* A command that broke another off, to be processed next; null: none. */
  public byte[] pending() {
    byte[] next = pending;
    pending = null;
    return next;
  }

  void pend(byte[] command) {
    pending = command;
  }

  /* Answers with data and status word; null: the device is mute, or another command waits in pending(). */
  public byte[] process(byte[] command) {
    now = this;
    byte[] answer = null;
    if (memory.dead())
      return null;
    tally.begin(command);
    try {
      answer = dispatch(command);
    } catch (Tear e) {
      answer = null;
    } finally {
      exchange = null;
      selecting = false;
      tally.end(answer == null ? 0 : answer.length);
    }
    return answer;
  }

  private static byte[] status(int sw) {
    return new byte[] {(byte)(sw >> 8), (byte)sw};
  }

  private byte[] dispatch(byte[] command) {
    if (!Exchange.wellFormed(command, policy.protocol))
      return status(ISO7816.SW_WRONG_LENGTH);
    if (command[0] == (byte)0xFF) /* ISO/IEC 7816-4 5.4.1: no class */
      return status(ISO7816.SW_CLA_NOT_SUPPORTED);
    if (channelOf(command[0] & 0xFF) != 0)
      return status(ISO7816.SW_LOGICAL_CHANNEL_NOT_SUPPORTED);
    if (command[1] == 0x70 && (command[0] & 0xF0) == 0)
      return status(ISO7816.SW_LOGICAL_CHANNEL_NOT_SUPPORTED);
    if (command[0] == 0x00 && command[1] == ISO7816.INS_SELECT && command[2] == 0x04 && named(command))
      return selectApplet(command);
    if (!selected)
      return status(command[1] == ISO7816.INS_SELECT ? 0x6A82 : 0x6985);
    return run(command);
  }

  /* ISO/IEC 7816-4 5.4.1; the system does as much for classes 8X to BX. */
  private static int channelOf(int cla) {
    return (cla & 0x40) != 0 ? (cla & 0x0F) + 4 : cla & 0x03;
  }

  private boolean named(byte[] command) {
    int length = command.length > 5 && command[3] == 0 ? command[4] & 0xFF : 0;
    return aid != null && length >= 5 && length <= aid.length &&
        Arrays.equals(Arrays.copyOfRange(command, 5, 5 + length), Arrays.copyOf(aid, length));
  }

  private byte[] selectApplet(byte[] command) {
    if (selected)
      guarded(() -> applet.deselect());
    selected = false;
    memory.clear(Memory.CLEAR_ON_DESELECT);
    boolean[] willing = new boolean[1];
    if (!guarded(() -> willing[0] = applet.select()) || !willing[0])
      return status(ISO7816.SW_APPLET_SELECT_FAILED);
    selected = true;
    selecting = true;
    return run(command);
  }

  /* What the standard says of select() and deselect(): what they throw is forgotten, their transaction aborted. */
  private boolean guarded(Runnable call) {
    try {
      call.run();
      if (memory.open())
        throw new Violation("returns inside a transaction");
      return true;
    } catch (RuntimeException e) {
      uncaught = e;
      if (memory.open())
        memory.abort();
      return false;
    }
  }

  private byte[] run(byte[] command) {
    exchange = new Exchange(this, command);
    int sw = 0x9000;
    try {
      applet.process(apdu);
      if (memory.open())
        throw new Violation("process() returns inside a transaction");
      exchange.finish();
    } catch (ISOException e) {
      sw = e.getReason();
    } catch (RuntimeException e) {
      uncaught = e;
      sw = ISO7816.SW_UNKNOWN;
    }
    if (memory.open())
      memory.abort();
    return exchange.answer(sw);
  }
}
