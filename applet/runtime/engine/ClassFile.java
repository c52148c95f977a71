/* SPDX-License-Identifier: Apache-2.0
 * Says what in an applet's class files a converter or a card would refuse, or would compute otherwise than this machine. */
package engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;

public final class ClassFile {
  private static final int NEWEST = Opcodes.V1_8; /* kits up to 3.1 take 7, newer ones 8 */
  private static final Set<String> LANGUAGE =
      Stream
          .of("Object", "Throwable", "Exception", "RuntimeException", "ArithmeticException", "ArrayStoreException",
              "ClassCastException", "IndexOutOfBoundsException", "ArrayIndexOutOfBoundsException",
              "NegativeArraySizeException", "NullPointerException", "SecurityException")
          .map(name -> "java/lang/" + name)
          .collect(Collectors.toSet());
  private static final List<String> API =
      Arrays.asList("javacard/framework/", "javacard/security/", "javacardx/crypto/");

  private final Map<String, ClassNode> classes = new HashMap<>();
  private final Map<String, Set<String>> calls = new HashMap<>();
  private final Map<String, Integer> words = new HashMap<>();
  private final Set<String> faults = new TreeSet<>();

  private ClassFile() {
  }

  private static ClassFile read(Path folder) throws IOException {
    ClassFile check = new ClassFile();
    for (Path file : Bytecode.files(folder)) {
      ClassNode node = new ClassNode();
      new ClassReader(Files.readAllBytes(file)).accept(node, 0);
      check.classes.put(node.name, node);
    }
    check.classes.values().forEach(check::checkClass);
    check.recursion();
    return check;
  }

  /* All class files under a folder, as one applet. Answers a line for each fault, sorted; none: a card would take it. */
  public static List<String> check(Path folder) throws IOException {
    return new ArrayList<>(read(folder).faults);
  }

  /* The deepest that its methods call each other, and the most words of operands and locals that such a chain holds. Only of
   * one that check() finds nothing against: it has no recursion. */
  public static int[] stack(Path folder) throws IOException {
    ClassFile read = read(folder);
    int[] most = new int[2];
    for (String method : read.words.keySet()) {
      int[] below = read.below(method, new HashMap<>());
      most[0] = Math.max(most[0], below[0]);
      most[1] = Math.max(most[1], below[1]);
    }
    return most;
  }

  private void fault(ClassNode in, String where, String what) {
    faults.add(in.name + where + ": " + what);
  }

  private static int line(AbstractInsnNode at) {
    while (at != null && !(at instanceof LineNumberNode))
      at = at.getPrevious();
    return at == null ? 0 : ((LineNumberNode)at).line;
  }

  private void fault(ClassNode in, AbstractInsnNode at, String what) {
    fault(in, ":" + line(at), what);
  }

  /* ---- names and types ---- */

  private boolean known(String name) {
    return classes.containsKey(name) || LANGUAGE.contains(name) || API.stream().anyMatch(name::startsWith);
  }

  /* What is wrong with a type of a field, parameter or local; null: nothing. */
  private String wrong(Type type) {
    switch (type.getSort()) {
    case Type.INT:
    case Type.LONG:
    case Type.FLOAT:
    case Type.DOUBLE:
    case Type.CHAR:
      return "type " + type.getClassName();
    case Type.ARRAY:
      return type.getDimensions() > 1 ? "an array of arrays" : wrong(type.getElementType());
    case Type.OBJECT:
      return known(type.getInternalName()) ? null : "class " + type.getClassName();
    default:
      return null;
    }
  }

  private void type(ClassNode in, String where, Type type) {
    String wrong = wrong(type);
    if (wrong != null)
      fault(in, where, wrong);
  }

  private void checkClass(ClassNode node) {
    if ((node.version & 0xFFFF) > NEWEST)
      fault(node, "", "class file version " + (node.version & 0xFFFF));
    if ((node.access & (Opcodes.ACC_ENUM | Opcodes.ACC_ANNOTATION)) != 0)
      fault(node, "", "an enumeration or annotation");
    type(node, "", Type.getObjectType(node.superName));
    node.interfaces.forEach(name -> type(node, "", Type.getObjectType(name)));
    node.fields.forEach(field -> checkField(node, field));
    node.methods.forEach(method -> checkMethod(node, method));
  }

  private void checkField(ClassNode node, FieldNode field) {
    Type type = Type.getType(field.desc);
    type(node, "." + field.name, type);
    if ((field.access & Opcodes.ACC_STATIC) == 0)
      return;
    if ((field.access & Opcodes.ACC_FINAL) == 0)
      fault(node, "." + field.name, "a static field that changes: it outlives the applet, and all instances share it");
    if (type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY && wrong(type.getElementType()) != null)
      fault(node, "." + field.name, "a static reference to an object");
  }

