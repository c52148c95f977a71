/* SPDX-License-Identifier: Apache-2.0
 * Loads the applet's classes: each is held against what a card takes, then its writes are made to pass the device's memory. */
package engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

public final class Loader extends ClassLoader {
  private static final String HOOK = "engine/Hook";

  private final Path folder;

  /* `folder` holds the class files in the folders of their packages; nothing else may be on the class path there. */
  public Loader(Path folder) {
    super(Loader.class.getClassLoader());
    this.folder = folder;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    Path file = folder.resolve(name.replace('.', '/') + ".class");
    try {
      byte[] code = instrument(Files.readAllBytes(file));
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] instrument(byte[] code) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    new ClassReader(code).accept(new ClassVisitor(Opcodes.ASM9, writer) {
      @Override
      public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
        String[] more = java.util.Arrays.copyOf(interfaces, interfaces.length + 1);
        more[interfaces.length] = "java/io/Serializable";
        super.visit(version, access, name, null, parent, more);
      }

      @Override
      public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
        MethodVisitor method = super.visitMethod(access, name, type, signature, thrown);
        return name.equals("<clinit>") ? method : new Writes(method, name.equals("<init>"));
      }
    }, 0);
    return writer.toByteArray();
  }

  /* Constructors run at the installation alone, which is undone as a whole: their fields are not watched. */
  private final class Writes extends MethodVisitor {
    private final boolean constructor;

    Writes(MethodVisitor next, boolean constructor) {
      super(Opcodes.ASM9, next);
      this.constructor = constructor;
    }

    private void call(String name, String type) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, name, type, false);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String type) {
      if (opcode == Opcodes.PUTFIELD && !constructor) {
        boolean number = type.length() == 1;
        super.visitInsn(Opcodes.DUP2);
        super.visitLdcInsn(Hook.site(Loader.this, owner, name));
        call(number ? "number" : "reference",
             number ? "(Ljava/lang/Object;II)V" : "(Ljava/lang/Object;Ljava/lang/Object;I)V");
      }
      super.visitFieldInsn(opcode, owner, name, type);
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode == Opcodes.BASTORE)
        call("putByte", "(Ljava/lang/Object;II)V");
      else if (opcode == Opcodes.SASTORE)
        call("putShort", "([SII)V");
      else if (opcode == Opcodes.AASTORE)
        call("putReference", "([Ljava/lang/Object;ILjava/lang/Object;)V");
      else
        super.visitInsn(opcode);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode != Opcodes.CHECKCAST && opcode != Opcodes.INSTANCEOF)
        call("allocation", "()V");
      super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY)
        call("allocation", "()V");
      super.visitIntInsn(opcode, operand);
    }
  }
}
