// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Finds {@link Clause} and {@link Hostile} in the sources under a repository, by the compiler's own parser. */
final class TestSources {

    private static final Set<String> KINDS = Set.of("Clause", "Hostile");
    private static final String OWN = "offload-engine/clauses/";

    private final Path root;

    TestSources(Path root) {
        this.root = root;
    }

    /** All annotations, by source file, in the order in which they stand there. */
    List<Shown> read() throws IOException {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final List<Shown> found = new ArrayList<>();
        final List<Path> sources = sources();
        if (sources.isEmpty()) {
            return found;
        }
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            final JavacTask task = (JavacTask) compiler.getTask(null, files, diagnostic -> { }, List.of("-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(sources));
            for (final CompilationUnitTree unit : task.parse()) {
                new Scanner(root.relativize(Path.of(unit.getSourceFile().toUri())), found).scan(unit, null);
            }
        }
        return found;
    }

    private List<Path> sources() throws IOException {
        final List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                final String name = dir.getFileName().toString();
                final boolean skip = !dir.equals(root) && (name.equals("target") || name.startsWith("."));
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.toString().endsWith(".java") && !root.relativize(file).startsWith(OWN)) {
                    final String text = Files.readString(file);
                    if (text.contains("io.tcpoffload.clauses.")) {
                        sources.add(file);
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        sources.sort(null);
        return sources;
    }

    private static final class Scanner extends TreePathScanner<Void, Void> {

        private final Path source;
        private final List<Shown> found;
        private final Map<String, ExpressionTree> constants = new HashMap<>();
        private String method = "";

        Scanner(Path source, List<Shown> found) {
            this.source = source;
            this.found = found;
        }

        /** Constants of the file; they stand before what uses them. */
        @Override
        public Void visitVariable(VariableTree tree, Void nothing) {
            if (method.isEmpty() && tree.getModifiers().getFlags().contains(Modifier.FINAL) && tree.getInitializer() != null) {
                constants.put(tree.getName().toString(), tree.getInitializer());
            }
            return super.visitVariable(tree, nothing);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void nothing) {
            method = tree.getName().toString();
            super.visitMethod(tree, nothing);
            method = "";
            return null;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            final String around = method;
            method = "";
            super.visitClass(tree, nothing);
            method = around;
            return null;
        }

        @Override
        public Void visitAnnotation(AnnotationTree tree, Void nothing) {
            final String type = tree.getAnnotationType().toString();
            final String kind = type.substring(type.lastIndexOf('.') + 1);
            if (KINDS.contains(kind)) {
                final Map<String, String> values = new HashMap<>();
                for (final ExpressionTree argument : tree.getArguments()) {
                    if (argument instanceof AssignmentTree assignment) {
                        values.put(assignment.getVariable().toString(), text(assignment.getExpression()));
                    } else {
                        values.put("value", text(argument));
                    }
                }
                final String file = source.getFileName().toString();
                found.add(new Shown(kind, values, source, file.substring(0, file.length() - ".java".length()), method));
            }
            return super.visitAnnotation(tree, nothing);
        }

        private String text(ExpressionTree tree) {
            if (tree instanceof LiteralTree literal) {
                return String.valueOf(literal.getValue());
            } else if (tree instanceof BinaryTree sum) {
                return text(sum.getLeftOperand()) + text(sum.getRightOperand());
            } else if (tree instanceof ParenthesizedTree inner) {
                return text(inner.getExpression());
            } else if (tree instanceof MemberSelectTree member) {
                return member.getIdentifier().toString();
            } else if (tree instanceof IdentifierTree name) {
                final ExpressionTree constant = constants.get(name.getName().toString());
                return constant == null ? name.getName().toString() : text(constant);
            }
            throw new IllegalArgumentException(source + ": " + tree + ": an attribute of @Clause or @Hostile must be made"
                    + " of string literals and constants of the same class, or be an enum constant");
        }
    }
}
