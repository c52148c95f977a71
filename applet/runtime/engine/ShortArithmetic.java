/* SPDX-License-Identifier: Apache-2.0
 * Follows each value of a method: one that may have left 16 bits must be cast before anything looks at more than its low bits,
 * because a card computes in 16 bits where this machine has 32. */
package engine;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;

final class ShortArithmetic extends BasicInterpreter {
  /* An int of the machine that may be other than the short of a card. */
  private static final BasicValue WIDE = new Named();
  /* A constant from 0 to 32767: what is masked with it fits again. */
  private static final BasicValue MASK = new Named();

  private static final class Named extends BasicValue {
    Named() {
      super(Type.INT_TYPE);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  ShortArithmetic() {
    super(Opcodes.ASM9);
  }

  private static void narrow(AbstractInsnNode at, BasicValue... values) throws AnalyzerException {
    for (BasicValue value : values)
      if (value == WIDE)
        throw new AnalyzerException(at, "a value that may have left 16 bits must be cast to short or byte first");
  }

  @Override
  public BasicValue newOperation(AbstractInsnNode at) throws AnalyzerException {
    int opcode = at.getOpcode();
    boolean mask = opcode >= Opcodes.ICONST_0 && opcode <= Opcodes.ICONST_5 ||
                   (opcode == Opcodes.BIPUSH || opcode == Opcodes.SIPUSH) && ((IntInsnNode)at).operand >= 0;
    return mask ? MASK : super.newOperation(at);
  }

  @Override
  public BasicValue copyOperation(AbstractInsnNode at, BasicValue value) {
    return value;
  }

  @Override
  public BasicValue unaryOperation(AbstractInsnNode at, BasicValue value) throws AnalyzerException {
    switch (at.getOpcode()) {
    case Opcodes.I2B:
    case Opcodes.I2S:
      return BasicValue.INT_VALUE;
    case Opcodes.INEG:
      return WIDE;
    default: /* comparisons with zero, switches, sizes of arrays, fields */
      narrow(at, value);
      return super.unaryOperation(at, value);
    }
  }

  @Override
  public BasicValue binaryOperation(AbstractInsnNode at, BasicValue left, BasicValue right) throws AnalyzerException {
    switch (at.getOpcode()) {
    case Opcodes.IADD:
    case Opcodes.ISUB:
    case Opcodes.IMUL:
      return WIDE;
    case Opcodes.ISHL:
      narrow(at, right);
      return WIDE;
    case Opcodes.IAND:
      if (left == MASK || right == MASK)
        return BasicValue.INT_VALUE;
      return left == WIDE || right == WIDE ? WIDE : BasicValue.INT_VALUE;
    case Opcodes.IOR:
    case Opcodes.IXOR:
      return left == WIDE || right == WIDE ? WIDE : BasicValue.INT_VALUE;
    default:
      narrow(at, left, right);
      return super.binaryOperation(at, left, right);
    }
  }

  @Override
  public BasicValue ternaryOperation(AbstractInsnNode at, BasicValue array, BasicValue index, BasicValue value)
      throws AnalyzerException {
    narrow(at, index);
    return super.ternaryOperation(at, array, index, value);
  }

  @Override
  public BasicValue merge(BasicValue one, BasicValue other) {
    if (one == other || !Type.INT_TYPE.equals(one.getType()) || !Type.INT_TYPE.equals(other.getType()))
      return super.merge(one, other);
    return one == WIDE || other == WIDE ? WIDE : BasicValue.INT_VALUE;
  }
}
