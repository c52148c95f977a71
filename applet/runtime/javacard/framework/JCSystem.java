/* SPDX-License-Identifier: Apache-2.0
 * Transactions, transient memory and what the system tells about itself. */
package javacard.framework;

public final class JCSystem {
  public static final byte NOT_A_TRANSIENT_OBJECT = 0;
  public static final byte CLEAR_ON_RESET = 1;
  public static final byte CLEAR_ON_DESELECT = 2;
  public static final byte MEMORY_TYPE_PERSISTENT = 0;
  public static final byte MEMORY_TYPE_TRANSIENT_RESET = 1;
  public static final byte MEMORY_TYPE_TRANSIENT_DESELECT = 2;

  private JCSystem() {
  }

  public static byte isTransient(Object theObj) {
    throw new UnsupportedOperationException();
  }

  public static boolean[] makeTransientBooleanArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    throw new UnsupportedOperationException();
  }

  public static byte[] makeTransientByteArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    throw new UnsupportedOperationException();
  }

  public static short[] makeTransientShortArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    throw new UnsupportedOperationException();
  }

  public static Object[] makeTransientObjectArray(short length, byte event)
      throws NegativeArraySizeException, SystemException {
    throw new UnsupportedOperationException();
  }

  public static short getVersion() {
    throw new UnsupportedOperationException();
  }

  public static AID getAID() {
    throw new UnsupportedOperationException();
  }

  public static void beginTransaction() throws TransactionException {
    throw new UnsupportedOperationException();
  }

  public static void abortTransaction() throws TransactionException {
    throw new UnsupportedOperationException();
  }

  public static void commitTransaction() throws TransactionException {
    throw new UnsupportedOperationException();
  }

  public static byte getTransactionDepth() {
    throw new UnsupportedOperationException();
  }

  public static short getUnusedCommitCapacity() {
    throw new UnsupportedOperationException();
  }

  public static short getMaxCommitCapacity() {
    throw new UnsupportedOperationException();
  }

  public static boolean isObjectDeletionSupported() {
    throw new UnsupportedOperationException();
  }

  public static void requestObjectDeletion() throws SystemException {
    throw new UnsupportedOperationException();
  }

  public static short getAvailableMemory(byte memoryType) throws SystemException {
    throw new UnsupportedOperationException();
  }
}
