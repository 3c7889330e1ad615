package quantwright.backend.llvm.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.LlvmUnavailable;
import quantwright.backend.llvm.LlvmUnavailable.Reason;
import quantwright.backend.llvm.object.ReadOnlyData;

class NativeCacheTest {
    private static final String PREFIX = "org/bytedeco/llvm/linux-x86_64/";

    @TempDir
    private Path folder;

    private Path jar(String... entries) throws IOException {
        var jar = folder.resolve("llvm-20.1.7-linux-x86_64.jar");
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (var name : entries) {
                zip.putNextEntry(new ZipEntry(PREFIX + name));
                zip.write(("content of " + name).repeat(10_000).getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return jar;
    }

    @Test
    void unpacksEachFileOnceAndCompletely() throws Exception {
        var cache = NativeCache.of(jar("libLLVM.so", "lld"), PREFIX, folder.resolve("cache"));
        assertTrue(Files.notExists(cache.folder()), "nothing is unpacked before it is asked for");
        var library = cache.library();
        assertEquals(NativeCache.LIBRARY_NAME, library.getFileName().toString());
        assertTrue(cache.folder().toString().contains("20.1.7-"), cache.folder().toString());
        assertTrue(Files.notExists(cache.folder().resolve("lld")));
        assertTrue(Files.isExecutable(cache.executable("lld")));
        assertEquals("content of lld".repeat(10_000), Files.readString(cache.executable("lld")));
        var time = Files.getLastModifiedTime(library);
        assertEquals(time, Files.getLastModifiedTime(cache.library()));
        try (var files = Files.list(cache.folder())) {
            assertTrue(files.noneMatch(f -> f.toString().endsWith(".partial")));
        }
    }

    @Test
    void aKilledUnpackingIsRepeated() throws Exception {
        var cache = NativeCache.of(jar("libLLVM.so"), PREFIX, folder.resolve("cache"));
        Files.createDirectories(cache.folder());
        Files.writeString(cache.folder().resolve(NativeCache.LIBRARY_NAME + ".partial"), "half");
        assertEquals("content of libLLVM.so".repeat(10_000), Files.readString(cache.library()));
    }

    @Test
    void threadsMayStartAtOnce() throws Exception {
        var jar = jar("libLLVM.so");
        var tasks = new ArrayList<Callable<String>>();
        for (int i = 0; i < 8; i++) {
            tasks.add(() -> Files.readString(NativeCache.of(jar, PREFIX, folder.resolve("cache")).library()));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var result : threads.invokeAll(tasks)) {
                assertEquals("content of libLLVM.so".repeat(10_000), result.get());
            }
        }
    }

    @Test
    void otherContentHasAnotherFolder() throws Exception {
        var first = NativeCache.of(jar("libLLVM.so"), PREFIX, folder).folder();
        var jar = folder.resolve("llvm-20.1.7-linux-x86_64.jar");
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(PREFIX + "libLLVM.so"));
            zip.write(1);
            zip.closeEntry();
        }
        assertTrue(!first.equals(NativeCache.of(jar, PREFIX, folder).folder()));
    }

    @Test
    void failuresSayWhatToDo() throws Exception {
        var noLibrary = jar("lld");
        assertReason(Reason.ARTIFACT_MISSING, () -> NativeCache.of(noLibrary, PREFIX, folder));
        var blocked = Files.writeString(folder.resolve("file"), "not a folder");
        var jar = jar("libLLVM.so");
        var failure = assertReason(Reason.CACHE_FAILED,
                () -> NativeCache.of(jar, PREFIX, blocked.resolve("cache")).library());
        assertTrue(failure.getMessage().contains("XDG_CACHE_HOME"), failure.getMessage());
        assertReason(Reason.CACHE_FAILED, () -> NativeCache.of(jar, PREFIX, folder.resolve("c")).executable("none"));
        assertReason(Reason.LOAD_FAILED, () -> LlvmLibrary.load(folder.resolve("none.so")));
        var other = LlvmToolchain.open().linker().shared(List.of(ReadOnlyData.object(Architecture.X86_64, "data",
                MemorySegment.ofArray(new byte[1]), 1)), "other.so");
        assertReason(Reason.WRONG_VERSION, () -> LlvmLibrary.load(Files.write(folder.resolve("other.so"), other)));
    }

    private static LlvmUnavailable assertReason(Reason reason, Callable<?> action) {
        var failure = assertThrows(LlvmUnavailable.class, action::call);
        assertEquals(reason, failure.reason(), failure.getMessage());
        return failure;
    }
}