  private void checkMethod(ClassNode node, MethodNode method) {
    String where = "." + method.name;
    if ((method.access & (Opcodes.ACC_NATIVE | Opcodes.ACC_SYNCHRONIZED | Opcodes.ACC_VARARGS)) != 0)
      fault(node, where, "native, synchronized or of variable length");
    for (Type type : Type.getArgumentTypes(method.desc))
      type(node, where, type);
    type(node, where, Type.getReturnType(method.desc));
    if (method.localVariables != null)
      for (LocalVariableNode local : method.localVariables)
        type(node, where + "." + local.name, Type.getType(local.desc));
    words.put(node.name + "." + method.name + method.desc, method.maxStack + method.maxLocals);
    for (AbstractInsnNode at : method.instructions)
      checkInstruction(node, method, at);
    try {
      new Analyzer<>(new ShortArithmetic()).analyze(node.name, method);
    } catch (AnalyzerException e) {
      fault(node, e.node, e.getMessage().replaceFirst("^Error at instruction \\d+: ", ""));
    }
  }

  /* ---- instructions ---- */

  private static boolean wide(int opcode) {
    return opcode >= Opcodes.LCONST_0 && opcode <= Opcodes.DCONST_1 ||
        opcode >= Opcodes.LLOAD && opcode <= Opcodes.DLOAD || opcode >= Opcodes.I2L && opcode <= Opcodes.D2F ||
        opcode == Opcodes.I2C || opcode == Opcodes.IALOAD || opcode == Opcodes.IASTORE || opcode == Opcodes.CALOAD ||
        opcode == Opcodes.CASTORE || opcode == Opcodes.IINC;
  }

  private void checkInstruction(ClassNode node, MethodNode method, AbstractInsnNode at) {
    int opcode = at.getOpcode();
    if (wide(opcode))
      fault(node, at, "arithmetic of more than 16 bits, or an int as a local");
    if (opcode == Opcodes.INVOKEDYNAMIC || opcode == Opcodes.MULTIANEWARRAY || opcode == Opcodes.MONITORENTER)
      fault(node, at, "an instruction that no card has");
    if (at instanceof LdcInsnNode)
      constant(node, at, ((LdcInsnNode)at).cst);
    if (opcode == Opcodes.NEWARRAY && ((IntInsnNode)at).operand != Opcodes.T_BYTE &&
        ((IntInsnNode)at).operand != Opcodes.T_SHORT && ((IntInsnNode)at).operand != Opcodes.T_BOOLEAN)
      fault(node, at, "an array of a type that no card has");
    if (at instanceof TypeInsnNode)
      typed(node, (TypeInsnNode)at);
    if (at instanceof FieldInsnNode)
      accessed(node, method, (FieldInsnNode)at);
    if (at instanceof MethodInsnNode)
      called(node, method, (MethodInsnNode)at);
  }

  private void constant(ClassNode node, AbstractInsnNode at, Object value) {
    if (!(value instanceof Integer) || (Integer)value != ((Integer)value).shortValue())
      fault(node, at, "the constant " + value);
  }

  private void typed(ClassNode node, TypeInsnNode at) {
    String wrong = wrong(Type.getObjectType(at.desc));
    if (wrong != null)
      fault(node, at, wrong);
    if (at.getOpcode() == Opcodes.NEW && at.desc.equals("javacard/framework/APDU"))
      fault(node, at, "an APDU of one's own");
  }

  private void accessed(ClassNode node, MethodNode method, FieldInsnNode at) {
    String wrong = wrong(Type.getObjectType(at.owner));
    if (wrong != null)
      fault(node, at, wrong);
    if (at.getOpcode() == Opcodes.PUTSTATIC && !method.name.equals("<clinit>"))
      fault(node, at, "a static field is written");
  }

  private static final Set<String> OBJECT_METHODS = new HashSet<>(Arrays.asList("<init>", "equals"));

  private void called(ClassNode node, MethodNode method, MethodInsnNode at) {
    String wrong = at.owner.startsWith("[") ? "a method of an array" : wrong(Type.getObjectType(at.owner));
    if (wrong != null)
      fault(node, at, wrong);
    if (LANGUAGE.contains(at.owner) && !OBJECT_METHODS.contains(at.name))
      fault(node, at, at.owner + "." + at.name + "()");
    calls.computeIfAbsent(node.name + "." + method.name + method.desc, key -> new TreeSet<>())
        .add(at.owner + "." + at.name + at.desc);
  }

  /* ---- the stack is short ---- */

  private void recursion() {
    Set<String> done = new HashSet<>();
    for (String method : new TreeSet<>(calls.keySet()))
      follow(method, new ArrayList<>(), done);
  }

  private void follow(String method, List<String> path, Set<String> done) {
    if (path.contains(method)) {
      faults.add(method + ": calls itself");
      return;
    }
    if (!done.add(method) || !calls.containsKey(method))
      return;
    path.add(method);
    for (String called : calls.get(method)) {
      if (path.contains(called))
        faults.add(called + ": calls itself");
      follow(called, path, done);
    }
    path.remove(path.size() - 1);
  }

  private int[] below(String method, Map<String, int[]> known) {
    int[] most = known.get(method);
    if (most != null || !words.containsKey(method))
      return most != null ? most : new int[2];
    most = new int[2];
    for (String called : calls.getOrDefault(method, new TreeSet<>())) {
      int[] one = below(called, known);
      most[0] = Math.max(most[0], one[0]);
      most[1] = Math.max(most[1], one[1]);
    }
    most[0]++;
    most[1] += words.get(method);
    known.put(method, most);
    return most;
  }
}
