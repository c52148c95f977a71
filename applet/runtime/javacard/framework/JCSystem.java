/* SPDX-License-Identifier: Apache-2.0
 * Transactions, transient memory and what the system tells about itself. */
package javacard.framework;

import engine.Device;

public final class JCSystem {
  public static final byte NOT_A_TRANSIENT_OBJECT = 0;
  public static final byte CLEAR_ON_RESET = 1;
  public static final byte CLEAR_ON_DESELECT = 2;
  public static final byte MEMORY_TYPE_PERSISTENT = 0;
  public static final byte MEMORY_TYPE_TRANSIENT_RESET = 1;
  public static final byte MEMORY_TYPE_TRANSIENT_DESELECT = 2;

  private static final short VERSION = 0x0300; /* 3.0.4 says 3.0 */
  private static final short PERSISTENT = 32767;

  private JCSystem() {
  }

  public static byte isTransient(Object theObj) {
    return Device.now().memory.event(theObj);
  }

  public static boolean[] makeTransientBooleanArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    return Device.now().memory.makeTransient(new boolean[length], event);
  }

  public static byte[] makeTransientByteArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    return Device.now().memory.makeTransient(new byte[length], event);
  }

  public static short[] makeTransientShortArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    return Device.now().memory.makeTransient(new short[length], event);
  }

  public static Object[] makeTransientObjectArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    return Device.now().memory.makeTransient(new Object[length], event);
  }

  public static short getVersion() {
    return VERSION;
  }

  public static AID getAID() {
    byte[] name = Device.now().aid();
    return name == null ? null : new AID(name, (short)0, (byte)name.length);
  }

  public static void beginTransaction() throws TransactionException {
    Device.now().memory.begin();
  }

  public static void abortTransaction() throws TransactionException {
    Device.now().memory.abort();
  }

  public static void commitTransaction() throws TransactionException {
    Device.now().memory.commit();
  }

  public static byte getTransactionDepth() {
    return (byte)(Device.now().memory.open() ? 1 : 0);
  }

  public static short getUnusedCommitCapacity() {
    return (short)Device.now().memory.unused();
  }

  public static short getMaxCommitCapacity() {
    return (short)Device.now().policy.commitBuffer;
  }

  public static boolean isObjectDeletionSupported() {
    return false;
  }

  public static void requestObjectDeletion() throws SystemException {
    SystemException.throwIt(SystemException.ILLEGAL_USE);
  }

  public static short getAvailableMemory(byte memoryType) throws SystemException {
    if (memoryType < MEMORY_TYPE_PERSISTENT || memoryType > MEMORY_TYPE_TRANSIENT_DESELECT)
      SystemException.throwIt(SystemException.ILLEGAL_VALUE);
    return memoryType == MEMORY_TYPE_PERSISTENT ? PERSISTENT : (short)Device.now().memory.transientLeft();
  }
}
