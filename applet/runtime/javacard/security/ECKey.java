/* SPDX-License-Identifier: Apache-2.0
 * The parameters of a curve. */
package javacard.security;

public interface ECKey {
  void setFieldFP(byte[] buffer, short offset, short length) throws CryptoException;

  void setA(byte[] buffer, short offset, short length) throws CryptoException;

  void setB(byte[] buffer, short offset, short length) throws CryptoException;

  void setG(byte[] buffer, short offset, short length) throws CryptoException;

  void setR(byte[] buffer, short offset, short length) throws CryptoException;

  void setK(short k);

  short getField(byte[] buffer, short offset) throws CryptoException;

  short getA(byte[] buffer, short offset) throws CryptoException;

  short getB(byte[] buffer, short offset) throws CryptoException;

  short getG(byte[] buffer, short offset) throws CryptoException;

  short getR(byte[] buffer, short offset) throws CryptoException;

  short getK() throws CryptoException;
}
